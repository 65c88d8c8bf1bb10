package send

import (
	"time"

	"sendoff/internal/sinch"
)

// pass waits until the circuit lets a row through, and returns false where rows are no longer admitted. Rows that wait are not begun.
func (s *sender) pass(j *job) bool {
	for !j.probe && s.isOpen.Load() {
		s.mu.Lock()
		wait, probe := s.breaker.Admit(time.Now())
		j.probe = probe
		flipped := s.flipped
		s.mu.Unlock()
		if wait == 0 {
			break
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-flipped:
		case <-s.admitting.Done():
		}
		timer.Stop()
		if s.admitting.Err() != nil {
			return false
		}
	}
	return true
}

// heard tells the circuit what came of an attempt. Doubt counts as a failure too: whoever waits is spared it.
func (s *sender) heard(j *job, v verdict, o sinch.Outcome, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wasProbe := j.probe
	j.probe = false
	switch v {
	case inDoubt, serverError, unsent:
		if v == inDoubt {
			s.pacer.Doubtful(now)
		}
		if s.breaker.Failed(now, wasProbe, o.Status == 0) {
			until, _ := s.breaker.Open()
			s.Log.Warn("nothing leaves for some time, then one message tries", "until", until, "detail", j.describe(o))
			s.sayOutage(o, until)
		} else if !wasProbe {
			return
		}
	default:
		s.breaker.Answered(now, wasProbe, v == accepted || v == rejected)
		if !wasProbe {
			return
		}
		s.Log.Info("Sinch answers again")
		s.Progress.free(HinderedByOutage)
	}
	_, open := s.breaker.Open()
	s.isOpen.Store(open)
	s.flip()
}

// flip has everybody who waits for the circuit ask again. Called with mu held.
func (s *sender) flip() {
	close(s.flipped)
	s.flipped = make(chan struct{})
}
