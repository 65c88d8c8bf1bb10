package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
	"sendoff/internal/filter"
	"sendoff/internal/plan"
	"sendoff/internal/profile"
	"sendoff/internal/prose"
	"sendoff/internal/runstore"
	"sendoff/internal/suppress"
)

func checkCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "check",
		Usage:     "read the campaign, its audience and its suppression lists, and say what is wrong; sends nothing",
		ArgsUsage: "CAMPAIGN",
		Flags:     []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print the findings as JSON"}, exceptFlag(), profileFlag()},
		Action: func(c *cli.Context) error {
			path, err := oneArgument(c, "CAMPAIGN")
			if err != nil {
				return err
			}
			except, err := readExcept(c)
			if err != nil {
				return err
			}
			return s.check(c.Context, path, except, c.String("profile"), c.Bool("json"))
		},
	}
}

func planCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "plan",
		Usage:     "decide who gets a message and who is left out, and why; sends nothing",
		ArgsUsage: "CAMPAIGN",
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "json", Usage: "print the plan as JSON"},
			&cli.BoolFlag{Name: "rows", Usage: "list every row too: who it goes to, masked, with the text, or why it is left out"},
			exceptFlag(), profileFlag(),
		}, placeFlags()...),
		Action: func(c *cli.Context) error {
			path, err := oneArgument(c, "CAMPAIGN")
			if err != nil {
				return err
			}
			except, err := readExcept(c)
			if err != nil {
				return err
			}
			return s.planOnly(c.Context, path, readPlace(c), except, c.String("profile"), planOutput{json: c.Bool("json"), rows: c.Bool("rows")})
		},
	}
}

// planOutput says how a plan is shown.
type planOutput struct{ json, rows bool }

// planOnly plans into the run's folder where one is named, and otherwise leaves nothing.
func (s *session) planOnly(ctx context.Context, path string, p place, except []string, profileName string, out planOutput) error {
	c, err := s.loadCampaign(path)
	if err != nil {
		return err
	}
	through, err := s.planningProfile(profileName, c)
	if err != nil {
		return err
	}
	show := func(built *plan.Plan, run *runstore.Run) error {
		result := planJSON(built, run.Meta())
		switch {
		case out.json && out.rows:
			return printPlanWithRows(s.Stdout, result, c, run)
		case out.json:
			return s.printJSON(result)
		}
		s.printPlan(c, built, run.Meta(), through)
		if out.rows {
			if err := printPlannedRows(s.Stdout, c, run); err != nil {
				return err
			}
		}
		next := p
		next.sandbox = p.runDir == "" // a folder that was planned for real is run for real
		s.say("next: sendoff run %s", next.arguments(path)+flagArgument(c, profileName)+exceptArguments(except))
		return nil
	}
	if p.runDir == "" {
		return s.planAside(ctx, c, p, except, through, show)
	}
	if err := s.checkVolume(p.runDir, p.key(c, s.Now())); err != nil {
		return err
	}
	run, err := runstore.Acquire(p.runDir, runstore.Options{Key: p.key(c, s.Now()), Campaign: c.Name, Now: s.Now()})
	if err != nil {
		return explainAcquire(err, p.runDir)
	}
	defer run.Close()
	if run.Begun() {
		return inputErrorf("%s has begun to send, so its plan stands", p.runDir).hint("sendoff status %s", quote(p.runDir))
	}
	built, err := s.buildPlan(ctx, s.others(c, run, p), except, "", guardOf(through), s.plannedOptOuts(c, p, through))
	if err != nil {
		return err
	}
	return show(built, run)
}

// planAside plans, for a profile that may be nil, in a folder of its own that is gone when it returns.
func (s *session) planAside(ctx context.Context, c *campaign.Campaign, p place, except []string, through *profile.Profile,
	show func(*plan.Plan, *runstore.Run) error) error {
	return s.aside(ctx, c, p.key(c, s.Now()), func(ctx context.Context, run *runstore.Run) error {
		built, err := s.buildPlan(ctx, s.others(c, run, p), except, "", guardOf(through), s.plannedOptOuts(c, p, through))
		if err != nil {
			return err
		}
		return show(built, run)
	})
}

// aside makes a run in a folder of its own that is gone when it returns.
func (s *session) aside(ctx context.Context, c *campaign.Campaign, key string, do func(context.Context, *runstore.Run) error) (err error) {
	ctx, release := untilSignal(ctx)
	defer release()
	dir, err := os.MkdirTemp("", "sendoff-plan-")
	if err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	run, err := runstore.Acquire(filepath.Join(dir, "plan"), runstore.Options{Key: key, Campaign: c.Name, Now: s.Now()})
	if err != nil {
		return err
	}
	defer run.Close()
	return do(ctx, run)
}

