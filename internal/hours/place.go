package hours

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"sendoff/campaign"
	"sendoff/internal/prose"
)

// Place is where people are, as far as that decides when they may get messages: people of one place have one pointer, for as long as the Clock
// lives.
type Place struct {
	Country string           // ISO 3166-1 alpha-2; empty: nobody knows
	Zones   []*time.Location // in which they may be: all of them have to allow a message

	anywhere bool // Zones are those of the world
	last     atomic.Pointer[answer]
}

// String names the place for people: Berlin, or US (6 time zones).
func (p *Place) String() string {
	switch {
	case p.anywhere:
		return "an unknown place"
	case len(p.Zones) == 1:
		return city(p.Zones[0])
	}
	in := p.Country
	if in == "" {
		in = "an unknown country"
	}
	return fmt.Sprintf("%s (%s)", in, prose.Counted(len(p.Zones), "time zone", "time zones"))
}

// IsKnown reports whether anything is known of where the people of the place are.
func (p *Place) IsKnown() bool { return !p.anywhere && len(p.Zones) > 0 }

// city returns the city for which a zone is called.
func city(zone *time.Location) string {
	name := zone.String()
	return strings.ReplaceAll(name[strings.LastIndex(name, "/")+1:], "_", " ")
}

// Local returns what the clocks of the place show at a time: the one that is furthest behind, and the one that is furthest ahead.
func (p *Place) Local(t time.Time) (earliest, latest time.Time) {
	for i, zone := range p.Zones {
		local := t.In(zone)
		_, offset := local.Zone()
		if _, o := earliest.Zone(); i == 0 || offset < o {
			earliest = local
		}
		if _, o := latest.Zone(); i == 0 || offset > o {
			latest = local
		}
	}
	return earliest, latest
}

// Quiet reports whether a time is one at which hardly anybody wants a message somewhere in the place: before 08:00, from 21:00 on, or on a Sunday.
func (p *Place) Quiet(t time.Time) bool {
	for _, zone := range p.Zones {
		local := t.In(zone)
		if local.Hour() < 8 || local.Hour() >= 21 || local.Weekday() == time.Sunday {
			return true
		}
	}
	return false
}

// key is the same for the same places.
func (p *Place) key() string {
	names := make([]string, len(p.Zones))
	for i, zone := range p.Zones {
		names[i] = zone.String()
	}
	return p.Country + " " + strings.Join(names, " ")
}

// whereabouts is what a row says of where somebody is. Nearly all rows say what others have said.
type whereabouts struct {
	country string
	zone    *zone   // of the time_zone column; nil: it has none
	area    *string // the first of the zones of the phone number, which rows of one area share; nil: there are none
}

// whereabouts returns what a row says, and the zones of its phone number.
func (c *Clock) whereabouts(r *campaign.Recipient) (w whereabouts, area []string) {
	w.country, area = c.numbers.ZonesOf(number(r))
	if w.country == "" {
		w.country = c.country(r.Field(c.columns.Country))
	}
	if cell := strings.TrimSpace(r.Field(c.columns.TimeZone)); cell != "" {
		w.zone = c.zones.find(cell)
	}
	if w.zone == nil && len(area) > 0 {
		w.area = &area[0]
	}
	return w, area
}

// number returns the phone number of a row, or the first on a channel of its own; zero where there is none.
func number(r *campaign.Recipient) campaign.Address {
	if !r.Address.IsZero() {
		return r.Address
	}
	for _, other := range r.Others {
		if other.IsNumber() {
			return campaign.PhoneAddress(other.Reveal())
		}
	}
	return campaign.Address{}
}

// country returns the code of the country that a cell names, or "" where it names none.
func (c *Clock) country(cell string) string {
	if cell == "" {
		return ""
	}
	c.mu.RLock()
	code, isKnown := c.countries[cell]
	c.mu.RUnlock()
	if isKnown {
		return code
	}
	code = c.numbers.CountryIn(strings.TrimSpace(cell))
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.countries) < mostCells {
		c.countries[strings.Clone(cell)] = code // the cell shares its memory with a whole batch of rows
	}
	return code
}

func (c *Clock) newPlace(w whereabouts, area []string) *Place {
	p := &Place{Country: w.country}
	switch {
	case w.zone != nil:
		p.Zones = []*time.Location{c.zones.shown(w.zone, w.country)}
	case len(area) > 0:
		if p.Zones = c.zones.distinct(area, w.country); !c.zones.areOf(p.Zones, w.country) {
			p.Zones = c.zones.distinct(append(slices.Clone(area), c.numbers.CountryZones(w.country)...), w.country)
		}
	default:
		p.Zones = c.zones.distinct(c.numbers.CountryZones(w.country), w.country)
	}
	if len(p.Zones) == 0 {
		p.Zones, p.anywhere = c.zones.world(), true
	}
	return p
}
