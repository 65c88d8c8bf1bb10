package pace

import (
	"math"
	"testing"
	"time"
)

var start = time.Date(2026, 3, 28, 9, 0, 0, 0, time.UTC)

// clock drives a pacer as its goroutine would, and remembers when requests left.
type clock struct {
	*Pacer
	now  time.Time
	left []time.Time
}

func newClock(perSecond float64) *clock { return &clock{Pacer: New(perSecond), now: start} }

// run lets requests leave until the time is over; answer tells what came of each.
func (c *clock) run(d time.Duration, answer func(now time.Time)) {
	for end := c.now.Add(d); ; {
		next := c.now.Add(c.Next(c.now))
		if next.After(end) {
			c.now = end
			return
		}
		c.now = next
		c.left = append(c.left, next)
		if answer != nil {
			answer(next)
		}
	}
}

// most returns the largest number of requests in any window of length d.
func most(left []time.Time, d time.Duration) int {
	n, from := 0, 0
	for i, t := range left {
		for left[from].Add(d).Before(t) {
			from++
		}
		n = max(n, i-from+1)
	}
	return n
}

func TestRateIsHeldAndUsed(t *testing.T) {
	for _, perSecond := range []float64{0.5, 20, 800, 5000} {
		c := newClock(perSecond)
		const seconds = 60
		c.run(seconds*time.Second, nil)
		burst := max(1, perSecond/100)
		if n := most(c.left, time.Second); float64(n) > perSecond+burst+1 {
			t.Errorf("%v/s: %d in one second", perSecond, n)
		}
		if used := float64(len(c.left)) / (perSecond * seconds); used < 0.98 {
			t.Errorf("%v/s: %.3f of the allowance used", perSecond, used)
		}
	}
}

func TestThrottledSlowsEveryoneOncePerSecond(t *testing.T) {
	c := newClock(800)
	c.run(2*time.Second, c.Accepted)
	for range 50 {
		c.Throttled(c.now, 0)
	}
	if got := c.Rate(); math.Abs(got-560) > 10 {
		t.Errorf("after a storm the rate is %v, want about 560", got)
	}
	c.run(2*time.Second, nil)
	c.Throttled(c.now, 0)
	if got := c.Rate(); got > 560 {
		t.Errorf("a second 429 left the rate at %v", got)
	}
}

func TestRateComesBack(t *testing.T) {
	c := newClock(100)
	c.run(2*time.Second, c.Accepted)
	c.Throttled(c.now, 0)
	low := c.Rate()
	c.run(3*time.Second, c.Accepted)
	if c.Rate() <= low {
		t.Errorf("after 3 s the rate is still %v", c.Rate())
	}
	c.run(20*time.Second, c.Accepted)
	if c.Rate() != 100 {
		t.Errorf("after 23 s the rate is %v, want the ceiling", c.Rate())
	}
}

// A limit of 100 below a ceiling of 800 that nobody told us.
func TestFindsAnUnknownLimit(t *testing.T) {
	c := newClock(800)
	var accepted, refused int
	second, n := int64(0), 0
	c.run(2*time.Minute, func(now time.Time) {
		if now.Unix() != second {
			second, n = now.Unix(), 0
		}
		if n++; n > 100 {
			refused++
			c.Throttled(now, 0)
			return
		}
		accepted++
		c.Accepted(now)
	})
	if used := float64(accepted) / (100 * 120); used < 0.85 {
		t.Errorf("%.2f of the limit used", used)
	}
	if share := float64(refused) / float64(accepted); share > 0.2 {
		t.Errorf("%.2f refusals per accepted request", share)
	}
}

func TestRetryAfterIsObeyed(t *testing.T) {
	c := newClock(100)
	c.run(time.Second, c.Accepted)
	at := c.now
	c.Throttled(at, 7*time.Second)
	if got := c.Paused(at); got < 7*time.Second || got > 7*time.Second+waitJitter {
		t.Errorf("Paused = %v, want 7s and little more", got)
	}
	sent := len(c.left)
	c.run(20*time.Second, nil)
	if first := c.left[sent]; first.Before(at.Add(7 * time.Second)) {
		t.Errorf("the next request left after %v", first.Sub(at))
	}
}

func TestRetryAfterHasAnEnd(t *testing.T) {
	p := New(100)
	p.Throttled(start, 24*time.Hour)
	if got := p.Paused(start); got > longestWait+waitJitter {
		t.Errorf("Paused = %v", got)
	}
}

