// Package pace says when the next request may leave. It is pure: time and answers go in, a delay comes out. It starts no goroutine
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
package pace

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

const (
	decrease = 0.7 // what is left of the rate after a 429
	growth   = 0.4 // CUBIC's C, in requests/s per s³
	slowest  = 0.5 // requests/s, however many 429s come
	// guard is the least time between two decreases: the answers to requests that were on their way say nothing new.
	guard = time.Second
)

// Pacer spaces requests. It is not safe for concurrent use.
type Pacer struct {
	ceiling float64 // requests/s, never exceeded
	limit   *rate.Limiter
	paused  time.Time // nothing leaves before

	// Since a decrease: when, from which rate, and how long the way back takes. Zero time: at the ceiling.
	decreased time.Time
	before    float64
	wayBack   float64 // s

	accepted window
}

// New returns a pacer that lets at most perSecond requests a second through, in bursts of 10 ms' worth.
func New(perSecond float64) *Pacer {
	burst := max(1, int(perSecond/100))
	return &Pacer{ceiling: perSecond, limit: rate.NewLimiter(rate.Limit(perSecond), burst)}
}

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

// Accepted tells that a request was accepted.
func (p *Pacer) Accepted(now time.Time) { p.accepted.add(now) }

// Throttled tells that a request was answered with 429, and what its Retry-After asked for, if anything. The wait is taken as it is:
// what is too long has been cut by who read the answer.
func (p *Pacer) Throttled(now time.Time, retryAfter time.Duration) {
	if retryAfter > 0 {
		p.Pause(now.Add(retryAfter))
	}
	if !p.decreased.IsZero() && now.Sub(p.decreased) < guard {
		return
	}
	p.before = p.Rate()
	low := p.before
	if n := p.accepted.lastSecond(now); n > 0 {
		low = min(low, float64(n))
	}
	low = max(low*decrease, min(slowest, p.ceiling))
	p.decreased = now
	p.wayBack = math.Cbrt((p.before - low) / growth)
	p.set(now, low)
}

// Pause lets nothing leave before until.
func (p *Pacer) Pause(until time.Time) {
	if until.After(p.paused) {
		p.paused = until
	}
}

// recover moves the rate along the curve back to where it was before the decrease, and beyond it up to the ceiling.
func (p *Pacer) recover(now time.Time) {
	if p.decreased.IsZero() {
		return
	}
	t := now.Sub(p.decreased).Seconds() - p.wayBack
	to := p.before + growth*t*t*t
	if to >= p.ceiling {
		to, p.decreased = p.ceiling, time.Time{}
	}
	if to > p.Rate() {
		p.set(now, to)
	}
}

func (p *Pacer) set(now time.Time, perSecond float64) { p.limit.SetLimitAt(now, rate.Limit(perSecond)) }

// window counts the events of the last second, in whole tenths. Like everything here it goes by differences of times, which do not change
// when the clock is set.
type window struct {
	began  time.Time
	tenths [11]int // ten whole ones, and the one that is running
	at     int64   // number of the running tenth since began
}

func (w *window) add(now time.Time) {
	w.move(now)
	w.tenths[w.at%11]++
}

func (w *window) lastSecond(now time.Time) int {
	w.move(now)
	n := -w.tenths[w.at%11]
	for _, c := range w.tenths {
		n += c
	}
	return n
}

func (w *window) move(now time.Time) {
	if w.began.IsZero() {
		w.began = now
	}
	at := int64(now.Sub(w.began) / (100 * time.Millisecond))
	for i := max(w.at, at-11); i < at; i++ {
		w.tenths[(i+1)%11] = 0
	}
	w.at = max(w.at, at)
}
