package pace

import (
	"math"
	"time"
)

const (
	readings = 6               // of the queue in the time of work that may wait there
	soonest  = time.Second     // after one reading comes the next …
	latest   = 5 * time.Second // … and so late at most
	outdated = 3               // intervals after which a reading says nothing any more
	// modelled is the part of the app's rate by which the queue is taken to drain where nobody can read it.
	modelled = 0.9

	tolerance      = 2 * time.Second // of the app's work may wait beyond what is ours …
	leastTolerance = 5               // … and so many messages in any case
)

// Backlog keeps what waits in the app's queue within bounds, and tells what of it is ours. It is not safe for concurrent use.
type Backlog struct {
	drain float64 // messages a second that the app hands on
	ahead time.Duration

	inFlight   int       // begun, and not ended
	read       time.Time // when the reading was asked for that counts; zero: there is none
	size       int       // that it found
	since      int       // those that it may not have counted: under way when it was asked for, or begun later
	asked      time.Time // when a reading was asked for that has not come
	sinceAsked int       // likewise
	oursAsked  float64   // of ours, when it was asked for
	failed     bool      // the last reading has failed, or said nothing
	news       bool      // something was begun since a reading was asked for

	model leak // what waits, where readings fail; what is under way comes on top of it
	ours  leak // what of ours waits, at most
}

// NewBacklog returns the backlog of an app that hands on drain messages a second, of whose work so much may wait.
func NewBacklog(drain float64, ahead time.Duration) *Backlog {
	return &Backlog{drain: drain, ahead: ahead}
}

// SetDrain says how many messages a second the app hands on now.
func (b *Backlog) SetDrain(now time.Time, perSecond float64) {
	b.model.move(now, b.drain*modelled)
	b.ours.move(now, b.drain)
	b.drain = perSecond
}

// Drain returns how many messages a second the app hands on.
func (b *Backlog) Drain() float64 { return b.drain }

// Interval is the time between two readings.
func (b *Backlog) Interval() time.Duration { return min(max(b.ahead/readings, soonest), latest) }

// Bound is how many messages may wait: one at least.
func (b *Backlog) Bound() int { return max(1, int(b.drain*b.ahead.Seconds())) }

// Room reports whether one more may be begun. Where it may not for want of a reading, wanted is true: none that still counts has come, nor has
// one failed.
func (b *Backlog) Room(now time.Time) (room, wanted bool) {
	switch isRead := !b.read.IsZero() && now.Sub(b.read) <= outdated*b.Interval(); {
	case isRead:
		left := b.Bound() - b.size
		if b.ahead >= 4*b.Interval() {
			left = (left + 1) / 2 // for another run may have read the same, and take the other half
		}
		return b.since < left, false
	case !b.failed:
		return false, true
	}
	b.model.move(now, b.drain*modelled)
	return b.inFlight+int(math.Ceil(b.model.level)) < b.Bound(), false
}

// Begin counts a message that may leave from now on.
func (b *Backlog) Begin() {
	b.inFlight++
	b.since++
	b.sinceAsked++
	b.news = true
}

// End tells what became of one: whether it is sure that Sinch has not taken it, which is so too where it did not leave.
func (b *Backlog) End(now time.Time, taken bool) {
	b.inFlight--
	if taken {
		b.model.add(now, b.drain*modelled, 1)
		b.ours.add(now, b.drain, 1)
		return
	}
	b.since--
	b.sinceAsked--
}

// Ask tells that the queue is asked for now.
func (b *Backlog) Ask(now time.Time) {
	b.ours.move(now, b.drain)
	b.asked, b.sinceAsked, b.oursAsked, b.news = now, b.inFlight, b.ours.level, false
}

// Fail tells that no answer came, or one that does not say how many wait.
func (b *Backlog) Fail() { b.failed = true }

// Read takes the answer to what Ask has asked, and returns how many of those that wait cannot be ours.
func (b *Backlog) Read(now time.Time, size int) (others int) {
	b.read, b.size, b.since, b.failed = b.asked, size, b.sinceAsked, false
	b.model.move(now, b.drain*modelled)
	b.model.level = float64(b.size + b.since - b.inFlight)
	others = size - int(b.oursAsked+1) - b.sinceAsked
	b.ours.move(now, b.drain)
	b.ours.level = min(b.ours.level, b.model.level) // the app is faster than it says
	return max(0, others)
}

// Crowded reports whether so many messages of others are more than chance.
func (b *Backlog) Crowded(others int) bool {
	return others > max(leastTolerance, int(b.drain*tolerance.Seconds()))
}

// Ours estimates how many of ours wait.
func (b *Backlog) Ours(now time.Time) int {
	b.ours.move(now, b.drain)
	return int(math.Ceil(b.ours.level))
}

// Begun reports whether anything was begun since a reading was asked for.
func (b *Backlog) Begun() bool { return b.news }

// leak is a level that falls evenly, to 0 at least.
type leak struct {
	level float64
	at    time.Time
}

func (l *leak) move(now time.Time, perSecond float64) {
	if !l.at.IsZero() {
		l.level = max(0, l.level-perSecond*now.Sub(l.at).Seconds())
	}
	l.at = now
}

func (l *leak) add(now time.Time, perSecond, n float64) {
	l.move(now, perSecond)
	l.level = max(0, l.level+n)
}
