package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
	"sendoff/internal/phone"
)

// What is sent without --limit, at most.
const (
	mostTestSeeds = 20
	mostTestRows  = 5
)

// testFlags say what a test sends.
type testFlags struct {
	rows   []rowChoice
	to     string // the file with the seeds; empty: the campaign's
	prefix string
}

func testCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "test",
		Usage:     "send to your own people (seeds) what real rows would get; it is in no run's books",
		ArgsUsage: "CAMPAIGN",
		Description: "Each seed gets the messages of the rows that are named: their texts unchanged, all values from the row, only the address is the\n" +
			"seed's. The metadata says that it is a test. Whatever would stop run stops test, except limits on how many people there are.",
		Flags: slices.Concat([]cli.Flag{
			&cli.StringSliceFlag{Name: "row", Usage: "the message of `ROW`: first, longest, or a line of the audience such as 7 or line:7; may be repeated", DefaultText: "first and longest"},
			&cli.StringFlag{Name: "to", Usage: "`FILE` with the seeds, or - for standard input: numbers, one a line, or a table as the audience is one", DefaultText: "the campaign's"},
			&cli.StringFlag{Name: "prefix", Usage: "put `TEXT` before the first words, such as 'TEST '"},
			&cli.IntFlag{Name: "limit", Usage: "send up to `N` messages", DefaultText: fmt.Sprintf("%d seeds, %d rows", mostTestSeeds, mostTestRows)},
			&cli.BoolFlag{Name: "sandbox", Usage: "send to a simulator in this process; nobody gets anything, and no credentials are needed"},
			&cli.BoolFlag{Name: "json", Usage: "print the result as JSON"},
			&cli.StringFlag{Name: "run-key", Usage: "`KEY` that the metadata names", DefaultText: "the campaign's"},
			yesFlag(), profileFlag(), exceptFlag(), timeoutFlag(), giveUpFlag(),
		}, feedFlagList()),
		CustomHelpTemplate: cli.CommandHelpTemplate + "\n" + exitCodesHelp,
		Action: func(c *cli.Context) error {
			path, err := oneArgument(c, "CAMPAIGN")
			if err != nil {
				return err
			}
			r := &runner{session: s, path: path, log: discardLog()}
			flags, err := r.readTestFlags(c)
			if err != nil {
				return err
			}
			return r.test(c.Context, flags)
		},
	}
}

func (r *runner) readTestFlags(c *cli.Context) (t testFlags, err error) {
	t = testFlags{to: c.String("to"), prefix: c.String("prefix")}
	r.flags = runFlags{
		place:   place{runKey: c.String("run-key"), sandbox: c.Bool("sandbox")},
		tuning:  tuning{maxInFlight: 1, httpTimeout: c.Duration("http-timeout"), giveUp: c.Duration("give-up"), settle: defaultSettle},
		profile: c.String("profile"), yes: c.Bool("yes"), json: c.Bool("json"), limit: c.Int("limit"),
	}
	if t.rows, err = readRowChoices(c); err != nil {
		return t, err
	}
	if t.rows == nil {
		t.rows = []rowChoice{{name: "first"}, {name: "longest"}}
	}
	if r.flags.feed, err = readFeedFlags(c); err != nil {
		return t, err
	}
	if r.flags.except, err = readExcept(c); err != nil {
		return t, err
	}
	switch {
	case c.IsSet("limit") && r.flags.limit < 1:
		return t, inputErrorf("--limit must be 1 or more")
	case r.flags.httpTimeout <= 0 || r.flags.giveUp <= 0:
		return t, inputErrorf("--http-timeout and --give-up must be more than 0")
	case t.to == "" && c.IsSet("to") || t.to != "" && t.to != campaign.StandardInput && !fileExists(t.to):
		err := inputErrorf("--to wants a file that is there, or - for standard input")
		if phone.IsWritten(t.to) || strings.Contains(t.to, ":") {
			err = inputErrorf("--to wants a file, not a person: what stands on a command line stays in the shell's history").
				hint("sendoff test … --to - reads numbers from standard input, one a line")
		}
		return t, err
	case t.to == campaign.StandardInput && r.flags.feed.audience == campaign.StandardInput:
		return t, inputErrorf("--to and --audience cannot both be standard input")
	}
	if c.IsSet("run-key") {
		if err := campaign.CheckRunKey(r.flags.runKey); err != nil {
			return t, inputErrorf("--run-key: %v", err)
		}
	}
	return t, nil
}