// buildPlan plans the run that looks at others. optOuts are nil where the campaign does not name Sinch's list.
func (s *session) buildPlan(ctx context.Context, o others, except []string, appID string, guard plan.Guard, optOuts *suppress.OptOuts) (*plan.Plan, error) {
	if appID == "" {
		appID = strings.Repeat("0", 26) // as long as a real one: planning checks lengths, and sends nothing
	}
	shown := time.Now()
	progress := func(rows int) {
		if time.Since(shown) >= planningEvery {
			shown = time.Now()
			s.say("planning: %s read", prose.Counted(rows, "row", "rows"))
		}
	}
	config := plan.Config{Campaign: o.campaign, AudiencePath: audiencePath(o.campaign), Run: o.run, AppID: appID, Guard: guard,
		OptOuts: optOuts, Now: s.Now(), Progress: progress}
	var err error
	if a := o.campaign.Audience; a.Run != "" {
		if config.AudienceRun, err = o.source(ctx); err != nil {
			return nil, err
		}
		defer config.AudienceRun.Close()
		config.AudiencePath = plan.PeopleName(config.AudienceRun.Meta().Key, a.States)
	}
	if config.Sent, err = o.sent(ctx, except, s.say); err != nil {
		return nil, err
	}
	built, err := plan.Build(ctx, config)
	return built, explainOnlyTo(err, guard)
}

const planningEvery = 5 * time.Second

// dryRun plans, shows what run would ask, and leaves nothing.
func (r *runner) dryRun(ctx context.Context) error {
	c, err := r.loadCampaign(r.path)
	if err != nil {
		return err
	}
	r.campaign = c
	var through *profile.Profile
	if r.flags.sandbox {
		if r.settings, err = r.rehearsalSettings(); err != nil {
			return err
		}
		through = r.settings.profile
	} else if through, err = r.chosenProfile(); err != nil {
		return err
	} else if through != nil {
		if err := r.checkEnvironment(ctx, through); err != nil {
			return err
		}
	}
	return r.planAside(ctx, c, r.flags.place, r.flags.except, through, func(built *plan.Plan, run *runstore.Run) error {
		if r.flags.json {
			return r.printJSON(planJSON(built, run.Meta()))
		}
		r.printPlan(c, built, run.Meta(), through)
		r.say("dry run: nothing was sent")
		return nil
	})
}

