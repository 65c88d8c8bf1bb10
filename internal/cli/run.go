package cli

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
	"sendoff/internal/control"
	"sendoff/internal/failpoint"
	"sendoff/internal/ledger"
	"sendoff/internal/plan"
	"sendoff/internal/prose"
	"sendoff/internal/render"
	"sendoff/internal/runstore"
	"sendoff/internal/send"
	"sendoff/internal/settle"
	"sendoff/internal/sinch"
	"sendoff/internal/suppress"
)

// runFlags are the flags of run.
type runFlags struct {
	place
	tuning
	profile                            string
	dryRun, yes, json, adopt, noCanary bool
	allowEmpty                         bool
	confirm                            string
	limit                              int
	maxDuration                        time.Duration // 0: any
	tolerate                           campaign.Share
	ifLocked                           lockPolicy
	inDoubt                            campaign.DoubtPolicy // empty: the campaign's
	holdServerErrors                   bool
	ifSentBefore                       bool // go on
	except                             []string
}

// place says which run is meant.
type place struct {
	runKey, runDir string
	sandbox        bool
}

// lockPolicy says what is done where another process holds the run.
type lockPolicy string

const (
	lockedFail lockPolicy = "fail"
	lockedWait lockPolicy = "wait"
	lockedSkip lockPolicy = "skip" // it is being seen to, so all is well
)

// tuning changes how a run is sent, not what.
type tuning struct {
	rate        string
	maxInFlight int
	httpTimeout time.Duration
	settle      time.Duration
	giveUp      time.Duration
}

// Defaults of the tuning flags.
const (
	defaultInFlight = 64
	defaultTimeout  = 30 * time.Second
	defaultSettle   = time.Minute
	defaultGiveUp   = 10 * time.Minute
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
			allowEmptyFlag(), exceptFlag(),
		}, sendingFlags(), hookFlags(), placeFlags()),
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
			return s.shorten(r.attended(c.Context, r.do), path)
		},
	}
}

func allowEmptyFlag() cli.Flag {
	return &cli.BoolFlag{Name: "allow-empty", Usage: "an audience without anybody to send to is a success"}
}

// sendingFlags are those of every command that sends.
func sendingFlags() []cli.Flag {
	return []cli.Flag{
		profileFlag(),
		yesFlag(),
		&cli.IntFlag{Name: "limit", Usage: "begin at most `N` recipients now; run again for the rest", DefaultText: "all"},
		&cli.StringFlag{Name: "rate", Usage: "`RATE`: auto, a number a second, or a share of the app's own such as 80%", DefaultText: "the campaign's, else auto"},
		&cli.IntFlag{Name: "max-in-flight", Usage: "at most `N` recipients begun and not yet answered", DefaultText: "64"},
		timeoutFlag(),
		&cli.DurationFlag{Name: "settle", Usage: "how long a message whose answer was lost may take to show up at Sinch; whoever shows up later gets it twice", Value: defaultSettle},
		giveUpFlag(),
		&cli.StringFlag{Name: "in-doubt", Usage: "`POLICY` for people in doubt about whom Sinch cannot be asked: hold, resend (they may get it twice) or leave", DefaultText: "the campaign's, else hold"},
		&cli.StringFlag{Name: "server-errors", Usage: "`POLICY` after a 500 or 503 that cannot be looked up: retry, as Sinch advises (they may get it twice), or hold", Value: "retry"},
		&cli.BoolFlag{Name: "no-canary", Usage: "do not send the first 10 alone"},
		&cli.BoolFlag{Name: "adopt", Usage: "take a copied run folder as the run itself, with what Sinch knows of it; the other copy must never send again"},
		&cli.StringFlag{Name: "if-sent-before", Usage: "`POLICY` where another run with this key has sent to the next recipients: stop or go-on (they get it twice)", Value: "stop"},
		reportFlag(),
		&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "say nothing unless something is wrong"},
		&cli.DurationFlag{Name: "max-duration", Usage: "stop after so long; run again for the rest", DefaultText: "any"},
		&cli.StringFlag{Name: "tolerate", Usage: "finished is finished (exit 0) with at most `SHARE` of the recipients rejected, left in doubt or expired: 1%, or a number", DefaultText: "none"},
		&cli.StringFlag{Name: "if-locked", Usage: "`POLICY` where another process holds the run: fail, wait, or skip (exit 0)", Value: string(lockedFail)},
	}
}

