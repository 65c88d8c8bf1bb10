package cli

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sendoff/campaign"
	"sendoff/internal/plan"
	"sendoff/internal/proposal"
	"sendoff/internal/prose"
	"sendoff/internal/render"
	"sendoff/internal/runstore"
	"sendoff/internal/seeds"
	"sendoff/internal/send"
	"sendoff/internal/suppress"
)

// tried is one message of a test.
type tried struct {
	seed campaign.Recipient
	row  chosenRow
}

// trial is a test while it is made ready and sent.
type trial struct {
	*runner
	testFlags
	digest   string // of the campaign, without a prefix
	seeds    *seeds.List
	leftOut  map[int]suppress.Match // of seeds, by row
	messages []tried
	outbox   *runstore.Run // of which these messages are the rows; the runner's run is that of the plan
	renderer *render.Renderer
}

// test sends to seeds what rows of the campaign's audience would get.
func (r *runner) test(ctx context.Context, flags testFlags) error {
	t := &trial{runner: r, testFlags: flags, leftOut: map[int]suppress.Match{}}
	ctx, signals, release := watchSignals(ctx, r.sayStopping)
	defer release()
	r.signals = signals
	before, cancel := untilStopped(ctx, signals.stop)
	defer cancel()
	if err := t.load(before); err != nil {
		return err
	}
	if err := r.configure(before); err != nil {
		return err
	}
	defer r.client.Close()
	return r.inFolderAside(before, r.campaign, r.flags.key(r.campaign, r.Now()), func(before context.Context, run *runstore.Run) (err error) {
		r.run = run
		if err := t.prepare(before); err != nil {
			return err
		}
		if t.outbox, err = runstore.Acquire(filepath.Join(filepath.Dir(run.Dir), "test"), runstore.Options{
			Key: run.Meta().Key, Campaign: r.campaign.Name, Sandbox: r.flags.sandbox, Now: time.Now(),
		}); err != nil {
			return err
		}
		defer t.outbox.Close()
		if err := t.freeze(); err != nil {
			return err
		}
		if err := t.confirm(before); err != nil {
			return err
		}
		return t.send(ctx)
	})
}

// load reads the campaign and the seeds.
func (t *trial) load(ctx context.Context) (err error) {
	c, err := t.loadCampaign(t.path)
	if err != nil {
		return err
	}
	if err := t.flags.feed.apply(c); err != nil {
		return err
	}
	if t.flags.runKey != "" {
		c.RunKey = t.flags.runKey
	}
	t.digest = digest(c)
	spec, path, name := c.Seeds, c.Resolve(c.Seeds.File), ""
	if t.to != "" {
		spec, path = campaign.Seeds{File: t.to}, t.to
	}
	switch {
	case spec.File == "":
		return inputErrorf("%s names no seeds, so there is nobody to send a test to. Nothing was sent", c.Path).
			hint("write seeds: seeds.csv into it, a file with the phone numbers of your own people; or --to FILE")
	case t.to == campaign.StandardInput:
		if isTerminal(t.Stdin) {
			return inputErrorf("the seeds are to come through standard input, and that is a terminal").hint("sendoff test … --to - < seeds.csv; or --to seeds.csv")
		}
		if err := t.readStandardInput(ctx); err != nil {
			return err
		}
		path, name = t.stdin.path, "standard input"
	}
	if t.seeds, err = seeds.Load(path, name, spec, c); err != nil {
		return err
	}
	c.Seeds, c.Limits, c.Audience.AllowEmpty = campaign.Seeds{}, campaign.Limits{}, false
	if t.campaign = c; t.prefix != "" {
		if t.campaign, err = c.Prefixed(t.prefix); err != nil {
			return inputErrorf("--prefix: %v", err)
		}
	}
	return nil
}

