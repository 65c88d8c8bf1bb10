package forecast

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"sendoff/campaign"
	"sendoff/internal/ledger"
	"sendoff/internal/lint"
	"sendoff/internal/phone"
	"sendoff/internal/prices"
	"sendoff/internal/render"
	"sendoff/internal/runstore"
	"sendoff/internal/template"
)

// account is what became of the people of a run, by slice.
type account struct {
	of     map[Slice]fate
	erased fate // of those whose data was
}

// fate counts people of a slice.
type fate struct {
	accepted int
	taken    int // messages that Sinch has taken, or may have
}

func (f fate) plus(o fate) fate { return fate{f.accepted + o.accepted, f.taken + o.taken} }

// fateOf says what became of one row, without guessing: whoever may have a message counts as if they had it, and whoever was tried
// again after such an attempt, once for each.
func fateOf(e *ledger.Entry) (f fate) {
	switch e.State {
	case ledger.Accepted:
		f = fate{1, 1}
	case ledger.Begun, ledger.InDoubt, ledger.LeftInDoubt:
		f = fate{0, 1}
	}
	if e.Flags&(ledger.AfterServerError|ledger.AfterDoubt) != 0 {
		f.taken = max(f.taken, e.Attempts)
	}
	return f
}

// count walks ledger and frozen audience once. Only rows that count are measured.
func (g *Gauge) count(ctx context.Context, run *runstore.Run) (*account, error) {
	snapshot, err := run.OpenSnapshot()
	if err != nil {
		return nil, err
	}
	defer func() { _ = snapshot.Close() }() // nothing was written to it
	parts := make([]account, runtime.GOMAXPROCS(0))
	errs := make([]error, len(parts))
	var next atomic.Int64
	var counting sync.WaitGroup
	for i := range parts {
		parts[i].of = map[Slice]fate{}
		counting.Go(func() {
			meter, entries := g.Meter(), run.Ledger.Reader()
			for frame := int(next.Add(1)) - 1; frame < snapshot.Frames() && errs[i] == nil; frame = int(next.Add(1)) - 1 {
				if errs[i] = ctx.Err(); errs[i] == nil {
					errs[i] = parts[i].frame(snapshot, frame, meter, entries)
				}
			}
		})
	}
	counting.Wait()
	for _, other := range parts[1:] {
		for s, f := range other.of {
			parts[0].of[s] = parts[0].of[s].plus(f)
		}
		parts[0].erased = parts[0].erased.plus(other.erased)
	}
	return &parts[0], errors.Join(errs...)
}

func (a *account) frame(snapshot *runstore.Snapshot, frame int, meter *Meter, entries *ledger.Reader) error {
	rows, err := snapshot.Frame(frame)
	if err != nil {
		return err
	}
	for i := range rows {
		e, err := entries.Entry(uint32(rows[i].Row))
		if err != nil {
			return err
		}
		f := fateOf(&e)
		switch {
		case f == fate{}:
		case rows[i].Erased():
			a.erased = a.erased.plus(f)
		default:
			s := meter.Row(&rows[i])
			a.of[s] = a.of[s].plus(f)
		}
	}
	return nil
}

// Spent returns what the starts of a run so far have spent. People whose data was erased count as the largest charge.
func Spent(ctx context.Context, run *runstore.Run, g *Gauge, list *prices.Table, largest Charge) (Charge, error) {
	a, err := g.count(ctx, run)
	if err != nil {
		return Charge{}, fmt.Errorf("count what is spent: %w", err)
	}
	var all Sum
	erased := Sum{Parts: Parts{High: largest.Parts}, Cost: Cost{High: largest.Cost}}
	add := func(each Sum, n int) bool {
		sum, ok := each.times(n)
		var ok2 bool
		all, ok2 = all.plus(sum)
		return ok && ok2
	}
	ok := add(erased, a.erased.taken)
	for s, f := range a.of {
		each, _, known := one(s, list)
		ok = add(each, f.taken) && known && ok
	}
	if !ok {
		return Charge{}, fmt.Errorf("count what is spent: the estimated cost %w", campaign.ErrTooMuch)
	}
	return Charge{all.Cost.High, all.Parts.High}, nil
}

// frozenGauge measures the rows of a run by the campaign as it was frozen.
func frozenGauge(m runstore.Meta) (*Gauge, error) {
	c, err := campaign.Parse(m.CampaignFile, m.Sources)
	if err != nil {
		return nil, fmt.Errorf("the campaign of this run cannot be read any more: %w", err)
	}
	var known template.Set
	for _, kept := range m.Templates {
		t, err := template.Parse(kept.JSON)
		if err != nil {
			return nil, err
		}
		known = append(known, t)
	}
	c = known.Apply(c, m.Columns).Campaign
	r, err := render.New(c, m.Columns, render.Identity{RunID: m.RunID, RunKey: m.Key, Day: m.Day})
	if err != nil {
		return nil, err
	}
	numbers, err := phone.New("")
	if err != nil {
		return nil, err
	}
	return NewGauge(c, r, lint.New(c, r, known), m.Columns, numbers), nil
}

// places says where each line stands.
func (f *Forecast) places() map[Kind]int {
	places := make(map[Kind]int, len(f.Lines))
	for i, l := range f.Lines {
		places[l.Kind()] = i
	}
	return places
}

// Accepted returns what the people of each line come to whose messages Sinch has taken, and how many more of these were erased, so that nobody
// knows which line was theirs. The forecast and the prices are those that the run has kept.
func (f *Forecast) Accepted(ctx context.Context, run *runstore.Run, list *prices.Table) (lines []Sum, erased int, err error) {
	g, err := frozenGauge(run.Meta())
	if err != nil {
		return nil, 0, err
	}
	a, err := g.count(ctx, run)
	if err != nil {
		return nil, 0, fmt.Errorf("count what was accepted: %w", err)
	}
	places := f.places()
	for s := range a.of { // another version of the program may know another country for a number: a line in which nobody was planned
		key := s.kind()
		if _, known := places[key]; !known {
			places[key] = 0
			f.Lines = append(f.Lines, Line{key.Country, key.Channel, key.Language, Sum{}})
		}
	}
	f.sort()
	places = f.places()
	lines = make([]Sum, len(f.Lines))
	for s, n := range a.of {
		i := places[s.kind()]
		each, _, _ := one(s, list)
		all, _ := each.times(n.accepted)
		lines[i], _ = lines[i].plus(all) // about the forecast, which could be counted
	}
	return lines, a.erased.accepted, nil
}
