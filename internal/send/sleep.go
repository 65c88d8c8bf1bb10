package send

import "time"

// leastSleep is how far the clocks must come apart before the machine counts as having slept.
const leastSleep = 2 * time.Second

// awake notices that the machine has slept. The monotonic clock, by which connections are kept and requests time out, may stand still then
// (clock_gettime(2)), so that idle connections look fresh which the server gave up long ago: what is written on them would be in doubt.
type awake struct{ last time.Time }

// slept reports whether the machine has slept since the last call. A clock that was put forward looks the same, and costs a few new
// connections.
func (a *awake) slept(now time.Time) bool {
	last := a.last
	a.last = now
	return !last.IsZero() && elapsed(last, now)-now.Sub(last) > leastSleep
}

// elapsed is how long ago from was, by the clock that says more: sleep counts, and a clock that was put back does not.
func elapsed(from, now time.Time) time.Duration {
	return max(now.Sub(from), now.Round(0).Sub(from.Round(0)))
}
