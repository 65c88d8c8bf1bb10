package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"sendoff/internal/prose"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
)

func cancelCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "cancel",
		Usage:     "end an unfinished run for good: whoever was not sent to is not sent to",
		ArgsUsage: "RUN",
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Usage: "do not ask"},
			&cli.BoolFlag{Name: "adopt", Usage: "take a copied run folder as the run itself; the other copy must never send again"},
			&cli.BoolFlag{Name: "json", Usage: "print the report as JSON"},
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
	if r.run, err = runstore.Resume(r.resume, r.flags.adopt, r.Now()); err != nil {
		return explainAcquire(err, r.resume)
	}
	defer r.run.Close()
	m := r.run.Meta()
	switch {
	case m.State == runstore.Cancelled:
		r.say("%s was cancelled on %s", m.Key, clockTime(m.Ended))
		return nil
	case m.State.Done():
		return inputErrorf("%s finished on %s: there is nothing left to cancel", m.Key, clockTime(m.Ended))
	case m.State == runstore.Planning:
		return inputErrorf("%s was never planned to its end, so it sends nothing", m.Key)
	}
	rep, err := report.Collect(r.run)
	if err != nil {
		return err
	}
	if !r.flags.yes && isTerminal(r.Stdin) {
		answer, err := r.ask(ctx, fmt.Sprintf("%s has sent %s of %s. Send nothing to the other %s, for good? [y/N] ",
			m.Key, prose.Thousands(rep.Accepted), prose.Thousands(m.Eligible), prose.Thousands(rep.NotSent)))
		if err != nil {
			return err
		}
		if a := strings.ToLower(strings.TrimSpace(answer)); a != "y" && a != "yes" {
			return inputErrorf("not confirmed. %s is as it was", m.Key)
		}
	}
	end := ending{runstore.Cancelled, m.ExitCode, "nothing more is sent, for good"}
	if rep, err = r.putOnRecord(rep, end); err != nil {
		return err
	}
	if r.flags.json {
		return r.printJSON(rep)
	}
	rep.Summary(r.Stdout)
	r.say("lists: %s", r.run.Dir)
	return nil
}
