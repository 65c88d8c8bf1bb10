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
	"sendoff/internal/send"
	"sendoff/internal/suppress"
	"sendoff/internal/template"
)

func planCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "plan",
		Usage:     "decide who gets a message and who is left out, and why; sends nothing",
		ArgsUsage: "CAMPAIGN",
		Flags: slices.Concat([]cli.Flag{
			&cli.BoolFlag{Name: "json", Usage: "print the plan as JSON"},
			&cli.BoolFlag{Name: "rows", Usage: "list every row too: who it goes to, masked, with the text, or why it is left out"},
			exceptFlag(), profileFlag(), offlineFlag(),
		}, feedFlagList(), placeFlags()),
		Action: func(c *cli.Context) error {
			path, err := oneArgument(c, "CAMPAIGN")
			if err != nil {
				return err
			}
			except, err := readExcept(c)
			if err != nil {
				return err
			}
			feed, err := readFeedFlags(c)
			if err != nil {
				return err
			}
			return s.planOnly(c.Context, path, readPlace(c), feed, except, c.String("profile"), c.Bool("offline"), planOutput{json: c.Bool("json"), rows: c.Bool("rows")})
		},
	}
}

// planOutput says how a plan is shown.
type planOutput struct{ json, rows bool }

// planOnly plans into the run's folder where one is named, and otherwise leaves nothing.
func (s *session) planOnly(ctx context.Context, path string, p place, feed feedFlags, except []string, profileName string, offline bool, out planOutput) error {
	c, err := s.loadCampaign(path)
	if err == nil {
		err = feed.apply(c)
	}
	if err != nil {
		return err
	}
	through, err := s.planningProfile(profileName, c)
	if err != nil {
		return err
	}
	templates, err := s.plannedTemplates(ctx, c, through, offline)
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
		s.say("next: sendoff run %s", next.arguments(path)+feed.arguments()+flagArgument(c, profileName)+exceptArguments(except))
		return nil
	}
	if p.runDir == "" {
		return s.planAside(ctx, c, p, except, through, templates, show)
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
	o := s.others(c, run, p)
	o.templates = templates
	built, err := s.buildPlan(ctx, o, except, "", guardOf(through), s.plannedOptOuts(c, p, through))
	if err != nil {
		return err
	}
	return show(built, run)
}

// planAside plans, for a profile that may be nil, in a folder of its own that is gone when it returns.
func (s *session) planAside(ctx context.Context, c *campaign.Campaign, p place, except []string, through *profile.Profile, templates templates,
	show func(*plan.Plan, *runstore.Run) error) error {
	return s.aside(ctx, c, p.key(c, s.Now()), func(ctx context.Context, run *runstore.Run) error {
		o := s.others(c, run, p)
		o.templates = templates
		built, err := s.buildPlan(ctx, o, except, "", guardOf(through), s.plannedOptOuts(c, p, through))
		if err != nil {
			return err
		}
		return show(built, run)
	})
}

// aside makes a run in a folder of its own that is gone when it returns. A signal ends it.
func (s *session) aside(ctx context.Context, c *campaign.Campaign, key string, do func(context.Context, *runstore.Run) error) (err error) {
	ctx, release := untilSignal(ctx)
	defer release()
	return s.inFolderAside(ctx, c, key, do)
}

// inFolderAside is aside for who watches for signals.
func (s *session) inFolderAside(ctx context.Context, c *campaign.Campaign, key string, do func(context.Context, *runstore.Run) error) (err error) {
	s.removeLeftAside()
	dir, err := os.MkdirTemp("", asideName)
	if err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	defer func() {
		if errors.Is(err, context.Canceled) {
			err = &send.Stop{Cause: send.Interrupted, Reason: "stopped on request; nothing is left of the plan"}
		}
	}()
	run, err := runstore.Acquire(filepath.Join(dir, "plan"), runstore.Options{Key: key, Campaign: c.Name, Now: s.Now()})
	if err != nil {
		return err
	}
	defer run.Close()
	return do(ctx, run)
}

// asideName is how the names of folders for plans begin that are made aside.
const asideName = "sendoff-plan-"

