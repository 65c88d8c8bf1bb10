package runs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sendoff/campaign"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

// Scope says where the runs are that a run can name, and which one it is itself: the campaign's, those of the campaigns in the folders beside
// it, and those beside the run. A real run looks at real runs only, a rehearsal at either. None sees itself, nor a copy of itself, a run within
// its folder, or the one that it lies in.
type Scope struct {
	Campaign string        // the campaign's folder
	RunDir   string        // the run's own folder where it is not below the campaign's; else empty
	Self     []string      // the run's own folder, and that of its rehearsal, whether or not they exist
	RunID    string        // its own; empty: it has none
	Sandbox  bool          // it is a rehearsal
	Audience string        // the run whose people are the audience, as the campaign names it; empty: they are of a file
	Wait     time.Duration // for another process to say who a run's people are, or to let go of it
	// Ask has the process that holds the run in dir say who its people are, as [Each] does; nil: nobody is asked. After an error they were not all.
	Ask func(ctx context.Context, dir string, yield func(keys []uint64) error) error
}

// candidate is a run within a scope.
type candidate struct {
	dir  string
	meta runstore.Meta // of one that cannot be opened, as far as it is known
	kin  bool          // it is not another run
}

func (c *candidate) name() string {
	if c.meta.Key != "" {
		return c.meta.Key
	}
	return filepath.Base(c.dir)
}

// is reports whether a name or pattern means the run: by its key, or by the name of its folder.
func (c *candidate) is(name string) bool {
	for _, own := range []string{c.meta.Key, filepath.Base(c.dir)} {
		if own == name && own != "" {
			return true
		}
		// Not for one name alone: a key can have a "[" in it.
		if matched, err := path.Match(name, own); !campaign.NamesOneRun(name) && err == nil && matched {
			return true
		}
	}
	return false
}

// choose returns the runs that a name, a pattern or a folder means. Where a name means none, the error is [campaign.Problems] at that place.
func (s Scope) choose(name string, at campaign.Problem) ([]candidate, error) {
	all, err := s.candidates(name)
	if err != nil {
		return nil, err
	}
	var chosen []candidate
	var known []string
	itself, rehearsed := false, false
	for _, c := range all {
		isMeant := c.is(name) || len(all) == 1 && all[0].dir == s.folder(name)
		switch {
		case c.kin:
			itself = itself || isMeant
		case c.meta.Sandbox && !s.Sandbox:
			rehearsed = rehearsed || isMeant
		case isMeant:
			chosen = append(chosen, c)
		default:
			known = append(known, c.name())
		}
	}
	if len(chosen) > 0 || !campaign.NamesOneRun(name) {
		return chosen, nil
	}
	of, _, isRetry := runstore.CutRetryKey(name)
	switch near := campaign.Nearest(name, known); {
	case isRetry && slices.Contains(known, of):
		at.Message, at.Hint = fmt.Sprintf("%q is a retry, which is not named by itself", name), fmt.Sprintf("%q means that run with all its retries", of)
	case itself:
		at.Message, at.Hint = fmt.Sprintf("%q is this run itself", name), "another --run-key makes it another run"
	case rehearsed:
		at.Message = fmt.Sprintf("%q is a rehearsal: it has sent to nobody", name)
	case near != "":
		at.Message, at.Hint = fmt.Sprintf("there is no run %q", name), fmt.Sprintf("did you mean %q?", near)
	default:
		at.Message, at.Hint = fmt.Sprintf("there is no run %q", name), "runs are looked for in the folder runs of this campaign and of those beside it; any other is named by its folder"
	}
	return nil, campaign.Problems{at}
}

// folder returns the folder that a name is, if it is one.
func (s Scope) folder(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(s.Campaign, name)
}

