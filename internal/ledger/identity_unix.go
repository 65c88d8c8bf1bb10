//go:build unix

package ledger

import (
	"os"
	"syscall"
)

func fileNumbers(info os.FileInfo, _ string) (device, inode uint64, err error) {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(st.Dev), st.Ino, nil
	}
	return 0, 0, nil
}
