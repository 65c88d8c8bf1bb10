package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
	"sendoff/internal/plan"
	"sendoff/internal/profile"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
)

func checkCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "check",
		Usage:     "read the campaign, its audience and its suppression lists, and say how they are understood and what is wrong; sends nothing",
		ArgsUsage: "CAMPAIGN",
		Description: "It shows of each column what the campaign uses it for, how many cells are filled, and what they look like: numbers are masked, texts\n" +
			"reduced to their shape (A··· for Anna, 9 for a digit), and values shown only where five rows share them. All that is wrong comes at\n" +
			"once, as far as the file can be read; the exit code is 2 where run would send nothing.\n\n" +
			"--json has the keys ok, problems (file, line, column, message, hint, warning), audience (name, format, compression, encoding, confidence,\n" +
			"delimiter, sheet, hidden_rows, bytes, modified, unused, suggestions, and columns: name, roles, uses, chosen_by, filled, empty, longest,\n" +
			"values, others, samples), plan (the counts, findings and lists of plan --json; findings are the rows that are left out and the warnings), and of what was\n" +
			"written skipped (file, rows) and corrected (file, rows, numbers, left_out).",
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "json", Usage: "print what is found as JSON"}, checkURLsFlag(s), exceptFlag(), profileFlag(), offlineFlag(),
			&cli.StringFlag{Name: "skipped", Usage: "write the rows that are left out, with line and reason, into a new `FILE`"},
			&cli.StringFlag{Name: "fix", Usage: "write the audience into a new `FILE`, in UTF-8 and with numbers in international form; rows that cannot be used go into another beside it; line ends within cells become LF"},
		}, feedFlagList()...),
		Action: func(c *cli.Context) (err error) {
			k := &checker{session: s, json: c.Bool("json"), skipped: c.String("skipped"), fix: c.String("fix"), profile: c.String("profile"), offline: c.Bool("offline")}
			if k.path, err = oneArgument(c, "CAMPAIGN"); err != nil {
				return err
			}
			if k.except, err = readExcept(c); err != nil {
				return err
			}
			if k.feed, err = readFeedFlags(c); err != nil {
				return err
			}
			return k.check(c.Context)
		},
	}
}

// checker is one call of check.
type checker struct {
	*session
	path         string
	feed         feedFlags
	except       []string
	profile      string
	json         bool
	offline      bool
	skipped, fix string // lists to write; empty: none

	campaign *campaign.Campaign // nil where not even its audience can be understood
	isWhole  bool               // there is more of it than its audience and lists
	plan.Checked
	meta      runstore.Meta     // of the plan, where there is one
	corrected report.Correction // what fix has, where it was written
	left      int               // rows of the list of those who are left out

	part      string // of the screen that is being printed
	isPrinted bool   // something was
}

// check finds out all that is wrong at once, and prints it.
func (k *checker) check(ctx context.Context) error {
	for _, file := range k.files() {
		if err := refuseToReplace(file); err != nil {
			return err
		}
	}
	c, err := campaign.Load(k.path)
	if err != nil {
		err = explainNoCampaign(k.path, err)
	}
	switch {
	case !k.Problems.Collect(err):
		return err
	case err != nil:
		c = campaign.LoadAudience(k.path)
	default:
		k.Problems = append(k.Problems, c.Warnings...)
	}
	if k.campaign, k.isWhole = c, err == nil; c != nil {
		if err := k.look(ctx); err != nil {
			return err
		}
	}
	return k.show()
}

// refuseToReplace refuses to write a file where there is one, or no folder for it.
func refuseToReplace(file string) error {
	switch folder := filepath.Dir(file); {
	case fileExists(file):
		return inputErrorf("%s: %v", file, report.ErrExists).hint("name another file, or take that one away")
	case !fileExists(folder):
		return inputErrorf("there is no folder %s", folder)
	}
	return nil
}

// files are those that are to be written.
func (k *checker) files() []string {
	var files []string
	if k.skipped != "" {
		files = append(files, k.skipped)
	}
	if k.fix != "" {
		files = append(files, k.fix, k.rest())
	}
	return files
}

// rest is where the rows are put that fix leaves out.
func (k *checker) rest() string {
	ext := filepath.Ext(k.fix)
	return strings.TrimSuffix(k.fix, ext) + "-skipped" + ext
}

// look plans aside as much of the campaign as there is, and writes the lists.
func (k *checker) look(ctx context.Context) error {
	c := k.campaign
	if k.fix != "" && c.Audience.Run != "" {
		return inputErrorf("--fix mends a file, and the audience of this campaign is the people of a run")
	}
	if err := k.feed.apply(c); err != nil {
		return err
	}
	through, err := k.planningProfile(k.profile, c)
	if err != nil {
		return err
	}
	templates, err := k.plannedTemplates(ctx, c, through, k.offline)
	if !k.Problems.Collect(err) {
		return err
	}
	p := place{}
	if !k.isWhole {
		p.runKey = "check" // it may have none of its own
	}
	return k.aside(ctx, c, p.key(c, k.Now()), func(ctx context.Context, run *runstore.Run) error {
		o := k.others(c, run, p)
		o.templates = templates
		checked, err := k.plan(ctx, o, through)
		if err != nil {
			return err
		}
		checked.Problems = append(k.Problems, checked.Problems...)
		k.Checked, k.meta = *checked, run.Meta()
		if k.Plan == nil {
			return nil
		}
		k.Plan.Findings = append(k.Plan.Findings, k.proposalOf(c, k.Plan, k.meta, through).Clock()...)
		return k.write(run)
	})
}

// plan plans as much as can be planned.
func (k *checker) plan(ctx context.Context, o others, through *profile.Profile) (*plan.Checked, error) {
	shown := k.watchPlanning()
	defer shown.end()
	guard := guardOf(through)
	config := k.planConfig(o, "", guard, shown)
	config.OptOuts = k.plannedOptOuts(o.campaign, place{}, through)
	var problems campaign.Problems
	if err := o.openAudience(ctx, &config); problems.Collect(err) && err != nil {
		return &plan.Checked{Problems: problems}, nil
	} else if err != nil {
		return nil, err
	}
	defer closeAudience(&config)
	var err error
	if config.Sent, err = o.sent(ctx, k.except, k.say); !problems.Collect(err) {
		return nil, err
	}
	checked, err := plan.Check(ctx, config)
	if err == nil {
		err = k.openAddresses(ctx, checked.Plan, o.campaign.ChannelPriorityOrder)
	}
	if err != nil {
		return nil, err
	}
	var explained campaign.Problems
	if errors.As(explainOnlyTo(checked.Problems.Err(), guard), &explained) {
		checked.Problems = explained
	}
	checked.Problems = append(problems, checked.Problems...)
	return checked, nil
}

// write writes the lists that are asked for.
func (k *checker) write(run *runstore.Run) (err error) {
	if k.skipped != "" {
		k.left, err = report.WriteSkipped(run, k.skipped)
	}
	if err == nil && k.fix != "" {
		k.corrected, err = report.WriteCorrected(run, k.fix, k.rest())
	}
	if errors.Is(err, report.ErrExists) || errors.Is(err, fs.ErrPermission) {
		return inputErrorf("%v", err)
	}
	return err
}

// show prints what was found, and returns what the exit code is made of.
func (k *checker) show() error {
	print := k.print
	if k.json {
		print = k.printResult
	}
	if err := print(); err != nil {
		return err
	}
	if k.Problems.Err() == nil {
		return nil
	}
	return &outcomeError{code: exitInput, reason: fmt.Sprintf("%d problems", len(k.Problems)), said: true}
}
