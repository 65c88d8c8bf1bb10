package ledger

import (
	"os"

	"golang.org/x/sys/unix"
)

// preallocate asks for what is missing behind the blocks that the file has (fcntl(2), F_PEOFPOSMODE).
func preallocate(f *os.File, size int64) error {
	return unix.FcntlFstore(f.Fd(), unix.F_PREALLOCATE, &unix.Fstore_t{
		Flags: unix.F_ALLOCATEALL, Posmode: unix.F_PEOFPOSMODE, Length: size - allocated(f.Name()),
	})
}
