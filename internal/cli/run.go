package cli

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
	"sendoff/internal/control"
	"sendoff/internal/failpoint"
	"sendoff/internal/forecast"
	"sendoff/internal/hours"
	"sendoff/internal/plan"
	"sendoff/internal/prose"
	"sendoff/internal/render"
	"sendoff/internal/runstore"
	"sendoff/internal/send"
	"sendoff/internal/settle"
	"sendoff/internal/sinch"
	"sendoff/internal/suppress"
	"sendoff/internal/template"
)

func runCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "run",
		Usage:     "plan, confirm, send, report; the same command again goes on after any interruption",
		ArgsUsage: "CAMPAIGN",
		Flags: slices.Concat([]cli.Flag{
			&cli.BoolFlag{Name: "sandbox", Usage: "send to a simulator in this process; nobody gets anything, and no credentials are needed"},
			&cli.BoolFlag{Name: "dry-run", Aliases: []string{"n"}, Usage: "plan only, send nothing, leave nothing"},
			&cli.StringFlag{Name: "confirm", Usage: "go ahead if the plan has exactly `N` recipients", DefaultText: "ask"},
			&cli.StringFlag{Name: "approved-by", Usage: "`NAME` of who has approved the plan, for the record", DefaultText: "ask, where approval is required"},
			allowEmptyFlag(), exceptFlag(), checkURLsFlag(s), templatesFlag(),
		}, feedFlagList(), sendingFlags(), hookFlags(), placeFlags()),
		CustomHelpTemplate: cli.CommandHelpTemplate + "\n" + exitCodesHelp,
		Action: func(c *cli.Context) error {
			path, err := oneArgument(c, "CAMPAIGN")
			if err != nil {
				return err
			}
			if c.Bool("quiet") {
				s.beQuiet()
			}
			r := &runner{session: s, path: path}
			if r.flags, err = readRunFlags(c); err != nil {
				return err
			}
			if r.flags.dryRun {
				return r.dryRun(c.Context)
			}
			if r.hooks, err = s.readHooks(c, r.flags.sandbox); err != nil {
				return err
			}
			return s.shorten(r.attended(c.Context, r.do), quote(path)+r.flags.feed.arguments())
		},
	}
}

// sendingGCPercent keeps the heap of a sending process below some 50 MB.
const sendingGCPercent = 400

// runner is one execution of a command about a run and its app: run, resume, reconcile, doctor.
type runner struct {
	*session
	flags  runFlags
	path   string   // of the campaign, as given
	resume string   // the folder of the run that is resumed; empty: the campaign says which run is meant
	retry  *retrial // nil where nobody is sent to again

	campaign  *campaign.Campaign
	settings  *settings
	feed      *feedState // of the audience when it was planned
	run       *runstore.Run
	plan      *plan.Plan // nil where the run goes on with what was planned before
	lists     *suppress.Set
	templates template.Set      // that the campaign refers to
	optOuts   *suppress.OptOuts // nil where the campaign does not name Sinch's list, or it was not read yet
	client    *sinch.Client
	app       *sinch.App
	rate      float64                        // requests a second
	rateFor   func(outbound float64) float64 // as of send.Config
	settler   *settle.Settler
	budget    *forecast.Budget // nil where nothing limits what is spent
	hours     *hours.Clock     // nil where people may get messages at any hour
	progress  send.Progress
	seeds     atomic.Pointer[send.Progress] // of the seeds while they are sent to
	valve     send.Valve
	log       *runLog

	signals  *interrupts
	server   *control.Server         // nil where nobody can ask
	watching atomic.Pointer[watcher] // nil before sending

	epoch  string          // of this start; empty before it is on record
	queued *runstore.Queue // what a stop leaves in the app's queue; nil: nobody knows, or nothing

	hooks   hooks   // of an attended start
	outcome outcome // likewise
}

