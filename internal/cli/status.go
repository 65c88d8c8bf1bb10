package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/internal/ledger"
	"sendoff/internal/prose"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
)

func statusCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "status",
		Usage:     "say where a run stands, also while it sends",
		ArgsUsage: "RUN",
		Flags:     append([]cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print it as JSON"}}, whichRun()...),
		Action: s.onRun(func(c *cli.Context, dir string) error {
			return s.status(dir, c.Args().First(), readPlace(c), c.Bool("json"))
		}),
	}
}

// status reads the ledger, or, while a process sends, what that process says of itself about once a second.
func (s *session) status(dir, arg string, p place, asJSON bool) error {
	run, err := runstore.View(dir)
	if errors.Is(err, ledger.ErrLocked) {
		return s.liveStatus(dir, asJSON, err)
	}
	if err != nil {
		return err
	}
	defer run.Close()
	rep, err := report.Collect(run)
	if err != nil {
		return err
	}
	if asJSON {
		return s.printJSON(rep)
	}
	rep.Summary(s.Stdout)
	switch {
	case rep.State == runstore.NeedsReconcile:
		s.say("to have Sinch asked for what it has forgotten: sendoff reconcile %s", p.arguments(arg))
	case rep.NotSent > 0 && rep.State != runstore.Cancelled:
		s.say("to go on with the remaining %s: %s", prose.Thousands(rep.NotSent), goOn(run.Meta(), dir))
	}
	return nil
}

func (s *session) liveStatus(dir string, asJSON bool, locked error) error {
	b, err := os.ReadFile(filepath.Join(dir, runstore.StatusName))
	if err != nil {
		return locked // it is still planning
	}
	var st status
	if err := json.Unmarshal(b, &st); err != nil {
		return locked
	}
	if asJSON {
		_, err := s.Stdout.Write(b)
		return err
	}
	fmt.Fprintf(s.Stdout, "sending: %s of %s accepted, %s rejected, %s in doubt, %s in flight\n", prose.Thousands(st.Accepted), prose.Thousands(st.Total),
		prose.Thousands(st.Rejected), prose.Thousands(st.InDoubt), prose.Thousands(st.InFlight))
	fmt.Fprintf(s.Stdout, "%s a second are allowed; as of %s ago\n", prose.Thousands(st.Allowed), time.Since(st.Time).Round(time.Second))
	return nil
}
