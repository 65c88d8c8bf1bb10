package runs

import (
	"errors"
	"os"
	"path/filepath"

	"sendoff/internal/ledger"
)

// IDs returns the folders of the runs at or below dir by the runs' ids, of each copy of a run too. It reads what the runs have written for people to look at, so a
// run that is held is no obstacle; one that has no ledger any more is none. The error is that of [Find].
func IDs(dir string) (map[string][]string, error) {
	dirs, err := Find(dir)
	all := make(map[string][]string, len(dirs))
	for _, d := range dirs {
		_, statErr := os.Stat(filepath.Join(d, ledger.FileName))
		if id := peek(d).RunID; id != "" && !errors.Is(statErr, os.ErrNotExist) {
			all[id] = append(all[id], d)
		}
	}
	return all, err
}
