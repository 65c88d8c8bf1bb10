package pace

import (
	"testing"
	"time"
)

func TestQuantiles(t *testing.T) {
	var q quantiles
	for i := range 10_000 {
		q.add(time.Duration(i*37%100+1) * time.Millisecond)
	}
	if q.half < 30*time.Millisecond || q.half > 75*time.Millisecond {
		t.Errorf("half of 1 to 100 ms is %v", q.half)
	}
	if q.high < 85*time.Millisecond || q.high > 125*time.Millisecond {
		t.Errorf("95 %% of 1 to 100 ms is %v", q.high)
	}
	for _, d := range []time.Duration{0, 1, 4, 5, 7, 8, time.Microsecond, time.Hour} {
		if top := upper(class(d)); top < d || d >= fine && float64(top) > 1.26*float64(d) {
			t.Errorf("%v is counted as %v", d, top)
		}
	}
}

func TestInFlight(t *testing.T) {
	var l Latency
	if got := l.InFlight(20, 64); got != 64 {
		t.Errorf("InFlight = %d with nothing to go by", got)
	}
	now := start
	add := func(n int, d time.Duration) (slow int) {
		for range n {
			now = now.Add(50 * time.Millisecond)
			if l.Add(now, d, d) {
				slow++
			}
		}
		return slow
	}
	add(1000, 100*time.Millisecond)
	if got := l.InFlight(20, 64); got != 4 {
		t.Errorf("InFlight(20/s) = %d where answers take 100 ms", got)
	}
	if got := l.InFlight(800, 256); got < 120 || got > 152 {
		t.Errorf("InFlight(800/s) = %d where answers take 100 ms", got)
	}
	if got := l.InFlight(20, 2); got != 2 {
		t.Errorf("InFlight = %d of 2", got)
	}
	if slow := add(1000, 300*time.Millisecond); slow != 0 {
		t.Errorf("three times the quickest was slow %d times", slow)
	}
	// Ten seconds of slow answers are a signal, and again after ten more; soon more of them may be under way.
	if slow := add(600, 2*time.Second); slow < 1 || slow > 3 {
		t.Errorf("thirty seconds of slow answers gave %d signals", slow)
	}
	if got := l.InFlight(20, 256); got < 60 || got > 76 {
		t.Errorf("InFlight(20/s) = %d where answers take 2 s", got)
	}
}