// prepare plans, and decides which messages go to whom. The runner's run is that of the plan.
func (t *trial) prepare(ctx context.Context) error {
	if err := t.findOptOuts(ctx); err != nil {
		return err
	}
	guard := guardOf(t.settings.profile)
	planned := guard
	planned.MaxRecipients = 0 // of the audience nobody gets anything
	var err error
	if err := t.findTemplates(ctx); err != nil {
		return err
	}
	o := t.others(t.campaign, t.run, t.flags.place)
	o.templates.read = t.templates
	t.plan, err = t.buildPlan(ctx, o, t.flags.except, t.settings.destination.AppID, planned, t.optOuts)
	if err != nil {
		return err
	}
	if err := t.preflight(ctx); err != nil {
		return err
	}
	if err := t.leaveOut(guard); err != nil {
		return err
	}
	return t.choose(guard)
}

// leaveOut finds the seeds who must not be written to.
func (t *trial) leaveOut(guard plan.Guard) (err error) {
	c := t.campaign
	t.lists, err = suppress.LoadFor(c, homeFolder(), t.seeds.Columns.Own, t.Now(), guard.Lists()...)
	if err != nil {
		return explainOnlyTo(err, guard)
	}
	if t.optOuts != nil {
		t.lists.AddOptOuts(t.optOuts)
	}
	for i := range t.seeds.People {
		seed := &t.seeds.People[i]
		if m, out := t.lists.Match(seed, seed.Field(t.seeds.Columns.ID)); out {
			t.leftOut[i] = m
			where := m.File
			if m.Line > 0 {
				where += fmt.Sprintf(", line %d", m.Line)
			}
			t.warn("left out: the seed %s, as %s (%s)", seed.Masked(), strings.ReplaceAll(m.Reason.String(), "_", " "), where)
		}
	}
	return nil
}

// choose decides on the messages.
func (t *trial) choose(guard plan.Guard) error {
	m, everyRow := t.run.Meta(), map[int]bool{}
	own, err := render.New(t.complete(), m.Columns, t.identity(m.RunID, ""))
	if err != nil {
		return err
	}
	rows, err := rowsForSeeds(t.campaign, t.run, own, t.seeds.Columns, t.seeds.People, t.rows)
	if err != nil {
		return err
	}
	seeds := 0
	for i, seed := range t.seeds.People {
		if _, out := t.leftOut[i]; out {
			continue
		}
		seeds++
		for _, row := range rows[i] {
			seed.Row = len(t.messages)
			everyRow[row.Row] = true
			t.messages = append(t.messages, tried{seed, row})
		}
	}
	switch {
	case seeds == 0:
		return inputErrorf("no seed may be written to, so there is nobody to send a test to. Nothing was sent")
	case guard.MaxRecipients > 0 && seeds > guard.MaxRecipients:
		return inputErrorf("there are %d seeds, and max_recipients of %s is %s. Nothing was sent", seeds, guard.Name, prose.Thousands(guard.MaxRecipients))
	case t.flags.limit > 0 && len(t.messages) > t.flags.limit:
		return inputErrorf("that would be %s, and --limit is %s. Nothing was sent", prose.Counted(len(t.messages), "message", "messages"), prose.Thousands(t.flags.limit))
	case t.flags.limit == 0 && (seeds > mostTestSeeds || len(everyRow) > mostTestRows):
		return inputErrorf("that would be %s to %s, and a test is for %d seeds and %d rows at most. Nothing was sent",
			prose.Counted(len(t.messages), "message", "messages"), prose.Counted(seeds, "seed", "seeds"), mostTestSeeds, mostTestRows).
			hint("--limit %d sends them all the same", len(t.messages))
	}
	return nil
}

func (t *trial) identity(run string, mark render.Mark) render.Identity {
	m := t.run.Meta()
	return render.Identity{AppID: t.settings.destination.AppID, RunID: run, RunKey: m.Key, Mark: mark, Day: m.Day, TTL: sampleTTL(t.campaign, m.Created, t.Now())}
}

