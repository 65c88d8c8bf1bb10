package hours

import (
	"strings"
	"sync"
	"time"

	"sendoff/campaign"
	"sendoff/internal/phone"
)

// Clock knows at which times the people of one campaign may get messages. It is safe for concurrent use.
type Clock struct {
	window   campaign.Window
	week     week
	holidays *holidays
	columns  campaign.Columns
	numbers  *phone.Reader
	zones    *zones

	mu        sync.RWMutex
	found     map[whereabouts]*Place
	places    map[string]*Place // by what is in them
	countries map[string]string // by the cell that names them
}

// mostCells is how many different cells of a column are remembered, so that a column of something else does not fill the memory.
const mostCells = 10_000

// Span is a time during which messages may reach people; To is the first moment at which they may not any more. The zero Span is none.
type Span struct{ From, To time.Time }

// IsZero reports whether there is no such time.
func (s Span) IsZero() bool { return s.From.IsZero() }

// Has reports whether t lies within.
func (s Span) Has(t time.Time) bool { return !t.Before(s.From) && t.Before(s.To) }

// New returns the clock of a campaign whose audience has these columns. It reads the file of holidays, if the window names one; what is wrong in it
// comes back as [campaign.Problems]. Without numbers a reader of its own is made.
func New(c *campaign.Campaign, columns campaign.Columns, numbers *phone.Reader) (*Clock, error) {
	var err error
	if numbers == nil {
		if numbers, err = phone.New(""); err != nil {
			return nil, err
		}
	}
	clock := &Clock{
		window: c.Window, week: newWeek(c.Window.Hours), columns: columns, numbers: numbers, zones: newZones(numbers),
		found: map[whereabouts]*Place{}, places: map[string]*Place{}, countries: map[string]string{},
	}
	if clock.holidays, err = loadHolidays(c, numbers); err != nil {
		return nil, err
	}
	return clock, nil
}

// Place returns where somebody is.
func (c *Clock) Place(r *campaign.Recipient) *Place {
	w, area := c.whereabouts(r)
	c.mu.RLock()
	p := c.found[w]
	c.mu.RUnlock()
	if p != nil {
		return p
	}
	p = c.newPlace(w, area)
	c.mu.Lock()
	defer c.mu.Unlock()
	if same := c.places[p.key()]; same != nil {
		p = same
	}
	c.places[p.key()], c.found[w] = p, p
	return p
}

// ZoneUnreadable reports whether the time_zone column of a row holds something that is no time zone, and counts as nothing.
func (c *Clock) ZoneUnreadable(r *campaign.Recipient) bool {
	cell := strings.TrimSpace(r.Field(c.columns.TimeZone))
	return cell != "" && c.zones.find(cell) == nil
}

// HolidaysKnown reports whether the days off of people of a place are known, or none are asked for. Unknown ones are worked through.
func (c *Clock) HolidaysKnown(p *Place) bool { return c.holidays.known(p.Country) }

// Next returns the first time, of which some is left after t, during which people of a place may get messages; the zero Span where there is none
// within a year: whoever waited for it would wait for ever. Its From is not after t where they may get one now.
func (c *Clock) Next(p *Place, t time.Time) Span {
	if !c.window.IsSet() {
		return Span{t, t.AddDate(1, 0, 0)}
	}
	if last := p.last.Load(); last != nil && last.of == c && !t.Before(last.from) && t.Before(last.until) {
		return last.Span
	}
	a := &answer{Span: c.next(p, t), of: c, from: t}
	if a.until = a.To; a.IsZero() {
		a.until = t.AddDate(0, 0, 1) // in a day another day is less than a year away
	}
	p.last.Store(a)
	return a.Span
}

// answer is what [Clock.Next] says from one time until another.
type answer struct {
	Span
	of          *Clock
	from, until time.Time
}

// next finds the first time that all zones have in common.
func (c *Clock) next(p *Place, t time.Time) Span {
	zones := p.Zones
	if c.window.Zone != nil {
		zones = []*time.Location{c.window.Zone}
	}
	until := t.AddDate(1, 0, 0)
	for at := t; ; {
		common := Span{To: until}
		for _, zone := range zones {
			open := c.open(zone, p.Country, at, until)
			if open.IsZero() {
				return Span{}
			}
			if open.From.After(common.From) {
				common.From = open.From
			}
			if open.To.Before(common.To) {
				common.To = open.To
			}
		}
		if common.From.Before(common.To) {
			return common
		}
		at = common.From // before it, one of the zones allows nothing
	}
}
