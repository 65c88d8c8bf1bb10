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
	Within time.Duration    // how long ago the runs may have begun; 0: at any time
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
	Keys  []uint64 // of addresses ([campaign.Recipient.AppendKeys]), sorted, each once
	Notes []string // what somebody may want to know about it
	// Unfinished are those of the runs that nobody holds and that may go on: also whom they have not reached is among the people.
	Unfinished []UnfinishedError
}

// UnfinishedError says that the run whose people are an audience would go on later: what became of them may still change.
type UnfinishedError struct{ Key, Dir string }

func (e *UnfinishedError) Error() string {
	return e.Key + " is unfinished and would go on later"
}

// HeldError says that another process holds a run whose people are needed, and does not say who they are.
type HeldError struct{ Key, Dir, Holder string }

func (e *HeldError) Error() string {
	return fmt.Sprintf("the people of run %s (%s) cannot be read: it is held by %s, which does not say who they are", e.Key, e.Dir, e.Holder)
}

// Sent returns everybody whom the runs that a question means have sent to, may have sent to, or may still send to: not those whom Sinch refused,
// who were left out, or whom a run has not come to that is over; nor anybody of a run that was planned and never started, unless a process holds it
// and may start it. A run's retries are meant with it; the run whose people are the audience is not.
//
// A name that means no run is an error, a pattern that means none is not. The process that holds a run is asked for its people; where it does
// not answer in time the error is a [*HeldError]. Other errors about what was asked are [campaign.Problems].
func (s Scope) Sent(ctx context.Context, q Question, now time.Time) (*People, error) {
	chosen, err := s.choose(q.Runs, q.At)
	g := gatherer{people: People{Name: q.String()}, question: q, now: now}
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
	audience := s.audienceDir()
	for _, c := range chosen {
		if realPath(c.dir) == audience {
			continue
		}
		if err := s.gather(ctx, &g, c); err != nil {
			return nil, err
		}
	}
	g.compact()
	return &g.people, nil
}

// audienceDir returns the folder of the run whose people are the audience; nothing where there is none, or where it is gone.
func (s Scope) audienceDir() string {
	if s.Audience == "" {
		return ""
	}
	c, err := s.source(s.Audience, campaign.Problem{})
	if err != nil {
		return "" // then it is asked like all others, which leaves out more
	}
	return realPath(c.dir)
}

// Asks reports whether a question is about the run in dir, of which this is known.
func (s Scope) Asks(q Question, dir string, m runstore.Meta, now time.Time) bool {
	c := candidate{dir: dir, meta: m}
	return (c.is(q.Runs) || realPath(s.folder(q.Runs)) == realPath(dir)) && q.includes(m, now)
}

// includes reports whether a run has begun within the time that is asked about. One of which nothing is known has.
func (q Question) includes(m runstore.Meta, now time.Time) bool {
	begun := m.Created
	if len(m.Starts) > 0 {
		begun = m.Starts[0].Time
	}
	return q.Within == 0 || begun.IsZero() || !begun.Before(now.Add(-q.Within))
}

// Of returns the people whom an open run has sent to, may have sent to, or may still send to.
func Of(ctx context.Context, run *runstore.Run) (*People, error) {
	m := run.Meta()
	g := gatherer{people: People{Name: m.Key, Runs: []string{m.Key}}}
	g.reserve(m.Eligible)
	if err := Each(ctx, run, g.add); err != nil {
		return nil, err
	}
	g.compact()
	return &g.people, nil
}

// forgotten stands for somebody whose address was erased: no address has this key.
const forgotten = 0

// Each calls yield with the people of an open run, some at a time, in the order of its audience: the keys of their addresses
// ([campaign.Recipient.AppendKeys]), and 0 for each who was sent to, or may have been, and was forgotten since. The keys are yield's until it returns.
// The run may send meanwhile; of one that is still being planned nobody counts.
func Each(ctx context.Context, run *runstore.Run, yield func(keys []uint64) error) error {
	m := run.Meta()
	if m.State == runstore.Planning {
		return nil
	}
	snapshot, err := run.OpenSnapshot()
	if err != nil {
		return fmt.Errorf("the people of run %s cannot be read: %w", m.Key, err)
	}
	defer snapshot.Close()
	entries := run.Ledger.Reader()
	var keys []uint64
	for i := range snapshot.Frames() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if keys, err = frame(keys[:0], snapshot, i, entries, m.State.Over()); err != nil {
			return fmt.Errorf("the people of run %s cannot be read: %w", m.Key, err)
		}
		if err := yield(keys); err != nil {
			return err
		}
	}
	return nil
}

