package runstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"sendoff/campaign"
	"sendoff/internal/durable"
	"sendoff/internal/failpoint"
	"sendoff/internal/ledger"
)

const schema = 1

// ErrOtherRun says that the directory belongs to a run of another campaign, or with another key.
var ErrOtherRun = errors.New("this folder belongs to another run")

// Run is a run that this process holds.
type Run struct {
	Dir    string
	Ledger *ledger.Ledger

	mu       sync.Mutex
	meta     Meta
	verified os.FileInfo // the snapshot whose digest was found right
	readOnly bool
	live     bool
	control  Control // what this process has said of itself
}

// Options say which run to hold. The one in the directory must be of this campaign, with this key.
type Options struct {
	Key      string // as written
	Campaign string
	Sandbox  bool
	Seeds    string // of which part of another run's seeds it is; see [SeedsFirst]
	Retry    *Retry // of which run it is one; nil: of none
	Adopt    bool   // a copied directory becomes the run itself
	Now      time.Time
	Day      time.Time // when the run is begun, by the clock that says which day it is; zero: Now
}

// Acquire holds the run in dir until [Run.Close], and makes it where there is none. Beside this package's errors it returns those of
// [ledger.Open]; ledger.ErrLocked comes with who holds the run, as far as that is known.
func Acquire(dir string, o Options) (*Run, error) {
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	failpoint.Hit(failpoint.DirMade)
	if !exists(dir, ledger.FileName) {
		if exists(dir, ledger.WitnessName) {
			return nil, fmt.Errorf("%w: %s is gone from %s, and a run has been there", ledger.ErrRolledBack, ledger.FileName, dir)
		}
		if err := create(dir, o); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err // fs.ErrExist: somebody was first, and the lock will tell us apart
		}
	}
	r, err := open(dir, ledger.Options{Adopt: o.Adopt})
	if err != nil {
		return nil, err
	}
	if r.meta.Seeds != o.Seeds {
		return nil, errors.Join(fmt.Errorf("%w: %s is what goes to the seeds of the run that it lies in", ErrOtherRun, dir), r.Close())
	}
	if r.meta.Key != o.Key || r.meta.Campaign != o.Campaign {
		err := fmt.Errorf("%w: %s is of campaign %q with run key %q, not of %q with %q", ErrOtherRun, dir, r.meta.Campaign, r.meta.Key, o.Campaign, o.Key)
		return nil, errors.Join(err, r.Close())
	}
	if of := r.meta.Retry; o.Retry != nil && (of == nil || of.Of != o.Retry.Of) {
		return nil, errors.Join(fmt.Errorf("%w: %s is no retry of the run that it lies in", ErrOtherRun, dir), r.Close())
	}
	return r, r.hold(o.Now)
}

func exists(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}

func create(dir string, o Options) error {
	day := o.Day
	if day.IsZero() {
		day = o.Now
	}
	id := ulid.MustNew(ulid.Timestamp(o.Now), ulid.DefaultEntropy())
	meta, err := json.Marshal(stored{Meta: Meta{
		Schema: schema, RunID: id.String(), Key: o.Key, Campaign: o.Campaign, Sandbox: o.Sandbox, Seeds: o.Seeds, Retry: o.Retry, State: Planning, Created: day,
	}})
	if err != nil {
		return fmt.Errorf("create run: %w", err)
	}
	return ledger.Create(dir, id, meta, o.Now)
}

// Reconcile holds the run in dir, whichever campaign it is of, even where its ledger has forgotten what it begun: [ledger.Ledger.Suspect] says so.
func Reconcile(dir string, adopt bool, now time.Time) (*Run, error) {
	r, err := open(dir, ledger.Options{Reconcile: true, Adopt: adopt})
	if err != nil {
		return nil, err
	}
	return r, r.hold(now)
}

// Glance returns what is known of the run in dir without holding it. While another process holds it, and where its ledger has a format of
// another version, that is what its run.json says.
func Glance(dir string) (Meta, error) {
	r, err := View(dir)
	if errors.Is(err, ledger.ErrLocked) || errors.Is(err, ledger.ErrFormat) {
		b, err := os.ReadFile(filepath.Join(dir, RunName))
		if err != nil {
			return Meta{}, fmt.Errorf("look at run: %w", err)
		}
		var m Meta
		if err := json.Unmarshal(b, &m); err != nil {
			return Meta{}, fmt.Errorf("look at run: %w", err)
		}
		return m, nil
	}
	if err != nil {
		return Meta{}, err
	}
	return r.Meta(), r.Close()
}

// Resume holds the run that is in dir, whichever campaign it is of. It makes none. The errors are those of [Acquire].
func Resume(dir string, adopt bool, now time.Time) (*Run, error) {
	r, err := open(dir, ledger.Options{Adopt: adopt})
	if err != nil {
		return nil, err
	}
	return r, r.hold(now)
}

// Amend holds the run that is in dir for a moment, so that somebody can put on record what others have found out about it. It says nobody who does, and does not
// go on with anything. The errors are those of [Acquire].
func Amend(dir string) (*Run, error) { return open(dir, ledger.Options{}) }

// hold says who holds the run, and finishes what a process that died was erasing. Where that fails the run is let go.
func (r *Run) hold(now time.Time) error {
	_ = os.Remove(r.Path(StatusName)) // what an earlier start said of itself; where it stays, its time tells
	if err := errors.Join(r.writeControl(now), r.finishErasing()); err != nil {
		return errors.Join(err, r.Close())
	}
	return nil
}

