//go:build linux || darwin

package ledger

import (
	"os"
	"syscall"
)

// allocated returns how many bytes of the disk a file has, whatever its length.
func allocated(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return st.Blocks * 512 // stat(2): always units of 512
	}
	return info.Size()
}

// reserve sees to it that a file has size bytes of the disk, and leaves its length as it is: bbolt goes by that.
func reserve(path string, size int64) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	for {
		if err := preallocate(f, size); err != syscall.EINTR {
			return err
		}
	}
}