func yesFlag() cli.Flag {
	return &cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Usage: "do not ask"}
}

// adoptFlag is for commands that send nothing.
func adoptFlag() cli.Flag {
	return &cli.BoolFlag{Name: "adopt", Usage: "take a copied run folder as the run itself; the other copy must never send again"}
}

func reportFlag() cli.Flag {
	return &cli.BoolFlag{Name: "json", Usage: "print the report as JSON"}
}

func timeoutFlag() cli.Flag {
	return &cli.DurationFlag{Name: "http-timeout", Usage: "how long to wait for one answer", Value: defaultTimeout}
}

func giveUpFlag() cli.Flag {
	return &cli.DurationFlag{Name: "give-up", Usage: "stop after so long without any answer", Value: defaultGiveUp}
}

func profileFlag() cli.Flag {
	return &cli.StringFlag{Name: "profile", Usage: "`NAME` of the profile to go through", DefaultText: "the campaign's, else SINCH_* alone"}
}

func placeFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "run-key", Usage: "`KEY` that names this execution", DefaultText: "the campaign's"},
		&cli.StringFlag{Name: "run-dir", Usage: "`DIR` of the run", DefaultText: "runs/KEY beside the campaign"},
	}
}

// whichRun are the flags by which commands find a run that exists.
func whichRun() []cli.Flag {
	return append(placeFlags(), &cli.BoolFlag{Name: "sandbox", Usage: "the campaign's run in the sandbox, not its real one"})
}

func readPlace(c *cli.Context) place {
	return place{runKey: c.String("run-key"), runDir: c.String("run-dir"), sandbox: c.Bool("sandbox")}
}

// readTuning reads the flags of tuning that a command has, which are the three times at least.
func readTuning(c *cli.Context) (tuning, error) {
	t := tuning{
		rate: c.String("rate"), maxInFlight: c.Int("max-in-flight"),
		httpTimeout: c.Duration("http-timeout"), settle: c.Duration("settle"), giveUp: c.Duration("give-up"),
	}
	if t.httpTimeout <= 0 || t.settle <= 0 || t.giveUp <= 0 {
		return t, inputErrorf("--http-timeout, --settle and --give-up must be more than 0")
	}
	return t, nil
}

