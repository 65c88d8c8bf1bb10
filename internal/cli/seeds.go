package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"sendoff/campaign"
	"sendoff/internal/failpoint"
	"sendoff/internal/ledger"
	"sendoff/internal/prose"
	"sendoff/internal/render"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
	"sendoff/internal/seeds"
	"sendoff/internal/send"
)

// rowsForSeeds returns for each of people the rows of a run whose messages they get. Where the campaign has translations, whoever has a language
// gets the first and the longest of the rows in it, if there are any.
func rowsForSeeds(c *campaign.Campaign, run *runstore.Run, renderer *render.Renderer, columns campaign.Columns, people []campaign.Recipient,
	choices []rowChoice) ([][]chosenRow, error) {
	const anyLanguage = -2 // -1 is the message itself
	known, languages := map[int][]chosenRow{}, campaign.NewLanguages(c)
	rowsIn := func(translation int) (_ []chosenRow, err error) {
		if _, isKnown := known[translation]; !isKnown {
			language := run.Meta().Columns.Language
			known[translation], err = chooseRows(run, renderer, choices, func(r *campaign.Recipient) bool {
				return translation == anyLanguage || languages.Read(r.Field(language)).Translation == translation
			})
		}
		return known[translation], err
	}
	all := make([][]chosenRow, len(people))
	for i := range people {
		translation := anyLanguage
		if language := strings.TrimSpace(people[i].Field(columns.Language)); language != "" && len(c.Translations) > 0 {
			translation = languages.Read(language).Translation
		}
		rows, err := rowsIn(translation)
		if len(rows) == 0 && err == nil {
			rows, err = rowsIn(anyLanguage)
		}
		if err != nil {
			return nil, err
		}
		all[i] = rows
	}
	return all, nil
}

// seedsRenderer makes the renderer of messages to seeds of the run, each of whom gets what the first row gets that is sent to. It returns nil
// where there is no such row.
func (r *runner) seedsRenderer(id string, columns campaign.Columns, people []campaign.Recipient) (*render.Renderer, error) {
	rows, err := rowsForSeeds(r.campaign, r.run, nil, columns, people, []rowChoice{{name: "first"}})
	if err != nil {
		return nil, err
	}
	of := make([]*campaign.Recipient, len(rows))
	for i := range rows {
		if len(rows[i]) == 0 {
			return nil, nil
		}
		of[i] = &rows[i][0].Recipient
	}
	m := r.run.Meta()
	return render.NewAside(r.complete(), m.Columns, render.Identity{
		AppID: r.settings.destination.AppID, RunID: id, RunKey: m.Key, Mark: render.SeedMark, Day: m.Day, TTL: sampleTTL(r.campaign, m.Created, r.Now()),
	}, columns, of)
}

// seedParts are the parts of a run that go to its seeds, in their order.
func seedParts(t campaign.SeedTime) []string {
	switch t {
	case campaign.SeedsFirst:
		return []string{runstore.SeedsFirst}
	case campaign.SeedsFirstAndLast:
		return []string{runstore.SeedsFirst, runstore.SeedsLast}
	}
	return nil
}

// checkSeeds refuses a plan of which a message to a seed cannot be made: its mark makes it a little longer than those to everybody.
func (r *runner) checkSeeds() error {
	if r.plan == nil || r.plan.Seeds == nil || r.campaign.Seeds.InRun == "" {
		return nil
	}
	list := r.plan.Seeds
	renderer, err := r.seedsRenderer(r.run.Meta().RunID, list.Columns, list.People)
	if err != nil || renderer == nil {
		return err
	}
	return checkMessages(renderer, list.People)
}

// checkMessages makes every message once.
func checkMessages(renderer *render.Renderer, people []campaign.Recipient) error {
	for i := range people {
		if _, err := renderer.Body(nil, &people[i], render.SampleEpoch); err != nil {
			return inputErrorf("the message to the seed on line %d cannot be made: %v. Nothing was sent", people[i].Line, err)
		}
	}
	return nil
}

