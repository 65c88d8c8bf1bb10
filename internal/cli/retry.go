package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
	"sendoff/internal/chain"
	"sendoff/internal/control"
	"sendoff/internal/failpoint"
	"sendoff/internal/plan"
	"sendoff/internal/receipts"
	"sendoff/internal/runs"
	"sendoff/internal/runstore"
)

func retryCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "retry",
		Usage:     "send again to people of a run that is over whose message failed, or was rejected; never to anybody of whom a receipt says that they have it",
		ArgsUsage: "RUN",
		Description: "Each time is a run of its own within the run's folder: retry-1, retry-2, … It goes on with one that is unfinished, and else chooses from all of\n" +
			"them. --reason says whom it takes, by why they did not get the message: later (delivery failed, and may work now; taken where nothing is said), fix\n" +
			"(it works once something was mended), rejected, expired, or a code of the API, such as RATE_LIMITED. By its code alone are those taken who may still\n" +
			"get the first message, or would not get another one either. --dry-run shows how many there are of each.\n\n" +
			"The text, and the day that {date} stands for, are those of the run. Lists, consent, limits and window are as they are now; where is not asked again.\n" +
			"Of receipts those count that have come when somebody's turn comes: leave them some time.",
		Flags: slices.Concat([]cli.Flag{
			&cli.StringSliceFlag{Name: "reason", Usage: "send again to whoever did not get it for `REASON`, or several between commas; may be repeated", DefaultText: "later"},
			&cli.BoolFlag{Name: "rejected", Usage: "also to those whose message Sinch has refused: as it is, it will refuse it again, unless something was mended"},
			&cli.StringFlag{Name: "not-after", Usage: "begin no message after `TIME`, such as 21:00, or never, instead of the campaign's not_after", DefaultText: "the campaign's"},
			&cli.BoolFlag{Name: "dry-run", Aliases: []string{"n"}, Usage: "show whom it would send to, send nothing, leave nothing"},
			&cli.StringFlag{Name: "confirm", Usage: "go ahead if the plan has exactly `N` recipients", DefaultText: "ask"},
			&cli.StringFlag{Name: "approved-by", Usage: "`NAME` of who has approved the plan, for the record", DefaultText: "ask, where approval is required"},
		}, sendingFlags(), hookFlags(), whichRun()),
		CustomHelpTemplate: cli.CommandHelpTemplate + "\n" + exitCodesHelp,
		Action: s.onRun(func(c *cli.Context, dir string) error {
			if of, _, ok := runstore.RetryOf(dir); ok {
				dir = shortened(of)
			}
			r := &runner{session: s, path: dir, retry: &retrial{dir: dir}}
			var err error
			if r.flags, err = readRunFlags(c); err != nil {
				return err
			}
			r.flags.place = place{sandbox: r.flags.sandbox}
			if err := r.retry.read(c); err != nil {
				return err
			}
			if c.Bool("quiet") {
				s.beQuiet()
			}
			if r.flags.dryRun {
				return r.dryRetry(c.Context)
			}
			m, _ := runstore.Glance(dir) // who opens it says what is wrong with it
			if r.hooks, err = s.readHooks(c, m.Sandbox); err != nil {
				return err
			}
			return s.shorten(r.attended(c.Context, r.do), quote(dir))
		}),
	}
}

// retrial is what a start needs that sends again to people of a run.
type retrial struct {
	dir      string // of the run
	wanted   chain.Wanted
	notAfter campaign.Deadline // empty: the campaign's

	first   *runstore.Run   // the run; held until the end, as are
	earlier []*runstore.Run // its retries before the one that is sent
	servers []*control.Server
	again   *plan.Again  // nil where it goes on with a retry
	bound   *chain.Chain // what is held, and the retry that is sent, once its people are its own
	merged  time.Time    // when the receipts of what is held were merged last
	mu      sync.Mutex   // guards bound and merged while it sends
}

