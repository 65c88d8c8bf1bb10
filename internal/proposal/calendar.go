package proposal

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"sendoff/internal/calendar"
	"sendoff/internal/prose"
)

// mostRows is how many places, and mostDays how many days, a calendar for people has.
const (
	mostRows = 20
	mostDays = 31
)

// placeTable says for each place when its people are sent to; nil where all that there is to say stands in when.
func (p *Proposal) placeTable(c *calendar.Calendar) *breakdown {
	rows := named(c.Rows)
	if len(rows) == 0 || len(rows) == 1 && !p.Campaign.Window.IsSet() {
		return nil
	}
	t := &breakdown{Heading: []string{"where", "people", "from", "to", "on their clocks"}}
	isLate := c.TooLate()+c.Never > 0
	if isLate {
		t.Heading = append(t.Heading, "not sent to")
	}
	shown, rest := mostOf(rows)
	for _, r := range shown {
		t.Rows = append(t.Rows, breakdownRow{Cells: p.placeCells(r, isLate)})
	}
	if rest != nil {
		t.Rows = append(t.Rows, breakdownRow{Cells: p.placeCells(*rest, isLate)})
	}
	return t
}

// mostOf returns the rows with the most people, in the order that they have, and the others as one.
func mostOf(rows []placeRow) (shown []placeRow, rest *placeRow) {
	if len(rows) <= mostRows {
		return rows, nil
	}
	bySize := slices.Clone(rows)
	slices.SortStableFunc(bySize, func(a, b placeRow) int { return cmp.Compare(b.People, a.People) })
	isShown := map[string]bool{}
	for _, r := range bySize[:mostRows] {
		isShown[r.name] = true
	}
	rest = &placeRow{name: fmt.Sprintf("%d more places", len(rows)-mostRows)}
	for _, r := range rows {
		if isShown[r.name] {
			shown = append(shown, r)
		} else {
			rest.join(r.Row)
		}
	}
	return shown, rest
}

func (p *Proposal) placeCells(r placeRow, isLate bool) []string {
	from, to, theirs := "", "", ""
	if !r.From.IsZero() {
		from, to, theirs = p.clock(r.From), p.clock(upToMinute(r.To)), r.theirs()
	}
	cells := []string{r.name, prose.Thousands(r.People), from, to, theirs}
	if isLate {
		late := ""
		if n := r.Shut + r.Slow + r.Never; n > 0 {
			late = prose.Thousands(n)
		}
		cells = append(cells, late)
	}
	return cells
}

// theirs says which times people's own clocks show while they are sent to.
func (r placeRow) theirs() string {
	from, to, isKnown := theirs([]calendar.Row{r.Row})
	if !isKnown {
		return ""
	}
	return span(from, upToMinute(to))
}

// dayRow is how many people are sent to on a day, and in each of its hours.
type dayRow struct {
	name   string
	people int
	hours  [24]int
}

// days puts hours together by days; an hour that a day has twice is one.
func (p *Proposal) days(c *calendar.Calendar) []dayRow {
	var all []dayRow
	for _, h := range c.Hours {
		at := h.From.In(p.Campaign.Zone())
		name := at.Format("Mon 2 Jan")
		if len(all) == 0 || all[len(all)-1].name != name {
			all = append(all, dayRow{name: name})
		}
		last := &all[len(all)-1]
		last.people += h.People
		last.hours[at.Hour()] += h.People
	}
	return all
}

// dayLines says how many people are sent to day by day and hour by hour; nothing where that is one hour.
func (p *Proposal) dayLines(c *calendar.Calendar) []Row {
	if len(c.Hours) < 2 {
		return nil
	}
	var rows []Row
	days, width := p.days(c), 0
	for _, d := range days {
		width = max(width, len(prose.Thousands(d.people)))
	}
	for _, d := range days[:min(len(days), mostDays)] {
		text := fmt.Sprintf("%*s:", width, prose.Thousands(d.people))
		separator := " "
		for hour, people := range d.hours {
			if people > 0 {
				text += fmt.Sprintf("%s%02d:00 %s", separator, hour, prose.Thousands(people))
				separator = ", "
			}
		}
		rows = append(rows, Row{d.name, text})
	}
	if more := days[len(rows):]; len(more) > 0 {
		rows = append(rows, Row{"later", prose.Thousands(peopleOf(more)) + " on " + prose.Counted(len(more), "more day", "more days")})
	}
	return rows
}

func peopleOf(days []dayRow) (people int) {
	for _, d := range days {
		people += d.people
	}
	return people
}

