package pace

import (
	"math"
	"time"
)

const (
	coldest = 0.1 // of the ceiling, when a warm-up begins
	// holds is the part of a warm-up for which it stands still after trouble: a third, in which it would have doubled.
	holds = 0.3
)

// warmUp lets the rate rise evenly from a tenth of what is allowed, doubling again and again. The zero warmUp is over.
type warmUp struct {
	takes time.Duration
	done  time.Duration // of it
	last  time.Time     // when done was counted; zero: it has not begun
	held  time.Time     // it stands still until then
}

// factor is the part of the ceiling that is allowed.
func (w *warmUp) factor(now time.Time) float64 {
	if w.done >= w.takes {
		return 1
	}
	if w.last.IsZero() {
		w.last = now
	}
	from := w.last
	if w.held.After(from) {
		from = w.held
	}
	w.done += max(0, now.Sub(from))
	w.last = now
	return min(1, math.Pow(coldest, 1-float64(w.done)/float64(w.takes)))
}

// hold makes it stand still for some time from now on.
func (w *warmUp) hold(now time.Time) {
	if w.done >= w.takes {
		return
	}
	w.factor(now)
	w.held = now.Add(time.Duration(holds * float64(w.takes)))
}

// left is how long it takes at least until it is over.
func (w *warmUp) left(now time.Time) time.Duration {
	return max(0, w.takes-w.done) + max(0, w.held.Sub(now))
}
