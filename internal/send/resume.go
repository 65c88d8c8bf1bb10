package send

import (
	"fmt"
	"math/bits"
	"time"

	"sendoff/internal/ledger"
)

// todo is the set of rows that may be sent, one bit each.
type todo struct {
	bits []uint64
	left int
}

func newTodo(rows int) *todo {
	t := &todo{bits: make([]uint64, (rows+63)/64), left: rows}
	for i := range t.bits {
		t.bits[i] = ^uint64(0)
	}
	if rest := rows % 64; rest > 0 {
		t.bits[len(t.bits)-1] = 1<<rest - 1
	}
	return t
}

func (t *todo) remove(row uint32) {
	if t.has(int(row)) {
		t.bits[row/64] &^= 1 << (row % 64)
		t.left--
	}
}

func (t *todo) has(row int) bool {
	return row/64 < len(t.bits) && t.bits[row/64]&(1<<(row%64)) != 0
}

// any reports whether one of the rows from first up to last may be sent.
func (t *todo) any(first, last int) bool {
	for row := first; row < last; {
		if row/64 >= len(t.bits) {
			return false
		}
		word := t.bits[row/64] >> (row % 64)
		if next := row + bits.TrailingZeros64(word); word != 0 && next < last {
			return true
		}
		row = (row/64 + 1) * 64
	}
	return false
}

// loadTodo reads what is left to send. Rows that were begun when the last process died are in doubt from now on: their request may have
// left, and nobody has read the answer.
func loadTodo(l *ledger.Ledger, rows int, p *Progress, now time.Time) (*todo, error) {
	t := newTodo(rows)
	var begun []uint32
	tally, err := l.Scan(func(row uint32, s ledger.State) {
		if !s.Sendable() {
			t.remove(row)
		}
		if s == ledger.Begun {
			begun = append(begun, row)
		}
	})
	if err != nil {
		return nil, err
	}
	for _, row := range begun {
		r := ledger.Result{State: ledger.InDoubt, Time: now, Detail: "the program ended before the answer was known"}
		if err := l.Record(row, r); err != nil {
			return nil, fmt.Errorf("settle rows of an earlier start: %w", err)
		}
	}
	if err := l.Sync(); err != nil {
		return nil, err
	}
	p.Accepted.Store(int64(tally.Count(ledger.Accepted)))
	p.Rejected.Store(int64(tally.Count(ledger.Rejected)))
	p.InDoubt.Store(int64(tally.Count(ledger.InDoubt) + len(begun)))
	p.Total.Store(int64(t.left) + p.Settled())
	return t, nil
}