// freeze makes the messages the rows of a run of their own, which is gone when the command ends: so they are sent as everything is.
func (t *trial) freeze() (err error) {
	people, of := make([]campaign.Recipient, len(t.messages)), make([]*campaign.Recipient, len(t.messages))
	for i := range t.messages {
		people[i], of[i] = t.messages[i].seed, &t.messages[i].row.Recipient
	}
	m := t.run.Meta()
	t.renderer, err = render.NewAside(t.complete(), m.Columns, t.identity(t.outbox.Meta().RunID, render.TestMark), t.seeds.Columns, of)
	if err != nil {
		return err
	}
	if err := checkMessages(t.renderer, people); err != nil {
		return err
	}
	return t.outbox.FreezeList(people, func(m *runstore.Meta) { m.Columns = t.seeds.Columns })
}

// confirm shows what would be sent, and to whom, and asks.
func (t *trial) confirm(ctx context.Context) error {
	if t.flags.sandbox {
		t.say("SANDBOX: nothing will be sent to anyone")
		return nil
	}
	seeds := t.seedsOf(t.messages)
	if !t.flags.yes && !isTerminal(t.Stdin) {
		return inputErrorf("a test asks for confirmation, and this is no terminal. Nothing was sent").
			hint("--yes sends %s to %s", prose.Counted(len(t.messages), "message", "messages"), prose.Counted(seeds, "seed", "seeds"))
	}
	t.say("through %s\n", describeDestination(t.settings.pinned(t.app.DisplayName)))
	var samples []plan.Sample
	var people []string
	shown := map[int]bool{}
	for i := range t.messages {
		message := &t.messages[i]
		if !shown[message.row.Row] {
			shown[message.row.Row] = true
			samples = append(samples, plan.Sample{Line: message.row.Line, Text: t.renderer.Text(&message.seed), Note: message.row.note})
		}
		if i == 0 || message.seed.Line != t.messages[i-1].seed.Line {
			people = append(people, message.seed.Masked())
		}
	}
	proposal.WriteSamples(t.Stderr, t.width(t.Stderr), samples)
	t.say("\n  %-9s %s", "to", strings.Join(people, ", "))
	if t.flags.yes {
		return nil
	}
	agreed, err := t.agrees(ctx, fmt.Sprintf("Send %s to %s?", prose.Counted(len(t.messages), "message", "messages"), prose.Counted(seeds, "seed", "seeds")))
	if err == nil && !agreed {
		err = leaving()
	}
	return err
}

// seedsOf counts the seeds of messages, which stand side by side.
func (t *trial) seedsOf(messages []tried) int {
	lines := map[int]bool{}
	for _, m := range messages {
		lines[m.seed.Line] = true
	}
	return len(lines)
}

// send sends the messages one after the other, and says what became of each.
func (t *trial) send(ctx context.Context) error {
	var b [4]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails
	epoch := hex.EncodeToString(b[:])
	host, _ := os.Hostname() // for people
	if _, err := t.outbox.Observe(t.storage()); err != nil {
		return err
	}
	err := t.outbox.Update(func(m *runstore.Meta) {
		m.State = runstore.Running
		m.Starts = []runstore.Start{{Time: time.Now(), Epoch: epoch, Host: host, Version: version()}}
	})
	if err != nil {
		return err
	}
	err = send.Send(ctx, t.signals.stop, send.Config{
		Run: t.outbox, Renderer: t.renderer, Suppress: t.lists, Client: t.client,
		IDColumn: t.seeds.Columns.ID, Epoch: epoch,
		Rate: t.rate, MaxInFlight: 1, GiveUp: t.flags.giveUp, NoCanary: true,
		Settler: t.aboutSeeds(t.outbox).newSettler(t.log.Logger), InDoubt: campaign.HoldDoubt, AskLater: true, HoldServerErrors: true,
		Progress: &t.progress, Log: t.log.Logger,
	})
	var stop *send.Stop
	if err != nil && !errors.As(err, &stop) {
		return err
	}
	return t.finish(stop)
}
