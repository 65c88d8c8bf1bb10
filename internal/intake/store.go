package intake

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"sendoff/campaign"
	"sendoff/internal/callback"
	"sendoff/internal/prose"
	"sendoff/internal/receipts"
	"sendoff/internal/stops"
)

// Options say where what is taken in goes.
type Options struct {
	Dir   string      // at or below which the runs are
	Stops *stops.File // of the people who want no more messages
	Words stops.Words // by which they say so
	Once  bool        // for what may have been taken in before: receipts that are on file are not stored again, and runs that begin later are not looked for
}

// Counts are how much was taken in, and of what. They hold no personal data.
type Counts struct {
	Receipts int            `json:"receipts"`         // stored
	Known    int            `json:"known_already"`    // receipts that were on file
	Foreign  int            `json:"not_ours"`         // receipts of no run below the folder
	Aside    int            `json:"seeds_and_tests"`  // receipts of what went to seeds, and of tests
	OptOuts  int            `json:"opt_outs"`         // people who were put onto the file
	OutKnown int            `json:"opt_outs_already"` // opt-outs of people who were on it
	OptIns   int            `json:"opt_ins"`          // which shorten no file
	Texts    int            `json:"texts"`            // that people have written, and that are no stop word
	Nameless int            `json:"opt_outs_unnamed"` // opt-outs that name nobody
	Others   map[string]int `json:"others"`           // other callbacks, by what the API calls them
	Runs     map[string]int `json:"runs"`             // receipts that were stored, by the folder of the run
}

// Store takes in callbacks. Its methods may be called by many goroutines.
type Store struct {
	o      Options
	folder folder

	mu     sync.Mutex
	counts Counts
}

// New finds the runs, and returns a Store for them, which the caller closes. The error says what below the folder cannot be read; the Store is good all the
// same, for the runs elsewhere.
func New(o Options) (*Store, error) {
	s := &Store{
		o: o, folder: folder{dir: o.Dir, once: o.Once, runs: map[receipts.RunID][]*run{}, missing: map[receipts.RunID]time.Time{}, looked: time.Now()},
		counts: Counts{Others: map[string]int{}, Runs: map[string]int{}},
	}
	return s, s.folder.read()
}

// Close lets the runs' logs go. Nothing may be taken in any more.
func (s *Store) Close() error {
	var errs []error
	for _, r := range s.folder.all() {
		errs = append(errs, r.close())
	}
	return errors.Join(errs...)
}

// Runs returns how many runs are known.
func (s *Store) Runs() int {
	s.folder.mu.Lock()
	defer s.folder.mu.Unlock()
	return len(s.folder.runs)
}

// Counts returns how much was taken in so far.
func (s *Store) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.counts
	c.Others, c.Runs = cloned(c.Others), cloned(c.Runs)
	return c
}

func cloned(m map[string]int) map[string]int {
	c := make(map[string]int, len(m))
	for k, n := range m {
		c[k] = n
	}
	return c
}

// Take takes in what callbacks say, and returns when it is durable.
func (s *Store) Take(events ...callback.Event) error {
	now := time.Now()
	var runs []batch
	var c Counts
	var errs []error
	for i := range events {
		e := &events[i]
		var err error
		switch {
		case e.Kind == callback.Receipt && e.Label.Aside:
			c.Aside++
		case e.Kind == callback.Receipt:
			if !gather(&runs, e, now) {
				c.Foreign++
			}
		case e.Kind == callback.OptOut:
			err = s.optOut(e, "OPT_OUT", now, &c)
		case e.Kind == callback.Inbound && s.o.Words.Stop(e.Text):
			err = s.optOut(e, "stop word", now, &c)
		case e.Kind == callback.OptIn, e.Kind == callback.Inbound && s.o.Words.Start(e.Text):
			c.OptIns++
		case e.Kind == callback.Inbound:
			c.Texts++
		default:
			s.countOther(e.Key)
		}
		errs = append(errs, err)
	}
	for i := range runs {
		errs = append(errs, s.append(&runs[i], &c))
	}
	s.count(&c)
	return errors.Join(errs...)
}

// batch is what there is for one run.
type batch struct {
	id      receipts.RunID
	records []receipts.Record
}

// gather adds a receipt to the batch of its run. It returns false for a receipt with no label.
func gather(runs *[]batch, e *callback.Event, now time.Time) bool {
	id, err := ulid.ParseStrict(e.Label.Run)
	if err != nil {
		return false
	}
	i := slices.IndexFunc(*runs, func(b batch) bool { return b.id == id })
	if i < 0 {
		i = len(*runs)
		*runs = append(*runs, batch{id: id})
	}
	b := &(*runs)[i]
	b.records = append(b.records, record(e, now))
	return true
}

