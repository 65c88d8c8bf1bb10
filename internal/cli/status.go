package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/internal/control"
	"sendoff/internal/ledger"
	"sendoff/internal/prose"
	"sendoff/internal/receipts"
	"sendoff/internal/report"
	"sendoff/internal/runs"
	"sendoff/internal/runstore"
)

func statusCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "status",
		Usage:     "say where a run stands, also while it sends, and why it is slow; of a folder, which runs there are in it",
		ArgsUsage: "[RUN|DIR]",
		Description: "While a process holds the run, --json has live: true, state (planning, running, waiting, paused, stopping), the counts of the report, and\n" +
			"rate_allowed, reached (rows a second, of late), reached_overall and left_seconds (0: nobody can tell); queue (messages in the app's queue; -1: nobody\n" +
			"knows), queue_ours and drain (a second); and why it is slow, in hindrances, the most important first: kind (not_before, hours, outage, wait,\n" +
			"throttled, queue, others, warm_up, latency, halted), text, until and people (whom it keeps back; not there: everybody), else limited_by.\n" +
			"Otherwise it is the report, as sendoff report --json prints it.",
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "json", Usage: "print it as JSON"},
			&cli.BoolFlag{Name: "watch", Usage: "say it again every second on a terminal, else every 30 seconds, until the run ends; Ctrl-C ends the watching alone"},
		}, whichRun()...),
		Action: s.onRunOrFolder(func(c *cli.Context, dir string) error {
			args := readPlace(c).arguments(c.Args().First())
			switch {
			case c.Bool("watch") && c.Bool("json"):
				return inputErrorf("--watch and --json exclude each other")
			case c.Bool("watch"):
				return s.watchRun(c.Context, dir, args)
			}
			return s.status(c.Context, dir, args, c.Bool("json"))
		}),
	}
}

// status reads the ledger, or, while a process sends, has that process say how far it is. args are those by which a command finds the run.
func (s *session) status(ctx context.Context, dir, args string, asJSON bool) error {
	run, live, err := look(ctx, dir)
	if err != nil {
		return err
	}
	if run != nil {
		defer run.Close()
		return s.sayStatus(run, args, asJSON)
	}
	if asJSON {
		return s.printJSON(live)
	}
	s.print(s.Stdout, strings.Join(slices.Concat(live.heading(), live.lines()), "\n"))
	if next := live.next(args); next != "" {
		s.say("%s", next)
	}
	return nil
}

// look opens the run in dir for reading, with all its receipts; or, while a process holds it, returns what that process says of itself.
func look(ctx context.Context, dir string) (*runstore.Run, *status, error) {
	run, locked := runstore.View(dir)
	if locked == nil {
		if _, err := receipts.Merge(run, nil); err != nil {
			return nil, nil, errors.Join(err, run.Close())
		}
		return run, nil, nil
	}
	if !errors.Is(locked, ledger.ErrLocked) {
		return nil, nil, locked
	}
	if live := askHolder(ctx, dir); live != nil {
		return nil, live, nil
	}
	// On another machine, or too busy to answer.
	live := new(status)
	b, err := os.ReadFile(filepath.Join(dir, runstore.StatusName))
	if err != nil || json.Unmarshal(b, live) != nil {
		return nil, nil, fmt.Errorf("%s: %w", dir, locked)
	}
	return nil, live, nil
}

// askHolder returns what the process that holds the run in dir says of itself, or nil where none answers.
func askHolder(ctx context.Context, dir string) *status {
	live := new(status)
	if holder, err := reach(dir); err != nil || holder.Status(ctx, live) != nil {
		return nil
	}
	return live
}

// reach returns a client of the process that holds the run in dir, where that is one of this machine.
func reach(dir string) (*control.Client, error) {
	holder, err := runstore.Holder(dir)
	if err != nil || !holder.Here() {
		return nil, control.ErrNobody
	}
	return control.NewClient(holder.Addr, holder.Token), nil
}

// retryBeside returns the folder of the retry that is meant, where the run in dir is another one: whoever sends a retry holds also the runs before, and is
// asked by their folders too. Else it is empty.
func (st *status) retryBeside(dir string) string {
	_, number, ok := runstore.CutRetryKey(st.RunKey)
	if !ok {
		return ""
	}
	first := dir
	if of, own, ok := runstore.RetryOf(dir); ok {
		if own == number {
			return ""
		}
		first = shortened(of)
	}
	return filepath.Join(first, fmt.Sprintf("%s%d", runstore.RetryPrefix, number))
}

// Of a copy nobody knows what the run itself does.
const (
	unknownState = runstore.State("unknown")
	copyOfOther  = "a copy: what its original does now cannot be known"
)

// warnOfCopy says of a copy that it is one.
func (s *session) warnOfCopy(run *runstore.Run) bool {
	copied := run.Ledger.Copied()
	if copied {
		s.warn("this folder is a copy: it was copied or moved from another disk or machine, and the run itself may have gone on since")
	}
	return copied
}