func (t *retrial) read(c *cli.Context) (err error) {
	var names []string
	for _, text := range c.StringSlice("reason") {
		names = append(names, strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })...)
	}
	if len(names) == 0 {
		names = []string{"later"}
	}
	if c.Bool("rejected") {
		names = append(names, chain.Rejected)
	}
	if t.wanted, err = chain.ParseWanted(names); err != nil {
		return inputErrorf("--reason: %v", err)
	}
	t.notAfter = campaign.Deadline(c.String("not-after"))
	return nil
}

// plan is the people of a retry that is planned now; nil where there is none.
func (t *retrial) plan() *plan.Again {
	if t == nil {
		return nil
	}
	return t.again
}

// held are the runs that are held beside the one that is sent.
func (t *retrial) held() []*runstore.Run {
	if t == nil || t.first == nil {
		return nil
	}
	return append([]*runstore.Run{t.first}, t.earlier...)
}

// with returns the run and its retries, that which is sent being the last.
func (t *retrial) with(sent *runstore.Run) (*chain.Chain, error) {
	return chain.New(t.first, append(slices.Clone(t.earlier), sent))
}

// holdChain holds the run in dir and its retries with smaller numbers than below, and gives them what their receipts prove.
func (r *runner) holdChain(ctx context.Context, dir string, below int) (err error) {
	t := r.retry
	if t.first, err = r.holdMember(ctx, dir); err != nil {
		return err
	}
	m := t.first.Meta()
	if err := refuseSeeds(m, dir); err != nil {
		return err
	}
	dirs, err := runstore.RetryDirs(dir)
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		if _, number, _ := runstore.RetryOf(dir); number >= below {
			break
		}
		run, err := r.holdMember(ctx, dir)
		if err != nil {
			return err
		}
		t.earlier = append(t.earlier, run)
		if of := run.Meta().Retry; of == nil || of.Of != m.RunID {
			return fmt.Errorf("%w: %s is no retry of the run that it lies in", runstore.ErrOtherRun, dir)
		}
	}
	return nil
}

func (r *runner) holdMember(ctx context.Context, dir string) (run *runstore.Run, err error) {
	err = r.hold(ctx, dir, func() (err error) {
		run, err = runstore.Resume(dir, r.flags.adopt, r.Now())
		return err
	})
	if err != nil {
		return nil, explainAcquire(err, dir)
	}
	if _, err := receipts.Settle(run, time.Now()); err != nil {
		return nil, errors.Join(err, run.Close())
	}
	return run, nil
}

// letChainGo is the reverse of holdChain.
func (r *runner) letChainGo() {
	if r.retry == nil {
		return
	}
	for _, server := range r.retry.servers {
		server.Close()
	}
	for _, run := range r.retry.held() {
		_ = run.Close() // what it was to keep is on disk
	}
}

// chooseAgain holds the run and its retries, and the one that sends now: the last one where that is unfinished, else a new one.
func (r *runner) chooseAgain(ctx context.Context) error {
	t := r.retry
	if err := r.holdChain(ctx, t.dir, runstore.MaxRetries+1); err != nil {
		return err
	}
	m := t.first.Meta()
	if err := r.mayRetry(m); err != nil {
		return err
	}
	r.flags.sandbox = m.Sandbox
	if goesOn, err := r.lastRetry(ctx); goesOn || err != nil {
		return err
	}
	c, err := chain.New(t.first, t.earlier)
	if err == nil {
		err = c.Mark() // one that was cancelled may have died before
	}
	if err != nil {
		return explainChain(err)
	}
	choice, number, err := r.choose(c, m)
	if err != nil {
		return err
	}
	if err := r.retryCampaign(m); err != nil {
		return err
	}
	if err := r.campaignHooks(); err != nil {
		return err
	}
	if err := r.configure(ctx); err != nil {
		return err
	}
	if here := r.settings.pinned(""); !sameDestination(m.Destination, here) {
		return refuseElsewhere(m, here)
	}
	r.sayChoice(m, choice)
	t.prepare(c, choice, number)
	return r.acquireRetry(ctx, number)
}

