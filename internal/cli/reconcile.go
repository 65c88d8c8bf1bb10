package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
	"sendoff/internal/audience"
	"sendoff/internal/ledger"
	"sendoff/internal/prose"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
	"sendoff/internal/send"
	"sendoff/internal/settle"
	"sendoff/internal/table"
)

// The answers that a person can give for people about whom Sinch cannot be asked.
const (
	assumeSent    = "sent"
	assumeNotSent = "not-sent"
)

// assumption is what a person says of people about whom Sinch cannot be asked. The zero value says nothing.
type assumption struct {
	what string // assumeSent or assumeNotSent
	only string // the file that names them; empty: everybody
}

func reconcileCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "reconcile",
		Usage:     "ask Sinch about people in doubt, or settle them yourself; sends nothing",
		ArgsUsage: "RUN",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "assume", Usage: "`WHAT` people are about whom Sinch cannot be asked: sent (they are left in doubt for good) or not-sent (the next run sends to them)"},
			&cli.StringFlag{Name: "only", Usage: "--assume it of the people in `FILE` alone: numbers or ids, or lines of in-doubt.csv", DefaultText: "all of them"},
			&cli.DurationFlag{Name: "settle", Usage: "`TIME` that a message whose answer was lost may take to show up at Sinch", Value: defaultSettle},
			timeoutFlag(), giveUpFlag(), profileFlag(), adoptFlag(), tolerateFlag(), reportFlag(),
		}, whichRun()...),
		CustomHelpTemplate: cli.CommandHelpTemplate + "\n" + exitCodesHelp,
		Action: s.onRun(func(c *cli.Context, dir string) error {
			assume := c.String("assume")
			if assume != "" && assume != assumeSent && assume != assumeNotSent {
				return inputErrorf("--assume wants %s or %s", assumeSent, assumeNotSent)
			}
			if assume == "" && c.IsSet("only") {
				return inputErrorf("--only says whom --assume means, and there is none")
			}
			t, err := readTuning(c)
			if err != nil {
				return err
			}
			tolerate, err := readTolerate(c)
			if err != nil {
				return err
			}
			r := &runner{session: s, path: c.Args().First(), flags: runFlags{
				place: readPlace(c), tuning: t, profile: c.String("profile"), json: c.Bool("json"), adopt: c.Bool("adopt"), tolerate: tolerate,
			}}
			return r.reconcile(c.Context, dir, assumption{what: assume, only: c.String("only")})
		}),
	}
}

// reconcile asks Sinch about everyone in doubt; of a ledger that has forgotten, about everyone. Who is left is settled by assume.
func (r *runner) reconcile(ctx context.Context, dir string, assume assumption) (err error) {
	ctx, release := untilSignal(ctx)
	defer release()
	if r.run, err = runstore.Reconcile(dir, r.flags.adopt, time.Now()); err != nil {
		return explainAcquire(err, dir)
	}
	defer r.run.Close()
	m := r.run.Meta()
	suspect := r.run.Ledger.Suspect() != nil
	switch {
	case suspect && len(m.Sources) == 0:
		return explainAcquire(fmt.Errorf("%w, and comes from before it was planned", r.run.Ledger.Suspect()), dir)
	case !suspect && len(m.Starts) == 0:
		return inputErrorf("%s has sent to nobody, so nobody is in doubt", dir)
	}
	if m.Sandbox && m.Destination.Endpoint == inProcess {
		return inputErrorf("%s was a rehearsal in a sandbox that is gone; nobody has got anything", dir)
	}
	if err := r.settleByReceipts(); err != nil {
		return err
	}
	err = r.askSinch(ctx, m, assume)
	if r.client != nil {
		defer r.client.Close()
	}
	if err == nil {
		err = r.assumeRest(assume, ledger.InDoubt)
	}
	var cut *send.Stop
	if err != nil && !errors.As(err, &cut) {
		return err
	}
	return r.sayReconciled(cut)
}