// frame appends the people of a frame.
func frame(keys []uint64, snapshot *runstore.Snapshot, i int, entries *ledger.Reader, isOver bool) ([]uint64, error) {
	rows, err := snapshot.Frame(i)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		e, err := entries.Entry(uint32(r.Row))
		if err != nil {
			return nil, err
		}
		switch {
		case !counts(e, isOver):
		case r.Erased():
			keys = append(keys, forgotten)
		default:
			keys = r.AppendKeys(keys)
		}
	}
	return keys, nil
}

// counts reports whether somebody was sent to, may have been, or may still be. Flags tell of an earlier attempt that may have been taken,
// whatever became of the later ones.
func counts(e ledger.Entry, isOver bool) bool {
	switch e.State {
	case ledger.Skipped:
		return false
	case ledger.Accepted, ledger.Begun, ledger.InDoubt, ledger.LeftInDoubt:
		return true
	case ledger.None, ledger.Released:
		return !isOver || e.Flags != 0
	}
	return e.Flags != 0
}

// gather adds the people of a run and of its retries.
func (s Scope) gather(ctx context.Context, g *gatherer, c candidate) error {
	dirs, err := Find(c.dir)
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		if err := s.gatherOne(ctx, g, candidate{dir: dir, meta: peek(dir)}); err != nil {
			return err
		}
	}
	return nil
}

// gatherOne adds the people of a run: as the process says that holds it, or else as they stand on disk.
func (s Scope) gatherOne(ctx context.Context, g *gatherer, c candidate) error {
	run, err := s.view(ctx, c, func() bool { return g.ask(ctx, s.Ask, c) })
	if run == nil {
		return err
	}
	return errors.Join(g.run(ctx, run), run.Close())
}

// gatherer collects people.
type gatherer struct {
	people   People
	question Question
	now      time.Time

	added, forgotten int // of the run that is being read
}

func (g *gatherer) note(format string, args ...any) {
	g.people.Notes = append(g.people.Notes, fmt.Sprintf(format, args...))
}

// ask adds the people of a run that another process holds. It returns false where that one does not say who they are.
func (g *gatherer) ask(ctx context.Context, ask func(context.Context, string, func([]uint64) error) error, c candidate) bool {
	if !g.question.includes(c.meta, g.now) {
		return true
	}
	g.begin(c.meta.Eligible)
	if ask == nil || ask(ctx, c.dir, g.add) != nil {
		return false // whom it has named until then is left out all the same
	}
	if g.added > 0 { // else it may be planning
		g.people.Runs = append(g.people.Runs, c.name())
	}
	g.noteForgotten(c.name())
	return true
}

// run adds the people of a run that nobody holds.
func (g *gatherer) run(ctx context.Context, run *runstore.Run) error {
	m := run.Meta()
	if m.State == runstore.Planning || !g.question.includes(m, g.now) {
		return nil // without its people: they may have been erased since
	}
	if len(m.Starts) == 0 && !m.State.Over() {
		g.note("%s was planned and never started; nobody is left out for it", m.Key)
		return nil
	}
	g.people.Runs = append(g.people.Runs, m.Key)
	g.begin(m.Eligible)
	err := Each(ctx, run, g.add)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, runstore.ErrErased) {
		if len(m.Starts) > 0 && m.Starts[0].Time.Before(g.question.Planned) {
			g.note("the people of %s were erased; they were left out when this was planned", m.Key)
			return nil
		}
		return campaign.Problems{erased(g.question.At, m.Key)}
	}
	if err != nil {
		return err
	}
	if !m.State.Over() {
		g.people.Unfinished = append(g.people.Unfinished, UnfinishedError{m.Key, run.Dir})
	}
	g.noteForgotten(m.Key)
	return nil
}

// begin makes ready for a run of some n people.
func (g *gatherer) begin(n int) {
	g.added, g.forgotten = 0, 0
	g.reserve(n)
}

// add adds people, as [Each] has them.
func (g *gatherer) add(keys []uint64) error {
	g.added += len(keys)
	g.reserve(len(keys))
	for _, key := range keys {
		if key == forgotten {
			g.forgotten++
		} else {
			g.people.Keys = append(g.people.Keys, key)
		}
	}
	return nil
}

func (g *gatherer) noteForgotten(run string) {
	switch g.forgotten {
	case 0:
	case 1:
		g.note("1 person of %s was forgotten; if they are in this audience, they cannot be told apart: put them on a suppression list", run)
	default:
		g.note("%d people of %s were forgotten; if they are in this audience, they cannot be told apart: put them on a suppression list", g.forgotten, run)
	}
}

// erased is the problem that nobody knows any more who the people of a run were.
func erased(at campaign.Problem, key string) campaign.Problem {
	at.Message = fmt.Sprintf("the people of run %s are no longer known: their data was erased", key)
	if at.Hint == "" {
		at.Hint = "whoever is to get this may have had that: put those people on a suppression list, and name the run no more; where a run that has begun names it, cancel that one"
	}
	return at
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
