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
	"sendoff/internal/runstore"
)

// releasedEvery is how often stop looks whether the run has ended.
const releasedEvery = 100 * time.Millisecond

func stopCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "stop",
		Usage:     "stop a run as Ctrl-C does where it sends; the same run command goes on later",
		ArgsUsage: "RUN",
		Flags: append([]cli.Flag{
			&cli.DurationFlag{Name: "timeout", Usage: "how long to wait until it has ended", Value: time.Minute},
			&cli.BoolFlag{Name: "no-wait", Usage: "do not wait until it has ended"},
		}, whichRun()...),
		Action: s.onRun(func(c *cli.Context, dir string) error {
			if c.Duration("timeout") <= 0 {
				return inputErrorf("--timeout must be more than 0")
			}
			holder, _ := runstore.Holder(dir) // told apart from who may come after it
			idle, err := s.order(c.Context, dir, control.Stop)
			switch {
			case err != nil:
				return err
			case idle != "":
				fmt.Fprintf(s.Stdout, "%s is not running.\n", idle)
			case !c.Bool("no-wait"):
				run, err := awaitEnd(dir, holder, c.Duration("timeout"))
				if err != nil {
					return err
				}
				defer run.Close()
				return s.sayEnd(run)
			}
			return nil
		}),
	}
}

func pauseCommand(s *session) *cli.Command {
	return orderCommand(s, control.Pause, "hold a run back without ending it: what is on its way is finished, and nothing new leaves")
}

func continueCommand(s *session) *cli.Command {
	return orderCommand(s, control.Continue, "go on with a run that was paused")
}

// orderCommand is a command that makes sense for a run alone that a process holds.
func orderCommand(s *session, o control.Order, usage string) *cli.Command {
	return &cli.Command{
		Name:        string(o),
		Usage:       usage,
		ArgsUsage:   "RUN",
		Description: "A pause lasts as long as the process that sends: once it has ended, for whatever reason, the next start sends.",
		Flags:       whichRun(),
		Action: s.onRun(func(c *cli.Context, dir string) error {
			idle, err := s.order(c.Context, dir, o)
			switch {
			case err != nil:
				return err
			case idle != "":
				return inputErrorf("%s is not running: there is nothing to %s", idle, o)
			case o == control.Pause:
				s.say("to go on: sendoff continue %s", readPlace(c).arguments(c.Args().First()))
			}
			return nil
		}),
	}
}

// order has the process that holds the run in dir do something, and prints what it says. Where no process holds it, idle is the run's key.
func (s *session) order(ctx context.Context, dir string, o control.Order) (idle string, err error) {
	run, locked := runstore.View(dir)
	if locked == nil {
		defer run.Close()
		return run.Meta().Key, nil
	}
	if !errors.Is(locked, ledger.ErrLocked) {
		return "", locked
	}
	said := ""
	holder, err := reach(dir)
	if err == nil {
		said, err = holder.Tell(ctx, o)
	}
	if err != nil {
		return "", fmt.Errorf("%w, and it does not answer\n    hint: where it sends on another machine, say it there; or press Ctrl-C where it was started", locked)
	}
	fmt.Fprintln(s.Stdout, said)
	return "", nil
}

// awaitEnd waits until the process that held the run in dir has ended, and opens it for reading.
func awaitEnd(dir string, stopped runstore.Control, timeout time.Duration) (*runstore.Run, error) {
	for deadline := time.Now().Add(timeout); ; time.Sleep(releasedEvery) {
		run, err := runstore.View(dir)
		if !errors.Is(err, ledger.ErrLocked) {
			return run, err
		}
		if holder, e := runstore.Holder(dir); e == nil && (holder.PID != stopped.PID || !holder.Started.Equal(stopped.Started)) {
			return nil, fmt.Errorf("it has ended, and was started again: %w", err)
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("it has not ended within %v, and goes on stopping: %w", timeout, err)
		}
	}
}

// sayEnd says in a line what has become of a run, and how it goes on.
func (s *session) sayEnd(run *runstore.Run) error {
	rep, err := report.Collect(run)
	if err != nil {
		return err
	}
	if rep.Message != "" {
		fmt.Fprintln(s.Stdout, rep.Message)
	}
	fmt.Fprintf(s.Stdout, "%s · %s: %s accepted, %s rejected, %s in doubt, %s not yet sent\n", rep.RunKey, rep.State,
		prose.Thousands(rep.Accepted), prose.Thousands(rep.Rejected), prose.Thousands(rep.InDoubt), prose.Thousands(rep.NotSent))
	if !rep.State.Over() {
		s.say("to go on: %s", goOn(run.Meta(), run.Dir))
	}
	return nil
}