// askSinch asks as far as Sinch answers. What it does not answer is no hindrance where a person has said what to assume.
func (r *runner) askSinch(ctx context.Context, m runstore.Meta, assume assumption) error {
	err := r.connect(ctx, m)
	if err == nil || assume.what != "" && cannotAsk(err) {
		if err != nil {
			r.warn("Sinch cannot be asked, so --assume alone decides: %v", err)
		}
		err = r.reconcileLedger(ctx, assume)
	}
	if err == nil {
		err = r.settleDoubt(ctx)
	}
	if err == nil {
		err = r.reconcileSeeds(ctx, assume)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return &send.Stop{Cause: send.Interrupted, Reason: "stopped on request; who was not settled is in doubt as before"}
	case errors.Is(err, settle.ErrNoLook) && assume.what != "":
		r.warn("%v: --assume alone decides about the others", err)
		return nil
	case errors.Is(err, settle.ErrNoLook):
		return &send.Stop{Cause: send.Brake, Reason: err.Error()}
	}
	return err
}

// cannotAsk reports whether err is of Sinch, or the way to it, rather than of this machine.
func cannotAsk(err error) bool {
	var stop *send.Stop
	return isAccess(err) || errors.As(err, &stop)
}

// connect makes the client of the run's own destination, and puts on record how the app keeps messages.
func (r *runner) connect(ctx context.Context, m runstore.Meta) (err error) {
	if r.campaign, err = campaign.Parse(m.Sources[0].Name, m.Sources); err != nil {
		return err
	}
	if r.settings, err = r.chooseSettings(ctx); err != nil {
		return err
	}
	if r.client, err = r.settings.client(r.flags.tuning); err != nil {
		return err
	}
	// A ledger that has forgotten its first start does not know through what it sent either.
	if here := r.settings.pinned(""); len(m.Starts) > 0 && !sameDestination(m.Destination, here) {
		return refuseElsewhere(m, here)
	}
	if err := r.askForApp(ctx); err != nil {
		return err
	}
	_, err = r.run.Observe(r.storage())
	return err
}

// reconcileLedger asks for every message of a run whose ledger has forgotten some, and trusts the ledger from then on. Where Sinch cannot know, a
// person has to say what everyone is taken for of whom the ledger knows nothing.
func (r *runner) reconcileLedger(ctx context.Context, assume assumption) error {
	suspect := r.run.Ledger.Suspect()
	if suspect == nil {
		return nil
	}
	m := r.run.Meta()
	why := "it is not known how the app kept messages when they were sent"
	switch {
	case r.app == nil:
		why = "it cannot be asked"
	case len(m.Starts) > 0:
		why = settle.Inconclusive(m.Storage, m.Created, time.Now())
	}
	if why != "" && assume.what == "" {
		return &outcomeError{code: exitDoubt, reason: fmt.Sprintf("%v, and Sinch cannot say what is missing: %s\n"+
			"    hint: put the folder back as it was when it was last used; or settle it yourself:\n"+
			"    hint: --assume sent takes everyone for sent to of whom the ledger knows nothing, --assume not-sent sends to them again", suspect, why)}
	}
	if r.app != nil && r.storage().Days > 0 {
		r.warn("%v: asking Sinch for every message of this run", suspect)
		if err := r.recover(ctx); err != nil {
			return err
		}
	}
	if why != "" {
		if err := r.assumeRest(assume, ledger.None); err != nil {
			return err
		}
	}
	return r.run.Ledger.Trust()
}

// settleDoubt asks about the rows that the ledger has in doubt.
func (r *runner) settleDoubt(ctx context.Context) error {
	snapshot, err := r.run.OpenSnapshot()
	if err != nil {
		return explainAcquire(err, r.run.Dir)
	}
	defer snapshot.Close()
	rows, err := inState(r.run, ledger.InDoubt)
	if err != nil {
		return err
	}
	settler, entries := r.newSettler(slog.New(slog.DiscardHandler)), r.run.Ledger.Reader()
	details := map[int]string{} // of those who are asked about
	for _, row := range rows {
		e, err := entries.Entry(row)
		if err != nil {
			return err
		}
		if e.State == ledger.Begun {
			e.Detail = send.EndedBefore
			if err := r.run.Ledger.Record(row, ledger.Result{State: ledger.InDoubt, Time: time.Now(), Detail: e.Detail}); err != nil {
				return err
			}
		}
		if r.app == nil || !settler.WorthAsking(e) {
			continue
		}
		recipient, err := snapshot.Row(int(row))
		if err != nil {
			return err
		}
		details[int(row)] = e.Detail
		settler.Add(settle.Doubt{Row: int(row), To: recipient.Identities(), Begun: e.Begun, Storage: e.Storage})
	}
	r.sayAsking(len(rows), len(details), settler.Longest())
	err = settler.Run(ctx, func(a settle.Answer) error {
		return r.run.Ledger.Record(uint32(a.Row), a.Result(details[a.Row], time.Now()))
	})
	return errors.Join(err, r.run.Ledger.Sync())
}

