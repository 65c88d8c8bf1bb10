package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// MakeDir makes a directory and those above it that are missing, with mode 0700, so that a power cut does not take them away again with
// everything in them: each is synced into the one that holds it.
func MakeDir(path string) error {
	path = filepath.Clean(path)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		// Who made it may have died before this. Of a directory that we may not read nothing better can be had.
		_ = SyncDir(filepath.Dir(path))
		return nil
	}
	if parent := filepath.Dir(path); parent != path {
		if err := MakeDir(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return SyncDir(filepath.Dir(path))
}
