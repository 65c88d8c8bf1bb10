package send

import (
	"container/heap"
	"errors"
	"fmt"
	"time"

	"sendoff/campaign"
	"sendoff/internal/ledger"
	"sendoff/internal/pace"
	"sendoff/internal/settle"
	"sendoff/internal/sinch"
)

// canAsk reports whether Sinch can be asked about the last attempt for a row.
func (s *sender) canAsk(j *job) bool {
	return s.Settler.CanAsk(j.intent.Storage)
}

// doubt keeps that nobody knows whether Sinch took a message. It has Sinch asked where that is possible, and otherwise does what is wanted of
// such rows; it reports whether there is to be another attempt. If we die after the record, the next start does the same.
func (s *sender) doubt(j *job, detail string, now time.Time) (again bool, err error) {
	s.Progress.InDoubt.Add(1)
	j.failures++
	j.detail = detail
	r := ledger.Result{State: ledger.InDoubt, Detail: detail}
	if !s.canAsk(j) {
		return s.unknowable(j, r)
	}
	if err := s.record(j, r); err != nil {
		return false, err
	}
	s.await(j, now)
	return false, nil
}

// failed deals with a 500 or 503 of the API's own, after which Sinch wants a repeat: once it is known that it did not take the message, or, where
// it keeps none that could be asked for, all the same.
func (s *sender) failed(j *job, o sinch.Outcome, now time.Time) (again bool, err error) {
	s.mu.Lock()
	s.detail = j.describe(o)
	s.mu.Unlock()
	if stop := s.brakes.serverError(j.describe(o), s.Valve.Clock(now)); stop != nil {
		s.halt(stop)
	}
	if s.canAsk(j) {
		if _, err := s.doubt(j, j.describe(o), now); err != nil {
			return false, err
		}
		return false, s.final(j, serverError, j.describe(o), nil)
	}
	j.failures++
	j.maybeTaken, j.costly = true, true
	j.due = now.Add(max(pace.Backoff(j.failures, retryBase, retryLimit), o.RetryAfter))
	return true, s.record(j, ledger.Result{State: ledger.Released, Flags: ledger.AfterServerError, Detail: j.describe(o)})
}

// await has Sinch asked about a row in doubt. since is when the last of its request can have left; zero for one of an earlier process.
func (s *sender) await(j *job, since time.Time) {
	s.mu.Lock()
	s.doubtful[j.r.Row] = j
	s.mu.Unlock()
	s.Settler.Add(settle.Doubt{Row: j.r.Row, To: j.r.Identities(), Begun: j.intent.Time, Storage: j.intent.Storage, Since: since})
}

// settleDoubt has Sinch asked about rows in doubt as long as rows are admitted.
func (s *sender) settleDoubt() {
	for {
		err := s.Settler.Run(s.admitting, s.learn)
		switch {
		case s.admitting.Err() != nil:
			return
		case errors.Is(err, settle.ErrNoLook) && s.Progress.OnlyAsking.Load():
			s.halt(&Stop{Brake, err.Error()})
			return
		case errors.Is(err, settle.ErrNoLook):
			continue // the others are sent to meanwhile
		case err != nil:
			s.close() // the ledger is broken, and says so to everybody
			return
		}
		select {
		case <-s.Settler.Added():
		case <-s.admitting.Done():
			return
		}
	}
}

// learn does what an answer about a row in doubt asks for.
func (s *sender) learn(a settle.Answer) error {
	s.mu.Lock()
	j := s.doubtful[a.Row]
	s.mu.Unlock()
	again, err := s.apply(j, a)
	if err != nil {
		return err
	}
	s.mu.Lock()
	delete(s.doubtful, a.Row)
	if again {
		s.retry(j)
	}
	s.mu.Unlock()
	s.wake()
	return nil
}

// apply puts an answer into the ledger, and reports whether there is to be another attempt.
func (s *sender) apply(j *job, a settle.Answer) (again bool, err error) {
	s.Log.Info("row in doubt settled", "row", a.Row, "outcome", a.Outcome.String(), "detail", a.Why)
	r := a.Result(j.detail, time.Now())
	switch {
	case a.Outcome == settle.Taken:
		s.Progress.InDoubt.Add(-1)
		s.Progress.Accepted.Add(1)
		s.brakes.ended(s.kind(&j.r), accepted, "")
	case a.Outcome == settle.Unknowable:
		return s.unknowable(j, r)
	case j.failures > maxFailures:
		s.Progress.InDoubt.Add(-1)
		s.Progress.Rejected.Add(1)
		r = ledger.Result{State: ledger.Rejected, Detail: fmt.Sprintf("%d attempts failed, and Sinch has no such message; the last: %s", j.failures, j.detail)}
	default:
		s.Progress.InDoubt.Add(-1)
		again, j.costly = true, true
	}
	return again, s.record(j, r)
}

// unknowable does with a row in doubt, about which nobody can be asked, what is wanted of it, and reports whether there is to be another
// attempt. r is what is recorded of it where it is held.
func (s *sender) unknowable(j *job, r ledger.Result) (again bool, err error) {
	h := held{isLost: true}
	switch {
	case s.InDoubt == campaign.ResendDoubt && j.failures <= maxFailures:
		s.Progress.InDoubt.Add(-1)
		j.maybeTaken, j.costly = true, true
		j.due = time.Now().Add(pace.Backoff(j.failures, retryBase, retryLimit))
		return true, s.record(j, ledger.Result{State: ledger.Released, Flags: ledger.AfterDoubt, Detail: r.Detail})
	case s.InDoubt == campaign.LeaveDoubt:
		s.Progress.InDoubt.Add(-1)
		s.Progress.Left.Add(1)
		r = ledger.Result{State: ledger.LeftInDoubt, Detail: r.Detail}
		h.isLeft = true
	}
	if err := s.record(j, r); err != nil {
		return false, err
	}
	err = s.lose(j)
	s.ear.hold(j.r.Row, h)
	return false, err
}

// retry has a row tried again after a look-up. One that this start has not begun takes one of Config.Limit, or is left to the next start.
// Called with mu held.
func (s *sender) retry(j *job) {
	if !j.begun {
		if s.Limit > 0 && s.begun >= s.Limit {
			s.putOff.Store(true)
			return
		}
		s.begun++
	}
	heap.Push(&s.retries, j)
}
