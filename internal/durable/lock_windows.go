package durable

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// tryLock locks an open file, unless it is locked through another opening of it. What is locked lies behind whatever a file holds: others may read that.
func tryLock(f *os.File) (bool, error) {
	behind := windows.Overlapped{OffsetHigh: 1 << 30}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &behind)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}