// removeLeftAside removes what killed processes have left of plans that were made aside: they hold people's data. No plan takes a day.
func (s *session) removeLeftAside() {
	left, err := filepath.Glob(filepath.Join(os.TempDir(), asideName+"*"))
	if err != nil {
		return // the folder's name is a pattern; nothing was left by us alone
	}
	for _, dir := range left {
		if info, err := os.Lstat(dir); err == nil && info.IsDir() && time.Since(info.ModTime()) > 24*time.Hour {
			_ = os.RemoveAll(dir) // another user's stays
		}
	}
}

// buildPlan plans the run that looks at others. optOuts are nil where the campaign does not name Sinch's list.
func (s *session) buildPlan(ctx context.Context, o others, except []string, appID string, guard plan.Guard, optOuts *suppress.OptOuts) (*plan.Plan, error) {
	shown := s.watchPlanning()
	defer shown.end()
	config := s.planConfig(o, appID, guard, shown)
	config.OptOuts = optOuts
	if err := o.openAudience(ctx, &config); err != nil {
		return nil, err
	}
	defer closeAudience(&config)
	var err error
	if config.Sent, err = o.sent(ctx, except, s.say); err != nil {
		return nil, err
	}
	built, err := plan.Build(ctx, config)
	return built, explainOnlyTo(err, guard)
}

// planConfig says what to plan, but for the people: those of the audience, and those who are left out.
func (s *session) planConfig(o others, appID string, guard plan.Guard, shown *planning) plan.Config {
	if appID == "" {
		appID = strings.Repeat("0", 26) // as long as a real one: planning checks lengths, and sends nothing
	}
	return plan.Config{Campaign: o.campaign, Run: o.run, AppID: appID, Guard: guard, Now: s.Now(), Progress: shown.report,
		Templates: o.templates.read, TemplatesUnread: o.templates.unread}
}

// openAudience says in c where the audience is: a file, or the people of a run. The caller closes it by closeAudience.
func (o others) openAudience(ctx context.Context, c *plan.Config) (err error) {
	a := o.campaign.Audience
	if a.Run == "" {
		return o.findAudience(ctx, c)
	}
	if c.AudienceRun, err = o.source(ctx); err == nil {
		c.AudiencePath = plan.PeopleName(c.AudienceRun.Meta().Key, a.States)
	}
	return err
}

func closeAudience(c *plan.Config) {
	if c.AudienceRun != nil {
		c.AudienceRun.Close()
	}
}

// dryRun plans, shows what run would ask, and leaves nothing.
func (r *runner) dryRun(ctx context.Context) error {
	c, err := r.loadCampaign(r.path)
	if err == nil {
		err = r.flags.feed.apply(c)
	}
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
	var templates templates
	if r.flags.sandbox {
		if r.client, err = r.settings.client(r.flags.tuning); err != nil {
			return err
		}
		defer r.client.Close()
		if templates.read, err = r.readTemplates(ctx, template.IDs(c)); err != nil {
			return err
		}
	} else if templates, err = r.plannedTemplates(ctx, c, through, false); err != nil {
		return err
	}
	return r.planAside(ctx, c, r.flags.place, r.flags.except, through, templates, func(built *plan.Plan, run *runstore.Run) error {
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
	if len(p.Languages) > 0 {
		row("languages", "%s", describeLanguages(p))
	}
	for _, t := range m.Templates {
		row("template", "%s", describeTemplate(t))
	}
	showSeeds(row, c, p)
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

// flagArgument is the flag that names a profile, where the campaign does not.
func flagArgument(c *campaign.Campaign, name string) string {
	if name == "" || name == c.Profile {
		return ""
	}
	return " --profile " + quote(name)
}

func describeAudience(file string, p *plan.Plan) string {
	text := prose.Printable(shortened(file)) + ": " + describeFile(p)
	var roles []string
	for _, role := range campaign.Roles {
		if i := p.Columns.Role(role); i >= 0 {
			roles = append(roles, fmt.Sprintf("%s = %s", role, prose.Printable(p.Columns.Header[i])))
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
		fmt.Fprintf(w, "%s%s\n", kind, findingText(f))
		if f.Hint != "" {
			fmt.Fprintf(w, "    hint: %s\n", f.Hint)
		}
	}
}

// findingText says what was found, and where, unless it is about all rows.
func findingText(f plan.Finding) string {
	if f.Count == 0 {
		return f.Message
	}
	return f.Message + ": " + prose.Lines(f.Count, f.Lines)
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