// freezeSeeds puts on disk, before anybody is begun, who the seeds are that get the message within the run. Where an earlier start has sent to
// some, they are asked for no more; unless the campaign is another one since, which has its own seeds' messages.
func (r *runner) freezeSeeds() error {
	if r.plan == nil { // it was done at the first start
		return nil
	}
	wanted := seedParts(r.campaign.Seeds.InRun)
	for _, part := range []string{runstore.SeedsFirst, runstore.SeedsLast} {
		var err error
		if slices.Contains(wanted, part) {
			err = r.freezePart(part, r.plan.Seeds)
		} else if isRun(r.run.Path(part)) { // the campaign had it, and nobody was begun since
			err = r.removePart(part)
		}
		if err != nil {
			return fmt.Errorf("seeds: %w", err)
		}
	}
	return nil
}

func (r *runner) removePart(part string) error {
	run, err := r.run.AcquireSeeds(part, runstore.Options{Now: time.Now()})
	if err != nil {
		return err
	}
	return run.Remove()
}

func (r *runner) freezePart(part string, list *seeds.List) error {
	m, o := r.run.Meta(), runstore.Options{Now: time.Now()}
	run, err := r.run.AcquireSeeds(part, o)
	if err != nil {
		return err
	}
	if old := run.Meta(); run.Begun() && old.CampaignDigest != m.CampaignDigest {
		if err := run.Remove(); err != nil {
			return err
		}
		if run, err = r.run.AcquireSeeds(part, o); err != nil {
			return err
		}
	}
	if !run.Begun() {
		err = run.FreezeList(list.People, func(s *runstore.Meta) {
			s.Planned, s.CampaignFile, s.CampaignDigest, s.Sources = m.Planned, m.CampaignFile, m.CampaignDigest, m.Sources
			s.AudienceFile, s.AudienceDigest, s.Columns = list.Name, list.Digest, list.Columns
		})
	}
	return errors.Join(err, run.Close())
}

// sendSeeds sends a part of the run that goes to its seeds, or what is left of it; nothing where there is none. With later, those in doubt hold
// nobody up: they are asked about by another call. A message that Sinch refuses now, of the first part, stops the run before anybody else gets it.
func (r *runner) sendSeeds(ctx context.Context, part, epoch string, later bool) error {
	if !isRun(r.run.Path(part)) {
		return nil
	}
	run, err := r.run.AcquireSeeds(part, runstore.Options{Now: time.Now()})
	if err != nil {
		return explainAcquire(err, r.run.Path(part))
	}
	before, err := report.Collect(run)
	if err == nil {
		err = r.sendPart(ctx, run, epoch, before, later)
	}
	var stop *send.Stop
	if err != nil && !errors.As(err, &stop) {
		return errors.Join(err, run.Close())
	}
	after, collectErr := report.Collect(run)
	if collectErr != nil {
		return errors.Join(collectErr, run.Close())
	}
	refused := ""
	if after.Rejected > before.Rejected {
		if refused, collectErr = firstRefusal(run); collectErr != nil {
			return errors.Join(collectErr, run.Close())
		}
	}
	if err := errors.Join(endPart(run, after), run.Close()); err != nil {
		return err
	}
	if text := describePart(after); text != describePart(before) {
		r.say("%s: %s", strings.ReplaceAll(part, "-", " "), text)
	}
	if err == nil && refused != "" && later {
		err = &send.Stop{Cause: send.Brake, Reason: fmt.Sprintf("Sinch refused the message to %s of %s: %q; nobody of the audience was sent to",
			prose.Thousands(after.Rejected), prose.Counted(after.Rows, "seed", "seeds"), refused)}
	}
	return err
}