func (r *runner) sayAsking(doubtful, asked int, longest time.Duration) {
	if doubtful == 0 {
		r.say("nobody is in doubt")
	}
	if n := doubtful - asked; n > 0 {
		r.say("Sinch cannot be asked about %s in doubt (in-doubt.csv says why), or was to no avail", prose.Counted(n, "recipient", "recipients"))
	}
	if asked > 0 {
		r.say("asking Sinch about %s in doubt; this takes up to %v", prose.Counted(asked, "recipient", "recipients"), longest)
	}
}

// inState returns the rows that are in doubt, those included that a process which died has left begun; or those of which nothing is known.
func inState(run *runstore.Run, state ledger.State) ([]uint32, error) {
	var rows []uint32
	next := uint32(0)
	add := func(to uint32) {
		for ; state == ledger.None && next < to; next++ {
			rows = append(rows, next)
		}
	}
	_, err := run.Ledger.Scan(func(row uint32, s ledger.State) {
		add(row)
		next = row + 1
		if state == ledger.InDoubt && (s == ledger.Begun || s == ledger.InDoubt) || state == ledger.None && s == ledger.Released {
			rows = append(rows, row)
		}
	})
	add(uint32(run.Meta().Rows))
	return rows, err
}

// assumeRest settles rows as a person says, and puts on record who it was.
func (r *runner) assumeRest(assume assumption, state ledger.State) error {
	if assume.what == "" {
		return nil
	}
	rows, err := inState(r.run, state)
	if err != nil {
		return err
	}
	if assume.only != "" {
		if rows, err = r.among(rows, assume.only); err != nil {
			return err
		}
	}
	result := ledger.Result{State: ledger.LeftInDoubt, Time: time.Now(), Detail: "somebody has settled: taken for sent"}
	if assume.what == assumeNotSent {
		result = ledger.Result{State: ledger.Released, Flags: ledger.AfterDoubt, Time: time.Now(), Detail: "somebody has settled: taken for not sent"}
	}
	for _, row := range rows {
		if err := r.run.Ledger.Record(row, result); err != nil {
			return err
		}
	}
	if err := r.run.Ledger.Sync(); err != nil || len(rows) == 0 {
		return err
	}
	return r.run.Update(func(m *runstore.Meta) {
		m.Settled = append(slices.Clone(m.Settled), runstore.Settlement{Time: time.Now(), By: userName(), Assumed: assume.what, Rows: len(rows)})
	})
}

// among returns those of rows in which the people of a file stand.
func (r *runner) among(rows []uint32, path string) ([]uint32, error) {
	m := r.run.Meta()
	columns := m.Columns
	list, err := openPart(path, m)
	if err != nil {
		return nil, err
	}
	defer list.Close()
	people, err := newPersons("")
	if err != nil {
		return nil, err
	}
	people.noFlag = true
	lines, lineOf := map[int][]*campaign.Recipient{}, report.LineOf(list.Columns().Header, columns)
	named, err := people.addList(list, path, func(row *campaign.Recipient) bool {
		line, err := strconv.Atoi(strings.TrimSpace(row.Field(lineOf)))
		if err == nil {
			kept := &campaign.Recipient{Line: row.Line} // the batch is used again
			for _, cell := range row.Fields {
				kept.Fields = append(kept.Fields, strings.Clone(cell))
			}
			lines[line] = append(lines[line], kept)
		}
		return err == nil
	})
	if err != nil {
		return nil, err
	}
	theirs, err := r.onLines(lines)
	if err != nil {
		return nil, err
	}
	for _, line := range slices.Sorted(maps.Keys(lines)) { // changed since they were written, or of another run
		for _, row := range lines[line] {
			if names, err := people.addRow(row, list.Columns(), path); err != nil {
				return nil, err
			} else if !names {
				return nil, campaign.Problems{namesNobody(path, row.Line)}
			}
		}
	}
	found, err := people.rows(r.run)
	if err != nil {
		return nil, err
	}
	theirs = append(theirs, found...)
	slices.Sort(theirs)
	rows = slices.DeleteFunc(rows, func(row uint32) bool {
		_, theirs := slices.BinarySearch(theirs, int(row))
		return !theirs
	})
	if len(rows) == 0 {
		return nil, inputErrorf("nobody in %s is in doubt in this run", path)
	}
	if len(rows) < named {
		r.say("in doubt in this run: %d of the %s in %s", len(rows), prose.Counted(named, "row", "rows"), path)
	}
	return rows, nil
}