// do is the main job: plan, confirm, send, report.
func (r *runner) do(ctx context.Context) error {
	ctx, signals, release := watchSignals(ctx, r.sayStopping)
	defer release()
	r.signals = signals
	if d := r.flags.maxDuration; d > 0 {
		timer := time.AfterFunc(d, func() { signals.begin(fmt.Sprintf("stopped after %v, as --max-duration says", d)) })
		defer timer.Stop()
	}
	before, cancel := untilStopped(ctx, signals.stop)
	defer cancel()
	defer r.letChainGo()
	over, err := r.begin(before)
	if r.client != nil {
		defer r.client.Close()
	}
	if r.run != nil {
		defer r.run.Close()
	}
	defer r.hangUp()
	if errors.Is(err, context.Canceled) {
		return &send.Stop{Cause: send.Interrupted, Reason: signals.how() + "; nothing was sent now"}
	}
	if over || err != nil {
		return err
	}
	err = r.fullWhileSending(r.finish(ctx, r.send(ctx)))
	r.outcome.leaving = ctx.Err() != nil
	return err
}

// begin does everything that comes before the first message. It returns true where there is nothing to send.
func (r *runner) begin(ctx context.Context) (over bool, err error) {
	if over, err := r.holdRun(ctx); over || err != nil {
		return over, err
	}
	if r.flags.sandbox && r.flags.plan != "" {
		return false, errRehearsal
	}
	if r.log, err = r.openLog(); err != nil {
		return false, err
	}
	r.listen()
	r.eraseOld(r.run.Dir, r.campaign.Name, r.keep(), r.Now())
	r.noteEarlier()
	if over, err := r.compare(ctx); over || err != nil {
		return over, err
	}
	if err := r.refuseUnapproved(); err != nil {
		return false, err
	}
	if err := r.findOptOuts(ctx); err != nil {
		return false, err
	}
	if err := r.findTemplates(ctx); err != nil {
		return false, err
	}
	if over, err := r.prepare(ctx); over || err != nil {
		return over, err
	}
	if err := r.checkCanary(); err != nil {
		return false, err
	}
	if err := r.askBefore(ctx); err != nil {
		return false, err
	}
	if err := r.confirm(ctx); err != nil {
		return false, err
	}
	if err := r.askForApp(ctx); err != nil { // again: it may have been changed while somebody made up their mind
		return false, err
	}
	if r.rateFor != nil {
		r.rate = r.rateFor(drainOf(r.app))
	}
	if r.plan != nil && !r.feed.same(audiencePath(r.campaign)) {
		return false, inputErrorf("%s has changed since it was read. Nothing was sent", audiencePath(r.campaign)).hint("wait until the program that writes it has finished, then start again")
	}
	if err := r.readLists(ctx); err != nil { // only now: whoever opted out meanwhile is left out
		return false, err
	}
	r.budget, err = r.findBudget(ctx)
	return false, err
}

// holdRun finds the run that is meant, and holds it. It returns true where another process does, and that is all right.
func (r *runner) holdRun(ctx context.Context) (over bool, err error) {
	find := r.find
	switch {
	case r.resume != "":
		find = r.reopen
	case r.retry != nil:
		find = r.chooseAgain
	}
	err = find(ctx)
	if errors.Is(err, errSeenTo) && r.flags.ifLocked == lockedSkip {
		r.say("%s: nothing to do", firstLine(err))
		r.outcome.elsewhere = true
		return true, nil
	}
	return false, err
}

// readLists reads who is left out while it sends: the lists as they are now, and whom other runs have sent to.
func (r *runner) readLists(ctx context.Context) (err error) {
	said := r.sayIfLong("reading the suppression lists")
	r.lists, err = suppress.LoadFor(r.campaign, homeFolder(), r.run.Meta().Columns.Own, time.Now(), guardOf(r.settings.profile).Lists()...)
	said()
	if err != nil {
		return explainOnlyTo(err, guardOf(r.settings.profile))
	}
	if err := r.findOptOuts(ctx); err != nil {
		return err
	}
	if r.optOuts != nil {
		r.keepOptOuts()
	}
	note := r.say
	if r.plan != nil {
		note = func(string, ...any) {} // planning has said it
	}
	sent, err := r.others(r.campaign, r.run, r.flags.place).sent(ctx, r.flags.except, note)
	if err != nil {
		return err
	}
	r.lists.AddSent(sent)
	return nil
}

// keep is how long people's data of runs that are over is kept: the shorter of what campaign and profile say; 0: for ever.
func (r *runner) keep() time.Duration {
	keep := r.campaign.Keep
	if p := r.settings.profile; p != nil && p.Keep > 0 && (keep == 0 || p.Keep < keep) {
		keep = p.Keep
	}
	return keep
}

