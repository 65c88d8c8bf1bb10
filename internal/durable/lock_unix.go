//go:build unix

package durable

import (
	"errors"
	"os"
	"syscall"
)

// tryLock locks an open file, unless it is locked through another opening of it. A file system that knows no locks has nobody who waits for one.
func tryLock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK), errors.Is(err, syscall.EINTR):
		return false, nil
	case errors.Is(err, errors.ErrUnsupported):
		return true, nil
	}
	return err == nil, err
}
