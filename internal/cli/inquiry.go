package cli

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sendoff/campaign"
	"sendoff/internal/runstore"
	"sendoff/internal/story"
)

// inquiry is what people are asked about, and what runs say of them.
type inquiry struct {
	*session
	full       bool
	rehearsals bool // are looked at too
	places     []whyPlace
	known      map[string]bool // folders that are among these
	who        []*persons      // each asked about for itself
	line       int             // the first run's row that is meant; 0: the persons say who is

	answers   [][]story.Entry // by who
	unread    []error         // by who: why their number could not be read as a run reads numbers
	looked    int             // runs
	from, to  time.Time       // their days
	rehearsed int             // rehearsals that were left out
	erased    int             // rows whose people were
	unseen    []unseenRun
	code      int // the gravest of what kept runs from being looked at
}

// whyPlace is the folder of a run, or of what went to its seeds. One that was named is looked at whatever it is.
type whyPlace struct {
	dir   string
	named bool
}

// unseenRun is a run that could not be looked at.
type unseenRun struct {
	Dir    string `json:"dir"`
	Reason string `json:"reason"`
}

func newInquiry(s *session, full, rehearsals bool) *inquiry {
	return &inquiry{session: s, full: full, rehearsals: rehearsals, known: map[string]bool{}}
}

// rootOf returns the folder of the run that a retry, or what went to seeds, belongs to.
func rootOf(dir string) string {
	for dir = filepath.Clean(dir); ; dir = filepath.Dir(dir) {
		name := filepath.Base(dir)
		if !strings.HasPrefix(name, runstore.RetryPrefix) && name != runstore.SeedsFirst && name != runstore.SeedsLast {
			return dir
		}
		if !isRun(filepath.Dir(dir)) {
			return dir
		}
	}
}

// roots counts the runs that are no retries.
func (q *inquiry) roots() int {
	all := map[string]bool{}
	for _, p := range q.places {
		all[rootOf(p.dir)] = true
	}
	return len(all)
}

// look asks one run.
func (q *inquiry) look(ctx context.Context, p whyPlace) {
	run, closeRun, err := q.view(ctx, p.dir)
	if err == nil {
		defer closeRun()
		m := run.Meta()
		switch {
		case m.Sandbox && !q.rehearsals && !p.named:
			if m.Seeds == "" {
				q.rehearsed++
			}
			return
		case m.State == runstore.Planning: // it has sent to nobody
			return
		}
		err = q.lookInto(ctx, run)
	}
	if err == nil {
		return
	}
	reason, code := err.Error(), exitCode(err)
	var input *inputError
	if errors.As(err, &input) && len(input.hints) > 0 {
		reason += ": " + input.hints[0]
	}
	q.unseen = append(q.unseen, unseenRun{p.dir, reason})
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
		code = exitInput
	}
	q.code = graver(q.code, code)
}

// lookInto finds the people in an open run, and has it told what became of them.
func (q *inquiry) lookInto(ctx context.Context, run *runstore.Run) error {
	m := run.Meta()
	found, err := q.match(m, run.Dir)
	if err != nil {
		return err
	}
	rows, erased, err := story.Find(ctx, run, func(r *campaign.Recipient) bool { return found.whom(r) != nil })
	if err != nil {
		return err
	}
	q.erased += erased
	q.count(m)
	if len(rows) == 0 {
		return nil
	}
	kin, err := kinOf(ctx, run, rows)
	if err != nil {
		return err
	}
	teller, err := story.New(run, kin, story.Options{Full: q.full, Awaited: isAwaited(run), Now: q.Now()})
	if err != nil {
		return err
	}
	of := make([][]campaign.Recipient, len(q.who))
	for i := range rows {
		for _, who := range found.whom(&rows[i]) {
			of[who] = append(of[who], rows[i])
		}
	}
	for who, theirs := range of {
		entries, err := teller.Tell(theirs)
		if err != nil {
			return err
		}
		q.answers[who] = append(q.answers[who], entries...)
	}
	if found.line > 0 { // in the retries their line is another
		q.who[0].beside = rows[0].Identities()
	}
	return nil
}

// count counts a run that was looked at.
func (q *inquiry) count(m runstore.Meta) {
	if m.Seeds != "" {
		return
	}
	q.looked++
	day := story.Day(m)
	if q.from.IsZero() || day.Before(q.from) {
		q.from = day
	}
	if day.After(q.to) {
		q.to = day
	}
}

