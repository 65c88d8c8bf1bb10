package suppress

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sendoff/campaign"
	"sendoff/internal/phone"
	"sendoff/internal/table"
)

// holdFor is how long the last good reading of a list stands in for one that cannot be read.
const holdFor = 60 * time.Second

// ErrLost is returned by [Set.Refresh] and [Set.RefreshOptOuts] once a list could not be read for a minute: the run must stop.
var ErrLost = errors.New("suppression list has been lost")

// Set is the suppression lists of a campaign, and the lists outside of which nobody may be written to.
type Set struct {
	numbers *phone.Reader
	own     []campaign.OwnColumn // of the audience
	lists   []*list
	above   []*list     // those that nobody names, there or not
	optOuts *optOutList // nil: the campaign does not name it
	sent    []Sent

	refreshing sync.Mutex // one at a time; guards list.loss
}

// list is a file and what was last read of it.
type list struct {
	spec    campaign.SuppressionList
	path    string
	only    bool                    // who is not on it must not be written to, and not who is
	folder  string                  // in which it was found, though nobody names it; empty: the campaign does
	current atomic.Pointer[reading] // nil as long as one that nobody names is not there
	loss    loss
}

// Sent is the people whom other runs have sent to, or may: a list that stays as it was read.
type Sent struct {
	Name string   // which runs, as somebody asked for them
	Runs []string // their keys
	Keys []uint64 // of the people's addresses ([campaign.Recipient.AppendKeys]), sorted
}

// Match is why somebody must not be written to.
type Match struct {
	Reason campaign.SkipReason // Suppressed, NotListed or AlreadySent
	List   int                 // which list, as in [Set.Lists]
	File   string              // the list as the campaign writes it; of runs their name; [SinchName]
	Line   int                 // the line that names the person; 0 where none does
}

