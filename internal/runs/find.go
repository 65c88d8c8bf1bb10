// Package runs finds runs below a folder.
package runs

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sendoff/internal/ledger"
)

// Find returns the folders of all runs at or below dir, sorted. It follows no links and looks into no hidden folder.
func Find(dir string) ([]string, error) {
	var found []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case !d.IsDir() && d.Name() == ledger.FileName:
			found = append(found, filepath.Join(dir, filepath.Dir(filepath.FromSlash(path))))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find runs: %w", err)
	}
	slices.Sort(found)
	return found, nil
}
