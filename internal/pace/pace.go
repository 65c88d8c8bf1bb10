// Package pace says when the next request may leave. It is pure: times and answers go in, delays come out. It starts no goroutine
// and reads no clock, so that hours can be tested in a second.
//
// # Why one pacer
//
// x/time/rate hands out extra tokens when many goroutines contend for a limiter (golang/go#65508), and a goroutine that waits for
// every token reaches under 2,000 a second, since a timer sleeps half a millisecond. So one goroutine asks the [Pacer], and its
// bursts are 10 ms of the rate.
//
// # Why CUBIC
//
// On 429 the rate falls to 0.7 of what was really accepted, then returns to where it was along a cubic curve (RFC 9438, the constants
// of AWS's adaptive retry mode): slow near the limit that hurt, fast away from it. A moving limit is used to 99 %, with 0.07 % of 429s.
//
// # Why the queue is not trusted to drain
//
// Sinch takes what it is given and hands on what the app is allowed to; what waits in between nobody can recall. A [Backlog] counts all that
// was begun since the queue was last read on top of it, as though the app stood still meanwhile, so that no slow channel and no second sender
// makes the queue longer than was wanted.
//
// # Why a run gives way
//
// What others send through the same app waits in the same queue. Where more waits than can be ours the rate falls at every reading until it is
// gone. Several runs on one app do so together, and come to equal parts of it as TCP connections do.
package pace

import (
	"math"
	"math/rand/v2"
	"time"

	"golang.org/x/time/rate"
)

const (
	decrease = 0.7 // what is left of the rate after a 429, and where others wait
	slowing  = 0.9 // likewise where answers have become slow
	growth   = 0.4 // CUBIC's C, in requests/s per s³
	slowest  = 0.5 // requests/s, however many 429s come
	politest = 0.1 // of what is allowed, however many of others wait
	// guard is the least time between two decreases: the answers to requests that were on their way say nothing new.
	guard = time.Second

	longestWait = 5 * time.Minute        // that Retry-After may ask for
	waitJitter  = 250 * time.Millisecond // so that several processes do not come back at once
)

// Reason is why the rate is below the ceiling.
type Reason uint8

// The reasons.
const (
	AtCeiling Reason = iota
	WarmingUp        // it still rises
	Throttled        // after a 429
	Yielding         // to messages of others
	Slow             // since answers take long
)

// Pacer spaces requests. It is not safe for concurrent use.
type Pacer struct {
	ceiling float64 // requests/s, never exceeded
	halved  bool
	warmUp  warmUp
	limit   *rate.Limiter
	paused  time.Time // nothing leaves before

	// Since a decrease: when, why, from which rate, and how long the way back takes. Zero time: at the ceiling.
	decreased time.Time
	reason    Reason
	before    float64
	wayBack   float64 // s
	yielding  bool    // the way back has not begun

	accepted window
}

// New returns a pacer that lets at most perSecond requests a second through, in bursts of 10 ms' worth.
func New(perSecond float64) *Pacer {
	return &Pacer{ceiling: perSecond, limit: rate.NewLimiter(rate.Limit(perSecond), burst(perSecond))}
}

// WarmUp has the rate rise evenly from a tenth of the ceiling, from now on and for so long; 0: it is there at once.
func (p *Pacer) WarmUp(now time.Time, takes time.Duration) {
	p.warmUp = warmUp{takes: takes}
	p.set(now, p.top(now))
}

func burst(perSecond float64) int { return max(1, int(perSecond/100)) }

// Next takes the next permit and returns how long after now it is due. Times must not go backwards.
func (p *Pacer) Next(now time.Time) time.Duration {
	p.recover(now)
	from := now
	if p.paused.After(now) {
		from = p.paused
	}
	return from.Sub(now) + p.limit.ReserveN(from, 1).DelayFrom(from)
}

// Paused returns how long after now nothing may leave, whatever permits were taken before.
func (p *Pacer) Paused(now time.Time) time.Duration { return max(0, p.paused.Sub(now)) }

// Rate returns the requests a second that are allowed now.
func (p *Pacer) Rate() float64 { return float64(p.limit.Limit()) }

// Ceiling returns the requests a second that are allowed at best.
func (p *Pacer) Ceiling() float64 { return p.ceiling }

