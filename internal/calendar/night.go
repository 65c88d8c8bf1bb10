package calendar

import (
	"cmp"
	"math"
	"slices"
	"time"

	"sendoff/campaign"
	"sendoff/internal/hours"
)

// Night is how many people of a place are sent to at hours at which people sleep or rest, in one of the zones that they may be in, without
// anybody having said that it is meant.
type Night struct {
	Place    *hours.Place
	People   int
	From, To int // the earliest and the latest of these hours on their clocks, in minutes since midnight; before midnight they are below 0
}

const (
	day     = 24 * 60 // minutes
	morning = 8 * 60
	evening = 21 * 60
)

// nights gathers who is sent to at night, and who on a Sunday.
type nights struct {
	isMeant bool           // somebody has said at which hours of their own people may get messages
	window  *time.Location // whose hours were said; nil: none were
	places  map[*hours.Place]*[2]reached
	order   []*hours.Place
}

type reached struct {
	people   float64
	from, to int
}

func newNights(w campaign.Window) *nights {
	return &nights{isMeant: w.Any || w.IsSet() && w.Zone == nil, window: w.Zone, places: map[*hours.Place]*[2]reached{}}
}

// add adds people of a place who are sent to from one time to another, at a steady pace.
func (n *nights) add(p *hours.Place, from, to time.Time, people float64) {
	if n.isMeant || p == nil || !p.IsKnown() {
		return
	}
	takes := to.Sub(from).Seconds()
	for at := from; at.Before(to); {
		until := earlier(n.change(p, at), to)
		n.part(p, at, until, people*until.Sub(at).Seconds()/takes)
		at = until
	}
}

// change is when it next becomes night, morning or another day in one of the zones of a place.
func (n *nights) change(p *hours.Place, at time.Time) time.Time {
	next := at.Add(24 * time.Hour)
	for _, zone := range p.Zones {
		local := at.In(zone)
		for _, minutes := range [...]int{0, morning, evening, day} {
			// Of a time that the day has not, Date makes one beside it: then this is only one more step.
			t := time.Date(local.Year(), local.Month(), local.Day(), 0, minutes, 0, 0, zone)
			if t.After(at) {
				next = earlier(next, t)
			}
		}
	}
	return next
}

// part adds people who are sent to while in no zone of their place it becomes night, morning or another day.
func (n *nights) part(p *hours.Place, from, to time.Time, people float64) {
	night, sunday := reached{from: day, to: -day}, reached{from: day, to: -day}
	takes := int(math.Ceil(to.Sub(from).Minutes()))
	for _, zone := range p.Zones {
		local := from.In(zone)
		if n.window != nil && sameClock(local, from.In(n.window)) {
			continue // these hours were said of their own clock
		}
		minutes := local.Hour()*60 + local.Minute()
		if local.Weekday() == time.Sunday {
			sunday.widen(people, minutes, min(minutes+takes, day))
		}
		switch {
		case minutes < morning:
			night.widen(people, minutes, min(minutes+takes, morning))
		case minutes >= evening:
			night.widen(people, minutes-day, min(minutes-day+takes, 0))
		}
	}
	if night.people == 0 && sunday.people == 0 {
		return
	}
	all := n.places[p]
	if all == nil {
		all = &[2]reached{{from: day, to: -day}, {from: day, to: -day}}
		n.places[p] = all
		n.order = append(n.order, p)
	}
	for i, r := range [...]reached{night, sunday} {
		all[i].people += r.people
		all[i].from, all[i].to = min(all[i].from, r.from), max(all[i].to, r.to)
	}
}

// widen makes it people who are reached at these minutes too.
func (r *reached) widen(people float64, from, to int) {
	r.people, r.from, r.to = people, min(r.from, from), max(r.to, to)
}

func sameClock(a, b time.Time) bool {
	_, one := a.Zone()
	_, other := b.Zone()
	return one == other
}

// counted returns what was gathered, place by place, the most people first.
func (n *nights) counted() (night, sunday []Night) {
	for i, list := range [...]*[]Night{&night, &sunday} {
		slices.SortStableFunc(n.order, func(a, b *hours.Place) int { return cmp.Compare(n.places[b][i].people, n.places[a][i].people) })
		sum, counted := 0.0, 0
		for _, p := range n.order {
			r := n.places[p][i]
			sum += r.people
			if people := int(math.Ceil(sum-few)) - counted; people > 0 {
				*list = append(*list, Night{p, people, r.from, r.to})
				counted += people
			}
		}
	}
	return night, sunday
}