// mayRetry refuses a run that is not over.
func (r *runner) mayRetry(m runstore.Meta) error {
	dir := r.retry.dir
	switch {
	case !m.State.Over() && !wasStarted(m):
		return inputErrorf("%s was never started: there is nobody to send to again", m.Key).hint("%s", goOn(m, dir))
	case !m.State.Over():
		return inputErrorf("%s is unfinished: its own people come first. Nothing was sent", m.Key).
			hint("to go on with it: sendoff resume %s", quote(dir)).
			hint("whoever is in doubt can be settled by sendoff reconcile %s; sendoff cancel %[1]s ends the run as it is", quote(dir))
	case r.flags.sandbox && !m.Sandbox:
		return inputErrorf("%s is a real run, and --sandbox is for rehearsals. Nothing was sent", m.Key)
	}
	return nil
}

// lastRetry goes on with the last retry where that has started and is not over. One that has not counts for nothing, and is removed.
func (r *runner) lastRetry(ctx context.Context) (goesOn bool, err error) {
	t := r.retry
	n := len(t.earlier) - 1
	if n < 0 || t.earlier[n].Meta().State.Over() {
		return false, nil
	}
	last := t.earlier[n]
	m := last.Meta()
	if len(m.Starts) == 0 && !last.Begun() {
		t.earlier = t.earlier[:n]
		return false, last.Remove()
	}
	t.earlier = t.earlier[:n]
	r.run, r.resume, r.path = last, last.Dir, last.Dir
	r.say("%s is unfinished: going on with it, for the reasons with which it began (%s)", m.Key, strings.Join(m.Retry.Reasons, ", "))
	return true, r.reopened(ctx)
}

// choose says who is sent to again, and which number that retry has.
func (r *runner) choose(c *chain.Chain, m runstore.Meta) (*chain.Choice, int, error) {
	choice, err := c.Choose(r.retry.wanted)
	if err != nil {
		return nil, 0, explainChain(err)
	}
	if len(choice.Origins) == 0 {
		return nil, 0, refuseNobody(m, choice)
	}
	number := 1
	if n := len(r.retry.earlier); n > 0 {
		number = r.retry.earlier[n-1].Meta().Retry.Number + 1
	}
	for _, o := range choice.Origins {
		run := c.Run(o.Run)
		if of := run.Meta(); !of.Erased.IsZero() {
			return nil, 0, inputErrorf("the people's data of %s was erased on %s, so nobody of it can be sent to again", of.Key, clockTime(of.Erased))
		}
	}
	if number > runstore.MaxRetries {
		return nil, 0, inputErrorf("%s has had %d retries, and cannot have more. Nothing was sent", m.Key, runstore.MaxRetries)
	}
	return choice, number, nil
}

// retryCampaign reads the campaign of a retry of a run that is planned now: the run's, but for what is about another audience.
func (r *runner) retryCampaign(m runstore.Meta) (err error) {
	of := &runner{session: r.session, flags: r.flags, run: r.retry.first}
	if r.campaign, err = of.campaignOf(m); err != nil {
		return err
	}
	if onDisk, err := campaign.Load(campaignPath(of.run.Dir, m)); err != nil || changedSince(m, onDisk) {
		r.say("the text is that with which %s began, whatever the campaign file says now", m.Key)
	}
	r.campaign.Limits.MinRecipients = 0
	r.flags.except = m.Except
	return r.forRetry(r.retry.notAfter)
}

// forRetry takes from the campaign what holds for its first run alone.
func (r *runner) forRetry(notAfter campaign.Deadline) error {
	r.campaign.Seeds = campaign.Seeds{}
	if notAfter == "" {
		return nil
	}
	before := r.campaign.NotAfter
	r.campaign.NotAfter = notAfter
	if notAfter != "never" && r.campaign.TooLate(r.Now()).IsZero() {
		r.campaign.NotAfter = before
		return inputErrorf("--not-after wants a time such as 21:00 or 2026-03-28 21:00, in the campaign's time_zone, which has to be there; or never")
	}
	return nil
}

// prepare says what is planned.
func (t *retrial) prepare(c *chain.Chain, choice *chain.Choice, number int) {
	m := t.first.Meta()
	t.again = &plan.Again{
		Run: c.Run, Origins: choice.Origins, Day: m.Day,
		Retry: runstore.Retry{Of: m.RunID, Key: m.Key, Number: number, Reasons: t.wanted.Names(), NotAfter: string(t.notAfter)},
	}
}