// noChannel is how a channel is stored that is not said, or that this version does not know.
const noChannel = 31

// record is what is stored of a receipt. One that says no time has that in its message id.
func record(e *callback.Event, now time.Time) receipts.Record {
	r := receipts.Record{
		Row: e.Label.Row, Status: e.Status, Reason: e.Reason, Channel: campaign.Channel(e.Channel).Index(), MessageID: e.MessageID, Time: e.Time, Heard: now,
	}
	if r.Channel < 0 {
		r.Channel = noChannel
	}
	if id, err := ulid.ParseStrict(e.MessageID); r.Time.IsZero() && err == nil {
		r.Time = ulid.Time(id.Time())
	} else if r.Time.IsZero() {
		r.Time = now
	}
	return r
}

// append stores what there is for a run, in each of its folders, which are looked for again where it is in none of those that are known.
func (s *Store) append(b *batch, c *Counts) error {
	found := s.folder.find(b.id)
	stored, isThere, err := s.appendIn(found, b)
	if err == nil && !isThere && len(found) > 0 {
		s.folder.gone(b.id)
		stored, isThere, err = s.appendIn(s.folder.find(b.id), b)
	}
	switch {
	case err != nil:
		return err
	case isThere:
		c.Receipts += stored
		c.Known += len(b.records) - stored
	default:
		c.Foreign += len(b.records)
	}
	return nil
}

// appendIn stores what there is for a run in some folders, and returns how much of it was new, and whether the run is in any of them.
func (s *Store) appendIn(found []*run, b *batch) (stored int, isThere bool, err error) {
	for _, r := range found {
		log, err := r.open(s.o.Once)
		if err != nil {
			return stored, isThere, err
		}
		if log == nil {
			continue
		}
		isThere = true
		fresh := r.fresh(b.records)
		if len(fresh) == 0 {
			continue
		}
		if err := log.Append(fresh...); err != nil {
			r.drop(log)
			return stored, isThere, err
		}
		stored = max(stored, len(fresh))
		s.mu.Lock()
		s.counts.Runs[r.dir] += len(fresh)
		s.mu.Unlock()
	}
	return stored, isThere, nil
}

// optOut puts somebody onto the file.
func (s *Store) optOut(e *callback.Event, why string, now time.Time, c *Counts) error {
	at := e.Time
	if at.IsZero() {
		at = now
	}
	added, err := s.o.Stops.Add(stops.Person{Channel: campaign.Channel(e.Channel), Identity: e.Identity, Time: at, Why: why})
	switch {
	case errors.Is(err, stops.ErrNobody):
		c.Nameless++
	case err != nil:
		return err
	case added:
		c.OptOuts++
	default:
		c.OutKnown++
	}
	return nil
}

func (s *Store) countOther(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts.Others[cmp.Or(key, "other")]++
}

func (s *Store) count(c *Counts) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts.Receipts += c.Receipts
	s.counts.Known += c.Known
	s.counts.Foreign += c.Foreign
	s.counts.Aside += c.Aside
	s.counts.OptOuts += c.OptOuts
	s.counts.OutKnown += c.OutKnown
	s.counts.OptIns += c.OptIns
	s.counts.Texts += c.Texts
	s.counts.Nameless += c.Nameless
}

// Words says the counts that are not 0: 12,040 receipts stored for 2 runs, 3 not ours.
func (c Counts) Words() string {
	parts := []string{prose.Counted(c.Receipts, "receipt", "receipts") + " stored"}
	if n := len(c.Runs); n > 0 {
		parts[0] += " for " + prose.Counted(n, "run", "runs")
	}
	add := func(n int, one, many string) {
		if n > 0 {
			parts = append(parts, prose.Counted(n, one, many))
		}
	}
	add(c.Known, "was stored before", "were stored before")
	add(c.Foreign, "not ours", "not ours")
	add(c.Aside, "of seeds and tests", "of seeds and tests")
	add(c.OptOuts, "person opted out", "people opted out")
	add(c.OutKnown, "opt-out of somebody who is on the list", "opt-outs of people who are on the list")
	add(c.Nameless, "opt-out that names nobody", "opt-outs that name nobody")
	add(c.OptIns, "opted in (the list is not shortened by itself)", "opted in (the list is not shortened by itself)")
	add(c.Texts, "text that is no stop word", "texts that are no stop word")
	others := 0
	for _, n := range c.Others {
		others += n
	}
	add(others, "other callback", "other callbacks")
	return strings.Join(parts, ", ")
}
