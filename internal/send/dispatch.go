package send

import (
	"container/heap"
	"fmt"
	"time"

	"sendoff/campaign"
	"sendoff/internal/prose"
	"sendoff/internal/runstore"
)

// maxWaiting bounds the rows that wait for another attempt, and those that wait for a look-up; above it nothing new is admitted.
const maxWaiting = 1000

// dispatch hands rows to the workers: the canary first, and alone, then everybody who may get a message now, in the order of the file; rows that
// are tried again as soon as they are due. It returns when all are settled or nothing more is admitted.
func (s *sender) dispatch(snapshot *runstore.Snapshot, left *todo) error {
	defer s.Progress.goOn()
	sweep := newSweep(snapshot, left, s.timetable())
	sweep.halted = s.halted
	sweep.drop = func(r *campaign.Recipient, why string) error { return s.expire(&job{r: *r}, why) }
	if !s.NoCanary && !s.Run.Meta().CanaryPassed {
		if over, err := s.sendCanary(sweep); over || err != nil {
			return err
		}
	}
	if err := s.drain(sweep, !s.AskLater); err != nil {
		return err
	}
	if err := s.judgeHalts(sweep); err != nil {
		return err
	}
	s.judgeLimit(sweep)
	return nil
}

func (s *sender) limitReached() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Limit > 0 && s.begun >= s.Limit
}

// judgeLimit says that somebody is left because of Config.Limit.
func (s *sender) judgeLimit(sweep *sweep) {
	if s.admitting.Err() == nil && (sweep.left.left > 0 || s.putOff.Load()) {
		s.halt(&Stop{LimitReached, fmt.Sprintf("%s begun, as --limit says", prose.Counted(s.Limit, "was", "were"))})
	}
}

// drain hands out rows until the sweep has no more and all of them are settled; with look-ups, until nobody waits for one either.
func (s *sender) drain(sweep *sweep, lookups bool) error {
	for {
		j, wait, idle, err := s.next(sweep, lookups)
		switch {
		case err != nil:
			return err
		case j != nil:
			select {
			case s.rows <- j:
			case <-s.admitting.Done():
				return nil
			}
		case idle:
			return nil
		default:
			if !s.awaitChange(wait) {
				return nil
			}
		}
	}
}

// next returns a row to hand out; or how long until one may be due, 0 meaning that a worker has to finish first; or that there is none left.
func (s *sender) next(sweep *sweep, lookups bool) (j *job, wait time.Duration, idle bool, err error) {
	now := s.Now().Round(0) // by the clock on the wall, which goes on while a machine sleeps
	if now.Before(s.NotBefore) {
		return s.holdBack(sweep, now, lookups)
	}
	if j, wait, err = s.nextRetry(sweep, now); err != nil {
		return nil, 0, false, err
	}
	s.mu.Lock()
	full := len(s.retries) >= maxWaiting || len(s.doubtful) >= maxWaiting
	room := !full && (s.Limit <= 0 || s.begun < s.Limit)
	s.mu.Unlock()
	fresh := j == nil && room
	var due time.Time
	if fresh {
		if n := s.brakes.number.Load(); n != sweep.halts { // those of a slice that was halted are not waited for
			sweep.halts = n
			sweep.forgetAll()
		}
		if j, due, err = sweep.next(s.admitting, now); err != nil {
			return nil, 0, false, err
		}
	}
	s.mu.Lock()
	if j != nil {
		s.open++
		if fresh {
			s.begun++
			s.retryBudget.Sent()
		}
		s.mu.Unlock()
		s.Progress.OnlyAsking.Store(false)
		s.Progress.goOn()
		s.sayHours(sweep, now, false)
		return j, 0, false, nil
	}
	settled, doubtful := s.open == 0 && len(s.retries) == 0, len(s.doubtful) > 0
	s.mu.Unlock()
	if settled && !due.IsZero() {
		s.Progress.free(HinderedByStart)
		wait, idle = s.waitUntil(due, now, doubtful && lookups, s.sayHours(sweep, now, true))
		return nil, wait, idle, nil
	}
	s.sayHours(sweep, now, due.IsZero())
	s.Progress.OnlyAsking.Store(settled && lookups && doubtful)
	if !due.IsZero() {
		wait = sooner(wait, due.Sub(now))
	}
	// With too many that wait for a look-up there may be more to hand out once some are settled.
	return nil, wait, settled && (!doubtful || !lookups && !full), nil
}

// nextRetry returns the row whose next attempt is due, or nil and how long until one is; 0 where none waits. A row whose hours have closed
// meanwhile goes back: it was released, or not begun.
func (s *sender) nextRetry(sweep *sweep, now time.Time) (*job, time.Duration, error) {
	for {
		s.mu.Lock()
		at := time.Now()
		j, wait := s.retries.next(at, s.retryBudget)
		s.pacer.Halve(at, len(s.retries) > 0 && s.retryBudget.Spent())
		s.mu.Unlock()
		if j == nil {
			return nil, wait, nil
		}
		e := sweep.table.look(&j.r, now)
		switch {
		case e.why != "":
			if err := s.expire(j, e.why); err != nil {
				return nil, 0, err
			}
		case s.halted(&j.r): // nor is it waited for
		case e.span.From.After(now):
			sweep.putBack(j.r.Row, e)
		default:
			j.span = e.span
			return j, 0, nil
		}
		if !j.begun {
			s.mu.Lock()
			s.begun--
			s.mu.Unlock()
		}
	}
}

// awaitChange returns when a job has come back or d is over, where d is not 0. It returns false where rows are no longer admitted.
func (s *sender) awaitChange(d time.Duration) bool {
	var due <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-s.changed:
	case <-due:
	case <-s.admitting.Done():
		return false
	}
	return true
}

// giveBack takes a job back from a worker, to be tried again where again is true.
func (s *sender) giveBack(j *job, again bool) {
	s.mu.Lock()
	s.open--
	switch {
	case again:
		heap.Push(&s.retries, j)
	case !j.begun:
		s.begun--
	}
	s.mu.Unlock()
	s.wake()
}

// wake tells the dispatcher that something has changed.
func (s *sender) wake() {
	select {
	case s.changed <- struct{}{}:
	default:
	}
}
