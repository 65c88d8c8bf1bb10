package chain

import (
	"fmt"
	"time"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
)

// Totals are the numbers of a run and its retries together. Everybody is counted once: by the run that has them last, or, where that has sent nothing
// to them and will not, or an earlier message has arrived after all, by what became of them before. So rows = skipped + accepted + rejected +
// in doubt + left in doubt + not sent, and accepted = delivered + read + failed + pending.
type Totals struct {
	Runs        []string       `json:"run_keys"` // those that have started
	Rows        int            `json:"rows"`
	Skipped     map[string]int `json:"skipped"` // by reason; those that occur
	Accepted    int            `json:"accepted"`
	Rejected    int            `json:"rejected"`
	InDoubt     int            `json:"in_doubt"`
	LeftInDoubt int            `json:"left_in_doubt"`
	NotSent     int            `json:"not_sent"`
	Heard       bool           `json:"receipts"` // some were collected; otherwise everybody accepted is pending
	Delivered   int            `json:"delivered"`
	Read        int            `json:"read"`
	Failed      int            `json:"failed"`
	Pending     int            `json:"pending"`
}

// Totals counts everybody. Receipts count as far as they were merged.
func (c *Chain) Totals() (*Totals, error) {
	t := &Totals{Skipped: map[string]int{}}
	for _, l := range c.links {
		t.Runs = append(t.Runs, l.run.Meta().Key)
	}
	err := c.each(func(_ *link, _ uint32, e ledger.Entry) error {
		t.add(e)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count a run and its retries: %w", err)
	}
	return t, nil
}

func (t *Totals) add(e ledger.Entry) {
	t.Rows++
	t.Heard = t.Heard || e.Receipt.Status != delivery.None
	switch e.State {
	case ledger.Skipped:
		t.Skipped[campaign.SkipReason(e.Reason).String()]++
	case ledger.Rejected:
		t.Rejected++
	case ledger.InDoubt, ledger.Begun:
		t.InDoubt++
	case ledger.LeftInDoubt:
		t.LeftInDoubt++
	case ledger.None, ledger.Released:
		t.NotSent++
	case ledger.Accepted:
		t.Accepted++
		t.arrive(e.Receipt.Status)
	}
}

func (t *Totals) arrive(s delivery.Status) {
	switch s {
	case delivery.Delivered:
		t.Delivered++
	case delivery.Read:
		t.Read++
	case delivery.Failed:
		t.Failed++
	default:
		t.Pending++
	}
}

// MayHaveIt is why somebody is left out of a retry whom a receipt, come late, says to have got the message before, or to have one that may yet arrive.
const MayHaveIt = "a receipt says that an earlier message arrived, or may yet"

// LeaveOutArrived leaves out of the last retry whom a receipt, come late, says to have got the message before, or to have one that may yet arrive: those
// of them who are not begun. It
// returns how many these are. The caller holds it, and nobody sends.
func (c *Chain) LeaveOutArrived(now time.Time) (int, error) {
	last := &c.links[len(c.links)-1]
	entries, n := last.run.Ledger.Reader(), 0
	for row := range last.origins {
		e, err := entries.Entry(uint32(row))
		if err != nil {
			return n, err
		}
		if !e.State.Sendable() || e.Flags != 0 {
			continue
		}
		may, err := c.mayHaveIt(last, uint32(row))
		if err != nil {
			return n, err
		}
		if !may {
			continue
		}
		n++
		result := ledger.Result{State: ledger.Skipped, Reason: uint8(campaign.AlreadySent), Time: now, Detail: MayHaveIt}
		if err := last.run.Ledger.Record(uint32(row), result); err != nil {
			return n, err
		}
	}
	return n, last.run.Ledger.Sync()
}

// MayHaveIt reports whether somebody in a row of the last retry is to be left out by the receipts that had been merged when c was made, or at the last
// [Chain.Refresh]. It must not be called by many at once.
func (c *Chain) MayHaveIt(row int) (bool, error) {
	return c.mayHaveIt(&c.links[len(c.links)-1], uint32(row))
}

// Refresh has [Chain.MayHaveIt] go by what has been merged by now.
func (c *Chain) Refresh() {
	for i := range c.links {
		c.links[i].entries = c.links[i].run.Ledger.Reader() // which keeps nothing of before
	}
}

// mayHaveIt reports whether by one of the runs that a row of a retry comes from they got the message or may have it: there was a second one, or there is a
// receipt of what was not accepted, or what was accepted has not failed. That may be what was refused when they were chosen, and was settled by its receipt since.
func (c *Chain) mayHaveIt(l *link, row uint32) (bool, error) {
	for l.origins != nil {
		before, at, e, err := c.before(l, row)
		if err != nil {
			return false, err
		}
		without := delivery.None // what is heard of a message that they do not have
		if e.State == ledger.Accepted {
			without = delivery.Failed
		}
		if e.Twice || e.Receipt.Twice || e.Receipt.Status != without {
			return true, nil
		}
		l, row = before, at
	}
	return false, nil
}
