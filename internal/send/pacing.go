package send

import (
	"time"

	"sendoff/internal/pace"
	"sendoff/internal/sinch"
)

const (
	// permitAge is how old a permit may be when its request leaves: after a stalled disk or a sleep, a burst of old ones would exceed the rate.
	permitAge = 100 * time.Millisecond

	retryBase  = 500 * time.Millisecond
	retryLimit = time.Minute
)

// pace hands out permits, one goroutine for all workers.
func (s *sender) pace() {
	for {
		s.mu.Lock()
		wait := s.pacer.Next(time.Now())
		s.Progress.Rate.Store(int64(s.pacer.Rate()))
		s.mu.Unlock()
		// A 429 that came meanwhile holds back permits that were taken before it.
		for wait > 0 {
			if !s.sleep(wait) {
				return
			}
			s.mu.Lock()
			wait = s.pacer.Paused(time.Now())
			s.mu.Unlock()
		}
		select {
		case s.permits <- struct{}{}:
		case <-s.admitting.Done():
			return
		}
	}
}

// permit waits for a permit, and returns false where rows are no longer admitted. One that was on offer when a pause began is void.
func (s *sender) permit() bool {
	for {
		select {
		case <-s.permits:
		case <-s.admitting.Done():
			return false
		}
		s.mu.Lock()
		now := time.Now()
		paused := s.pacer.Paused(now)
		if s.awake.slept(now) {
			s.Client.Close()
		}
		s.mu.Unlock()
		if paused <= 0 {
			return s.admitting.Err() == nil // select is blind where both are ready
		}
		if !s.sleep(paused) {
			return false
		}
	}
}

// unsent lets everybody wait after an attempt of which nothing was written, since the next one would fare no better, and reports whether
// there is to be another.
func (s *sender) unsent(j *job, o sinch.Outcome) (again bool) {
	if judge(o, false) == halt {
		s.halt(&Stop{Refused, Remedy(o)})
		return false
	}
	now := time.Now()
	failures, stop := s.brakes.unreachable(j.describe(o), s.Valve.Clock(now)) // a pause is no silence
	if stop != nil {
		s.halt(stop)
		return false
	}
	// Workers fail together, so their failures count as one step of the backoff.
	step := 1 + failures/s.MaxInFlight
	wait := max(pace.Backoff(step, retryBase, min(retryLimit, s.GiveUp/4)), o.RetryAfter)
	j.due = now.Add(wait)
	s.mu.Lock()
	s.pacer.Pause(j.due)
	s.mu.Unlock()
	return true
}