// kinOf returns some rows and all that have an address in common with one of them. There are such where a row was left out as the duplicate of another.
func kinOf(ctx context.Context, run *runstore.Run, rows []campaign.Recipient) ([]campaign.Recipient, error) {
	if m := run.Meta(); m.Eligible == m.Rows {
		return rows, nil
	}
	keys, known := map[uint64]bool{}, map[int]bool{}
	for i := range rows {
		known[rows[i].Row] = true
		for _, key := range rows[i].AppendKeys(nil) {
			keys[key] = true
		}
	}
	s := &sought{keys: keys}
	kin, _, err := story.Find(ctx, run, func(r *campaign.Recipient) bool { return known[r.Row] || s.has(r) })
	return kin, err
}

// matcher finds people in the rows of one run. It does not change.
type matcher struct {
	columns campaign.Columns
	line    int // the row that is meant; 0: those of the people
	keys    map[uint64][]int
	ids     map[string][]int
	sought  []*sought // nil where somebody's number cannot be read
}

// match returns the matcher of the run in dir. Where one person is asked about whose number cannot be read as the run reads numbers, that is an error.
func (q *inquiry) match(m runstore.Meta, dir string) (*matcher, error) {
	if q.answers == nil {
		q.answers, q.unread = make([][]story.Entry, len(q.who)), make([]error, len(q.who))
	}
	f := &matcher{columns: m.Columns, keys: map[uint64][]int{}, ids: map[string][]int{}, sought: make([]*sought, len(q.who))}
	if q.line > 0 && rootOf(dir) == filepath.Clean(dir) {
		f.line = q.line
		return f, nil
	}
	country := q.who[0].countryIn(m)
	for i, p := range q.who {
		s, err := p.soughtAs(country)
		if err != nil && len(q.who) == 1 {
			return nil, err
		} else if err != nil {
			q.unread[i] = err
			continue
		}
		for _, other := range p.beside {
			s.add(other)
		}
		f.sought[i] = s
		for key := range s.keys {
			f.keys[key] = append(f.keys[key], i)
		}
		for id := range p.ids {
			f.ids[id] = append(f.ids[id], i)
		}
	}
	return f, nil
}

// whom returns who of the people stands in a row, as indexes; nil: nobody does.
func (f *matcher) whom(r *campaign.Recipient) (all []int) {
	if f.line > 0 {
		if r.Line == f.line {
			all = []int{0}
		}
		return all
	}
	add := func(found []int) {
		for _, i := range found {
			if !slices.Contains(all, i) {
				all = append(all, i)
			}
		}
	}
	var room [4]uint64
	for _, key := range r.AppendKeys(room[:0]) {
		add(f.keys[key])
	}
	if len(f.ids) > 0 {
		add(f.ids[strings.TrimSpace(r.Field(f.columns.ID))])
	}
	if cells := unread(r, f.columns); len(cells) > 0 {
		for i, s := range f.sought {
			if s != nil && s.in(cells) {
				add([]int{i})
			}
		}
	}
	return all
}

// sort puts the newest runs first, retries behind the run that they are of, and what people got as seeds last.
func (q *inquiry) sort() {
	for _, entries := range q.answers {
		day := map[string]time.Time{}
		for _, e := range entries {
			if first, known := day[rootOf(e.Dir)]; !known || e.Day.Before(first) {
				day[rootOf(e.Dir)] = e.Day
			}
		}
		slices.SortStableFunc(entries, func(a, b story.Entry) int {
			rootA, rootB := rootOf(a.Dir), rootOf(b.Dir)
			return cmp.Or(
				cmp.Compare(a.Seeds, b.Seeds), day[rootB].Compare(day[rootA]), cmp.Compare(rootA, rootB),
				a.Day.Compare(b.Day), cmp.Compare(a.Dir, b.Dir),
			)
		})
	}
}

// found reports whether anybody was.
func (q *inquiry) found() bool {
	return slices.ContainsFunc(q.answers, func(entries []story.Entry) bool { return len(entries) > 0 })
}

// result is the command's: an error where nobody was found, and not everywhere could be looked.
func (q *inquiry) result() error {
	if q.code == exitOK || q.found() {
		return nil
	}
	return &outcomeError{code: q.code, reason: "some runs were not looked at", said: true}
}