func readRunFlags(c *cli.Context) (f runFlags, err error) {
	f = runFlags{
		place:   readPlace(c),
		profile: c.String("profile"), dryRun: c.Bool("dry-run"), yes: c.Bool("yes"), json: c.Bool("json"), adopt: c.Bool("adopt"), noCanary: c.Bool("no-canary"),
		confirm: c.String("confirm"), limit: c.Int("limit"),
		inDoubt: campaign.DoubtPolicy(c.String("in-doubt")), holdServerErrors: c.String("server-errors") == "hold",
		ifSentBefore: c.String("if-sent-before") == "go-on", allowEmpty: c.Bool("allow-empty"),
		maxDuration: c.Duration("max-duration"), ifLocked: lockPolicy(c.String("if-locked")),
	}
	if f.tuning, err = readTuning(c); err != nil {
		return f, err
	}
	if text := c.String("tolerate"); text != "" {
		if f.tolerate, err = campaign.ParseShare(text); err != nil {
			return f, inputErrorf("--tolerate %v", err)
		}
	}
	if f.except, err = readExcept(c); err != nil {
		return f, err
	}
	switch {
	case c.IsSet("max-duration") && f.maxDuration <= 0:
		return f, inputErrorf("--max-duration must be more than 0")
	case !slices.Contains([]lockPolicy{lockedFail, lockedWait, lockedSkip}, f.ifLocked):
		return f, inputErrorf("--if-locked wants fail, wait or skip")
	case c.IsSet("limit") && f.limit < 1:
		return f, inputErrorf("--limit must be 1 or more")
	case c.IsSet("max-in-flight") && (f.maxInFlight < 1 || f.maxInFlight > 1000):
		return f, inputErrorf("--max-in-flight must be from 1 to 1000")
	case f.inDoubt != "" && !slices.Contains(campaign.DoubtPolicies(), string(f.inDoubt)):
		return f, inputErrorf("--in-doubt wants %s", strings.Join(campaign.DoubtPolicies(), ", "))
	case !f.ifSentBefore && c.String("if-sent-before") != "stop":
		return f, inputErrorf("--if-sent-before wants stop or go-on")
	case !f.holdServerErrors && c.String("server-errors") != "retry":
		return f, inputErrorf("--server-errors wants retry or hold")
	}
	if c.IsSet("run-key") {
		if err := campaign.CheckRunKey(f.runKey); err != nil {
			return f, inputErrorf("--run-key: %v", err)
		}
	}
	if f.confirm != "" {
		if _, ok := parseCount(f.confirm); !ok {
			return f, inputErrorf("--confirm wants the number of recipients")
		}
	}
	return f, nil
}

// sendingGCPercent keeps the heap of a sending process below some 50 MB.
const sendingGCPercent = 400

