package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
		Usage:     "stop a run as Ctrl-C does where it sends, and say what still goes out; the same run command goes on later",
		ArgsUsage: "RUN",
		Flags: append([]cli.Flag{
			&cli.DurationFlag{Name: "timeout", Usage: "wait `TIME` until it has ended", Value: time.Minute},
			&cli.BoolFlag{Name: "no-wait", Usage: "do not wait until it has ended"},
		}, whichRun()...),
		Action: s.onRun(func(c *cli.Context, dir string) error {
			if c.Duration("timeout") <= 0 {
				return inputErrorf("--timeout must be more than 0")
			}
			if live := askHolder(c.Context, dir); live != nil {
				dir = cmp.Or(live.retryBeside(dir), dir)
			}
			holder, _ := runstore.Holder(dir) // told apart from who may come after it
			idle, err := s.order(c.Context, dir, control.Stop)
			switch {
			case err != nil:
				return err
			case idle != nil:
				fmt.Fprintf(s.Stdout, "%s is not running%s\n", idle.Key, cmp.Or(runningInstead(*idle, c.Args().First(), dir, control.Stop), "."))
			case !c.Bool("no-wait"):
				run, err := awaitEnd(dir, holder, c.Duration("timeout"))
				if err != nil {
					return explainHeld(err, dir)
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
			case idle != nil:
				return inputErrorf("%s is not running%s", idle.Key,
					cmp.Or(runningInstead(*idle, c.Args().First(), dir, o), fmt.Sprintf(": there is nothing to %s", o)))
			case o == control.Pause:
				s.say("to go on: sendoff continue %s", readPlace(c).arguments(c.Args().First()))
			}
			return nil
		}),
	}
}

// order has the process that holds the run in dir do something, and prints what it says. Where no process holds it, idle is what is known of it.
func (s *session) order(ctx context.Context, dir string, o control.Order) (idle *runstore.Meta, err error) {
	run, locked := runstore.View(dir)
	if locked == nil {
		defer run.Close()
		if run.Ledger.Copied() {
			return nil, inputErrorf("%s is %s", dir, copyOfOther)
		}
		m := run.Meta()
		return &m, nil
	}
	if !errors.Is(locked, ledger.ErrLocked) {
		return nil, locked
	}
	said := ""
	holder, err := reach(dir)
	if err == nil {
		said, err = holder.Tell(ctx, o)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w, and it does not answer\n    hint: where it sends on another machine, say it there; or press Ctrl-C where it was started", dir, locked)
	}
	fmt.Fprintln(s.Stdout, said)
	return nil, nil
}

// runningInstead names, behind the words that the run in dir is not running, the other runs of its campaign in the same folder that are;
// nothing where there are none, or where arg has named the run's folder and not the campaign.
func runningInstead(m runstore.Meta, arg, dir string, o control.Order) string {
	if isRun(arg) {
		return ""
	}
	folder := filepath.Dir(dir)
	siblings, _ := os.ReadDir(folder) // what cannot be looked at is not named
	text := ""
	for _, sibling := range siblings {
		path := filepath.Join(folder, sibling.Name())
		if !isRun(path) {
			continue
		}
		run, err := runstore.View(path)
		if err == nil {
			_ = run.Close() // it was only read
		}
		if other, e := runstore.Glance(path); errors.Is(err, ledger.ErrLocked) && e == nil && other.Campaign == m.Campaign {
			text += fmt.Sprintf("; %s is: sendoff %s %s", other.Key, o, quote(path))
		}
	}
	return text
}

// explainHeld names the run in dir that another process holds, and says how to see what that does. Another error stays as it is.
func explainHeld(err error, dir string) error {
	if !errors.Is(err, ledger.ErrLocked) {
		return err
	}
	return fmt.Errorf("%s: %w\n    hint: sendoff status %s --watch", dir, err, quote(dir))
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
	if text := goingOut(rep.Queued, time.Now()); text != "" {
		fmt.Fprintln(s.Stdout, text)
	}
	if !rep.State.Over() {
		s.say("to go on: %s", goOn(run.Meta(), run.Dir))
	}
	return nil
}
