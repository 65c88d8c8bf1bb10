package send

import (
	"math"
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

// setPace prepares what says when requests may leave.
func (s *sender) setPace(now time.Time) {
	s.pacer = pace.New(s.Rate)
	s.pacer.WarmUp(now, s.WarmUp)
	s.breaker = pace.NewBreaker(min(5*time.Second, s.GiveUp/4), min(time.Minute, s.GiveUp/4)) // somebody who gives up soon has it tried sooner
	s.retryBudget = pace.NewRetryBudget(s.Rate)
	s.flipped = make(chan struct{})
	if s.QueueAhead > 0 && s.Drain > 0 {
		s.backlog = pace.NewBacklog(s.Drain, s.QueueAhead)
	}
}

// pace hands out permits, one goroutine for all workers.
func (s *sender) pace() {
	for {
		wait, ok := s.reserve()
		if !ok {
			return
		}
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

// reserve waits until one more request may be under way, and wait in the app's queue; it counts it, and returns how long until it may leave.
// It returns false where rows are no longer admitted.
func (s *sender) reserve() (wait time.Duration, ok bool) {
	for {
		s.mu.Lock()
		now := time.Now()
		if s.hasRoom(now) {
			wait := s.pacer.Next(now)
			s.Progress.Rate.Store(int64(math.Ceil(s.pacer.Rate()))) // one in two seconds is not none
			s.explain(now)
			s.mu.Unlock()
			return wait, true
		}
		s.mu.Unlock()
		select {
		case <-s.freed:
		case <-s.admitting.Done():
			return 0, false
		}
	}
}

// hasRoom reports whether one more request may be under way, and counts it. Called with mu held.
func (s *sender) hasRoom(now time.Time) bool {
	if most := s.latency.InFlight(s.pacer.Rate(), s.MaxInFlight); s.inFlight >= most {
		if most < s.MaxInFlight {
			return false
		}
		s.said.busy = now // there are no more workers than that
	}
	if s.backlog != nil {
		room, wanted := s.backlog.Room(now)
		if wanted {
			offer(s.wanted)
		}
		if !room {
			if !wanted {
				s.said.full = now
			}
			s.explain(now)
			return false
		}
		s.backlog.Begin()
	}
	s.inFlight++
	return true
}

// permit waits for a permit, and returns false where rows are no longer admitted. One that was on offer when a pause began is void.
func (s *sender) permit(j *job) bool {
	s.giveUpPermit(j)
	for {
		select {
		case <-s.permits:
		case <-s.admitting.Done():
			return false
		}
		s.mu.Lock()
		now := time.Now()
		j.permitted, j.taken, j.answered = now, false, 0
		paused := s.pacer.Paused(now)
		_, open := s.breaker.Open()
		if s.awake.slept(now) {
			s.Client.Close()
		}
		s.mu.Unlock()
		if paused <= 0 && (!open || j.probe) {
			return s.admitting.Err() == nil // select is blind where both are ready
		}
		s.giveUpPermit(j)
		if paused > 0 && !s.sleep(paused) || !s.pass(j) {
			return false
		}
	}
}

// giveUpPermit makes room for another request where a row holds a permit.
func (s *sender) giveUpPermit(j *job) {
	if j.permitted.IsZero() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.inFlight--
	if s.backlog != nil {
		s.backlog.End(now, j.taken)
		s.Progress.QueueOurs.Store(int64(s.backlog.Ours(now)))
	}
	if j.answered > 0 && s.latency.Add(now, now.Sub(j.permitted), j.answered) {
		s.pacer.Slowed(now)
		s.Log.Warn("answers have become slow", "typical", s.latency.Typical().String(), "rate", s.pacer.Rate())
	}
	j.permitted = time.Time{}
	offer(s.freed)
}

// land ends an attempt.
func (s *sender) land(j *job) {
	s.giveUpPermit(j)
	if j.probe {
		s.mu.Lock()
		j.probe = false
		s.breaker.Lost()
		s.flip()
		s.mu.Unlock()
	}
}

// throttle slows everybody down after a 429.
func (s *sender) throttle(o sinch.Outcome, now time.Time) {
	s.Progress.Throttled.Add(1)
	s.mu.Lock()
	s.pacer.Throttled(now, o.RetryAfter)
	s.sayWait(now)
	s.mu.Unlock()
	if o.RetryAfter > time.Second {
		s.Log.Warn("asked to wait", "retry_after", o.RetryAfter.String())
	}
}

// unsent puts a row off after an attempt of which nothing was written, and reports whether there is to be another.
func (s *sender) unsent(j *job, o sinch.Outcome) (again bool) {
	if judge(o, false) == halt {
		s.halt(&Stop{Refused, Remedy(o)})
		return false
	}
	now := time.Now()
	s.heard(j, unsent, o, now)
	failures, stop := s.brakes.unreachable(j.describe(o), s.Valve.Clock(now)) // a pause is no silence
	if stop != nil {
		s.halt(stop)
		return false
	}
	// Workers fail together, so their failures count as one step of the backoff.
	step := 1 + failures/s.MaxInFlight
	j.costly = true
	j.due = now.Add(max(pace.Backoff(step, retryBase, min(retryLimit, s.GiveUp/4)), o.RetryAfter))
	return true
}

// offer puts a token into a channel that holds one.
func offer(to chan struct{}) {
	select {
	case to <- struct{}{}:
	default:
	}
}