// sendPart sends what is left of a part of the run that goes to its seeds.
func (r *runner) sendPart(ctx context.Context, run *runstore.Run, epoch string, before *report.Report, later bool) error {
	of := r.aboutSeeds(run)
	if _, err := run.Observe(r.storage()); err != nil {
		return err
	}
	isOlder := r.plan == nil || len(run.Meta().Starts) > 0 // what was frozen just now no other folder can have sent
	if r.flags.adopt && r.canAsk() && isOlder && before.NotSent+before.InDoubt > 0 {
		if err := of.recover(ctx); err != nil {
			return err
		}
	}
	if before.NotSent == 0 {
		more, err := send.Doubtful(run, of.newSettler(r.log.Logger), r.flags.inDoubt)
		if err != nil || !more || later {
			return err
		}
	}
	people, err := everybody(run)
	if err != nil {
		return err
	}
	m := run.Meta()
	renderer, err := r.seedsRenderer(m.RunID, m.Columns, people)
	if err != nil {
		return err
	}
	if renderer == nil {
		r.warn("nobody is left of the audience whose message seeds could get")
		return nil
	}
	main := r.run.Meta()
	err = run.Update(func(m *runstore.Meta) {
		m.State, m.Reason, m.Destination = runstore.Running, "", main.Destination
		m.Starts = append(slices.Clone(m.Starts), main.Starts[len(main.Starts)-1])
	})
	if err != nil {
		return err
	}
	r.log.Info("sending to seeds", "part", m.Seeds, "epoch", epoch)
	failpoint.Hit(failpoint.SeedsStarted)
	clock, err := r.clock(m.Columns)
	if err != nil {
		return err
	}
	times, progress := r.times(), new(send.Progress)
	r.seeds.Store(progress)
	defer r.seeds.Store(nil)
	return send.Send(ctx, r.signals.stop, send.Config{
		Run: run, Renderer: renderer, Suppress: r.lists.WithoutSent(), Client: r.client,
		IDColumn: m.Columns.ID, Epoch: epoch,
		Rate: r.rate, RateFor: r.rateFor, Drain: drainOf(r.app), QueueAhead: r.queueAhead(),
		MaxInFlight: r.flags.maxInFlight, GiveUp: r.flags.giveUp, NoCanary: true,
		Settler: of.newSettler(r.log.Logger), InDoubt: r.flags.inDoubt, AskLater: later, HoldServerErrors: r.flags.holdServerErrors,
		Now: r.Now, Hours: clock, NotBefore: times.notBefore, NotAfter: times.notAfter, Expires: times.expires, LeaveOutside: r.flags.leaveOutside,
		Valve: &r.valve, Progress: progress, Log: r.log.Logger,
	})
}

// seedsDoubtful reports whether anything can be done about seeds in doubt.
func (r *runner) seedsDoubtful() (bool, error) {
	for _, dir := range runstore.SeedDirs(r.run.Dir) {
		run, err := runstore.View(dir)
		if err != nil {
			return false, err
		}
		more, err := send.Doubtful(run, r.aboutSeeds(run).newSettler(nil), r.flags.inDoubt)
		if err := errors.Join(err, run.Close()); more || err != nil {
			return more, err
		}
	}
	return false, nil
}

// aboutSeeds is the runner of a part of the run that goes to its seeds.
func (r *runner) aboutSeeds(run *runstore.Run) *runner {
	return &runner{
		session: r.session, flags: r.flags, path: r.path, campaign: r.campaign, settings: r.settings, client: r.client, app: r.app, log: r.log, run: run,
	}
}

// everybody returns the people of a run of few.
func everybody(run *runstore.Run) ([]campaign.Recipient, error) {
	snapshot, err := run.OpenSnapshot()
	if err != nil {
		return nil, err
	}
	defer snapshot.Close()
	var people []campaign.Recipient
	err = eachRow(snapshot, func(r *campaign.Recipient) { people = append(people, *r) })
	return people, err
}