// runner is one execution of a command about a run and its app: run, resume, reconcile, doctor.
type runner struct {
	*session
	flags  runFlags
	path   string // of the campaign, as given
	resume string // the folder of the run that is resumed; empty: the campaign says which run is meant

	campaign *campaign.Campaign
	settings *settings
	feed     *feedState // of the audience when it was planned
	run      *runstore.Run
	plan     *plan.Plan // nil where the run goes on with what was planned before
	lists    *suppress.Set
	client   *sinch.Client
	app      *sinch.App
	rate     float64 // requests a second
	settler  *settle.Settler
	progress send.Progress
	valve    send.Valve
	log      *runLog

	signals  *interrupts
	server   *control.Server         // nil where nobody can ask
	watching atomic.Pointer[watcher] // nil before sending

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
	find := r.find
	if r.resume != "" {
		find = r.reopen
	}
	if err := find(ctx); errors.Is(err, errSeenTo) && r.flags.ifLocked == lockedSkip {
		r.say("%s: nothing to do", firstLine(err))
		r.outcome.elsewhere = true
		return true, nil
	} else if err != nil {
		return false, err
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
	if over, err := r.prepare(ctx); over || err != nil {
		return over, err
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
	if r.plan != nil && !r.feed.same(audiencePath(r.campaign)) {
		return false, inputErrorf("%s has changed since it was read. Nothing was sent", audiencePath(r.campaign)).hint("wait until the program that writes it has finished, then start again")
	}
	// Only now: whoever opted out meanwhile is left out.
	r.lists, err = suppress.Load(r.campaign.Dir(), r.campaign.Suppress, r.campaign.Audience.Country, time.Now(), guardOf(r.settings.profile).Lists()...)
	if err != nil {
		return false, explainOnlyTo(err, guardOf(r.settings.profile))
	}
	note := r.say
	if r.plan != nil {
		note = func(string, ...any) {} // planning has said it
	}
	sent, err := r.others(r.campaign, r.run, r.flags.place).sent(ctx, r.flags.except, note)
	r.lists.AddSent(sent)
	return false, err
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
	return r.acquire(ctx)
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

// acquire holds the run, a fresh one where a sandbox run has ended or is not of this campaign any more.
func (r *runner) acquire(ctx context.Context) error {
	now := r.Now()
	dir, err := r.flags.dir(r.campaign, now)
	if err != nil {
		return err
	}
	if !r.flags.sandbox {
		if err := r.checkVolume(dir, r.flags.key(r.campaign, now)); err != nil {
			return err
		}
	}
	o := runstore.Options{
		Key: r.flags.key(r.campaign, now), Campaign: r.campaign.Name, Sandbox: r.flags.sandbox, Now: time.Now(), Day: now,
		// A copy of a run that reaches nobody can do no harm.
		Adopt: r.flags.adopt || r.flags.sandbox && r.flags.runDir == "",
	}
	err = r.hold(ctx, dir, func() (err error) {
		r.run, err = runstore.Acquire(dir, o)
		return err
	})
	if err != nil && r.flags.sandbox && r.flags.runDir == "" && exitCode(err) == exitDoubt {
		if err := runstore.Erase(dir); err != nil { // nobody can be harmed by forgetting a rehearsal
			return err
		}
		r.run, err = runstore.Acquire(dir, o)
	}
	if err != nil {
		return explainAcquire(err, dir)
	}
	m := r.run.Meta()
	if m.Sandbox != r.flags.sandbox {
		return inputErrorf("%s holds a run that was begun %s --sandbox", dir, map[bool]string{true: "with", false: "without"}[m.Sandbox])
	}
	changed := r.run.Begun() && m.CampaignDigest != digest(r.campaign)
	if !r.flags.sandbox || !m.State.Done() && !changed {
		return nil
	}
	if changed && !m.State.Done() {
		r.say("the campaign has changed, so this rehearsal starts over; a real run would be refused")
	}
	if err := r.run.Remove(); err != nil {
		return fmt.Errorf("begin a fresh sandbox run: %w", err)
	}
	if r.run, err = runstore.Acquire(dir, o); err != nil {
		return explainAcquire(err, dir)
	}
	return nil
}

// lockEvery is how long to wait until it is tried again whether a run can be held. Trying takes a quarter of a second.
const lockEvery = 50 * time.Millisecond

// readersTime is how long others may read a run before they count as if they held it.
const readersTime = 5 * time.Second

// errSeenTo says that a process sends the run, or has begun to: not one that only reads it, or waits for somebody to confirm.
var errSeenTo = errors.New("it is being seen to")

// hold calls acquire on the run in dir, for as long as another process holds it if that is wanted, and else until somebody who only reads it has had
// time to finish.
func (r *runner) hold(ctx context.Context, dir string, acquire func() error) error {
	began := time.Now()
	for said := false; ; {
		err := acquire()
		if !errors.Is(err, ledger.ErrLocked) {
			return err
		}
		if r.flags.ifLocked != lockedWait {
			st := new(status)
			holder, e := reach(dir)
			isHeld := e == nil && holder.Status(ctx, st) == nil
			if isHeld && st.State != string(runstore.Planning) {
				return errors.Join(err, errSeenTo)
			}
			if isHeld || time.Since(began) > readersTime {
				return err
			}
		} else if !said {
			said = true
			r.say("%v: waiting until it ends", err)
		}
		select {
		case <-time.After(lockEvery):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// explainAcquire puts what keeps a run from being held into words that say what to do.
func explainAcquire(err error, dir string) error {
	switch {
	case errors.Is(err, ledger.ErrLocked):
		return explainHeld(err, dir)
	case errors.Is(err, ledger.ErrCopied):
		return fmt.Errorf("%w: %s was copied or moved from another disk or machine, and the original could still send\n"+
			"    hint: --adopt takes it as the run itself; the original must not be used again: where the app stores nothing, people would get the message twice", err, dir)
	case errors.Is(err, ledger.ErrFormat):
		began := "the version that began it"
		if m, err := runstore.Glance(dir); err == nil && len(m.Starts) > 0 {
			began = "sendoff " + m.Starts[0].Version
		}
		return fmt.Errorf("%w: %s was not begun by this version (%s)\n    hint: finish it with %s, or a newer one of the same major version", err, dir, version(), began)
	case exitCode(err) == exitDoubt:
		hint := ""
		if errors.Is(err, ledger.ErrRolledBack) && isRun(dir) {
			hint = "    hint: to have Sinch asked for them: sendoff reconcile " + quote(dir) + "\n"
		}
		return fmt.Errorf("%w\n    hint: nothing was sent now, since people may have got messages that this folder does not know of\n%s"+
			"    hint: put %s back as it was when it was last used; another --run-key sends to everyone again", err, hint, dir)
	case errors.Is(err, runstore.ErrOtherRun):
		return fmt.Errorf("%w\n    hint: choose another --run-key or --run-dir", err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EROFS):
		return inputErrorf("%v", err).hint("a run keeps its progress in a folder of its own: choose one with --run-dir")
	}
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
	return false, r.preflight(ctx)
}

// makePlan plans, and says what changed where somebody has looked at an earlier plan.
func (r *runner) makePlan(ctx context.Context) (err error) {
	old := r.run.Meta()
	if r.campaign.Audience.Run == "" {
		r.feed = feedAt(audiencePath(r.campaign))
	}
	r.plan, err = r.buildPlan(ctx, r.others(r.campaign, r.run, r.flags.place), r.flags.except, r.settings.destination.AppID, guardOf(r.settings.profile))
	if err != nil {
		return err
	}
	m := r.run.Meta()
	if old.State == runstore.Planned && old.PlanDigest != m.PlanDigest {
		what := "what is sent, or to whom, has changed"
		if old.AudienceDigest != m.AudienceDigest {
			what = m.AudienceFile + " changed"
		}
		r.warn("%s since the plan of %s: %s → %s rows, %s → %s recipients", what, clockTime(old.Planned),
			prose.Thousands(old.Rows), prose.Thousands(m.Rows), prose.Thousands(old.Eligible), prose.Thousands(m.Eligible))
	}
	return nil
}

// send sends what is left.
func (r *runner) send(ctx context.Context) error {
	m := r.run.Meta()
	renderer, err := render.New(r.campaign, m.Columns, render.Identity{AppID: r.settings.destination.AppID, RunID: m.RunID, RunKey: m.Key})
	if err != nil {
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
	watching := r.watchProgress()
	err = send.Send(ctx, r.signals.stop, send.Config{
		Run: r.run, Renderer: renderer, Suppress: r.lists, Client: r.client,
		IDColumn: m.Columns.ID, Channel: r.campaign.ChannelPriorityOrder[0].Index(), Epoch: epoch,
		Rate: r.rate, MaxInFlight: r.flags.maxInFlight, Limit: r.flags.limit, GiveUp: r.flags.giveUp, NoCanary: r.flags.noCanary,
		Settler: r.settler, InDoubt: r.flags.inDoubt, HoldServerErrors: r.flags.holdServerErrors, NotAfter: r.tooLate(),
		Valve: &r.valve, Progress: &r.progress, Log: log.Logger,
	})
	watching.end()
	var stop *send.Stop
	if errors.As(err, &stop) && stop.Cause == send.Interrupted && r.signals.how() != stopped {
		stop.Reason = r.signals.how()
	}
	failpoint.Hit(failpoint.SendingEnded)
	log.Info("sending ended", "error", errorText(err))
	return err
}

// tooLate is when it is too late to begin a message, on the clock by which messages are sent; zero: never.
func (r *runner) tooLate() time.Time {
	late := r.campaign.TooLate(r.run.Meta().Created)
	if late.IsZero() {
		return late
	}
	return time.Now().Add(late.Sub(r.Now()))
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
		m.State, m.Reason = runstore.Running, ""
		m.Destination = r.settings.pinned(r.app.DisplayName)
		m.Starts = append(slices.Clone(m.Starts), runstore.Start{Time: time.Now(), Epoch: epoch, Host: host, Version: version()})
	})
	return epoch, err
}