// Why returns why the rate is below the ceiling, and when it will be there if nothing happens, where that is known.
func (p *Pacer) Why(now time.Time) (Reason, time.Time) {
	p.recover(now) // permits may not have been asked for in a while
	switch {
	case !p.decreased.IsZero():
		return p.reason, time.Time{}
	case p.warmUp.factor(now) < 1:
		return WarmingUp, now.Add(p.warmUp.left(now))
	}
	return AtCeiling, time.Time{}
}

// SetCeiling moves the ceiling: what the app allows has changed.
func (p *Pacer) SetCeiling(now time.Time, perSecond float64) {
	if perSecond == p.ceiling {
		return
	}
	p.ceiling = perSecond
	p.limit.SetBurstAt(now, burst(perSecond))
	p.set(now, min(p.Rate(), p.top(now)))
	p.recover(now)
}

// Halve lets half of the ceiling through at most, or all of it again.
func (p *Pacer) Halve(now time.Time, halved bool) {
	if p.halved == halved {
		return
	}
	p.halved = halved
	p.set(now, min(p.Rate(), p.top(now)))
	p.recover(now)
}

// Accepted tells that a request was accepted.
func (p *Pacer) Accepted(now time.Time) { p.accepted.add(now) }

// Doubtful tells that a request was answered so that nobody knows whether it was accepted.
func (p *Pacer) Doubtful(now time.Time) { p.warmUp.hold(now) }

// Throttled tells that a request was answered with 429, and what its Retry-After asked for, if anything.
func (p *Pacer) Throttled(now time.Time, retryAfter time.Duration) {
	if retryAfter > 0 {
		p.Pause(now.Add(min(retryAfter, longestWait) + rand.N(waitJitter)))
	}
	p.warmUp.hold(now)
	if !p.decreased.IsZero() && now.Sub(p.decreased) < guard {
		return
	}
	low := p.Rate()
	if n := p.accepted.lastSecond(now); n > 0 {
		low = min(low, float64(n))
	}
	p.fall(now, Throttled, max(low*decrease, min(slowest, p.ceiling)))
}

// Slowed tells that answers have become slow.
func (p *Pacer) Slowed(now time.Time) {
	p.fall(now, Slow, max(p.Rate()*slowing, min(slowest, p.ceiling)))
}

// Yield tells that messages of others wait, at an app that hands on so many a second; the rate stays down until Resume.
func (p *Pacer) Yield(now time.Time, drain float64) {
	p.fall(now, Yielding, max(min(p.Rate(), drain)*decrease, politest*min(p.ceiling, drain)))
	p.yielding = true
}

// Resume tells that nothing of others waits any more, so that the way back begins.
func (p *Pacer) Resume(now time.Time) {
	if p.yielding {
		p.yielding, p.decreased = false, now
	}
}

// Pause lets nothing leave before until.
func (p *Pacer) Pause(until time.Time) {
	if until.After(p.paused) {
		p.paused = until
	}
}

// fall lowers the rate, from where it comes back along the curve.
func (p *Pacer) fall(now time.Time, why Reason, to float64) {
	p.before = p.Rate()
	to = min(to, p.before)
	p.decreased, p.reason = now, why
	p.wayBack = math.Cbrt((p.before - to) / growth)
	p.set(now, to)
}

// recover moves the rate along the curve back to where it was before the decrease, and beyond it up to what is allowed.
func (p *Pacer) recover(now time.Time) {
	top := p.top(now)
	to := top
	switch {
	case p.yielding:
		return
	case !p.decreased.IsZero():
		t := now.Sub(p.decreased).Seconds() - p.wayBack
		if to = p.before + growth*t*t*t; to >= top {
			to, p.decreased = top, time.Time{}
		}
	}
	if to > p.Rate() {
		p.set(now, to)
	}
}

// top is what is allowed at best now.
func (p *Pacer) top(now time.Time) float64 {
	top := p.ceiling * p.warmUp.factor(now)
	if p.halved {
		top /= 2
	}
	return top
}

func (p *Pacer) set(now time.Time, perSecond float64) { p.limit.SetLimitAt(now, rate.Limit(perSecond)) }