// candidates returns the run whose folder is named, alone, or else all runs within the scope.
func (s Scope) candidates(name string) ([]candidate, error) {
	self, ids := s.self()
	var all []candidate
	seen := map[string]bool{}
	add := func(dir string) {
		actual := realPath(dir)
		if seen[actual] {
			return
		}
		seen[actual] = true
		c := candidate{dir: dir, meta: peek(dir)}
		c.kin = slices.ContainsFunc(self, func(own string) bool { return isRetry(own, actual) || isRetry(actual, own) })
		if !c.kin { // its own is held, by this process
			if run, err := runstore.View(dir); err == nil {
				c.meta = run.Meta()
				_ = run.Close() // it was only read
			} else if filepath.Base(filepath.Dir(dir)) == runstore.SandboxFolder {
				c.meta.Sandbox = true // it may be held before it has said so
			}
			c.kin = slices.Contains(ids, c.meta.RunID)
		}
		all = append(all, c)
	}
	if dir := s.folder(name); isRun(dir) {
		add(dir)
		return all, nil
	}
	folders, err := s.folders()
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, e := range entries {
			if dir := filepath.Join(folder, e.Name()); isRun(dir) { // or a link to one, on another disk perhaps
				add(dir)
			}
		}
	}
	return all, err
}

// self returns the folders of the run itself and the ids by which copies of it are known.
func (s Scope) self() (dirs, ids []string) {
	ids = []string{s.RunID}
	for _, dir := range s.Self {
		dirs = append(dirs, realPath(dir))
		ids = append(ids, peek(dir).RunID)
	}
	return dirs, slices.DeleteFunc(ids, func(id string) bool { return id == "" })
}

// folders returns where runs of this campaign and of those beside it are. Somebody else's folder that cannot be looked into is none of them.
func (s Scope) folders() ([]string, error) {
	parent := filepath.Join(s.Campaign, "..")
	beside, err := os.ReadDir(parent)
	if err != nil && !errors.Is(err, fs.ErrPermission) {
		return nil, err
	}
	all := []string{filepath.Join(s.Campaign, runstore.RunsFolder)}
	for _, e := range beside {
		dir := filepath.Join(parent, e.Name(), runstore.RunsFolder)
		if _, err := os.ReadDir(dir); err == nil {
			all = append(all, dir)
		}
	}
	if s.Sandbox {
		for _, dir := range all {
			all = append(all, filepath.Join(dir, runstore.SandboxFolder))
		}
	}
	if s.RunDir != "" {
		all = append(all, filepath.Dir(filepath.Clean(s.RunDir)))
	}
	return all, nil
}

// realPath returns an absolute path without symbolic links, also for what does not exist.
func realPath(p string) string {
	if abs, err := filepath.Abs(p); err == nil {
		p = abs
	}
	if actual, err := filepath.EvalSymlinks(p); err == nil {
		return actual
	}
	if parent := filepath.Dir(p); parent != p {
		return filepath.Join(realPath(parent), filepath.Base(p))
	}
	return p
}

// isRetry reports whether path is the folder of a run, or one of a retry within it.
func isRetry(path, run string) bool {
	for ; strings.HasPrefix(filepath.Base(path), runstore.RetryPrefix) && len(path) > len(run); path = filepath.Dir(path) {
	}
	return path == run
}

// view opens a run for reading. While another process holds it, it calls ask, and returns no run and no error once that is true. Where neither
// comes to pass in time, the error is a [*HeldError].
func (s Scope) view(ctx context.Context, c candidate, ask func() bool) (*runstore.Run, error) {
	for deadline := time.Now().Add(s.Wait); ; {
		run, err := runstore.View(c.dir) // it waits a while itself
		switch {
		case err == nil:
			return run, nil
		case !errors.Is(err, ledger.ErrLocked):
			return nil, fmt.Errorf("the people of run %s cannot be read: %w", c.name(), err)
		case ask():
			return nil, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case time.Now().After(deadline):
			return nil, &HeldError{Key: c.name(), Dir: c.dir, Holder: holder(c.dir)}
		}
	}
}

// holder says who holds a run, as far as that is known.
func holder(dir string) string {
	c, err := runstore.Holder(dir)
	if err != nil {
		return "another process"
	}
	return c.String()
}
