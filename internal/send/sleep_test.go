package send

import (
	"context"
	"net/http"
	"testing"
	"time"
	"unsafe"
)

// set returns t as it would be had the clock been put forward by d before, or the machine slept so long: the monotonic reading is the same.
func set(t testing.TB, now time.Time, d time.Duration) time.Time {
	t.Helper()
	later := now
	*(*uint64)(unsafe.Pointer(&later)) += uint64(d/time.Second) << 30 // package time: seconds stand above 30 bits of nanoseconds
	if later.Sub(now) != 0 || later.Round(0).Sub(now.Round(0)) != d {
		t.Fatal("package time keeps its times in another way now")
	}
	return later
}

func TestSlept(t *testing.T) {
	now := time.Now()
	tests := []struct {
		monotonic, sleep time.Duration
		slept            bool
		elapsed          time.Duration
	}{
		{time.Minute, 0, false, time.Minute},
		{time.Second, time.Second, false, 2 * time.Second},
		{time.Second, 8 * time.Hour, true, 8*time.Hour + time.Second},
		{time.Second, -24 * time.Hour, false, time.Second}, // the clock was put back
	}
	for _, tc := range tests {
		later := set(t, now.Add(tc.monotonic), tc.sleep)
		a := awake{last: now}
		if got := a.slept(later); got != tc.slept {
			t.Errorf("%v, asleep for %v: slept = %v", tc.monotonic, tc.sleep, got)
		}
		if a.slept(later.Add(time.Second)) {
			t.Errorf("%v, asleep for %v: slept again", tc.monotonic, tc.sleep)
		}
		if got := elapsed(now, later); got != tc.elapsed {
			t.Errorf("elapsed = %v, want %v", got, tc.elapsed)
		}
	}
	if new(awake).slept(now) {
		t.Error("slept before the first call")
	}
}

// closing counts how often idle connections are dropped.
type closing struct {
	http.RoundTripper
	closed int
}

func (c *closing) CloseIdleConnections() { c.closed++ }

// After a sleep nothing leaves on a connection from before.
func TestPermitAfterSleepDropsConnections(t *testing.T) {
	w := newWorld(t, 1)
	defer w.run.Close()
	transport := &closing{RoundTripper: w}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := &sender{Config: w.config(transport), permits: make(chan struct{}, 2), freed: make(chan struct{}, 1), admitting: ctx}
	s.setPace(time.Now())
	s.awake.last = set(t, time.Now(), -time.Hour)
	for range 2 {
		s.permits <- struct{}{}
		if !s.permit(new(job)) || transport.closed != 1 {
			t.Errorf("connections were dropped %d times, want once", transport.closed)
		}
	}
}