// printPlan prints a plan that was made for a profile, which may be nil.
func (s *session) printPlan(c *campaign.Campaign, p *plan.Plan, m runstore.Meta, through *profile.Profile) {
	row := func(label, format string, args ...any) {
		fmt.Fprintf(s.Stdout, "  %-9s %s\n", label, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(s.Stdout, "%s\n\n", m.Key)
	row("what", "%s · %s", contentType(c.MessageContentType), channels(c))
	row("audience", "%s", describeAudience(m.AudienceFile, p))
	for _, suggestion := range p.Suggestions {
		row("", "hint: %s", suggestion)
	}
	printWhere(row, p.Where)
	row("to", "%s    %s%s", prose.Counted(m.Eligible, "person", "people"), prose.Counted(m.Rows, "row", "rows"), leftOut(p))
	row("checked", "%s", lists(m.Lists, c.NoSuppress, s.Now()))
	if through != nil {
		row("profile", "%s", through.Name)
	}
	showOnlyTo(row, m.Lists)
	row("plan", "%s", m.PlanDigest[:16])
	fmt.Fprintln(s.Stdout)
	printSamples(s.Stdout, p.Samples)
	if len(p.Findings) > 0 {
		fmt.Fprintln(s.Stdout)
		printFindings(s.Stdout, p.Findings)
	}
}

// check plans aside and prints what was found, whether or not it could be sent.
func (s *session) check(ctx context.Context, path string, except []string, profileName string, asJSON bool) error {
	c, err := s.loadCampaign(path)
	var through *profile.Profile
	if err == nil {
		through, err = s.planningProfile(profileName, c)
	}
	if err == nil {
		err = s.planAside(ctx, c, place{}, except, through, func(p *plan.Plan, run *runstore.Run) error {
			m := run.Meta()
			if asJSON {
				return s.printJSON(checkJSON{Schema: 1, OK: true, Problems: c.Warnings, Plan: planJSON(p, m)})
			}
			fmt.Fprintf(s.Stdout, "%s\n", describeAudience(m.AudienceFile, p))
			for _, suggestion := range p.Suggestions {
				fmt.Fprintf(s.Stdout, "    hint: %s\n", suggestion)
			}
			for _, l := range m.Lists {
				if l.Sinch != nil {
					fmt.Fprintf(s.Stdout, "%s\n", describeOptOuts(l, s.Now()))
				}
			}
			printWhere(func(label, format string, args ...any) {
				fmt.Fprintf(s.Stdout, "%-6s%s\n", label, fmt.Sprintf(format, args...))
			}, p.Where)
			printFindings(s.Stdout, p.Findings)
			fmt.Fprintf(s.Stdout, "%s can be sent to%s\n", prose.Counted(m.Eligible, "person", "people"), leftOut(p))
			s.say("next: sendoff plan %s", quote(path)+flagArgument(c, profileName)+exceptArguments(except))
			return nil
		})
	}
	var problems campaign.Problems
	if asJSON && errors.As(err, &problems) {
		return errors.Join(s.printJSON(checkJSON{Schema: 1, Problems: problems}), err)
	}
	return err
}

// flagArgument is the flag that names a profile, where the campaign does not.
func flagArgument(c *campaign.Campaign, name string) string {
	if name == "" || name == c.Profile {
		return ""
	}
	return " --profile " + quote(name)
}

type checkJSON struct {
	Schema   int               `json:"schema"`
	OK       bool              `json:"ok"`
	Problems campaign.Problems `json:"problems"`
	Plan     any               `json:"plan,omitempty"`
}

func describeAudience(file string, p *plan.Plan) string {
	text := fmt.Sprintf("%s: %s", file, prose.Counted(p.Rows, "row", "rows"))
	if p.Delimiter != "" {
		text += ", UTF-8, separated by " + p.Delimiter
	}
	text += ", " + prose.Counted(len(p.Columns.Header), "column", "columns")
	var roles []string
	for _, role := range campaign.Roles {
		if i := p.Columns.Role(role); i >= 0 {
			roles = append(roles, fmt.Sprintf("%s = %s", role, p.Columns.Header[i]))
		}
	}
	text += " (" + strings.Join(roles, ", ")
	for _, name := range p.Unused {
		text += fmt.Sprintf("; %q is not used", name)
	}
	return text + ")"
}

// printWhere prints how many rows each term of audience.where leaves.
func printWhere(row func(label, format string, args ...any), terms []filter.Count) {
	width, digits := 0, 0
	for _, t := range terms {
		width, digits = max(width, utf8.RuneCountInString(t.Term)), max(digits, len(prose.Thousands(t.Alone)))
	}
	for i, t := range terms {
		row([]string{"where", ""}[min(i, 1)], "%-*s   %*s alone   %*s left",
			width, t.Term, digits, prose.Thousands(t.Alone), digits, prose.Thousands(t.Left))
	}
}

// printSamples prints real texts, with the lines that they are of.
func printSamples(w io.Writer, samples []plan.Sample) {
	for _, s := range samples {
		text := s.Text
		if s.Note != "" {
			text += "   (" + s.Note + ")"
		}
		fmt.Fprintf(w, "  %-9s %s\n", fmt.Sprintf("line %d", s.Line), text)
	}
}

// printFindings prints what was found, warnings last.
func printFindings(w io.Writer, findings []plan.Finding) {
	findings = slices.Clone(findings)
	slices.SortStableFunc(findings, func(a, b plan.Finding) int {
		return cmp.Compare(fmt.Sprint(a.Warning), fmt.Sprint(b.Warning))
	})
	for _, f := range findings {
		kind := ""
		if f.Warning {
			kind = "warning: "
		}
		where := ""
		if f.Count > 0 {
			where = ": " + prose.Lines(f.Count, f.Lines)
		}
		fmt.Fprintf(w, "%s%s%s\n", kind, f.Message, where)
		if f.Hint != "" {
			fmt.Fprintf(w, "    hint: %s\n", f.Hint)
		}
	}
}

// leftOut says how many rows are left out and why; nothing where none is.
func leftOut(p *plan.Plan) string {
	if len(p.Skipped) == 0 {
		return ""
	}
	return "; left out: " + prose.Breakdown(p.SkippedByName())
}

func warnings(p *plan.Plan) int {
	n := 0
	for _, f := range p.Findings {
		if f.Warning {
			n++
		}
	}
	return n
}
