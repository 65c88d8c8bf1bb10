package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"time"

	"sendoff/internal/durable"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

// acquire holds the run, a fresh one where a sandbox run has ended or is not of this campaign any more.
func (r *runner) acquire(ctx context.Context) error {
	now := r.Now()
	if of, _, ok := runstore.CutRetryKey(r.flags.key(r.campaign, now)); ok {
		return inputErrorf("the run key %q is kept for those of %q who are sent to again", r.flags.key(r.campaign, now), of).hint("sendoff retry sends to them; or choose another run key")
	}
	dir, err := r.flags.dir(r.campaign, now)
	if err != nil {
		return err
	}
	if !r.flags.sandbox {
		if err := r.checkVolume(dir, r.flags.key(r.campaign, now)); err != nil {
			return err
		}
	}
	o := runstore.Options{
		Key: r.flags.key(r.campaign, now), Campaign: r.campaign.Name, Sandbox: r.flags.sandbox, Now: time.Now(), Day: now,
		// A copy of a run that reaches nobody can do no harm.
		Adopt: r.flags.adopt || r.flags.sandbox && r.flags.runDir == "",
	}
	err = r.hold(ctx, dir, func() (err error) {
		r.run, err = runstore.Acquire(dir, o)
		return err
	})
	if err != nil && r.flags.sandbox && r.flags.runDir == "" && exitCode(err) == exitDoubt {
		if err := runstore.Erase(dir); err != nil { // nobody can be harmed by forgetting a rehearsal
			return err
		}
		r.run, err = runstore.Acquire(dir, o)
	}
	if err != nil {
		return explainAcquire(err, dir)
	}
	m := r.run.Meta()
	if m.Sandbox != r.flags.sandbox {
		return inputErrorf("%s holds a run that was begun %s --sandbox", dir, map[bool]string{true: "with", false: "without"}[m.Sandbox])
	}
	changed := r.run.Begun() && changedSince(m, r.campaign)
	if !r.flags.sandbox || !m.State.Done() && !changed {
		return nil
	}
	if changed && !m.State.Done() {
		r.say("the campaign has changed, so this rehearsal starts over; a real run would be refused")
	}
	if err := r.run.Remove(); err != nil {
		return fmt.Errorf("begin a fresh sandbox run: %w", err)
	}
	if r.run, err = runstore.Acquire(dir, o); err != nil {
		return explainAcquire(err, dir)
	}
	return nil
}

// lockEvery is how long to wait until it is tried again whether a run can be held. Trying takes a quarter of a second.
const lockEvery = 50 * time.Millisecond

// readersTime is how long others may read a run before they count as if they held it.
const readersTime = 5 * time.Second

// errSeenTo says that a process sends the run, or has begun to: not one that only reads it, or waits for somebody to confirm.
var errSeenTo = errors.New("it is being seen to")

// hold calls acquire on the run in dir, for as long as another process holds it if that is wanted, and else until somebody who only reads it has had
// time to finish.
func (r *runner) hold(ctx context.Context, dir string, acquire func() error) error {
	began := time.Now()
	for said := false; ; {
		err := acquire()
		if !errors.Is(err, ledger.ErrLocked) {
			return err
		}
		if r.flags.ifLocked != lockedWait {
			st := new(status)
			holder, e := reach(dir)
			isHeld := e == nil && holder.Status(ctx, st) == nil
			if isHeld && st.State != string(runstore.Planning) {
				return worded{errors.Join(err, errSeenTo), err.Error()}
			}
			if isHeld || time.Since(began) > readersTime {
				return err
			}
		} else if !said {
			said = true
			r.say("%v: waiting until it ends", err)
		}
		select {
		case <-time.After(lockEvery):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// explainAcquire puts what keeps a run from being held into words that say what to do.
func explainAcquire(err error, dir string) error {
	switch {
	case errors.Is(err, ledger.ErrLocked):
		return explainHeld(err, dir)
	case errors.Is(err, ledger.ErrCopied):
		return fmt.Errorf("%w: %s was copied or moved from another disk or machine, and the original could still send\n"+
			"    hint: --adopt takes it as the run itself; the original must not be used again: where the app stores nothing, people would get the message twice", err, dir)
	case errors.Is(err, ledger.ErrFormat):
		began := "the version that began it"
		if m, err := runstore.Glance(dir); err == nil && len(m.Starts) > 0 {
			began = "sendoff " + m.Starts[0].Version
		}
		return fmt.Errorf("%w: %s was not begun by this version (%s)\n    hint: finish it with %s, or a newer one of the same major version", err, dir, version(), began)
	case exitCode(err) == exitDoubt:
		hint := ""
		if errors.Is(err, ledger.ErrRolledBack) && isRun(dir) {
			hint = "    hint: to have Sinch asked for them: sendoff reconcile " + quote(dir) + "\n"
		}
		return fmt.Errorf("%w\n    hint: nothing was sent now, since people may have got messages that this folder does not know of\n%s"+
			"    hint: put %s back as it was when it was last used; another --run-key sends to everyone again", err, hint, dir)
	case errors.Is(err, runstore.ErrOtherRun):
		return fmt.Errorf("%w\n    hint: choose another --run-key or --run-dir", err)
	case durable.IsFull(err):
		return inputErrorf("%v", err).hint("free space, or choose a folder on another disk with --run-dir")
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EROFS):
		return inputErrorf("%v", err).hint("a run keeps its progress in a folder of its own: choose one with --run-dir")
	}
	return err
}
