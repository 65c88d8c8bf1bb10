// Package durable writes files that are whole after a power cut: the new content or the old one, never a part.
package durable

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"sendoff/internal/failpoint"
)

// WriteFile replaces the file at path by what write writes. The steps: a temporary file beside it, write, fsync, rename,
// fsync of the directory. If we die before the rename the old file stands, and a temporary one is left, which the next
// WriteFile of the same path overwrites; so one writer a path at a time. The file gets mode 0600.
// Errors of write are returned as they are.
func WriteFile(path string, write func(w io.Writer) error) error {
	f, err := os.OpenFile(path+".tmp", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return replace(path, f, write)
}

// WriteShared is WriteFile for a path that several processes may write at once: the last one's file stands. The temporary file of one that dies is
// left for good; its name begins with that of the file.
func WriteShared(path string, write func(w io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp") // mode 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return replace(path, f, write)
}

// replace fills the new file f, and gives it the place of the one at path.
func replace(path string, f *os.File, write func(w io.Writer) error) (err error) {
	temp := f.Name()
	defer func() {
		if err != nil {
			_ = os.Remove(temp) // what went wrong before is what the caller needs to know
		}
	}()
	w := bufio.NewWriterSize(f, 64<<10)
	if err := write(w); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(w.Flush(), Sync(f), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	failpoint.Hit(failpoint.FileWritten)
	if err := os.Rename(temp, path); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	failpoint.Hit(failpoint.FileRenamed)
	return SyncDir(filepath.Dir(path))
}

// Sync makes what was written to f durable. A failure is final: the next call may succeed without the data.
func Sync(f *os.File) error {
	if failpoint.Broken(failpoint.NoSync) {
		return nil
	}
	return f.Sync()
}
