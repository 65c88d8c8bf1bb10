package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"sendoff/internal/ledger"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
)

func reportCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "report",
		Usage:     "write the lists of a run and say what became of everyone",
		ArgsUsage: "RUN",
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "full", Usage: "write whole phone numbers into report.csv, not masked ones"},
			&cli.BoolFlag{Name: "json", Usage: "print it as JSON"},
		}, whichRun()...),
		Action: s.onRun(func(c *cli.Context, dir string) error {
			return s.report(c.Context, dir, readPlace(c).arguments(c.Args().First()), c.Bool("full"), c.Bool("json"))
		}),
	}
}

// report writes the lists of the run in dir. args are those by which a command finds it.
func (s *session) report(ctx context.Context, dir, args string, full, asJSON bool) error {
	run, err := runstore.View(dir)
	if errors.Is(err, ledger.ErrLocked) {
		if live := askHolder(ctx, dir); live != nil {
			return fmt.Errorf("%s is %s: sendoff status %s has the numbers; the lists are written when it ends or stops\n    %w",
				dir, live.doing(), args, err)
		}
		return explainHeld(err, dir)
	}
	if err != nil {
		return err
	}
	defer run.Close()
	if run.Meta().State == runstore.Planning {
		return inputErrorf("%s was never planned to its end: there is nothing to report", dir)
	}
	rep, err := report.Write(run, report.Options{Full: full})
	erased := errors.Is(err, runstore.ErrErased)
	if err != nil && (!erased || full) {
		return err
	}
	if asJSON {
		return s.printJSON(rep)
	}
	s.printSummary(s.Stdout, rep)
	if !erased {
		s.say("lists: %s", dir)
	}
	return nil
}
