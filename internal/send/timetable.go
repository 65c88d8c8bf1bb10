package send

import (
	"time"

	"sendoff/campaign"
	"sendoff/internal/hours"
)

// timetable knows at which times the people of a run may get messages. One goroutine uses it.
type timetable struct {
	clock    *hours.Clock         // nil: at any
	notAfter time.Time            // as [Config] has it
	expires  time.Time            // likewise
	delay    func() time.Duration // how long a message may wait at Sinch until it is handed on
	spans    map[*hours.Place]opening
}

// opening is what the clock has said of a place.
type opening struct {
	asked time.Time
	span  hours.Span
}

// entry is what stands in the timetable for somebody.
type entry struct {
	place *hours.Place // nil: they may get messages at any time
	span  hours.Span   // in which they may; zero where place is nil
	why   string       // they cannot get theirs any more: the reason
}

// Why somebody is left out as expired.
const (
	notAfterPassed = "not_after had passed"
	neverOpen      = "their hours never open"
	opensTooLate   = "not_after passes before their hours open"
	worthless      = "too late to be worth getting"
)

// least is for how long a message has to be worth getting: Sinch takes no shorter ttl.
const least = 3 * time.Second

// look returns what holds for somebody from now on.
func (t *timetable) look(r *campaign.Recipient, now time.Time) entry {
	if t.clock == nil {
		return entry{}
	}
	e := entry{place: t.clock.Place(r)}
	e.span = t.span(e.place, now)
	opens := e.span.From
	if opens.Before(now) {
		opens = now
	}
	switch {
	case e.span.IsZero():
		e.why = neverOpen
	case opens.After(now) && !t.notAfter.IsZero() && !opens.Before(t.notAfter):
		e.why = opensTooLate
	case opens.After(now) && !t.expires.IsZero() && t.expires.Sub(opens)-t.delay() < least:
		e.why = worthless
	}
	return e
}

// span returns the hours during which a message to a place leaves that leaves as early as it may.
func (t *timetable) span(p *hours.Place, now time.Time) hours.Span {
	o, isKnown := t.spans[p]
	isBack := now.Before(o.asked) // the clock was put back
	if isKnown && !isBack && (o.span.IsZero() || inTime(o.span, now, t.delay()) || o.span.From.After(now)) {
		return o.span
	}
	o = opening{asked: now, span: t.clock.Next(p, now)}
	if !o.span.IsZero() && !o.span.From.After(now) && !inTime(o.span, now, t.delay()) { // what leaves now arrives when they are over
		o.span = t.clock.Next(p, o.span.To)
	}
	t.spans[p] = o
	return o.span
}

// inTime reports whether a message that leaves now, and is handed on after a delay at most, arrives within hours.
func inTime(s hours.Span, now time.Time, delay time.Duration) bool {
	return !now.Before(s.From) && now.Add(delay+permitAge).Before(s.To)
}
