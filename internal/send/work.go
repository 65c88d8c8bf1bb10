package send

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sendoff/campaign"
	"sendoff/internal/failpoint"
	"sendoff/internal/forecast"
	"sendoff/internal/ledger"
	"sendoff/internal/settle"
	"sendoff/internal/sinch"
)

const (
	// maxFailures is how often a row is tried again after an answer that does not say whether Sinch took it.
	maxFailures = 8

	bodySize = 1024 // most bodies fit
)

// work settles rows until there are none. Its error means that the run is broken.
func (s *sender) work(ctx context.Context) error {
	var meter *forecast.Meter
	if s.Budget != nil {
		meter = s.Budget.Meter()
	}
	for j := range s.rows {
		again, err := s.attempt(ctx, meter, j)
		s.land(j)
		if err != nil {
			s.close()
			return err
		}
		s.giveBack(j, again)
	}
	return nil
}

// attempt makes one attempt for a row, and reports whether there is to be another.
func (s *sender) attempt(ctx context.Context, meter *forecast.Meter, j *job) (again bool, err error) {
	j.costly = false
	if had, err := s.proved(j); had {
		return false, err
	}
	if ok, again, err := s.admit(j); !ok {
		return again, err
	}
	failpoint.Hit(failpoint.PermitTaken)
	body, err := s.body(j)
	if err != nil {
		return false, err
	}
	if had, err := s.proved(j); had { // it may have taken long until here
		return false, err
	}
	if ok, err := s.spend(meter, j); !ok {
		return false, err
	}
	issued := time.Now()
	j.begun, j.intent = true, ledger.Intent{Time: issued, Channel: s.channel(j), Storage: s.Run.Storage()}
	if err := s.Run.Ledger.Begin(uint32(j.r.Row), j.intent); err != nil {
		return false, err
	}
	for elapsed(issued, time.Now()) > permitAge {
		if !s.permit(j) {
			return false, s.record(j, ledger.Result{State: ledger.Released, Detail: "stopped before the request left"})
		}
		if _, out := s.Suppress.Match(&j.r, j.r.Field(s.IDColumn)); out || s.tooLate() != "" || !s.mayLeave(j) || s.Valve.Paused() {
			return true, s.record(j, ledger.Result{State: ledger.Released, Detail: "put off before the request left"})
		}
		issued = time.Now()
		if body, err = s.body(j); err != nil {
			return false, errors.Join(err, s.record(j, ledger.Result{State: ledger.Released, Detail: "put off before the request left"}))
		}
	}
	failpoint.Hit(failpoint.IntentDurable)
	if failpoint.Broken(failpoint.ResultFirst) {
		err := s.record(j, ledger.Result{State: ledger.Accepted, MessageID: "unknown"})
		s.Client.Send(ctx, body)
		return false, err
	}
	s.Progress.InFlight.Add(1)
	sent := time.Now()
	o := s.Client.Send(ctx, body)
	j.answered = time.Since(sent)
	s.Progress.InFlight.Add(-1)
	failpoint.Hit(failpoint.AnswerRead)
	again, err = s.conclude(j, o)
	failpoint.Hit(failpoint.ResultRecorded)
	return again, err
}

// body renders the request of a row as it is to leave now: how long it is worth getting depends on that.
func (s *sender) body(j *job) (body []byte, err error) {
	body = make([]byte, 0, bodySize) // a buffer of its own: net/http may still read it after the answer has come
	if s.Expires.IsZero() {
		body, err = s.Renderer.Body(body, &j.r, s.Epoch)
	} else {
		body, err = s.Renderer.BodyExpiring(body, &j.r, s.Epoch, max(s.worth(s.Now()), least))
	}
	if err != nil {
		// Planning has rendered this row, so the campaign or the snapshot is not what was planned.
		return nil, fmt.Errorf("row %d cannot be rendered any more: %w", j.r.Row, err)
	}
	return body, nil
}

// admit waits until a row may leave. It returns false for one that does not leave now: it is left out, put off, or to be tried again.
func (s *sender) admit(j *job) (ok, again bool, err error) {
	if s.halted(&j.r) {
		return false, false, nil
	}
	for open := false; !open; open = !s.Valve.Paused() { // after a pause everything is asked again: who opted out meanwhile is left out
		s.giveUpPermit(j) // one that came during a pause is void: somebody else may need the room before this row does
		if !s.Valve.await(s.admitting) {
			return false, false, nil
		}
		if out, err := s.leftOut(j); out { // asked before the permit too: those who are left out need not keep to the pace
			return false, false, err
		}
		if !s.mayLeave(j) {
			return false, true, nil
		}
		if !s.pass(j) {
			return false, false, nil
		}
		// The token comes first: nothing is begun while we wait for it, and whoever stops us need not wait.
		if o, ok := s.Client.Authorize(s.admitting); !ok {
			return false, s.admitting.Err() == nil && s.unsent(j, o), nil
		}
		if !s.permit(j) {
			return false, false, nil // nothing was begun: the next start sends it
		}
	}
	// At a slow pace a permit comes long after all that was asked. That of somebody who has opted out meanwhile is lost.
	if s.halted(&j.r) {
		return false, false, nil
	}
	if out, err := s.leftOut(j); out {
		return false, false, err
	}
	ok = s.mayLeave(j)
	return ok, !ok, nil // whose hours have closed meanwhile goes back to the dispatcher
}

