package forecast

import (
	"encoding/json"
	"fmt"
	"slices"

	"sendoff/internal/ledger"
	"sendoff/internal/prices"
	"sendoff/internal/runstore"
)

// Erased is what the accepted messages of people came to whose data was erased since, by the receipts that had come until then. It knows of nobody
// which slice was theirs.
type Erased struct {
	Accepted Sum     `json:"accepted"`
	Settled  Settled `json:"settled"`
}

// KeptErased returns what a run has kept of the costs of people who were erased.
func KeptErased(m runstore.Meta) (e Erased, err error) {
	if m.ErasedCosts != nil {
		if err = json.Unmarshal(m.ErasedCosts, &e); err != nil {
			err = fmt.Errorf("read the costs of erased people: %w", err)
		}
	}
	return e, err
}

// WithErased returns what a run keeps of such costs once the people of rows, which are in ascending order, are erased too: of a run without prices nothing. Where
// they cannot be measured it is what was kept before, and reports say how many are missing: that is no reason to keep anybody's data.
func WithErased(run *runstore.Run, rows []int) json.RawMessage {
	m := run.Meta()
	_, list, err := Kept(m)
	if err != nil || list == nil {
		return m.ErasedCosts
	}
	kept, err := KeptErased(m)
	if err == nil {
		err = kept.addRows(run, rows, list)
	}
	if err != nil {
		return m.ErasedCosts
	}
	b, _ := json.Marshal(kept) // it holds nothing that cannot be written so
	return b
}

func (e *Erased) addRows(run *runstore.Run, rows []int, list *prices.Table) error {
	gauge, err := Frozen(run.Meta())
	if err != nil {
		return err
	}
	snapshot, err := run.OpenSnapshot()
	if err != nil {
		return err
	}
	defer func() { _ = snapshot.Close() }() // nothing was written to it
	meter, entries := gauge.Meter(), run.Ledger.Reader()
	for len(rows) > 0 {
		frame := rows[0] / runstore.FrameRows
		n, _ := slices.BinarySearch(rows, (frame+1)*runstore.FrameRows)
		if err := e.add(snapshot, frame, rows[:n], meter, entries, list); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// add counts rows of a frame.
func (e *Erased) add(snapshot *runstore.Snapshot, frame int, rows []int, meter *Meter, entries *ledger.Reader, list *prices.Table) error {
	people, err := snapshot.Frame(frame)
	if err != nil {
		return err
	}
	for _, row := range rows {
		entry, err := entries.Entry(uint32(row))
		if err != nil {
			return err
		}
		if entry.State != ledger.Accepted {
			continue
		}
		o := outcome{meter.Row(&people[row-frame*runstore.FrameRows]), HeardOn(entry.Receipt)}
		each, _, _ := one(o.Slice, list)
		e.Accepted, _ = e.Accepted.plus(each) // about the forecast, which could be counted
		_, settled := o.settled(1, list)
		e.Settled = e.Settled.Plus(settled)
	}
	return nil
}
