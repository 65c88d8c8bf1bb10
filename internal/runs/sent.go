package runs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"sendoff/campaign"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

// Question asks for the people of runs.
type Question struct {
	Runs   string           // a key, a pattern of keys, or the folder of a run
	Within time.Duration    // how long ago they may have been sent to; 0: at any time
	At     campaign.Problem // where it is asked, for problems
	// Planned is when the plan was made that has left out already whom this question meant then; zero: it was not asked then.
	Planned time.Time
}

// String names the question for people, the same each time it is asked.
func (q Question) String() string {
	if q.Within == 0 {
		return q.Runs
	}
	return q.Runs + " within " + campaign.FormatAge(q.Within)
}

// People are whom runs have sent to, or may have sent to, or may still.
type People struct {
	Name  string   // the question's
	Runs  []string // keys of the runs that were meant
	Keys  []uint64 // of addresses ([campaign.Address.Key]), sorted, each once
	Notes []string // what somebody may want to know about it
}

// UnfinishedError says that a run which is named would go on later, and then send to people who are left out because of it now.
type UnfinishedError struct{ Key, Dir string }

func (e *UnfinishedError) Error() string {
	return e.Key + " is unfinished and would go on later"
}

// Sent returns everybody whom the runs that a question means have sent to, may have sent to, or may still send to: not those whom Sinch refused,
// who were left out, or whom a run has not come to that is over. A run's retries are meant with it.
//
// A name that means no run is an error, a pattern that means none is not. A run that is named and unfinished is an [*UnfinishedError]; where
// a pattern means it, its people count. One that another process holds is waited for, and then an error that wraps [ledger.ErrLocked]. Other
// errors about what was asked are [campaign.Problems].
func (s Scope) Sent(ctx context.Context, q Question, now time.Time) (*People, error) {
	chosen, err := s.choose(q.Runs, q.At)
	g := gatherer{people: People{Name: q.String()}, question: q}
	if q.Within > 0 {
		g.since = now.Add(-q.Within)
	}
	var none campaign.Problems
	if errors.As(err, &none) && !q.Planned.IsZero() {
		g.note("%s is gone; whom it had was left out when this was planned", q.Runs)
		return &g.people, nil
	}
	if err != nil {
		return nil, err
	}
	if len(chosen) == 0 {
		g.note("no run matches %s", q.Runs)
	}
	for _, c := range chosen {
		if err := s.gather(ctx, &g, c); err != nil {
			return nil, err
		}
	}
	g.compact()
	return &g.people, nil
}

// Of returns the people whom an open run has sent to, may have sent to, or may still send to.
func Of(ctx context.Context, run *runstore.Run) (*People, error) {
	m := run.Meta()
	g := gatherer{people: People{Name: m.Key}, question: Question{Runs: "*"}}
	if err := g.run(ctx, run); err != nil {
		return nil, err
	}
	g.compact()
	return &g.people, nil
}

// gather adds the people of a run and of its retries.
func (s Scope) gather(ctx context.Context, g *gatherer, c candidate) error {
	dirs, err := Find(c.dir)
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		run, err := s.view(ctx, candidate{dir: dir, meta: peek(dir)})
		if err == nil {
			err = errors.Join(g.run(ctx, run), run.Close())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// gatherer collects people.
type gatherer struct {
	people   People
	question Question
	since    time.Time // whoever was sent to before is not meant; zero: everybody is
}

func (g *gatherer) note(format string, args ...any) {
	g.people.Notes = append(g.people.Notes, fmt.Sprintf(format, args...))
}

// run adds the people of a run.
func (g *gatherer) run(ctx context.Context, run *runstore.Run) error {
	m := run.Meta()
	isOver := m.State.Over()
	switch {
	case m.State == runstore.Planning:
		return nil // nothing of it counts yet
	case !isOver && campaign.NamesOneRun(g.question.Runs):
		return &UnfinishedError{m.Key, run.Dir}
	case isOver && hasEnded(m) && m.Ended.Before(g.since):
		return nil // without its people: they may have been erased since
	}
	g.people.Runs = append(g.people.Runs, m.Key)
	snapshot, err := run.OpenSnapshot()
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, runstore.ErrErased) {
		if len(m.Starts) > 0 && m.Starts[0].Time.Before(g.question.Planned) {
			g.note("the people of %s were erased; they were left out when this was planned", m.Key)
			return nil
		}
		return campaign.Problems{erased(g.question.At, m.Key)}
	}
	if err != nil {
		return fmt.Errorf("the people of run %s cannot be read: %w", m.Key, err)
	}
	defer snapshot.Close()
	g.reserve(m.Eligible)
	entries := run.Ledger.Reader()
	for i := range snapshot.Frames() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := g.frame(snapshot, i, entries, isOver); err != nil {
			return fmt.Errorf("the people of run %s cannot be read: %w", m.Key, err)
		}
	}
	return nil
}

// hasEnded reports whether the last start of a run has said when it ended: one that was killed has not.
func hasEnded(m runstore.Meta) bool {
	return len(m.Starts) > 0 && m.Ended.After(m.Starts[len(m.Starts)-1].Time)
}

// erased is the problem that nobody knows any more who the people of a run were.
func erased(at campaign.Problem, key string) campaign.Problem {
	at.Message = fmt.Sprintf("the people of run %s are no longer known: their data was erased", key)
	return at
}

func (g *gatherer) frame(snapshot *runstore.Snapshot, i int, entries *ledger.Reader, isOver bool) error {
	rows, err := snapshot.Frame(i)
	if err != nil {
		return err
	}
	for _, r := range rows {
		e, err := entries.Entry(uint32(r.Row))
		if err != nil {
			return err
		}
		if !r.Address.IsZero() && counts(e, isOver, g.since) {
			g.people.Keys = append(g.people.Keys, r.Address.Key())
		}
	}
	return nil
}

// counts reports whether somebody was sent to since a time, may have been, or may still be. Flags tell of an earlier attempt that may have been
// taken, whatever became of the later ones.
func counts(e ledger.Entry, isOver bool, since time.Time) bool {
	switch e.State {
	case ledger.Skipped:
		return false
	case ledger.None, ledger.Released, ledger.Begun, ledger.InDoubt:
		if !isOver {
			return true
		}
	}
	isSent := e.State == ledger.Accepted || e.State == ledger.Begun || e.State == ledger.InDoubt || e.State == ledger.LeftInDoubt
	return (isSent || e.Flags != 0) && !e.Time.Before(since)
}

// reserve makes room for n more people.
func (g *gatherer) reserve(n int) {
	if cap(g.people.Keys)-len(g.people.Keys) < n {
		g.compact()
		g.people.Keys = slices.Grow(g.people.Keys, n)
	}
}

// compact sorts the people and keeps each once.
func (g *gatherer) compact() {
	slices.Sort(g.people.Keys)
	g.people.Keys = slices.Compact(g.people.Keys)
}
