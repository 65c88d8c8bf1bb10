package cli

import (
	"context"
	"errors"
	"time"

	"sendoff/internal/ledger"
	"sendoff/internal/prose"
	"sendoff/internal/runstore"
	"sendoff/internal/settle"
)

// recover puts into the ledger whatever Sinch has of this run and the ledger does not. It looks twice, a settle time apart: as everywhere, an
// absence counts when two looks agree.
func (r *runner) recover(ctx context.Context) error {
	if err := r.recoverOnce(ctx); err != nil {
		return err
	}
	r.say("asking once more in %v", r.flags.settle)
	select {
	case <-time.After(r.flags.settle):
		return r.recoverOnce(ctx)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *runner) recoverOnce(ctx context.Context) error {
	snapshot, err := r.run.OpenSnapshot()
	if err != nil {
		return err
	}
	defer snapshot.Close()
	entries, n := r.run.Ledger.Reader(), 0
	take := func(t settle.Trace) error {
		known, err := r.takeOver(t, snapshot, entries)
		if !known {
			n++
		}
		return err
	}
	err = settle.OfRun(ctx, r.client, r.run.Meta(), r.patience(ctx), take)
	if err := errors.Join(err, r.run.Ledger.Sync()); err != nil {
		return err
	}
	if n > 0 {
		r.warn("%s of this run that this folder did not know of: taken over from Sinch's records", prose.Counted(n, "message", "messages"))
	}
	return nil
}

// takeOver puts a message that Sinch has of this run into the ledger, where it is not known there.
func (r *runner) takeOver(t settle.Trace, snapshot *runstore.Snapshot, entries *ledger.Reader) (known bool, err error) {
	if t.Row < 0 || t.Row >= snapshot.Rows() {
		return false, otherPeople()
	}
	e, err := entries.Entry(uint32(t.Row))
	if err != nil {
		return false, err
	}
	switch e.State {
	case ledger.Accepted, ledger.Rejected, ledger.LeftInDoubt, ledger.Skipped:
		return true, nil
	}
	recipient, err := snapshot.Row(t.Row)
	if err != nil {
		return false, err
	}
	if !recipient.Erased() && !t.To(recipient.Identities()) { // to whom a row was sent whose person is erased, nobody can say any more
		return false, otherPeople()
	}
	return false, r.run.Ledger.RecordFound(uint32(t.Row), t.Result())
}

// otherPeople is what comes of planning anew what another folder has sent: rows are other people now.
func otherPeople() error {
	return inputErrorf("Sinch has messages of this run to people who stand in other rows of this folder's audience: it was planned anew after it was copied. Nothing was sent now").
		hint("go on with the folder that sent them; if there is none any more, begin another run (--run-key) with those people on a suppression list")
}
