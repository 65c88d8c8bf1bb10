package cli

import (
	"math"
	"testing"
	"time"
)

// Neither a slow beginning nor a long pause makes a run look slow for ever.
func TestSpeed(t *testing.T) {
	var s speed
	now, settled := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), 100.0 // by earlier starts
	run := func(d time.Duration, perSecond float64, isHeld bool) {
		for end := now.Add(d); now.Before(end); {
			s.tell(now, int64(settled), isHeld)
			now = now.Add(barEvery)
			settled += perSecond * barEvery.Seconds()
		}
		s.tell(now, int64(settled), isHeld)
	}
	check := func(what string, recently, overall float64) {
		t.Helper()
		gotRecently, gotOverall := s.now()
		if math.Abs(gotRecently-recently) > 0.6 || math.Abs(gotOverall-overall) > 0.6 {
			t.Errorf("%s: %.1f, %.1f overall, want %.1f, %.1f", what, gotRecently, gotOverall, recently, overall)
		}
	}
	check("nothing was told", 0, 0)
	run(time.Minute, 10, false)
	check("a slow minute", 10, 10)
	run(12*time.Second, 40, false)
	check("then faster", 40, 15)
	run(10*time.Hour, 0, true)
	check("a night", 40, 15)
	run(2*time.Second, 40, false)
	check("in the morning", 40, 15.7)
	run(11*time.Second, 0, false)
	check("it stands still for no reason", 0, 13.7)
}
