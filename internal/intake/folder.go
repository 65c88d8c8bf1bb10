package intake

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"sendoff/internal/receipts"
	"sendoff/internal/runs"
	"sendoff/internal/runstore"
)

const (
	// lookAgain is how long after a look for runs the next one comes at the soonest.
	lookAgain = time.Second
	// missingFor is how long a run that a look has not found counts as not being there. Its folder may be put there later.
	missingFor = time.Minute
	// mostMissing is how many such runs are remembered.
	mostMissing = 10_000
)

// folder has the runs at or below a directory.
type folder struct {
	dir  string
	once bool // receipts that are on file already are not taken again

	mu      sync.Mutex
	runs    map[receipts.RunID][]*run
	missing map[receipts.RunID]time.Time // when the look began that has not found them
	looked  time.Time                    // when the last look began
	looking chan struct{}                // closed when the one that is under way is over; nil: none is
}

// run is the log of a run in one of its folders.
type run struct {
	dir string
	id  receipts.RunID

	mu  sync.Mutex
	log *receipts.Log // nil: it is not open
	set *receipts.Set // what is on file; nil: it does not matter
}

// find returns the run with an id, in every folder that has it; nil for none. A run says its id before its first message leaves, so a look that begins after
// somebody has asked finds it, if it is here; that may take a second. What may have been taken in before is of runs that were there at the start.
func (f *folder) find(id receipts.RunID) []*run {
	asked := time.Now()
	for {
		f.mu.Lock()
		found := f.runs[id]
		if missing, known := f.missing[id]; len(found) > 0 || f.once || known && time.Since(missing) < missingFor {
			f.mu.Unlock()
			return found
		}
		if f.looked.After(asked) {
			if len(f.missing) >= mostMissing {
				clear(f.missing)
			}
			f.missing[id] = f.looked
			f.mu.Unlock()
			return nil
		}
		if f.looking == nil {
			f.looking = make(chan struct{})
			go f.look(time.Until(f.looked.Add(lookAgain)))
		}
		looking := f.looking
		f.mu.Unlock()
		<-looking
	}
}

// look looks for runs after a while.
func (f *folder) look(after time.Duration) {
	time.Sleep(after)
	began := time.Now()
	_ = f.read() // what cannot be read is not there
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looked = began
	close(f.looking)
	f.looking = nil
}

// gone forgets the folders of a run in which it is not any more: what comes next for it has them looked for anew, since they may have been renamed.
func (f *folder) gone(id receipts.RunID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.runs, id)
}

// read takes over the runs that are there. Those whose log is open stay known, wherever their folder is now.
func (f *folder) read() error {
	all, err := runs.IDs(f.dir)
	f.mu.Lock()
	defer f.mu.Unlock()
	for text, dirs := range all {
		id, err := ulid.ParseStrict(text)
		if err != nil {
			continue
		}
		for _, dir := range dirs {
			f.add(id, dir)
		}
	}
	return err
}

// add adds a folder of a run, unless it is known.
func (f *folder) add(id receipts.RunID, dir string) {
	for _, r := range f.runs[id] {
		if r.dir == dir {
			return
		}
	}
	f.runs[id] = append(f.runs[id], &run{dir: dir, id: id})
}

// all returns every run that is known.
func (f *folder) all() []*run {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []*run
	for _, folders := range f.runs {
		all = append(all, folders...)
	}
	return all
}

// open returns the log of the run, open; nil where the run is not there any more, or another one is in its place: that makes nothing of it anew.
func (r *run) open(once bool) (*receipts.Log, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.log != nil {
		return r.log, nil
	}
	if here, err := runs.IDs(r.dir); !slices.Contains(here[r.id.String()], r.dir) {
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("open receipts: %w", err)
		}
		return nil, nil
	}
	path := filepath.Join(r.dir, runstore.ReceiptsName)
	if once {
		set, err := receipts.ReadSet(path, r.id)
		if err != nil {
			return nil, err
		}
		r.set = set
	}
	log, err := receipts.OpenLog(path, r.id)
	if err != nil {
		return nil, err
	}
	r.log = log
	return log, nil
}

// fresh returns those of the records that are not on file, where that matters.
func (r *run) fresh(records []receipts.Record) []receipts.Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.set == nil {
		return records
	}
	var fresh []receipts.Record
	for _, record := range records {
		if r.set.Add(record) {
			fresh = append(fresh, record)
		}
	}
	return fresh
}

// drop lets a log go that has failed; the next call opens another.
func (r *run) drop(log *receipts.Log) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.log == log {
		_ = log.Close() // it has failed before
		r.log, r.set = nil, nil
	}
}

// close lets the log go.
func (r *run) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.log == nil {
		return nil
	}
	log := r.log
	r.log = nil
	return log.Close()
}