// find reads the campaign, and holds its run.
func (r *runner) find(ctx context.Context) (err error) {
	if r.campaign, err = r.loadCampaign(r.path); err != nil {
		return err
	}
	if err := r.flags.feed.apply(r.campaign); err != nil {
		return err
	}
	pattern := r.campaign.RunKey
	if r.flags.runKey != "" {
		r.campaign.RunKey = r.flags.runKey
	}
	r.campaign.Audience.AllowEmpty = r.campaign.Audience.AllowEmpty || r.flags.allowEmpty
	if err := r.campaignHooks(); err != nil {
		return err
	}
	if err := r.configure(ctx); err != nil {
		return err
	}
	if err := r.acquire(ctx); err != nil {
		return err
	}
	r.keepDay(pattern)
	return nil
}

// keepDay has the day of a key end the run also where --run-key has written it out: tomorrow has its own people. The pattern is that of the campaign.
func (r *runner) keepDay(pattern string) {
	m, named := r.run.Meta(), *r.campaign
	named.RunKey = pattern
	switch {
	case r.flags.runKey == "":
	case m.KeyPattern != "":
		r.campaign.RunKey = m.KeyPattern
	case named.Key(m.Created) == m.Key:
		r.campaign.RunKey = pattern
	}
}

// configure reads the settings, and has the campaign say what the flags do not.
func (r *runner) configure(ctx context.Context) (err error) {
	if r.flags.maxInFlight == 0 {
		r.flags.maxInFlight = r.campaign.Pace.MaxInFlight
	}
	if r.flags.maxInFlight == 0 {
		r.flags.maxInFlight = defaultInFlight
	}
	if r.flags.inDoubt == "" {
		r.flags.inDoubt = r.campaign.InDoubt
	}
	if r.flags.sandbox {
		r.settings, err = r.rehearsalSettings()
	} else {
		r.settings, err = r.chooseSettings(ctx)
	}
	if err != nil {
		return err
	}
	r.client, err = r.settings.client(r.flags.tuning)
	return err
}

// prepare plans, unless the plan binds already, and asks the API about the app. It returns true where there is nobody to send to, which is well.
func (r *runner) prepare(ctx context.Context) (over bool, err error) {
	if !r.run.Begun() && r.resume == "" { // what is resumed was confirmed, so it is not planned again
		if err := r.makePlan(ctx); err != nil {
			return false, err
		}
		if r.run.Meta().Eligible == 0 { // otherwise planning refuses
			return true, r.finish(ctx, nil)
		}
	}
	snapshot, err := r.run.OpenSnapshot() // better found damaged now than when people are asked to go on
	if err != nil {
		return false, explainAcquire(err, r.run.Dir)
	}
	if err := errors.Join(snapshot.Close(), r.makeRoom()); err != nil {
		return false, err
	}
	if err := r.checkSeeds(); err != nil {
		return false, err
	}
	if r.hours, err = r.clock(r.run.Meta().Columns); err != nil {
		return false, err
	}
	return false, r.preflight(ctx)
}

// makePlan plans, and says what changed where somebody has looked at an earlier plan.
func (r *runner) makePlan(ctx context.Context) (err error) {
	old := r.run.Meta()
	if r.retry == nil && r.campaign.Audience.Run == "" && !isStandardInput(r.campaign) {
		r.feed = feedAt(audiencePath(r.campaign))
	}
	o := r.others(r.campaign, r.run, r.flags.place)
	o.templates.read, o.again = r.templates, r.retry.plan()
	r.plan, err = r.buildPlan(ctx, o, r.flags.except, r.settings.destination.AppID, guardOf(r.settings.profile), r.optOuts)
	if err != nil {
		return err
	}
	m := r.run.Meta()
	if old.State == runstore.Planned && old.PlanDigest != m.PlanDigest {
		what := "what is sent, to whom, or what it may cost has changed"
		if changed := changedTemplates(old, m); len(changed) > 0 {
			what = "template " + prose.Listed(changed) + " has changed"
		}
		if old.AudienceDigest != m.AudienceDigest {
			what = audienceChange(old.AudienceFile, r.campaign)
		}
		r.warn("%s since the plan of %s: %s → %s rows, %s → %s recipients", what, clockTime(old.Planned),
			prose.Thousands(old.Rows), prose.Thousands(m.Rows), prose.Thousands(old.Eligible), prose.Thousands(m.Eligible))
	}
	return r.namePlan(old)
}

