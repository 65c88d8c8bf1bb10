package calendar

import (
	"cmp"
	"math"
	"slices"
	"time"

	"sendoff/campaign"
	"sendoff/internal/hours"
)

// Group is how many people are in one place.
type Group struct {
	Place  *hours.Place // nil: nobody has asked where they are, and they may get messages at any hour
	People int
}

// Config says what is sent when.
type Config struct {
	Groups []Group
	Clock  *hours.Clock    // nil: people may get messages at any hour
	Window campaign.Window // which the clock follows
	Begin  time.Time       // when the first message may leave
	Late   time.Time       // when it is too late; zero: never
	Rate   float64         // messages a second, above 0
	Zone   *time.Location  // whose hours those of the calendar are
}

// Calendar says when people are sent to.
type Calendar struct {
	Begin, End time.Time // of sending; both zero where nobody is sent to
	Rows       []Row     // of the groups, in their order
	Hours      []Hour    // in which somebody is sent to

	Shut   int // people whose hours open only when it is too late
	Slow   int // whom the pace does not reach in time, estimated
	Never  int // who never have an hour
	Nights []Night
	Sunday []Night
}

// TooLate is how many people will be skipped as expired.
func (c *Calendar) TooLate() int { return c.Shut + c.Slow }

// Row is when the people of a group are sent to.
type Row struct {
	Group
	From, To time.Time // both zero where none of them is

	Shut, Slow, Never int // as in Calendar
}

// Hour is how many people are sent to in an hour of the clock.
type Hour struct {
	From   time.Time
	People int
}

// Horizon is how far the calendar looks.
const Horizon = 365 * 24 * time.Hour

const (
	few  = 1e-6 // is less than any person
	near = 1e-9 // of a file is no way
)

// stream is what is left of a group.
type stream struct {
	row  *Row
	left float64
	span hours.Span // the one that is open, or opens next
}

// at is how far in the file the group has got: from 0 to 1.
func (s *stream) at() float64 { return 1 - s.left/float64(s.row.People) }

// maker makes a calendar.
type maker struct {
	Config
	end     time.Time // when it is too late, or the calendar ends
	streams []*stream // that may still be sent to
	sent    map[time.Time]float64
	nights  *nights
	made    *Calendar
}

// New makes the calendar of a campaign.
func New(c Config) *Calendar {
	c.Begin = c.Begin.Round(0) // a time with a monotonic clock is not that time without it
	m := &maker{Config: c, end: c.Begin.Add(Horizon), sent: map[time.Time]float64{}, nights: newNights(c.Window), made: &Calendar{Rows: make([]Row, len(c.Groups))}}
	if !c.Late.IsZero() && c.Late.Before(m.end) {
		m.end = c.Late
	}
	all := m.open()
	for now := c.Begin; len(m.streams) > 0 && now.Before(m.end); {
		now = m.advance(now)
	}
	m.count(all)
	return m.made
}

// open finds out when each group may first be sent to, and returns those for whom that is in time.
func (m *maker) open() []*stream {
	for i, g := range m.Groups {
		row := &m.made.Rows[i]
		row.Group = g
		span := m.next(g.Place, m.Begin)
		switch {
		case g.People == 0:
		case span.IsZero():
			row.Never = g.People
		case !span.From.Before(m.end):
			row.Shut = g.People
		default:
			m.streams = append(m.streams, &stream{row, float64(g.People), span})
		}
	}
	return slices.Clone(m.streams)
}

// next is the first time, of which some is left after now, during which people of a place may get messages.
func (m *maker) next(p *hours.Place, now time.Time) hours.Span {
	if m.Clock == nil || p == nil {
		return hours.Span{From: m.Begin, To: m.Begin.Add(Horizon)}
	}
	return m.Clock.Next(p, now)
}

// advance sends to whoever may get a message, until that changes, and returns when it does. People get theirs in the order of the file, over which
// the people of each place are taken to be spread: of the open places, the one that has got least far in it goes on.
func (m *maker) advance(now time.Time) time.Time {
	m.streams = slices.DeleteFunc(m.streams, func(s *stream) bool {
		if !now.Before(s.span.To) {
			s.span = m.next(s.row.Place, now)
		}
		return s.span.IsZero() // there is no other hour within a year: the rest of them comes too late
	})
	until := m.end
	var open []*stream
	for _, s := range m.streams {
		if s.span.From.After(now) {
			until = earlier(until, s.span.From)
			continue
		}
		open = append(open, s)
		until = earlier(until, s.span.To)
	}
	if len(open) == 0 {
		return until
	}
	slices.SortStableFunc(open, func(a, b *stream) int { return cmp.Compare(a.at(), b.at()) })
	people, first, next := 0.0, 0, 1.0 // of those who are sent to, and up to where in the file
	for ; first < len(open); first++ {
		if at := open[first].at(); at > open[0].at()+near {
			next = at
			break
		}
		people += float64(open[first].row.People)
	}
	share := until.Sub(now).Seconds() * m.Rate / people // of the file
	if most := next - open[0].at(); share >= most {
		share = most
		until = now.Add(max(time.Duration(people*share/m.Rate*float64(time.Second)), 1)) // time goes on however few they are
	}
	m.flow(open[:first], now, until, share)
	m.streams = slices.DeleteFunc(m.streams, func(s *stream) bool { return s.left < few })
	return until
}

// flow sends, from one time to another, to all who stand in a share of the file.
func (m *maker) flow(streams []*stream, from, to time.Time, share float64) {
	all := 0.0
	for _, s := range streams {
		people := min(float64(s.row.People)*share, s.left)
		s.left -= people
		all += people
		if s.row.From.IsZero() {
			s.row.From = from
		}
		s.row.To = to
		m.nights.add(s.row.Place, from, to, people)
	}
	takes := to.Sub(from).Seconds()
	for at := from; at.Before(to); {
		hour := startOfHour(at.In(m.Zone))
		until := earlier(hour.Add(time.Hour), to)
		m.sent[hour] += all * until.Sub(at).Seconds() / takes
		at = until
	}
}

// count makes whole people of what has flowed, so that they add up.
func (m *maker) count(streams []*stream) {
	sum, slow := 0.0, 0
	for _, s := range streams {
		sum += s.left
		s.row.Slow = whole(sum) - slow
		slow += s.row.Slow
	}
	for _, r := range m.made.Rows {
		m.made.Shut += r.Shut
		m.made.Slow += r.Slow
		m.made.Never += r.Never
		if r.From.IsZero() {
			continue
		}
		if m.made.Begin.IsZero() || r.From.Before(m.made.Begin) {
			m.made.Begin = r.From
		}
		if r.To.After(m.made.End) {
			m.made.End = r.To
		}
	}
	for hour := range m.sent {
		m.made.Hours = append(m.made.Hours, Hour{From: hour})
	}
	slices.SortFunc(m.made.Hours, func(a, b Hour) int { return a.From.Compare(b.From) })
	sum, sent := 0.0, 0
	for i := range m.made.Hours {
		h := &m.made.Hours[i]
		sum += m.sent[h.From]
		h.People = whole(sum) - sent
		sent += h.People
	}
	m.made.Nights, m.made.Sunday = m.nights.counted()
}

// whole makes whole people of a number of them.
func whole(people float64) int { return int(math.Round(people)) }

// startOfHour is when the hour of the clock began that t is in. Clocks of some zones are half an hour or a quarter off.
func startOfHour(t time.Time) time.Time {
	return t.Add(-time.Duration(t.Minute())*time.Minute - time.Duration(t.Second())*time.Second - time.Duration(t.Nanosecond()))
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
