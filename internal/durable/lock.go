package durable

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// lockEvery is how often a lock is asked for that somebody else has.
const lockEvery = 2 * time.Millisecond

// Lock returns when nobody else has f locked, and has it locked then, until it is closed or this process ends. It is an error where that takes longer than
// patience.
func Lock(f *os.File, patience time.Duration) error {
	for until := time.Now().Add(patience); ; time.Sleep(lockEvery) {
		isLocked, err := tryLock(f)
		switch {
		case err != nil:
			return fmt.Errorf("lock %s: %w", filepath.Base(f.Name()), err)
		case isLocked:
			return nil
		case time.Now().After(until):
			return fmt.Errorf("lock %s: another process has it locked", filepath.Base(f.Name()))
		}
	}
}