// endPart puts on record where a part stands.
func endPart(run *runstore.Run, rep *report.Report) error {
	return run.Update(func(m *runstore.Meta) {
		if m.State == runstore.Cancelled {
			return
		}
		m.State, m.Ended = runstore.Finished, time.Now()
		switch {
		case rep.NotSent+rep.InDoubt > 0:
			m.State = runstore.Stopped
		case rep.Rejected > 0:
			m.State = runstore.FinishedWithRejections
		}
	})
}

// firstRefusal returns Sinch's words on the first message of a run that it has refused.
func firstRefusal(run *runstore.Run) (string, error) {
	entries := run.Ledger.Reader()
	for row := range run.Meta().Rows {
		if e, err := entries.Entry(uint32(row)); err != nil || e.State == ledger.Rejected {
			return e.Detail, err
		}
	}
	return "", nil
}

// describePart says how the seeds of a part fared.
func describePart(rep *report.Report) string {
	text := fmt.Sprintf("%s of %s accepted", prose.Thousands(rep.Accepted), prose.Thousands(rep.Rows))
	for _, n := range []struct {
		rows int
		what string
	}{{rep.Rejected, "rejected"}, {rep.InDoubt + rep.LeftInDoubt, "in doubt"}, {rep.Rows - rep.Accepted - rep.Rejected - rep.InDoubt - rep.LeftInDoubt - rep.NotSent, "left out"}} {
		if n.rows > 0 {
			text += fmt.Sprintf(", %s %s", prose.Thousands(n.rows), n.what)
		}
	}
	return text
}

// endSeeds sends to the seeds who are the last, and asks about those in doubt.
func (r *runner) endSeeds(ctx context.Context, epoch string) error {
	if err := r.sendSeeds(ctx, runstore.SeedsFirst, epoch, false); err != nil {
		return err
	}
	return r.sendSeeds(ctx, runstore.SeedsLast, epoch, false)
}

// reconcileSeeds asks Sinch about seeds in doubt. Whatever a person assumes of those who are left, nobody sends to them again: it stays unknown.
func (r *runner) reconcileSeeds(ctx context.Context, assume assumption) error {
	return eachSeeds(r.run.Dir, time.Now(), func(run *runstore.Run) error {
		of := r.aboutSeeds(run)
		if assume.what != "" {
			assume = assumption{what: assumeSent}
		}
		if err := of.reconcileLedger(ctx, assume); err != nil {
			return err
		}
		rows, err := inState(run, ledger.InDoubt)
		if err != nil || len(rows) == 0 {
			return err
		}
		r.say("%s:", strings.ReplaceAll(run.Meta().Seeds, "-", " "))
		if err := errors.Join(of.settleDoubt(ctx), of.assumeRest(assume, ledger.InDoubt)); err != nil {
			return err
		}
		rep, err := report.Collect(run)
		if err != nil {
			return err
		}
		return endPart(run, rep)
	})
}

// eachSeeds holds what goes to the seeds of the run in dir, which the caller holds, one part after the other.
func eachSeeds(dir string, now time.Time, do func(*runstore.Run) error) error {
	for _, dir := range runstore.SeedDirs(dir) {
		run, err := runstore.Reconcile(dir, true, now)
		if err != nil {
			return fmt.Errorf("seeds: %w", err)
		}
		if err := errors.Join(do(run), run.Close()); err != nil {
			return fmt.Errorf("seeds: %w", err)
		}
	}
	return nil
}

// refuseSeeds refuses what is done to runs alone to a part of one.
func refuseSeeds(m runstore.Meta, dir string) error {
	if m.Seeds == "" {
		return nil
	}
	return inputErrorf("%s is what goes to the seeds of a run, and no run by itself", dir).hint("name the run: the folder in which it lies")
}

// discardLog is for commands without a log.
func discardLog() *runLog { return &runLog{Logger: slog.New(slog.DiscardHandler)} }
