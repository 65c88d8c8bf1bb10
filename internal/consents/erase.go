package consents

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sendoff/internal/durable"
)

// Erase removes the copies in folders called runs at or below dir, with what a process that died has left of one, and returns those folders. Of
// before that is not zero, younger ones stay. It follows no symbolic links but dir itself, and looks into no hidden folder.
func Erase(dir, runs string, before time.Time) (folders []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	whole, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	var errs []error
	erased := false
	for _, e := range entries {
		name, path := e.Name(), filepath.Join(dir, e.Name())
		switch {
		case e.IsDir() && !strings.HasPrefix(name, "."):
			below, err := Erase(path, runs, before)
			folders, errs = append(folders, below...), append(errs, missing(err))
		case e.Type().IsRegular() && filepath.Base(whole) == runs && strings.HasPrefix(name, prefix) && strings.Contains(name, suffix):
			info, err := e.Info()
			if err == nil && !before.IsZero() && info.ModTime().After(before) {
				continue
			}
			err = missing(errors.Join(err, os.Remove(path)))
			erased, errs = erased || err == nil, append(errs, err)
		}
	}
	if erased {
		folders, errs = append(folders, dir), append(errs, durable.SyncDir(dir))
	}
	return folders, errors.Join(errs...)
}

// missing returns err unless it says that something is not there: it may have gone meanwhile.
func missing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