// leftOut reports whether a row must not be sent to any more, and leaves it out.
func (s *sender) leftOut(j *job) (bool, error) {
	if m, found := s.Suppress.Match(&j.r, j.r.Field(s.IDColumn)); found {
		return true, s.leaveOut(j, ledger.Result{Reason: uint8(m.Reason), Detail: m.File, Number: uint32(m.Line)}, "left out")
	}
	if s.Had != nil {
		if why, err := s.Had(j.r.Row); err != nil {
			return true, err
		} else if why != "" {
			return true, s.leaveOut(j, ledger.Result{Reason: uint8(campaign.AlreadySent), Detail: why}, "left out")
		}
	}
	if why := s.tooLate(); why != "" {
		return true, s.expire(j, why)
	}
	return false, nil
}

func (s *sender) expire(j *job, why string) error {
	return s.leaveOut(j, ledger.Result{Reason: uint8(campaign.Expired), Detail: why}, "it became too late")
}

// leaveOut skips somebody who is not to be sent to any more; r says why. Where an earlier attempt may have been taken, nobody knows whether
// they have the message, so that we cannot say that it was not sent; and as nobody will send again, it stays so unless doubt is to be held.
func (s *sender) leaveOut(j *job, r ledger.Result, why string) error {
	if had, err := s.proved(j); had {
		return err
	}
	e, err := s.Run.Ledger.Reader().Entry(uint32(j.r.Row))
	if err != nil {
		return err
	}
	if j.maybeTaken || e.Flags&(ledger.AfterServerError|ledger.AfterDoubt) != 0 {
		r := settle.BeyondAsking(why+" after an attempt that may have been taken", time.Now())
		isLeft := s.InDoubt != campaign.HoldDoubt
		if isLeft {
			s.Progress.Left.Add(1)
			r.State = ledger.LeftInDoubt
		} else {
			s.Progress.InDoubt.Add(1)
		}
		err := s.record(j, r)
		s.ear.hold(j.r.Row, held{isLeft: isLeft})
		return err
	}
	s.Progress.Skipped.Add(1)
	r.State = ledger.Skipped
	return s.record(j, r)
}

// conclude does what the verdict on an outcome asks for.
func (s *sender) conclude(j *job, o sinch.Outcome) (again bool, err error) {
	v, now := judge(o, isContact(j)), time.Now()
	if v == serverError && (s.HoldServerErrors && !s.canAsk(j) || j.failures+1 > maxFailures) {
		v = inDoubt
	}
	j.taken = v == accepted || v == inDoubt || v == serverError
	if v == unsent || v == halt && o.Status == 0 {
		err := s.record(j, ledger.Result{State: ledger.Released, Detail: j.describe(o)})
		return err == nil && s.unsent(j, o), err
	}
	s.brakes.answered()
	s.heard(j, v, o, now)
	if v == inDoubt || v == serverError {
		if id, at, heard := s.ear.proofOf(j.r.Row); heard { // the receipt came before the answer, or in its place
			v, o.MessageID, o.AcceptedTime = accepted, id, at
		}
	}
	switch v {
	case accepted:
		s.accept(now)
		err = s.record(j, ledger.Result{State: ledger.Accepted, MessageID: o.MessageID, Time: acceptedTime(o, now)})
		return false, s.final(j, v, "", err)
	case rejected:
		s.Progress.Rejected.Add(1)
		err = s.record(j, ledger.Result{State: ledger.Rejected, Detail: j.describe(o)})
		return false, s.final(j, v, j.describe(o), err)
	case inDoubt:
		again, err = s.doubt(j, j.describe(o), now)
		return again, s.final(j, v, j.describe(o), err)
	case halt:
		s.halt(&Stop{Refused, fmt.Sprintf("%s (%s)", Remedy(o), j.describe(o))})
		return false, s.record(j, ledger.Result{State: ledger.Released, Detail: j.describe(o)})
	case throttled:
		s.throttle(o, now)
	case serverError:
		return s.failed(j, o, now)
	}
	return true, s.record(j, ledger.Result{State: ledger.Released, Detail: j.describe(o)})
}

// final hands a row for which nobody waits any more to the brakes.
func (s *sender) final(j *job, v verdict, detail string, err error) error {
	if err != nil {
		return err
	}
	s.noteCanary(j.r.Row)
	if v != accepted {
		s.mu.Lock()
		s.detail = detail
		s.mu.Unlock()
		s.Log.Warn("row not accepted", "row", j.r.Row, "detail", detail)
	}
	if s.admitting.Err() != nil {
		return nil // nothing is left to stop, and what was cut short says nothing about the server
	}
	return s.brake(s.brakes.settled(s.kind(&j.r), v, detail))
}

func (s *sender) accept(now time.Time) {
	s.Progress.Accepted.Add(1)
	s.mu.Lock()
	s.pacer.Accepted(now)
	s.mu.Unlock()
}

func (s *sender) lastDetail() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.detail
}

func (s *sender) record(j *job, r ledger.Result) error {
	if r.Time.IsZero() {
		r.Time = time.Now()
	}
	r.Channel = s.channel(j)
	s.refund(j, r)
	return s.Run.Ledger.Record(uint32(j.r.Row), r)
}

// channel returns the number of the channel that a row is tried on first.
func (s *sender) channel(j *job) int { return s.Renderer.First(&j.r).Index() }

// isContact reports whether a row is addressed by its contact.
func isContact(j *job) bool {
	_, ok := j.r.On(campaign.Contact)
	return ok
}

// acceptedTime is when Sinch took the message, by its own clock where it says so.
func acceptedTime(o sinch.Outcome, now time.Time) time.Time {
	if o.AcceptedTime.IsZero() {
		return now
	}
	return o.AcceptedTime
}
