package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
	"sendoff/internal/durable"
	"sendoff/internal/plan"
	"sendoff/internal/profile"
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
		Description: "It shows a calendar of who gets it when: places by their time zones, and how many people leave by day and hour. These are estimates, at the\n" +
			"rate that the campaign asks for and the app allows, behind what waits in its queue; or, where it cannot be asked, that most apps have.\n\n" +
			"In --json, calendar has begin and end of sending, hours (from, people), and, where it matters where people are, places (name, country, zones,\n" +
			"people, from, to, too_late, too_slow, never). Of the people who will be skipped as expired, too_late are those whose hours open only after\n" +
			"not_after, too_slow those whom the pace does not reach by then, as estimated, and never those for whom there is no hour. at_night and on_sunday\n" +
			"are people who are sent to before 08:00, from 21:00 or on a Sunday by their own clocks, where the campaign does not say that it is meant.\n" +
			"app, where it could be asked, has mode, retention_days, creates_contacts, rate (messages a second that it hands on), queue (messages that wait),\n" +
			"webhooks, callbacks_per_message and callback_rate.",
		Flags: slices.Concat([]cli.Flag{
			&cli.BoolFlag{Name: "json", Usage: "print the plan as JSON"},
			&cli.StringFlag{Name: "html", Usage: "write the plan into a new `FILE` too, as a page to read, print and sign; it shows texts of certain people"},
			&cli.BoolFlag{Name: "rows", Usage: "list every row too: who it goes to, masked, with the text, or why it is left out"},
			checkURLsFlag(s), exceptFlag(), profileFlag(), offlineFlag(),
		}, feedFlagList(), placeFlags()),
		Action: func(c *cli.Context) (err error) {
			p := &planner{
				session: s, place: readPlace(c), profile: c.String("profile"),
				json: c.Bool("json"), rows: c.Bool("rows"), html: c.String("html"), offline: c.Bool("offline"),
			}
			if p.path, err = oneArgument(c, "CAMPAIGN"); err != nil {
				return err
			}
			if p.except, err = readExcept(c); err != nil {
				return err
			}
			if p.feed, err = readFeedFlags(c); err != nil {
				return err
			}
			return p.plan(c.Context)
		},
	}
}

// planner is one call of plan.
type planner struct {
	*session
	path       string
	place      place
	feed       feedFlags
	except     []string
	profile    string // as --profile says it
	json, rows bool
	html       string // a file to write; empty: none
	offline    bool   // Sinch is not asked

	campaign *campaign.Campaign
	through  *profile.Profile // nil: none
}

// plan plans into the run's folder where one is named, and otherwise leaves nothing.
func (p *planner) plan(ctx context.Context) (err error) {
	if p.html != "" {
		if err := refuseToReplace(p.html); err != nil {
			return err
		}
	}
	if p.campaign, err = p.loadCampaign(p.path); err != nil {
		return err
	}
	if err := p.feed.apply(p.campaign); err != nil {
		return err
	}
	if p.through, err = p.planningProfile(p.profile, p.campaign); err != nil {
		return err
	}
	templates, err := p.plannedTemplates(ctx, p.campaign, p.through, p.offline)
	if err != nil {
		return err
	}
	show := func(built *plan.Plan, run *runstore.Run) error { return p.show(ctx, built, run) }
	if p.place.runDir == "" {
		return p.planAside(ctx, p.campaign, p.place, p.except, p.through, templates, show)
	}
	return p.planInto(ctx, p.place.runDir, templates, show)
}

// planInto plans into a run's folder, so that run goes on from there.
func (p *planner) planInto(ctx context.Context, dir string, templates templates, show func(*plan.Plan, *runstore.Run) error) error {
	key := p.place.key(p.campaign, p.Now())
	if err := p.checkVolume(dir, key); err != nil {
		return err
	}
	run, err := runstore.Acquire(dir, runstore.Options{Key: key, Campaign: p.campaign.Name, Now: p.Now()})
	if err != nil {
		return explainAcquire(err, dir)
	}
	defer run.Close()
	if run.Begun() {
		return inputErrorf("%s has begun to send, so its plan stands", dir).hint("sendoff status %s", quote(dir))
	}
	return p.planIn(ctx, run, p.campaign, p.place, p.except, p.through, templates, show)
}