// openPart opens a list of people of a run. Where nobody could tell its encoding it is read as the run writes its own.
func openPart(path string, m runstore.Meta) (*audience.Reader, error) {
	options := table.Options{HiddenRows: table.IncludeHidden}
	list, err := audience.OpenPart(path, options, m.Columns)
	if err != nil && m.Dialect.Encoding != "" {
		options.Encoding = m.Dialect.Encoding
		if own, e := audience.OpenPart(path, options, m.Columns); e == nil {
			return own, nil
		}
	}
	return list, err
}

// onLines returns the rows of the run that rows of one of its own lists name by their line and all their cells. They are taken out of lines.
func (r *runner) onLines(lines map[int][]*campaign.Recipient) ([]int, error) {
	if len(lines) == 0 {
		return nil, nil
	}
	snapshot, err := r.run.OpenSnapshot()
	if err != nil {
		return nil, err
	}
	defer snapshot.Close()
	m := r.run.Meta()
	var found []int
	err = eachRow(snapshot, func(row *campaign.Recipient) {
		listed, before := lines[row.Line], len(lines[row.Line])
		if before == 0 {
			return
		}
		listed = slices.DeleteFunc(listed, func(l *campaign.Recipient) bool { return report.Names(l.Fields, row, m) })
		if lines[row.Line] = listed; len(listed) < before {
			found = append(found, row.Row)
		}
	})
	return found, err
}

// userName is who uses this machine now, as far as it says.
func userName() string {
	u, err := user.Current()
	if err != nil {
		return "unknown"
	}
	return u.Username
}

// sayReconciled ends the command as a run ends, and names what comes next. stop is why it was not seen through, or nil.
func (r *runner) sayReconciled(stop *send.Stop) error {
	if err := r.settleAtEnd(); err != nil {
		return err
	}
	rep, err := report.Collect(r.run)
	if err != nil {
		return err
	}
	end := ending{runstore.Stopped, exitUnfinished, prose.Counted(rep.NotSent, "recipient is", "recipients are") + " still to be sent to"}
	if rep.NotSent == 0 || stop != nil {
		if end, err = r.conclude(rep, stop); err != nil {
			return err
		}
	} else if rep.State == runstore.Cancelled {
		end = ending{runstore.Cancelled, exitOK, ""} // there is nothing to go on with
		if rep.InDoubt > 0 {
			end.code, end.reason = exitDoubt, prose.Counted(rep.InDoubt, "recipient is", "recipients are")+" in doubt"
		}
	}
	if rep, err = r.putOnRecord(rep, end); err != nil {
		return err
	}
	if err := r.printReport(rep, end); err != nil {
		return err
	}
	if rep.InDoubt > 0 {
		r.say("to settle them yourself: sendoff reconcile %s --assume sent, or --assume not-sent to send to them again", r.flags.arguments(r.path)+profileArgument(r.run.Meta()))
	}
	if rep.NotSent > 0 && rep.State != runstore.Cancelled {
		r.say("to send to %s: %s", prose.Counted(rep.NotSent, "recipient", "recipients"), goOn(r.run.Meta(), r.run.Dir))
	}
	if end.code == exitOK {
		return nil
	}
	return &outcomeError{code: end.code, reason: end.reason, said: !r.flags.json}
}