// writeCalendar writes who is sent to when.
func (p *Proposal) writeCalendar(w writer) {
	c := p.calendar()
	places, days := p.placeTable(c), p.dayLines(c)
	if places == nil && days == nil {
		return
	}
	fmt.Fprintf(w.to, "\ncalendar, by the clock of %s, as far as anybody can tell beforehand:\n", p.zoneName(p.Now))
	if places != nil {
		w.breakdown(*places)
	}
	for _, r := range days {
		fmt.Fprintln(w.to, prose.Wrapped(fmt.Sprintf("  %-10s %s", r.Label, r.Text), 14, w.width))
	}
}

// pageDay is a day of the calendar on the page.
type pageDay struct {
	Name, People string
	Bars         []pageBar
}

// pageBar is an hour: how high its bar is, in pixels, and what it stands for. The bars are borders, since browsers print no backgrounds.
type pageBar struct {
	Height int
	Title  string
}

// highest is how many pixels the bar of the busiest hour has.
const highest = 40

// pageDays are the days of the calendar, where there is more than one hour.
func (p *Proposal) pageDays(c *calendar.Calendar) []pageDay {
	if len(c.Hours) < 2 {
		return nil
	}
	days := p.days(c)
	most := 1
	for _, d := range days {
		most = max(most, slices.Max(d.hours[:]))
	}
	var all []pageDay
	for _, d := range days[:min(len(days), mostDays)] {
		day := pageDay{Name: d.name, People: prose.Thousands(d.people)}
		for hour, people := range d.hours {
			bar := pageBar{Title: fmt.Sprintf("%02d:00 %s", hour, prose.Thousands(people))}
			if people > 0 {
				bar.Height = max(people*highest/most, 1)
			}
			day.Bars = append(day.Bars, bar)
		}
		all = append(all, day)
	}
	if more := days[len(all):]; len(more) > 0 {
		all = append(all, pageDay{Name: prose.Counted(len(more), "more day", "more days"), People: prose.Thousands(peopleOf(more))})
	}
	return all
}

// Calendar is when people are sent to, for machines. Times are estimates; so are the numbers of people by the hour.
type Calendar struct {
	Begin    time.Time       `json:"begin,omitzero"` // of sending; not there where nobody is sent to
	End      time.Time       `json:"end,omitzero"`
	Places   []CalendarPlace `json:"places,omitempty"` // where it matters where people are
	Hours    []CalendarHour  `json:"hours"`            // of the clock in which somebody is sent to
	Late     int             `json:"too_late"`         // people who will be skipped as expired: their hours open only when it is too late,
	Slow     int             `json:"too_slow"`         // or the pace does not reach them by then, estimated,
	Never    int             `json:"never"`            // or there is no hour at which they may get a message
	Night    int             `json:"at_night"`         // people who are sent to before 08:00 or from 21:00 on their clocks, where nobody has said that it is meant
	OnSunday int             `json:"on_sunday"`        // likewise
}

// CalendarPlace is when the people of a place are sent to.
type CalendarPlace struct {
	Name    string    `json:"name"`
	Country string    `json:"country,omitempty"` // empty: nobody knows
	Zones   []string  `json:"zones,omitempty"`   // in which they may be; none: nobody knows
	People  int       `json:"people"`
	From    time.Time `json:"from,omitzero"` // not there where none of them is sent to
	To      time.Time `json:"to,omitzero"`
	Late    int       `json:"too_late"`
	Slow    int       `json:"too_slow"`
	Never   int       `json:"never"`
}

// CalendarHour is how many people are sent to in an hour.
type CalendarHour struct {
	From   time.Time `json:"from"`
	People int       `json:"people"`
}

// calendarResult is the calendar for machines.
func (p *Proposal) calendarResult() *Calendar {
	c := p.calendar()
	night, _, _ := together(c.Nights)
	sunday, _, _ := together(c.Sunday)
	at := func(t time.Time) time.Time {
		if t.IsZero() {
			return t
		}
		return t.In(p.Campaign.Zone()).Round(time.Second)
	}
	result := &Calendar{
		Begin: at(c.Begin), End: at(c.End), Hours: []CalendarHour{}, Late: c.Shut, Slow: c.Slow, Never: c.Never, Night: night, OnSunday: sunday,
	}
	for _, h := range c.Hours {
		result.Hours = append(result.Hours, CalendarHour(h))
	}
	for _, r := range c.Rows {
		if r.Place == nil {
			continue
		}
		place := CalendarPlace{
			Name: placeName(r.Place), Country: r.Place.Country, People: r.People, From: at(r.From), To: at(r.To), Late: r.Shut, Slow: r.Slow, Never: r.Never,
		}
		if r.Place.IsKnown() {
			for _, zone := range r.Place.Zones {
				place.Zones = append(place.Zones, zone.String())
			}
		}
		result.Places = append(result.Places, place)
	}
	return result
}
