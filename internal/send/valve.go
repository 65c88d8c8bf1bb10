package send

import (
	"context"
	"sync"
	"time"
)

// Valve holds messages back while it is shut: what is under way gets its answer, look-ups go on, and nothing new leaves. Its zero value is
// open. Its methods may be called at any time, also before and after [Send].
type Valve struct {
	mu     sync.Mutex
	shut   chan struct{} // closed when it opens; nil while it is open
	since  time.Time     // where it is shut
	before time.Duration // how long it was shut, this time not counted
}

// Pause shuts the valve, and returns false where it was shut already.
func (v *Valve) Pause() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.shut != nil {
		return false
	}
	v.shut, v.since = make(chan struct{}), time.Now()
	return true
}

// Continue opens the valve, and returns false where it was open already.
func (v *Valve) Continue() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.shut == nil {
		return false
	}
	close(v.shut)
	v.before += time.Since(v.since)
	v.shut = nil
	return true
}

// Paused reports whether the valve is shut.
func (v *Valve) Paused() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.shut != nil
}

// Clock returns now less the time for which the valve was shut until then: a clock that stands still meanwhile.
func (v *Valve) Clock(now time.Time) time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.shut != nil {
		return v.since.Add(-v.before)
	}
	return now.Add(-v.before)
}

// await returns when the valve is open; or false when ctx ends before.
func (v *Valve) await(ctx context.Context) bool {
	v.mu.Lock()
	shut := v.shut
	v.mu.Unlock()
	if shut == nil {
		return true
	}
	select {
	case <-shut:
		return true
	case <-ctx.Done():
		return false
	}
}