func (r *runner) acquireRetry(ctx context.Context, number int) error {
	first := r.retry.first
	key := runstore.RetryKey(first.Meta().Key, number)
	if !r.flags.sandbox {
		if err := r.checkVolume(first.Dir, key); err != nil {
			return err
		}
	}
	err := r.hold(ctx, first.Path(fmt.Sprintf("%s%d", runstore.RetryPrefix, number)), func() (err error) {
		r.run, err = first.AcquireRetry(number, runstore.Options{Now: time.Now(), Day: r.Now()})
		return err
	})
	if err != nil {
		return explainAcquire(err, first.Dir)
	}
	r.path = r.run.Dir
	return nil
}

// bind makes the people of a retry its own, before the first of them is begun, once its start is on record. Whoever has the message, or may have it, by a receipt
// that has come since they were chosen is left out. If we die within, the next start does it again.
func (r *runner) bind() error {
	t := r.retry
	if t == nil {
		return nil
	}
	if err := t.merge(); err != nil {
		return err
	}
	c, err := t.with(r.run)
	if err == nil {
		err = c.Mark()
	}
	if err != nil {
		return explainChain(err)
	}
	failpoint.Hit(failpoint.RetryMarked)
	n, err := c.LeaveOutArrived(time.Now())
	if n > 0 {
		r.say("left out, since a receipt says by now that they have it, or may have: %d", n)
	}
	t.bound = c
	return err
}

// merge takes in what has come for the runs that are held.
func (t *retrial) merge() error {
	for _, run := range t.held() {
		if _, err := receipts.Merge(run, nil); err != nil {
			return err
		}
	}
	t.merged = time.Now()
	return nil
}

// mergeEvery is how often that is done while a retry is sent, which may wait for days for people's hours.
const mergeEvery = time.Second

// had says of a person, before each attempt, why they are left out by receipts of the runs before; nil where there are none.
func (t *retrial) had() func(row int) (string, error) {
	if t == nil {
		return nil
	}
	return func(row int) (string, error) {
		t.mu.Lock()
		defer t.mu.Unlock()
		if time.Since(t.merged) >= mergeEvery {
			if err := t.merge(); err != nil {
				return "", err
			}
			t.bound.Refresh()
		}
		may, err := t.bound.MayHaveIt(row)
		if !may || err != nil {
			return "", err
		}
		return chain.MayHaveIt, nil
	}
}

// listenForChain lets other processes ask this one also by the run whose people it sends to again, and by the retries before: they are held. Who asks
// how far these are hears of what is sent.
func (r *runner) listenForChain() {
	for _, run := range r.retry.held() {
		people := func(ctx context.Context, yield func(keys []uint64) error) error { return runs.Each(ctx, run, yield) }
		server, err := control.Listen(control.Holder{Status: func() any { return r.liveStatus() }, Obey: r.obey, People: people, Ledger: run.Ledger.CopyTo}, r.log.Logger)
		if err == nil {
			r.retry.servers = append(r.retry.servers, server)
			err = run.Announce(server.Addr, server.Token)
		}
		if err != nil {
			r.log.Warn("nobody can ask this process by a run that it holds", "run", run.Meta().RunID, "error", err)
		}
	}
}

// explainChain puts what is wrong with a run and its retries into words that say what to do.
func explainChain(err error) error {
	if errors.Is(err, chain.ErrGone) {
		return inputErrorf("%v. Nothing was sent now", err).hint("put it back: it alone knows who has got the message by now")
	}
	return err
}

// retryArguments are those by which a command chooses the same people again.
func (r *runner) retryArguments() string {
	t := r.retry
	args := quote(t.dir)
	if names := strings.Join(t.wanted.Names(), ","); names != "later" {
		args += " --reason " + quote(names)
	}
	if t.notAfter != "" {
		args += " --not-after " + quote(string(t.notAfter))
	}
	return args + cmp.Or(flagArgument(r.campaign, r.flags.profile), profileArgument(t.first.Meta()))
}