// Load reads all lists that are files, relative to dir, the campaign's folder. The country is the one by which national numbers are read where a
// row has none of its own; own are the audience's columns of addresses on single channels. Outside of the lists at the paths of only nobody may be written to; they are read like the others, and
// come behind them.
//
// A list that is missing, broken, older than its MaxAge at now or names nobody, or a row of it that cannot be read, is an
// error, all of them together as [campaign.Problems]. The country may be [phone.ErrCountry].
func Load(dir string, specs []campaign.SuppressionList, country string, own []campaign.OwnColumn, now time.Time, only ...string) (*Set, error) {
	numbers, err := phone.New(country)
	if err != nil {
		return nil, fmt.Errorf("load suppression lists: %w", err)
	}
	s := &Set{numbers: numbers, own: own}
	var problems campaign.Problems
	for _, path := range only {
		specs = append(specs[:len(specs):len(specs)], campaign.SuppressionList{File: path})
	}
	for i, spec := range specs {
		if spec.File == "" {
			continue // of runs or of Sinch: see AddSent and AddOptOuts
		}
		l := &list{spec: spec, path: listPath(dir, spec.File), only: i >= len(specs)-len(only)}
		err := l.read(numbers, own)
		if err == nil {
			err = l.tooOld(now)
		}
		if !problems.Collect(err) {
			return nil, fmt.Errorf("load suppression lists: %w", err)
		}
		s.lists = append(s.lists, l)
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return s, nil
}

// listPath is where a list is that a campaign in dir names.
func listPath(dir, file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(dir, file)
}

// AddSent adds the people of other runs. It belongs before the first Match.
func (s *Set) AddSent(lists []Sent) { s.sent = append(s.sent, lists...) }

// WithoutSent returns the set without the people of other runs: whom lists keep out, and nobody else. It must not be refreshed while s is.
func (s *Set) WithoutSent() *Set {
	return &Set{numbers: s.numbers, own: s.own, lists: s.lists, above: s.above, optOuts: s.optOuts}
}

// readTries is how often a list is read that changes while it is read: somebody who opts out can be added to any list at any time, also while a campaign starts.
const readTries = 5

// read makes what the file now holds the current reading.
func (l *list) read(numbers *phone.Reader, own []campaign.OwnColumn) error {
	r, err := l.readAll(numbers, own)
	for tries := 1; errors.Is(err, table.ErrChanged) && tries < readTries; tries++ {
		r, err = l.readAll(numbers, own)
	}
	if err != nil {
		return err
	}
	l.current.Store(r)
	return nil
}

func (l *list) tooOld(now time.Time) error {
	stale := table.Stale(l.current.Load().info.ModTime, now, l.spec.MaxAge, "its max_age")
	if stale == "" {
		return nil
	}
	return campaign.Problems{{File: l.path, Message: stale, Hint: "the export that writes this suppression list may have failed"}}
}

// Match reports whether one of the lists keeps a person out, by any of their addresses or by the customer's own id for them, which may be
// empty. Outside of a list of those who may be written to is whoever has an address that is not on it. Files are asked first, then those that nobody names,
// then Sinch's list, then other runs. It is safe for concurrent use, also with Refresh.
func (s *Set) Match(r *campaign.Recipient, id string) (Match, bool) {
	var room [4]uint64
	keys, id := r.AppendKeys(room[:0]), strings.TrimSpace(id)
	for i, l := range s.lists {
		current := l.current.Load()
		if l.only {
			if !current.all(keys, id) {
				return Match{Reason: campaign.NotListed, List: i, File: l.spec.File}, true
			}
		} else if line, found := current.line(keys, id); found {
			return Match{Reason: campaign.Suppressed, List: i, File: l.spec.File, Line: line}, true
		}
	}
	behind := len(s.lists)
	for _, l := range s.above {
		current := l.current.Load()
		if current == nil {
			continue
		}
		if line, found := current.line(keys, id); found {
			return Match{Reason: campaign.Suppressed, List: behind, File: l.spec.File, Line: line}, true
		}
		behind++
	}
	if s.optOuts != nil {
		if s.optOuts.current.Load().has(r) {
			return Match{Reason: campaign.Suppressed, List: behind, File: SinchName}, true
		}
		behind++
	}
	for i, l := range s.sent {
		for _, key := range keys {
			if _, found := slices.BinarySearch(l.Keys, key); found {
				return Match{Reason: campaign.AlreadySent, List: behind + i, File: l.Name}, true
			}
		}
	}
	return Match{}, false
}

// line returns the line that names a person.
func (r *reading) line(keys []uint64, id string) (int, bool) {
	for _, key := range keys {
		if line, found := r.people.line(key); found {
			return line, true
		}
	}
	if id == "" {
		return 0, false
	}
	return r.ids.line(id)
}

// all reports whether a person is named by their id, or by every address that they have.
func (r *reading) all(keys []uint64, id string) bool {
	if _, named := r.ids.line(id); named { // no list names the empty id
		return true
	}
	for _, key := range keys {
		if _, named := r.people.line(key); !named {
			return false
		}
	}
	return len(keys) > 0
}

// Lists returns what was last read of each file, in the campaign's order, behind them those that it does not name, the nearest first; then what was
// added: Sinch's list, and people of other runs.
func (s *Set) Lists() []ListInfo {
	infos := make([]ListInfo, 0, len(s.lists)+len(s.above)+1+len(s.sent))
	for _, l := range slices.Concat(s.lists, s.above) {
		if current := l.current.Load(); current != nil {
			infos = append(infos, current.info)
		}
	}
	if s.optOuts != nil {
		infos = append(infos, s.optOuts.current.Load().info())
	}
	for _, l := range s.sent {
		infos = append(infos, ListInfo{Runs: l.Name, Keys: l.Runs, Entries: len(l.Keys)})
	}
	return infos
}

// Refresh looks at the files, also at those that nobody names and that were not there, and reads those again whose size or time has changed. A list's age is not asked again:
// what it held at the start still holds.
//
// A file that has vanished, or that cannot be used as [Load] wants it, leaves its last good reading in force, and Refresh returns
// why. That is worth a warning until it has lasted a minute; from then on the error is an [ErrLost], and the run must stop.
func (s *Set) Refresh(now time.Time) error {
	s.refreshing.Lock()
	defer s.refreshing.Unlock()
	var errs []error
	for _, l := range slices.Concat(s.lists, s.above) {
		if err := l.refresh(s.numbers, s.own, now); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (l *list) refresh(numbers *phone.Reader, own []campaign.OwnColumn, now time.Time) error {
	return l.loss.judge(l.readIfChanged(numbers, own), now)
}

// loss is how long a list cannot be read.
type loss struct {
	since time.Time // zero while it can be
}

// judge says what it means that a list could, or could not, be read again at now: nothing, a warning, or an [ErrLost].
func (l *loss) judge(err error, now time.Time) error {
	if err == nil {
		l.since = time.Time{}
		return nil
	}
	if l.since.IsZero() {
		l.since = now
	}
	if now.Sub(l.since) >= holdFor {
		return fmt.Errorf("%w: %w", ErrLost, err)
	}
	return fmt.Errorf("read suppression list again: %w", err)
}

func (l *list) readIfChanged(numbers *phone.Reader, own []campaign.OwnColumn) error {
	if l.isAbsent() {
		return nil
	}
	file, err := os.Stat(l.path)
	if err != nil {
		return fmt.Errorf("look at suppression list: %w", err)
	}
	if last := l.current.Load(); last != nil && file.Size() == last.info.Size && file.ModTime().Equal(last.info.ModTime) {
		return nil
	}
	return l.read(numbers, own)
}
