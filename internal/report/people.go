package report

import (
	"fmt"
	"iter"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

// Person is what became of a row, without anything that says who that is.
type Person struct {
	Line     int
	Address  string // masked
	State    ledger.State
	Delivery delivery.Status // of those who were accepted; None where nothing was heard
	Reason   string          // in words of ours; of a refusal there are none, since Sinch's own may repeat a value
}

// People visits every row in the order of the audience, one frame at a time. Where the people's data was erased the error is a runstore.ErrErased.
func People(r *runstore.Run) iter.Seq2[Person, error] {
	return func(yield func(Person, error) bool) {
		snapshot, err := r.OpenSnapshot()
		if err != nil {
			yield(Person{}, fmt.Errorf("read people: %w", err))
			return
		}
		defer func() { _ = snapshot.Close() }() // nothing was written to it
		p := newPrinter(newTable(r.Meta(), false), snapshot, r.Ledger, nil)
		for frame := range snapshot.Frames() {
			rows, err := snapshot.Frame(frame)
			for i := 0; i < len(rows) && err == nil; i++ {
				var e ledger.Entry
				if e, err = p.entries.Entry(uint32(rows[i].Row)); err == nil && !yield(p.person(&rows[i], &e), nil) {
					return
				}
			}
			if err != nil {
				yield(Person{}, fmt.Errorf("read people: %w", err))
				return
			}
		}
	}
}

func (p *printer) person(r *campaign.Recipient, e *ledger.Entry) Person {
	e.State = settled(e.State)
	person := Person{Line: r.Line, Address: p.address(r, e), State: e.State}
	switch e.State {
	case ledger.Accepted:
		person.Delivery = e.Receipt.Status
		if e.Receipt.Status == delivery.Failed {
			person.Reason = e.Receipt.Reason.Words()
			if code := e.Receipt.Reason.Code(); code != "" {
				person.Reason += " [" + code + "]"
			}
		}
	case ledger.Skipped:
		reason := campaign.SkipReason(e.Reason)
		person.Reason = strings.ReplaceAll(reason.String(), "_", " ")
		if reason == campaign.Duplicate && e.Number > 0 {
			person.Reason = Why(e)
		}
	}
	return person
}
