package pace

import (
	"testing"
	"time"
	"unsafe"
)

// set returns t as it would be had the clock been put forward by d before: the monotonic reading is the same.
func set(t testing.TB, now time.Time, d time.Duration) time.Time {
	t.Helper()
	later := now
	*(*uint64)(unsafe.Pointer(&later)) += uint64(d/time.Second) << 30 // package time: seconds stand above 30 bits of nanoseconds
	if later.Sub(now) != 0 || later.Round(0).Sub(now.Round(0)) != d {
		t.Fatal("package time keeps its times in another way now")
	}
	return later
}

// A clock that is set while we send changes nothing, also not what a 429 amounts to.
func TestClockIsSet(t *testing.T) {
	for _, d := range []time.Duration{24 * time.Hour, -24 * time.Hour} {
		steady, jumpy := New(400), New(400)
		began := time.Now()
		for i := range 4000 {
			now := began.Add(time.Duration(i) * 5 * time.Millisecond)
			shown := now
			if i >= 2000 {
				shown = set(t, now, d)
			}
			if a, b := steady.Next(now), jumpy.Next(shown); a != b {
				t.Fatalf("%v after the clock was set by %v: next in %v, want %v", time.Duration(i-2000)*5*time.Millisecond, d, b, a)
			}
			if i%1000 == 500 {
				steady.Throttled(now, 0)
				jumpy.Throttled(shown, 0)
			}
			if i < 2000 || i%2 == 0 {
				steady.Accepted(now)
				jumpy.Accepted(shown)
			}
		}
	}
}
