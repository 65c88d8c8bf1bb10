package forecast

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/lint"
	"sendoff/internal/phone"
	"sendoff/internal/prices"
	"sendoff/internal/render"
	"sendoff/internal/runstore"
	"sendoff/internal/template"
)

// Account is what became of the people of a run, by slice. The zero Account is empty.
type Account struct {
	of     map[outcome]fate
	erased fate // of those whose data was
}

// outcome is what people have in common who come to the same, before their messages went and after it.
type outcome struct {
	Slice
	on campaign.Channel // that receipts name; empty: none has come
}

// UnknownChannel stands for a channel of receipts that this version does not know.
const UnknownChannel campaign.Channel = "unknown"

// HeardOn returns the channel that the receipts of a row name; "" where none has come.
func HeardOn(r ledger.Receipt) campaign.Channel {
	if r.Status == delivery.None {
		return ""
	}
	return cmp.Or(campaign.ChannelAt(r.Channel), UnknownChannel)
}

// Add counts a person of a slice. Whoever does not matter, as [Counts] says, is passed over.
func (a *Account) Add(s Slice, e *ledger.Entry) {
	f := fateOf(e)
	if f == (fate{}) {
		return
	}
	if a.of == nil {
		a.of = map[outcome]fate{}
	}
	key := outcome{s, HeardOn(e.Receipt)}
	a.of[key] = a.of[key].plus(f)
}

// AddErased counts a person whose data was erased, so that nobody knows their slice.
func (a *Account) AddErased(e *ledger.Entry) { a.erased = a.erased.plus(fateOf(e)) }

// Join adds what another account has counted.
func (a *Account) Join(other *Account) {
	if a.of == nil {
		a.of = map[outcome]fate{}
	}
	for key, f := range other.of {
		a.of[key] = a.of[key].plus(f)
	}
	a.erased = a.erased.plus(other.erased)
}

// Counts reports whether a row matters to an account: somebody has its message, or may have.
func Counts(e *ledger.Entry) bool { return fateOf(e) != fate{} }

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
func (g *Gauge) count(ctx context.Context, run *runstore.Run) (*Account, error) {
	snapshot, err := run.OpenSnapshot()
	if err != nil {
		return nil, err
	}
	defer func() { _ = snapshot.Close() }() // nothing was written to it
	parts := make([]Account, runtime.GOMAXPROCS(0))
	errs := make([]error, len(parts))
	var next atomic.Int64
	var counting sync.WaitGroup
	for i := range parts {
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
	for i := range parts[1:] {
		parts[0].Join(&parts[1+i])
	}
	return &parts[0], errors.Join(errs...)
}

func (a *Account) frame(snapshot *runstore.Snapshot, frame int, meter *Meter, entries *ledger.Reader) error {
	rows, err := snapshot.Frame(frame)
	if err != nil {
		return err
	}
	for i := range rows {
		e, err := entries.Entry(uint32(rows[i].Row))
		if err != nil {
			return err
		}
		switch {
		case !Counts(&e):
		case rows[i].Erased():
			a.AddErased(&e)
		default:
			a.Add(meter.Row(&rows[i]), &e)
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
	for o, f := range a.of {
		each, _, known := one(o.Slice, list)
		ok = add(each, f.taken) && known && ok
	}
	if !ok {
		return Charge{}, fmt.Errorf("count what is spent: the estimated cost %w", campaign.ErrTooMuch)
	}
	return Charge{all.Cost.High, all.Parts.High}, nil
}

// Frozen returns a gauge that measures the rows of a run by the campaign as it was frozen with it. The error says that this version cannot read it.
func Frozen(m runstore.Meta) (*Gauge, error) {
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

// Outcome is what the people of a line have come to.
type Outcome struct {
	Accepted Sum     // of those who were to be tried on its channel first: estimated as the forecast is
	Settled  Settled // of those whose message went on its channel
}

// Settled is what messages come to that a channel was given, by the channel that their receipts name, and by the one that is tried first where none has
// come. Whether they arrived makes no difference: an SMS is paid when it is handed on.
type Settled struct {
	People  int             `json:"people"`
	Parts   int             `json:"sms_parts"`
	Cost    campaign.Micros `json:"cost"`
	NoPrice int             `json:"people_without_price,omitempty"` // whose channel has no price in their country: there is more to pay than Cost
}

// Plus adds two of them.
func (s Settled) Plus(o Settled) Settled {
	return Settled{s.People + o.People, s.Parts + o.Parts, s.Cost + o.Cost, s.NoPrice + o.NoPrice}
}

// settled returns what so many people of an outcome come to, and the line that they belong to.
func (o outcome) settled(n int, list *prices.Table) (Kind, Settled) {
	k := o.Kind()
	if o.on != "" {
		k.Channel = o.on
	}
	sum := Settled{People: n}
	parts := 0
	if k.Channel == campaign.SMS {
		parts = max(o.Parts, 1)
		sum.Parts = n * parts
	}
	price, found := list.Find(k.Country, k.Channel)
	if !found {
		sum.NoPrice = n
		return k, sum
	}
	each, _ := price.Of(parts)
	sum.Cost, _ = each.Times(n) // about the forecast, which could be counted
	return k, sum
}

// Outcomes returns what the people of each line have come to, and how many more of the accepted were erased, so that nobody knows which line was
// theirs. Lines that nobody had foreseen are added to the forecast. Forecast and prices are those that the run has kept.
func (f *Forecast) Outcomes(a *Account, list *prices.Table) (lines []Outcome, erased int) {
	places := f.places()
	add := func(key Kind) { // another version may know another country for a number, and a message may go on a channel that is not the first
		if _, known := places[key]; !known {
			places[key] = 0
			f.Lines = append(f.Lines, Line{key.Country, key.Channel, key.Language, Sum{}})
		}
	}
	for o, n := range a.of {
		if n.accepted > 0 {
			on, _ := o.settled(n.accepted, list)
			add(o.Kind())
			add(on)
		}
	}
	f.sort()
	places = f.places()
	lines = make([]Outcome, len(f.Lines))
	for o, n := range a.of {
		if n.accepted == 0 {
			continue
		}
		on, settled := o.settled(n.accepted, list)
		at := &lines[places[on]]
		at.Settled = at.Settled.Plus(settled)
		each, _, _ := one(o.Slice, list)
		all, _ := each.times(n.accepted)
		at = &lines[places[o.Kind()]]
		at.Accepted, _ = at.Accepted.plus(all) // about the forecast, which could be counted
	}
	return lines, a.erased.accepted
}
