// Package chain takes a run and its retries for one: who of their people may be sent to again ([Chain.Choose]), whose they are from then on
// ([Chain.Mark]), and what became of everybody in the end ([Chain.Totals]). It sends nothing.
//
// # Whose a person is
//
// A person belongs to the last run of the chain into which they were planned. That is on record twice: in the retry, by where each of its rows comes
// from ([runstore.Run.Origins]), and in the run that they come from, whose row is marked as moved ([ledger.Ledger.Move]). The steps of a retry, each
// safe to die in:
//
//  1. It is planned. Until it has started, that counts for nothing.
//  2. Its start is on record. From now on the rows are its own.
//  3. The rows are marked in the runs that they come from.
//  4. It sends.
//
// Whoever goes on with a retry, or chooses for another one, marks again first, holding all the runs of the chain. So no row is sent to by two of them.
//
// # Whom nobody sends to again
//
// Whoever was accepted and did not fail; whoever may have been accepted more than once, since one of the messages may have arrived; whoever was refused or
// left out, and has a receipt all the same; and of those who failed whoever has a receipt, come late, that says that it arrived.
package chain

import (
	"errors"
	"fmt"
	"slices"

	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

// ErrGone says that a person was sent to again by a retry that is not there any more.
var ErrGone = errors.New("the folder of a retry is gone")

// Chain is a run and its retries, as far as these have started.
type Chain struct{ links []link }

// link is a run of a chain.
type link struct {
	run     *runstore.Run
	number  uint8             // 0: the run in whose folder the others lie
	origins []runstore.Origin // nil: its people come from a file
	entries *ledger.Reader    // for looking back
}

// New takes runs, which are open for as long as the chain is used, for one: the first, and its retries in the order of their numbers. Those that
// never started are left out.
func New(first *runstore.Run, retries []*runstore.Run) (*Chain, error) {
	c := &Chain{[]link{{run: first, entries: first.Ledger.Reader()}}}
	for _, run := range retries {
		m := run.Meta()
		if m.Retry == nil || len(m.Starts) == 0 {
			continue
		}
		origins, err := run.Origins()
		if err != nil {
			return nil, err
		}
		c.links = append(c.links, link{run: run, number: uint8(m.Retry.Number), origins: origins, entries: run.Ledger.Reader()})
	}
	return c, nil
}

// Retries is how many of the runs send again.
func (c *Chain) Retries() int { return len(c.links) - 1 }

// Run returns the run with a number: 0 is the first one's. There is one for each number in an origin that the chain has given.
func (c *Chain) Run(number uint8) *runstore.Run {
	l, err := c.link(number)
	if err != nil {
		return nil
	}
	return l.run
}

func (c *Chain) link(number uint8) (*link, error) {
	i, found := slices.BinarySearchFunc(c.links, number, func(l link, n uint8) int { return int(l.number) - int(n) })
	if !found {
		return nil, fmt.Errorf("%w: %s%d", ErrGone, runstore.RetryPrefix, number)
	}
	return &c.links[i], nil
}

// Mark marks, in the runs that they come from, the rows of all retries. The caller holds all the runs. Doing it again changes nothing.
func (c *Chain) Mark() error {
	for i := range c.links[1:] {
		if err := c.mark(&c.links[1+i]); err != nil {
			return err
		}
	}
	return nil
}

func (c *Chain) mark(l *link) error {
	rows := map[uint8][]uint32{}
	for _, o := range l.origins {
		rows[o.Run] = append(rows[o.Run], o.Row)
	}
	for number, rows := range rows {
		from, err := c.link(number)
		if err != nil {
			return err
		}
		e, err := from.run.Ledger.Reader().Entry(rows[0])
		if err != nil {
			return err
		}
		if e.Moved == int(l.number) { // all of them are, or none
			continue
		}
		if err := from.run.Ledger.Move(rows, l.number); err != nil {
			return err
		}
	}
	return nil
}

// each calls yield with every person, in the run that has them last, with what became of them.
func (c *Chain) each(yield func(l *link, row uint32, e ledger.Entry) error) error {
	for i := range c.links {
		l := &c.links[i]
		entries := l.run.Ledger.Reader()
		for row := range uint32(l.run.Meta().Rows) {
			e, err := entries.Entry(row)
			if err != nil {
				return err
			}
			if e.Moved > 0 {
				if _, err := c.link(uint8(e.Moved)); err != nil {
					return err
				}
				continue
			}
			if l.origins != nil {
				isMarked, err := c.isMarked(l, row)
				if err != nil {
					return err
				}
				if !isMarked {
					continue
				}
			}
			if e, err = c.outcome(l, row, e); err != nil {
				return err
			}
			if err := yield(l, row, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// EachAgain calls yield with what became of everybody who was sent to again, and with the row that they have in the first run.
func (c *Chain) EachAgain(yield func(row uint32, e ledger.Entry)) error {
	return c.each(func(l *link, row uint32, e ledger.Entry) error {
		if l.origins == nil {
			return nil
		}
		for l.origins != nil {
			from := l.origins[row]
			before, err := c.link(from.Run)
			if err != nil {
				return err
			}
			l, row = before, from.Row
		}
		yield(row, e)
		return nil
	})
}

// before returns the row that a row of a retry comes from, and what is known of it there.
func (c *Chain) before(l *link, row uint32) (*link, uint32, ledger.Entry, error) {
	from := l.origins[row]
	before, err := c.link(from.Run)
	if err != nil {
		return nil, 0, ledger.Entry{}, err
	}
	e, err := before.entries.Entry(from.Row)
	return before, from.Row, e, err
}

// isMarked reports whether a row of a retry is its own by now: before, the retry has sent nothing.
func (c *Chain) isMarked(l *link, row uint32) (bool, error) {
	_, _, e, err := c.before(l, row)
	return e.Moved == int(l.number), err
}

// outcome returns what became of a person: where a retry has sent nothing to them, and will not, that is what became of them before; and where an
// earlier message has arrived after all, that.
func (c *Chain) outcome(l *link, row uint32, e ledger.Entry) (ledger.Entry, error) {
	nothing := cameToNothing(l, e)
	for l.origins != nil && (nothing || e.State == ledger.Accepted || e.State == ledger.Rejected) && !e.Receipt.Status.Arrived() {
		before, at, had, err := c.before(l, row)
		if err != nil {
			return e, err
		}
		if nothing || had.Receipt.Status.Arrived() {
			e = had
		}
		nothing = nothing && cameToNothing(before, had)
		l, row = before, at
	}
	return e, nil
}

// cameToNothing reports whether a run has sent nothing to somebody, and will not; a receipt would say that it has, whatever else is known.
func cameToNothing(l *link, e ledger.Entry) bool {
	return e.Flags == 0 && e.Receipt.Status == delivery.None && (e.State == ledger.Skipped || e.State.Sendable() && l.run.Meta().State.Over())
}