// ViewCopy opens the run in dir, which another process holds, for reading, with the ledger at path, which that process has made by
// [ledger.Ledger.CopyTo]. What it says was so when the copy was made.
func ViewCopy(dir, path string) (*Run, error) {
	l, err := ledger.OpenCopy(path)
	if err != nil {
		return nil, err
	}
	r := &Run{Dir: dir, Ledger: l, readOnly: true, live: true}
	if err := r.load(); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return r, nil
}

// Live reports whether another process held the run when it was opened, by [ViewCopy].
func (r *Run) Live() bool { return r.live }

// ReadOnly reports whether the run was opened for reading alone.
func (r *Run) ReadOnly() bool { return r.readOnly }

// View opens the run in dir for reading. While another process sends it returns ledger.ErrLocked. A copied directory can be viewed.
func View(dir string) (*Run, error) { return open(dir, ledger.Options{ReadOnly: true}) }

func open(dir string, o ledger.Options) (*Run, error) {
	l, err := ledger.Open(dir, o)
	if errors.Is(err, ledger.ErrLocked) {
		return nil, fmt.Errorf("%w%s", ledger.ErrLocked, holder(dir))
	}
	if err != nil {
		return nil, err
	}
	r := &Run{Dir: dir, Ledger: l, readOnly: o.ReadOnly}
	if err := r.load(); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return r, nil
}

func (r *Run) load() error {
	b, err := r.Ledger.Run()
	if err != nil {
		return fmt.Errorf("read run: %w", err)
	}
	var s stored
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("read run: %w: %w", ledger.ErrDamaged, err)
	}
	if s.Schema != schema {
		return fmt.Errorf("read run: %w: schema %d", ledger.ErrFormat, s.Schema)
	}
	r.meta = s.meta()
	if suspect := r.Ledger.Suspect(); r.readOnly && suspect != nil {
		r.meta.State, r.meta.Reason = NeedsReconcile, suspect.Error()
	} else if r.readOnly && !r.live && r.meta.State == Running {
		r.meta.State, r.meta.Reason = Stopped, "its process ended without a word: killed, or the machine went down"
	}
	return nil
}

// Meta returns a copy of what is known about the run.
func (r *Run) Meta() Meta {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.meta
}

// Update changes what is known about the run, durably, and rewrites run.json.
func (r *Run) Update(change func(*Meta)) error {
	return r.update(change, r.Ledger.SetRun)
}

// update changes what is known about the run by way of put, which makes the document durable.
func (r *Run) update(change func(*Meta), put func(run []byte) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	next := r.meta
	change(&next)
	b, err := json.Marshal(newStored(next))
	if err != nil {
		return fmt.Errorf("update run: %w", err)
	}
	if err := put(b); err != nil {
		return fmt.Errorf("update run: %w", err)
	}
	r.meta = next
	_ = r.WriteJSON(RunName, next) // it is for people who look; the ledger is what counts, also on a full disk
	return nil
}

// Observe puts on record how Sinch keeps messages, durably before it returns, and returns the number by which intents refer to it.
func (r *Run) Observe(s Storage) (int, error) {
	if seen := r.Meta().Storage; len(seen) > 0 && seen[len(seen)-1].same(s) {
		return len(seen) - 1, nil
	}
	err := r.Update(func(m *Meta) { m.Storage = append(slices.Clone(m.Storage), s) })
	return len(r.Meta().Storage) - 1, err
}

// Storage returns the number of what was last observed.
func (r *Run) Storage() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return max(len(r.meta.Storage)-1, 0)
}

// Begun reports whether anything was ever begun, so that the plan binds.
func (r *Run) Begun() bool { return r.Ledger.StartedAtOpen() }

// Path returns the path of one of the run's files.
func (r *Run) Path(name string) string { return filepath.Join(r.Dir, name) }

// WriteJSON replaces one of the run's derived files.
func (r *Run) WriteJSON(name string, v any) error {
	return durable.WriteFile(r.Path(name), func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(v)
	})
}

// WriteFrozen writes the campaign as it is frozen, for people.
func (r *Run) WriteFrozen(sources []campaign.Source) error {
	return durable.WriteFile(r.Path(FrozenName), func(w io.Writer) error {
		for i, s := range sources {
			if i > 0 {
				if _, err := fmt.Fprintf(w, "\n# %s\n", s.Name); err != nil {
					return err
				}
			}
			if _, err := w.Write(s.Data); err != nil {
				return err
			}
		}
		return nil
	})
}

// Close lets the run go.
func (r *Run) Close() error {
	if !r.readOnly {
		_ = os.Remove(r.Path(ControlName)) // who reads a stale one tries the lock
	}
	return r.Ledger.Close()
}

// Remove lets a run go and erases it. It is for runs that reached nobody.
func (r *Run) Remove() error {
	return errors.Join(r.Close(), Erase(r.Dir))
}

// Erase removes the files of a run that nobody holds, and of its retries, those alone: the directory may be somebody's own, with other things in it.
func Erase(dir string) error {
	if err := errors.Join(eraseRetries(dir), eraseSeeds(dir)); err != nil {
		return err
	}
	results := []string{ReportName, PageName, JUnitName, RowsName}
	var names []string
	if m, err := Glance(dir); err == nil {
		results = append(results, PageFileName(m.Key))
		names = append(names, PageFileName(m.Key))
	}
	for _, name := range results {
		names = append(names, filepath.Join(RedactedFolder, name))
	}
	names = append(names, files[:]...)
	for _, name := range names {
		for _, path := range []string{filepath.Join(dir, name), filepath.Join(dir, name) + ".tmp"} {
			if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("erase run: %w", err)
			}
		}
	}
	_ = os.Remove(filepath.Join(dir, RedactedFolder)) // it stays where somebody has put something beside them
	return nil
}
