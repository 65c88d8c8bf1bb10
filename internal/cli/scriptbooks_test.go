package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sendoff/internal/books"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
	"sendoff/internal/sandbox"
)

// checkBooks holds every run below a folder that has started and can be opened against the sandbox. Left out are
//
//   - rehearsals, which have a sandbox of their own;
//   - a ledger that says itself that it has forgotten something: it sends nothing until that is mended;
//   - of the folders of one run, all but the one that sent last: a copy that stayed behind knows less, and is refused if it is used.
func (a *api) checkBooks(folder string) error {
	if a.server == nil {
		return nil
	}
	latest, err := latestFolders(folder)
	if err != nil {
		return err
	}
	var problems []error
	for _, f := range latest {
		problems = append(problems, f.check(a.server.Accepted()))
	}
	return errors.Join(problems...)
}

// runFolder is where a run has sent.
type runFolder struct {
	dir       string
	lastStart time.Time
	epochs    map[string]bool // of every start that any folder of the run has logged
}

// latestFolders finds the folder that sent last for every run below a folder, by run id.
func latestFolders(folder string) (map[string]*runFolder, error) {
	latest := map[string]*runFolder{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != ledger.FileName {
			return err
		}
		dir := filepath.Dir(path)
		m, ok := startedRun(dir)
		if !ok {
			return nil
		}
		f := latest[m.RunID]
		if f == nil {
			f = &runFolder{epochs: map[string]bool{}}
			latest[m.RunID] = f
		}
		if at := m.Starts[len(m.Starts)-1].Time; at.After(f.lastStart) {
			f.dir, f.lastStart = dir, at
		}
		if m.Seeds != "" { // the log is that of the run that it lies in
			dir = filepath.Dir(dir)
		}
		return f.addEpochs(dir)
	})
	return latest, err
}

// startedRun returns what the run in dir knows of itself, or false where its books are not checked.
func startedRun(dir string) (runstore.Meta, bool) {
	run, err := runstore.View(dir)
	if err != nil {
		return runstore.Meta{}, false // damaged on purpose
	}
	defer run.Close()
	m := run.Meta()
	return m, !m.Sandbox && len(m.Starts) > 0 && run.Ledger.Suspect() == nil
}

// addEpochs reads which starts a run's log knows of. A ledger that was put back has forgotten its latest ones, and one that was adopted has
// never had those of the other copy.
func (f *runFolder) addEpochs(dir string) error {
	log, err := os.ReadFile(filepath.Join(dir, runstore.LogName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // killed before it had a log, so it has sent nothing
	}
	if err != nil {
		return err
	}
	for lines := bufio.NewScanner(bytes.NewReader(log)); lines.Scan(); {
		var line struct{ Epoch string }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		if line.Epoch != "" {
			f.epochs[line.Epoch] = true
		}
	}
	return nil
}

// check holds a run against what the sandbox has taken.
func (f *runFolder) check(taken []sandbox.Message) error {
	run, err := runstore.View(f.dir)
	if err != nil {
		return err
	}
	defer run.Close()
	if _, err := books.Check(run, f.asLastStart(taken, run.Meta())); err != nil {
		return fmt.Errorf("%s: %w", f.dir, err)
	}
	return nil
}

// asLastStart returns messages as if those of starts that only a log knows of were of the last start: books go by the starts in the ledger.
func (f *runFolder) asLastStart(taken []sandbox.Message, m runstore.Meta) []sandbox.Message {
	known := map[string]bool{}
	for _, s := range m.Starts {
		known[s.Epoch] = true
	}
	last := m.Starts[len(m.Starts)-1].Epoch
	var forgotten []string
	for epoch := range f.epochs {
		if !known[epoch] {
			forgotten = append(forgotten, epoch, last)
		}
	}
	if forgotten == nil {
		return taken
	}
	replace := strings.NewReplacer(forgotten...)
	all := make([]sandbox.Message, len(taken))
	for i, message := range taken {
		message.Request = json.RawMessage(replace.Replace(string(message.Request)))
		all[i] = message
	}
	return all
}
