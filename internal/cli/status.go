package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/internal/control"
	"sendoff/internal/ledger"
	"sendoff/internal/prose"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
)

func statusCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "status",
		Usage:     "say where a run stands, also while it sends; of a folder, which runs there are in it",
		ArgsUsage: "[RUN|DIR]",
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
	fmt.Fprintln(s.Stdout, strings.Join(live.lines(), "\n"))
	return nil
}

// look opens the run in dir for reading; or, while a process holds it, returns what that process says of itself.
func look(ctx context.Context, dir string) (*runstore.Run, *status, error) {
	run, locked := runstore.View(dir)
	if !errors.Is(locked, ledger.ErrLocked) {
		return run, nil, locked
	}
	live := new(status)
	if holder, err := reach(dir); err == nil && holder.Status(ctx, live) == nil {
		return nil, live, nil
	}
	// On another machine, or too busy to answer.
	b, err := os.ReadFile(filepath.Join(dir, runstore.StatusName))
	if err != nil || json.Unmarshal(b, live) != nil {
		return nil, nil, locked
	}
	return nil, live, nil
}

// reach returns a client of the process that holds the run in dir, where that is one of this machine.
func reach(dir string) (*control.Client, error) {
	holder, err := runstore.Holder(dir)
	if err != nil || !holder.Here() {
		return nil, control.ErrNobody
	}
	return control.NewClient(holder.Addr, holder.Token), nil
}

// sayStatus says where a run stands that nobody holds, and what comes next.
func (s *session) sayStatus(run *runstore.Run, args string, asJSON bool) error {
	copied := run.Ledger.Copied()
	if copied {
		s.warn("this folder is a copy: it was copied or moved from another disk or machine, and the run itself may have gone on since")
	}
	rep, err := report.Collect(run)
	if err != nil {
		return err
	}
	if asJSON {
		return s.printJSON(rep)
	}
	rep.Summary(s.Stdout)
	switch {
	case copied:
	case rep.State == runstore.NeedsReconcile:
		s.say("to have Sinch asked for what it has forgotten: sendoff reconcile %s", args)
	case rep.NotSent > 0 && rep.State != runstore.Cancelled:
		s.say("to go on with the remaining %s: %s", prose.Thousands(rep.NotSent), goOn(run.Meta(), run.Dir))
	}
	return nil
}

// lines says in words how far a run is that a process holds.
func (st *status) lines() []string {
	state := st.State
	switch state {
	case string(runstore.Planning):
		return []string{"planning, or waiting for confirmation: nothing is sent now"}
	case string(runstore.Running):
		state = "sending"
	case stateWaiting:
		state = "waiting for look-ups"
	}
	text := fmt.Sprintf("%s: %s of %s accepted, %s rejected, %s in doubt", state,
		prose.Thousands(st.Accepted), prose.Thousands(st.Total), prose.Thousands(st.Rejected), prose.Thousands(st.InDoubt))
	if st.Left > 0 {
		text += fmt.Sprintf(", %s left in doubt", prose.Thousands(st.Left))
	}
	if st.Skipped > 0 {
		text += fmt.Sprintf(", %s left out", prose.Thousands(st.Skipped))
	}
	rest := fmt.Sprintf("%s not sent, %s of them in flight", prose.Thousands(st.NotSent), prose.Thousands(st.InFlight))
	pace := fmt.Sprintf("%s a second allowed, %s reached", prose.Thousands(st.Allowed), prose.Thousands(st.Reached))
	if st.Seconds > 0 {
		pace += fmt.Sprintf("; about %v left", time.Duration(st.Seconds)*time.Second)
	}
	if age := time.Since(st.Time).Round(time.Second); age > 0 {
		pace += fmt.Sprintf("; as of %v ago", age)
	}
	return []string{text, rest, pace}
}