func TestWarmUp(t *testing.T) {
	c := newClock(800)
	c.WarmUp(start, 100*time.Second)
	for _, want := range []float64{80, 80 * math.Pow(10, 0.5), 800} {
		if got := c.Rate(); math.Abs(got/want-1) > 0.05 {
			t.Errorf("after %v the rate is %v, want %v", c.now.Sub(start), got, want)
		}
		c.run(50*time.Second, nil)
	}
	if why, _ := c.Why(c.now); why != AtCeiling {
		t.Errorf("Why = %v at the ceiling", why)
	}
}

// A 429 or doubt holds a warm-up, which then goes on from where it was.
func TestWarmUpIsHeld(t *testing.T) {
	c := newClock(800)
	c.WarmUp(start, 100*time.Second)
	c.run(50*time.Second, nil)
	before := c.Rate()
	c.Doubtful(c.now)
	c.run(29*time.Second, nil)
	if got := c.Rate(); math.Abs(got/before-1) > 0.02 {
		t.Errorf("while it is held the rate went from %v to %v", before, got)
	}
	if why, until := c.Why(c.now); why != WarmingUp || until.Sub(start).Round(time.Second) != 130*time.Second {
		t.Errorf("Why = %v, until %v after the start", why, until.Sub(start))
	}
	c.run(52*time.Second, nil)
	if c.Rate() != 800 {
		t.Errorf("the rate is %v in the end", c.Rate())
	}
}

func TestCeilingMoves(t *testing.T) {
	c := newClock(20)
	c.run(time.Minute, nil)
	c.SetCeiling(c.now, 800)
	n := len(c.left)
	c.run(time.Minute, nil)
	if got := len(c.left) - n; got < 48_000*98/100 || got > 48_000+10 {
		t.Errorf("%d left in a minute at 800/s", got)
	}
	c.SetCeiling(c.now, 5)
	n = len(c.left)
	c.run(time.Minute, nil)
	if got := len(c.left) - n; got < 295 || got > 302 {
		t.Errorf("%d left in a minute at 5/s", got)
	}
}

// Whoever gives way falls with every reading, to a tenth at least, and comes back when nobody waits any more.
func TestGivesWay(t *testing.T) {
	c := newClock(800)
	c.run(time.Second, nil)
	c.Yield(c.now, 20)
	if c.Rate() != 14 {
		t.Errorf("the rate fell to %v, want 0.7 of what the app hands on", c.Rate())
	}
	for range 20 {
		c.run(5*time.Second, nil)
		c.Yield(c.now, 20)
	}
	if got := c.Rate(); got != 2 {
		t.Errorf("the rate fell to %v, want a tenth", got)
	}
	if why, _ := c.Why(c.now); why != Yielding {
		t.Errorf("Why = %v", why)
	}
	c.Resume(c.now)
	c.run(30*time.Second, nil)
	if c.Rate() != 800 {
		t.Errorf("the rate is %v in the end", c.Rate())
	}
}

func TestHalved(t *testing.T) {
	c := newClock(100)
	c.Halve(c.now, true)
	c.run(time.Minute, nil)
	if n := len(c.left); n < 2990 || n > 3010 {
		t.Errorf("%d left in a minute at half of 100/s", n)
	}
	c.Halve(c.now, false)
	if c.Rate() != 100 {
		t.Errorf("the rate is %v afterwards", c.Rate())
	}
}

func TestNeverBelowTheFloor(t *testing.T) {
	for _, perSecond := range []float64{0.1, 20} {
		c := newClock(perSecond)
		for range 100 {
			c.now = c.now.Add(2 * time.Second)
			c.Throttled(c.now, 0)
		}
		if got, floor := c.Rate(), min(slowest, perSecond); got < floor {
			t.Errorf("%v/s fell to %v", perSecond, got)
		}
	}
}

func TestBackoff(t *testing.T) {
	if got := Backoff(0, time.Second, time.Minute); got != 0 {
		t.Errorf("Backoff(0) = %v", got)
	}
	for failures, top := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 7: time.Minute, 1000: time.Minute} {
		var longest time.Duration
		for range 200 {
			longest = max(longest, Backoff(failures, time.Second, time.Minute))
		}
		if longest > top || longest < top/2 {
			t.Errorf("Backoff(%d) reached %v of %v", failures, longest, top)
		}
	}
}
