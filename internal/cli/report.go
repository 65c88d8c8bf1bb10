package cli

import (
	"errors"

	"github.com/urfave/cli/v2"

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
			return s.report(dir, c.Bool("full"), c.Bool("json"))
		}),
	}
}

func (s *session) report(dir string, full, asJSON bool) error {
	run, err := runstore.View(dir)
	if err != nil {
		return err
	}
	defer run.Close()
	if run.Meta().State == runstore.Planning {
		return inputErrorf("%s was never planned to its end: there is nothing to report", dir)
	}
	err = report.Write(run, report.Options{Full: full})
	erased := errors.Is(err, runstore.ErrErased)
	if err != nil && (!erased || full) {
		return err
	}
	rep, err := report.Collect(run)
	if err != nil {
		return err
	}
	if asJSON {
		return s.printJSON(rep)
	}
	rep.Summary(s.Stdout)
	if !erased {
		s.say("lists: %s", dir)
	}
	return nil
}