// sayStatus says where a run stands that nobody holds, and what comes next.
func (s *session) sayStatus(run *runstore.Run, args string, asJSON bool) error {
	copied := s.warnOfCopy(run)
	rep, err := report.Collect(run)
	if err != nil {
		return err
	}
	if n := len(rep.Starts); copied && rep.State == runstore.Stopped && n > 0 && rep.Ended.Before(rep.Starts[n-1].Time) { // it was sending when it was copied
		rep.State, rep.Reason = unknownState, copyOfOther
	}
	if asJSON {
		return s.printJSON(rep)
	}
	s.printSummary(s.Stdout, rep)
	if text := goingOut(rep.Queued, time.Now()); text != "" && !copied {
		fmt.Fprintln(s.Stdout, text)
	}
	switch {
	case copied:
	case rep.State == runstore.NeedsReconcile:
		s.say("to have Sinch asked for what it has forgotten: sendoff reconcile %s", args)
	case rep.NotSent > 0 && rep.State != runstore.Cancelled:
		s.say("to go on with the remaining %s: %s", prose.Thousands(rep.NotSent), goOn(run.Meta(), run.Dir))
	default:
		for _, retry := range runs.UnfinishedRetries(run.Dir, run.Meta().Campaign) {
			s.noteUnfinished(retry)
		}
	}
	return nil
}

// heading says which run it is, and through what it sends.
func (st *status) heading() []string {
	if st.RunKey == "" { // an older version says nothing of that
		return nil
	}
	text := fmt.Sprintf("%s · campaign %s", st.RunKey, st.Campaign)
	if st.Sandbox {
		return []string{st.Message, text}
	}
	return []string{text, "  through " + describeDestination(st.Destination)}
}

// next says how a run goes on that somebody has paused.
func (st *status) next(args string) string {
	if st.State != statePaused {
		return ""
	}
	return "to go on: sendoff continue " + args
}

// doing is the state in words.
func (st *status) doing() string {
	switch st.State {
	case string(runstore.Running):
		return "sending"
	case stateWaiting:
		if waitingFor(st.Hindrances) == "" {
			return "waiting for look-ups"
		}
	}
	return st.State
}

// lines says in words how far a run is that a process holds.
func (st *status) lines() []string {
	if st.State == string(runstore.Planning) {
		return []string{"planning, or waiting for confirmation: nothing is sent now"}
	}
	text := fmt.Sprintf("%s: %s of %s accepted, %s rejected, %s in doubt", st.doing(),
		prose.Thousands(st.Accepted), prose.Thousands(st.Eligible), prose.Thousands(st.Rejected), prose.Thousands(st.InDoubt))
	if st.Left > 0 {
		text += fmt.Sprintf(", %s left in doubt", prose.Thousands(st.Left))
	}
	if st.Skipped > 0 {
		text += fmt.Sprintf(", %s left out", prose.Thousands(st.Skipped))
	}
	rest := fmt.Sprintf("%s not sent, %s of them in flight", prose.Thousands(st.NotSent), prose.Thousands(st.InFlight))
	pace := fmt.Sprintf("%s a second allowed, %s reached", prose.Thousands(st.Allowed), prose.Thousands(st.Reached))
	if st.Overall != st.Reached {
		pace += fmt.Sprintf(" (%s over all)", prose.Thousands(st.Overall))
	}
	if st.Seconds > 0 {
		pace += fmt.Sprintf("; about %s left", prose.Lasting(time.Duration(st.Seconds)*time.Second))
	}
	if age := time.Since(st.Time).Round(time.Second); age > 0 {
		pace += fmt.Sprintf("; as of %v ago", age)
	}
	lines := []string{text, rest, pace}
	if st.Delivery != nil {
		lines = append(lines, arrivals(st.Delivery))
	}
	return slices.Concat(lines, st.backlog(), st.slow(st.zone(), time.Now()))
}

// backlog says what waits in the app's queue, as far as anybody knows.
func (st *status) backlog() []string {
	if st.Drain <= 0 || st.Queue < 0 {
		return nil
	}
	text := "nothing waits in the app's queue"
	if st.Queue > 0 {
		about := "about"
		if st.Queue-st.QueueOurs > queueTolerance*st.Drain { // ours may be behind those of others
			about = "at least"
		}
		text = fmt.Sprintf("%s in the app's queue, %s %s of this run", prose.Counted(st.Queue, "message waits", "messages wait"),
			about, prose.Thousands(min(st.QueueOurs, st.Queue)))
	}
	return []string{text + fmt.Sprintf("; it hands on %s a second", prose.Thousands(st.Drain))}
}

// zone is the clock on which people are told times.
func (st *status) zone() *time.Location {
	if zone, err := time.LoadLocation(st.Zone); err == nil && st.Zone != "" {
		return zone
	}
	return time.Local
}
