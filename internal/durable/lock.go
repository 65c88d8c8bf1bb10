package durable

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// ErrLocked is wrapped by the error for a file that somebody else keeps locked.
var ErrLocked = errors.New("another process has it locked")

// lockEvery is how often a lock is asked for that somebody else has.
const lockEvery = 2 * time.Millisecond

// Lock returns when nobody else has f locked, and has it locked then, until it is closed or this process ends. Where that takes longer than patience it
// returns an [ErrLocked].
func Lock(f *os.File, patience time.Duration) error {
	for until := time.Now().Add(patience); ; time.Sleep(lockEvery) {
		isLocked, err := tryLock(f)
		switch {
		case err != nil:
			return fmt.Errorf("lock %s: %w", filepath.Base(f.Name()), err)
		case isLocked:
			return nil
		case time.Now().After(until):
			return fmt.Errorf("lock %s: %w", filepath.Base(f.Name()), ErrLocked)
		}
	}
}
