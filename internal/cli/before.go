package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sendoff/internal/ledger"
	"sendoff/internal/pace"
	"sendoff/internal/prose"
	"sendoff/internal/runstore"
	"sendoff/internal/send"
	"sendoff/internal/settle"
)

// peopleAsked is how many of the people who would be sent to next Sinch is asked about before.
const peopleAsked = 1000

// askBefore asks Sinch whether somebody else has sent to those who come next: a copy of this run's folder, or another run with its key. Either
// stops us, unless we are told to go on.
func (r *runner) askBefore(ctx context.Context) error {
	m, storage := r.run.Meta(), r.storage()
	if r.flags.sandbox && r.flags.runDir == "" {
		return nil // nobody else has been in the sandbox of this process
	}
	if storage.Days == 0 {
		r.say("note: the app stores no messages, so Sinch could not be asked whether a copy of this folder, or another run of this name, has sent already")
		return nil
	}
	people, err := send.Next(r.run, peopleAsked)
	if err != nil || len(people) == 0 {
		return err
	}
	var traces []settle.Trace
	err = r.patiently(ctx, func() (err error) {
		traces, err = settle.Before(ctx, r.client, settle.Source(storage), m.RunID, m.Key, people)
		return err
	})
	switch {
	case isAccess(err):
		r.warn("warning: Sinch does not say what it has sent (%v), so nobody knows whether somebody else has sent this already", err)
		return nil
	case err != nil:
		return err
	}
	ours, others, err := r.sortTraces(traces)
	if err != nil {
		return err
	}
	switch {
	case r.flags.adopt:
		return r.recover(ctx)
	case len(ours) > 0:
		return inputErrorf("a copy of this run has sent: of the next %s, Sinch has messages of it to %s that this folder does not know of, %s. Nothing was sent now",
			prose.Counted(len(people), "recipient", "recipients"), prose.Thousands(len(ours)), span(ours)).
			hint("go on with the folder that sent them; if there is none any more, --adopt marks everyone as sent to whom Sinch has a message of this run, and goes on from here")
	case len(others) > 0 && !r.flags.ifSentBefore:
		return inputErrorf("somebody else has sent %q: of the next %s, Sinch has messages of another run with this key to %s, %s. Nothing was sent now",
			m.Key, prose.Counted(len(people), "recipient", "recipients"), prose.Thousands(len(others)), span(others)).
			hint("go on where that run was begun; or, for a new mailing, choose another --run-key").
			hint("--if-sent-before go-on sends to them all the same, and they get it twice")
	}
	return nil
}

// sortTraces tells messages of this run from those of others with its key. A message to somebody who is tried again after a server error, or in
// spite of doubt, tells us that the earlier attempt was taken after all: it goes into the ledger.
func (r *runner) sortTraces(traces []settle.Trace) (ours, others []settle.Trace, err error) {
	entries := r.run.Ledger.Reader()
	for _, t := range traces {
		if t.Run != r.run.Meta().RunID {
			others = append(others, t)
			continue
		}
		e, err := entries.Entry(uint32(t.Row))
		if err != nil {
			return nil, nil, err
		}
		if e.Flags == 0 {
			ours = append(ours, t)
		} else if err := r.run.Ledger.RecordFound(uint32(t.Row), found(t)); err != nil {
			return nil, nil, err
		}
	}
	return ours, others, r.run.Ledger.Sync()
}

func found(t settle.Trace) ledger.Result {
	return ledger.Result{State: ledger.Accepted, MessageID: t.ID, Time: t.Time}
}

// span says from when to when messages were accepted.
func span(traces []settle.Trace) string {
	byTime := func(a, b settle.Trace) int { return a.Time.Compare(b.Time) }
	first, last := slices.MinFunc(traces, byTime).Time, slices.MaxFunc(traces, byTime).Time
	if last.Sub(first) < time.Minute {
		return "sent on " + clockTime(first)
	}
	return fmt.Sprintf("sent from %s to %s", clockTime(first), clockTime(last))
}

// recover puts into the ledger whatever Sinch has of this run and the ledger does not.
func (r *runner) recover(ctx context.Context) error {
	var n int
	err := r.patiently(ctx, func() (err error) {
		n, err = fillIn(ctx, r.run, settle.OfRun(ctx, r.client, settle.Source(r.storage()), r.run.Meta().RunID, r.run.Meta().Created))
		return err
	})
	if err == nil && n > 0 {
		r.warn("%s of this run that this folder did not know of: taken over from Sinch's records", prose.Counted(n, "message", "messages"))
	}
	return err
}

// patiently calls ask until Sinch answers, or refuses for good, or has not answered for --give-up.
func (r *runner) patiently(ctx context.Context, ask func() error) error {
	began, said := time.Now(), false
	for failures := 1; ; failures++ {
		err := ask()
		switch {
		case err == nil, isAccess(err), isLedger(err):
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case time.Since(began) >= r.flags.giveUp:
			return &send.Stop{Cause: send.Brake, Reason: fmt.Sprintf("Sinch could not be reached for %v; nothing was sent now: %v",
				time.Since(began).Round(time.Second), err)}
		case !said:
			r.warn("Sinch does not answer as it should (%v); trying for up to %v", err, r.flags.giveUp)
			said = true
		}
		wait := pace.Backoff(failures, 500*time.Millisecond, min(time.Minute, r.flags.giveUp/4))
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// isLedger reports whether err is of the run's own files rather than of Sinch.
func isLedger(err error) bool {
	return errors.Is(err, ledger.ErrDamaged) || errors.Is(err, runstore.ErrSnapshot)
}
