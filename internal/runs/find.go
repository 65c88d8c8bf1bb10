package runs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

// Find returns the folders of all runs at or below dir, rehearsals included, sorted. It follows no symbolic links but dir itself, and looks
// into no hidden folder, nor into that of a run but for its retries. A folder whose ledger is gone and whose witness is not is still
// that of a run.
//
// Where a folder cannot be read the error says so, and the runs elsewhere are returned all the same.
func Find(dir string) ([]string, error) {
	found, err := find(dir)
	slices.Sort(found)
	return found, err
}

func find(dir string) (found []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	isRun := slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return (e.Name() == ledger.FileName || e.Name() == ledger.WitnessName) && !e.IsDir()
	})
	if isRun {
		found = append(found, dir)
	}
	var errs []error
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") || isRun && !strings.HasPrefix(e.Name(), runstore.RetryPrefix) {
			continue
		}
		below, err := find(filepath.Join(dir, e.Name()))
		found = append(found, below...)
		if !errors.Is(err, fs.ErrNotExist) { // it may have gone meanwhile
			errs = append(errs, err)
		}
	}
	return found, errors.Join(errs...)
}