// send sends what is left.
func (r *runner) send(ctx context.Context) error {
	m := r.run.Meta()
	renderer, err := render.New(r.complete(), m.Columns, render.Identity{AppID: r.settings.destination.AppID, RunID: m.RunID, RunKey: m.Key, Day: m.Day})
	if err != nil {
		return err
	}
	gauge, err := r.gauge(renderer, m.Columns)
	if err != nil {
		return err
	}
	if err := r.freezeSeeds(); err != nil {
		return err
	}
	epoch, err := r.recordStart()
	if err != nil {
		return err
	}
	log := r.log
	r.settler = r.newSettler(log.Logger)
	log.Info("sending", "epoch", epoch, "rate", r.rate, "max_in_flight", r.flags.maxInFlight)
	// While sending, little lives and much is thrown away: a collection every few MB would cost more than the memory it saves.
	defer debug.SetGCPercent(debug.SetGCPercent(sendingGCPercent))
	failpoint.Hit(failpoint.StartRecorded)
	if err := r.bind(); err != nil {
		return err
	}
	r.sayNoWaiting()
	times := r.times()
	watching := r.watchProgress()
	if err = r.sendSeeds(ctx, runstore.SeedsFirst, epoch, true); err == nil {
		err = send.Send(ctx, r.signals.stop, send.Config{
			Run: r.run, Renderer: renderer, Suppress: r.lists, Had: r.retry.had(), Client: r.client,
			IDColumn: m.Columns.ID, Epoch: epoch,
			Rate: r.rate, RateFor: r.rateFor, Drain: drainOf(r.app), QueueAhead: r.queueAhead(), WarmUp: r.campaign.Pace.WarmUp,
			MaxInFlight: r.flags.maxInFlight, Limit: r.flags.limit, GiveUp: r.flags.giveUp, NoCanary: r.flags.noCanary,
			Canary: r.canary(), KeepsStatus: r.app.KeepsStatus,
			Budget: r.budget, Gauge: gauge, Limits: r.campaign.Limits, OnHalt: r.sayHalt,
			Settler: r.settler, InDoubt: r.flags.inDoubt, HoldServerErrors: r.flags.holdServerErrors,
			Now: r.Now, Hours: r.hours, NotBefore: times.notBefore, NotAfter: times.notAfter, Expires: times.expires, LeaveOutside: r.flags.leaveOutside,
			Valve: &r.valve, Progress: &r.progress, Log: log.Logger,
		})
	}
	watching.end()
	if err == nil {
		err = r.endSeeds(ctx, epoch)
	}
	var stop *send.Stop
	if errors.As(err, &stop) && stop.Cause == send.Interrupted && r.signals.how() != stopped {
		stop.Reason = r.signals.how()
	}
	failpoint.Hit(failpoint.SendingEnded)
	log.Info("sending ended", "error", errorText(err))
	return err
}

func (r *runner) newSettler(log *slog.Logger) *settle.Settler {
	return settle.New(settle.Config{
		Run: r.run, Client: r.client, DispatchOnly: r.dispatchOnly(),
		Settle: r.flags.settle, GiveUp: r.flags.giveUp, Log: log,
	})
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// recordStart puts this start on record before its first intent, and returns its epoch.
func (r *runner) recordStart() (string, error) {
	var b [4]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails
	epoch := hex.EncodeToString(b[:])
	host, _ := os.Hostname() // for people
	if _, err := r.run.Observe(r.storage()); err != nil {
		return "", err
	}
	err := r.run.Update(func(m *runstore.Meta) {
		m.State, m.Reason, m.Queued, m.Halted = runstore.Running, "", nil, nil
		m.Destination = r.settings.pinned(r.app.DisplayName)
		if r.plan != nil {
			m.Approval = r.approval(host)
		}
		m.Starts = append(slices.Clone(m.Starts), runstore.Start{Time: time.Now(), Epoch: epoch, Host: host, Version: version(), User: userName()})
	})
	r.epoch = epoch
	return epoch, err
}
