package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/internal/control"
	"sendoff/internal/ledger"
	"sendoff/internal/prose"
	"sendoff/internal/report"
	"sendoff/internal/runs"
	"sendoff/internal/runstore"
	"sendoff/internal/settle"
)

func cancelCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "cancel",
		Usage:     "end an unfinished run for good: whoever was not sent to is not sent to",
		ArgsUsage: "RUN",
		Flags: append([]cli.Flag{
			yesFlag(), adoptFlag(), reportFlag(),
		}, whichRun()...),
		Action: s.onRun(func(c *cli.Context, dir string) error {
			r := &runner{session: s, path: c.Args().First(), resume: dir, flags: runFlags{
				place: readPlace(c), yes: c.Bool("yes"), adopt: c.Bool("adopt"), json: c.Bool("json"),
			}}
			return r.cancel(c.Context)
		}),
	}
}

// cancel ends the run. What is known of everybody stays as it is.
func (r *runner) cancel(ctx context.Context) (err error) {
	r.run, err = runstore.Resume(r.resume, r.flags.adopt, r.Now())
	if errors.Is(err, ledger.ErrLocked) {
		if err := r.refuseBeside(ctx); err != nil {
			return err
		}
		if err := r.stopFirst(ctx); err != nil {
			return err
		}
		r.run, err = runstore.Resume(r.resume, r.flags.adopt, r.Now())
	}
	if err != nil {
		return explainAcquire(err, r.resume)
	}
	defer r.run.Close()
	m := r.run.Meta()
	if err := refuseSeeds(m, r.resume); err != nil {
		return err
	}
	switch {
	case m.State == runstore.Cancelled:
		r.say("%s was cancelled on %s", m.Key, clockTime(m.Ended))
		for _, retry := range runs.UnfinishedRetries(r.resume, m.Campaign) {
			r.noteUnfinished(retry)
		}
		return nil
	case m.State.Done():
		err := inputErrorf("%s finished on %s: there is nothing left to cancel", m.Key, clockTime(m.Ended))
		for _, retry := range runs.UnfinishedRetries(r.resume, m.Campaign) {
			err = err.hint("%s is unfinished; to end that one for good: sendoff cancel %s", retry.Key, quote(retry.Dir))
		}
		return err
	case m.State == runstore.Planning:
		return inputErrorf("%s was never planned to its end, so it sends nothing", m.Key)
	}
	rep, err := report.Collect(r.run)
	if err != nil {
		return err
	}
	if err := r.askToCancel(ctx, fmt.Sprintf("%s has sent %s of %s. Send nothing to the other %s, for good?",
		m.Key, prose.Thousands(rep.Accepted), prose.Thousands(m.Eligible), prose.Thousands(rep.NotSent))); err != nil {
		return err
	}
	if err := doubtReleased(r.run); err != nil {
		return err
	}
	err = eachSeeds(r.run.Dir, r.Now(), func(seeds *runstore.Run) error {
		return seeds.Update(func(m *runstore.Meta) { m.State = runstore.Cancelled })
	})
	if err != nil {
		return err
	}
	end := ending{runstore.Cancelled, m.ExitCode, "nothing more is sent, for good"}
	if rep, err = r.putOnRecord(rep, end); err != nil {
		return err
	}
	if r.flags.json {
		return r.printJSON(rep)
	}
	r.printSummary(r.Stdout, rep)
	r.say("lists: %s", r.run.Dir)
	return nil
}

// refuseBeside refuses where the process that holds the run sends a retry, and not the run: nobody has asked for that to be stopped.
func (r *runner) refuseBeside(ctx context.Context) error {
	live := askHolder(ctx, r.resume)
	if live == nil {
		return nil
	}
	retry := live.retryBeside(r.resume)
	if retry == "" {
		return nil
	}
	return inputErrorf("%s is over, and %s sends again to people of it now", r.resume, live.RunKey).hint("to end that one for good: sendoff cancel %s", quote(retry))
}

// askToCancel asks on a terminal, once.
func (r *runner) askToCancel(ctx context.Context, question string) error {
	switch {
	case r.flags.yes:
		return nil
	case !isTerminal(r.Stdin):
		return inputErrorf("cancel is for good, so it asks for confirmation, and this is no terminal. The run is as it was").hint("--yes cancels")
	}
	agreed, err := r.agrees(ctx, question)
	if err == nil && !agreed {
		err = inputErrorf("not confirmed. The run is as it was")
	}
	r.flags.yes = agreed
	return err
}

// stopFirst stops the process that sends the run.
func (r *runner) stopFirst(ctx context.Context) error {
	if err := r.askToCancel(ctx, "It is sending now. Stop it, and send nothing to those who are left, for good?"); err != nil {
		return err
	}
	holder, _ := runstore.Holder(r.resume)
	if _, err := r.order(ctx, r.resume, control.Stop); err != nil {
		return err
	}
	run, err := awaitEnd(r.resume, holder, time.Minute)
	if err != nil {
		return err
	}
	return run.Close()
}

// doubtReleased puts those in doubt who were to be tried again although an earlier attempt may have been taken: nobody tries again, so nobody can say
// that they have nothing.
func doubtReleased(run *runstore.Run) error {
	var released []uint32
	_, err := run.Ledger.Scan(func(row uint32, s ledger.State) {
		if s == ledger.Released {
			released = append(released, row)
		}
	})
	if err != nil {
		return err
	}
	entries := run.Ledger.Reader()
	for _, row := range released {
		e, err := entries.Entry(row)
		if err != nil {
			return err
		}
		if e.Flags == 0 {
			continue
		}
		if err := run.Ledger.Record(row, settle.BeyondAsking("cancelled after an attempt that may have been taken", time.Now())); err != nil {
			return err
		}
	}
	return run.Ledger.Sync()
}
