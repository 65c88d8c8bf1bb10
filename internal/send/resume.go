package send

import (
	"context"
	"fmt"
	"math/bits"
	"time"

	"sendoff/campaign"
	"sendoff/internal/hours"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
	"sendoff/internal/settle"
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

func (t *todo) add(row uint32) {
	if !t.has(int(row)) {
		t.bits[row/64] |= 1 << (row % 64)
		t.left++
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

// Next returns the addresses of the people who would be sent to next from now on, at most n of them, by row. Where clock is not nil they are those who
// may get a message first.
func Next(ctx context.Context, run *runstore.Run, clock *hours.Clock, now time.Time, n int) (map[int][]campaign.Identity, error) {
	snapshot, err := run.OpenSnapshot()
	if err != nil {
		return nil, err
	}
	defer snapshot.Close()
	found, err := load(run.Ledger, snapshot.Rows(), 0)
	if err != nil {
		return nil, err
	}
	people := map[int][]campaign.Identity{}
	w := newSweep(snapshot, found.left, (&sender{Config: Config{Hours: clock}}).timetable())
	for len(people) < n {
		j, due, err := w.next(ctx, now)
		switch {
		case err != nil:
			return people, err
		case j != nil:
			people[j.r.Row] = j.r.Identities()
		case due.IsZero():
			return people, ctx.Err()
		default:
			now = due
		}
	}
	return people, nil
}

// Doubtful reports whether anything can be done about the rows of a run that are in doubt: with policy, or by asking.
func Doubtful(run *runstore.Run, settler *settle.Settler, policy campaign.DoubtPolicy) (bool, error) {
	found, err := load(run.Ledger, run.Meta().Rows, 0)
	if err != nil || policy != campaign.HoldDoubt {
		return len(found.doubtful) > 0, err
	}
	entries := run.Ledger.Reader()
	for _, row := range found.doubtful {
		if e, err := entries.Entry(row); err != nil || settler.WorthAsking(e) {
			return true, err
		}
	}
	return false, nil
}

// EndedBefore is the detail of rows that were begun when a process died.
const EndedBefore = "the program ended before the answer was known"

// loaded is what a ledger holds when a start begins.
type loaded struct {
	left     *todo
	begun    []uint32 // rows that were begun when the last process died
	doubtful []uint32 // those, and the rows in doubt
	first    []uint32 // the first rows that were sent to, or may have been, as many as the canary has
	tally    ledger.Tally
}

func load(l *ledger.Ledger, rows, first int) (*loaded, error) {
	found := &loaded{left: newTodo(rows)}
	var err error
	found.tally, err = l.Scan(func(row uint32, state ledger.State) {
		if !state.Sendable() {
			found.left.remove(row)
		}
		if !state.Sendable() && state != ledger.Skipped && len(found.first) < first {
			found.first = append(found.first, row)
		}
		if state == ledger.Begun {
			found.begun = append(found.begun, row)
		}
		if state == ledger.Begun || state == ledger.InDoubt {
			found.doubtful = append(found.doubtful, row)
		}
	})
	return found, err
}

// resume reads what is left to send, and who is in doubt. Rows that were begun when the last process died are in doubt from now on: their request
// may have left, and nobody has read the answer.
func (s *sender) resume(snapshot *runstore.Snapshot) (*todo, error) {
	found, err := load(s.Run.Ledger, snapshot.Rows(), s.Canary.Rows)
	if err != nil {
		return nil, err
	}
	if s.Canary.Waits() && !s.NoCanary && !s.Run.Meta().CanaryPassed { // nobody else was sent to, unless a start went without
		s.canary = map[int]bool{}
		for _, row := range found.first {
			s.canary[int(row)] = true
		}
	}
	asking, err := s.whomToAsk(found.doubtful)
	if err != nil {
		return nil, err
	}
	for _, row := range found.begun {
		r := ledger.Result{State: ledger.InDoubt, Time: time.Now(), Detail: EndedBefore}
		if err := s.Run.Ledger.Record(row, r); err != nil {
			return nil, fmt.Errorf("settle rows of an earlier start: %w", err)
		}
	}
	if err := s.Run.Ledger.Sync(); err != nil {
		return nil, err
	}
	s.Progress.Accepted.Store(int64(found.tally.Count(ledger.Accepted)))
	s.Progress.Rejected.Store(int64(found.tally.Count(ledger.Rejected)))
	s.Progress.InDoubt.Store(int64(len(found.doubtful)))
	s.Progress.Left.Store(int64(found.tally.Count(ledger.LeftInDoubt)))
	s.lost.Store(s.Progress.Left.Load())
	s.Progress.hear(&found.tally.Delivery)
	s.Progress.Before.Store(s.Progress.Settled())
	s.Progress.Total.Store(int64(found.left.left) + s.Progress.Settled())
	return found.left, s.resumeDoubt(snapshot, found, asking)
}

func (s *sender) whomToAsk(rows []uint32) (map[uint32]bool, error) {
	asking := map[uint32]bool{}
	entries := s.Run.Ledger.Reader()
	for _, row := range rows {
		e, err := entries.Entry(row)
		if err != nil {
			return nil, err
		}
		asking[row] = s.Settler.WorthAsking(e)
	}
	return asking, nil
}

// resumeDoubt has Sinch asked about rows in doubt where that is possible, and does with the others what is wanted of them.
func (s *sender) resumeDoubt(snapshot *runstore.Snapshot, found *loaded, asking map[uint32]bool) error {
	entries := s.Run.Ledger.Reader()
	for _, row := range found.doubtful {
		e, err := entries.Entry(row)
		if err != nil {
			return err
		}
		if asking[row] {
			r, err := snapshot.Row(int(row))
			if err != nil {
				return err
			}
			j := &job{r: r, detail: e.Detail, intent: ledger.Intent{Time: e.Begun, Channel: e.Channel, Storage: e.Storage}}
			if err := s.spentBefore(j); err != nil {
				return err
			}
			s.await(j, time.Time{})
			continue
		}
		switch s.InDoubt {
		case campaign.HoldDoubt:
			s.lost.Add(1)
			s.ear.hold(int(row), held{isLost: true})
		case campaign.ResendDoubt:
			s.Progress.InDoubt.Add(-1)
			err = s.Run.Ledger.Record(row, ledger.Result{State: ledger.Released, Flags: ledger.AfterDoubt, Time: time.Now(), Detail: e.Detail})
			found.left.add(row)
		case campaign.LeaveDoubt:
			s.Progress.InDoubt.Add(-1)
			s.Progress.Left.Add(1)
			s.lost.Add(1)
			err = s.Run.Ledger.Record(row, ledger.Result{State: ledger.LeftInDoubt, Time: time.Now(), Detail: e.Detail})
			s.ear.hold(int(row), held{isLeft: true, isLost: true})
		}
		if err != nil {
			return err
		}
	}
	return s.Run.Ledger.Sync() // who is to be left out is told apart by what stands in it
}