// show prints a plan as it is wanted.
func (p *planner) show(ctx context.Context, built *plan.Plan, run *runstore.Run) error {
	proposed := p.propose(ctx, p.campaign, built, run.Meta(), p.through, p.offline)
	if p.place.runDir != "" {
		if err := run.Update(func(m *runstore.Meta) { m.PlanCode = string(proposed.Code) }); err != nil {
			return err
		}
	}
	if p.html != "" {
		if err := durable.WriteFile(p.html, proposed.HTML); err != nil {
			return inputErrorf("%v", err)
		}
		p.say("%s shows texts with people's data in them; only you can read it", p.html)
	}
	switch {
	case p.json && p.rows:
		p.answered = true
		return printPlanWithRows(p.Stdout, proposed.Result(), p.campaign, run)
	case p.json:
		return p.printJSON(proposed.Result())
	case p.rows:
		if err := printPlannedRows(p.Stdout, p.campaign, run); err != nil {
			return err
		}
	}
	proposed.Text(p.Stdout, p.width(p.Stdout))
	arguments := func(at place) string {
		return at.arguments(p.path) + p.feed.arguments() + flagArgument(p.campaign, p.profile) + exceptArguments(p.except)
	}
	next := p.place
	next.sandbox = p.place.runDir == "" // a folder that was planned for real is run for real
	p.say("next: sendoff run %s", arguments(next))
	if proposed.Approval && proposed.Destination.AppID != "" {
		p.say("once it is approved: sendoff run %s --plan %s", arguments(p.place), proposed.Code)
	}
	return nil
}

// planAside plans, for a profile that may be nil, in a folder of its own that is gone when it returns.
func (s *session) planAside(ctx context.Context, c *campaign.Campaign, p place, except []string, through *profile.Profile, templates templates,
	show func(*plan.Plan, *runstore.Run) error) error {
	return s.aside(ctx, c, p.key(c, s.Now()), func(ctx context.Context, run *runstore.Run) error {
		return s.planIn(ctx, run, c, p, except, through, templates, show)
	})
}

// planIn plans, for a profile that may be nil, in the folder of a run that is held.
func (s *session) planIn(ctx context.Context, run *runstore.Run, c *campaign.Campaign, p place, except []string, through *profile.Profile, templates templates,
	show func(*plan.Plan, *runstore.Run) error) error {
	o := s.others(c, run, p)
	o.templates = templates
	built, err := s.buildPlan(ctx, o, except, "", guardOf(through), s.plannedOptOuts(c, p, through))
	if err != nil {
		return err
	}
	return show(built, run)
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
	if err == nil {
		err = s.openAddresses(ctx, built, o.campaign.ChannelPriorityOrder)
	}
	return built, explainOnlyTo(err, guard)
}

// planConfig says what to plan, but for the people: those of the audience, and those who are left out.
func (s *session) planConfig(o others, appID string, guard plan.Guard, shown *planning) plan.Config {
	if appID == "" {
		appID = strings.Repeat("0", 26) // as long as a real one: planning checks lengths, and sends nothing
	}
	return plan.Config{Campaign: o.campaign, Run: o.run, AppID: appID, Guard: guard, Home: homeFolder(), Now: s.Now(), Progress: shown.report,
		Addresses: s.checkURLs, Templates: o.templates.read, TemplatesUnread: o.templates.unread}
}

// openAudience says in c where the audience is: a file, or the people of a run. The caller closes it by closeAudience.
func (o others) openAudience(ctx context.Context, c *plan.Config) (err error) {
	a := o.campaign.Audience
	if o.again != nil {
		c.Again, c.AudiencePath = o.again, o.again.Name()
		return nil
	}
	if a.Run == "" {
		return o.findAudience(ctx, c)
	}
	if c.AudienceRuns, err = o.source(ctx); err == nil {
		c.AudiencePath = plan.PeopleName(c.AudienceRuns[0].Meta().Key, a.States)
	}
	return err
}

func closeAudience(c *plan.Config) {
	for _, run := range c.AudienceRuns {
		_ = run.Close() // it was only read
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
	return r.dry(ctx, func(through *profile.Profile, templates templates, show func(*plan.Plan, *runstore.Run) error) error {
		return r.planAside(ctx, c, r.flags.place, r.flags.except, through, templates, show)
	})
}

// dry has planAside plan the campaign, and shows what a real run would ask.
func (r *runner) dry(ctx context.Context, planAside func(*profile.Profile, templates, func(*plan.Plan, *runstore.Run) error) error) (err error) {
	c := r.campaign
	var through *profile.Profile
	if r.flags.sandbox && r.flags.plan != "" {
		return errRehearsal
	}
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
	return planAside(through, templates, func(built *plan.Plan, run *runstore.Run) error {
		p := r.propose(ctx, c, built, run.Meta(), through, r.flags.sandbox)
		if r.flags.sandbox {
			p.Through, p.Destination, p.Code, p.Remark = "a simulator: nothing would be sent to anyone", runstore.Destination{}, "", nil
		}
		if r.flags.plan != "" && !isCode(r.flags.plan, run.Meta(), p.Destination, p.Approval) {
			return inputErrorf("this is plan %s, and --plan says %s", p.Code, r.flags.plan)
		}
		if r.flags.json {
			return r.printJSON(p.Result())
		}
		p.Text(r.Stdout, r.width(r.Stdout))
		r.say("dry run: nothing was sent")
		return nil
	})
}

// flagArgument is the flag that names a profile, where the campaign does not.
func flagArgument(c *campaign.Campaign, name string) string {
	if name == "" || name == c.Profile {
		return ""
	}
	return " --profile " + quote(name)
}
