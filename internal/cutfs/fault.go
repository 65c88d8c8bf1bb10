//go:build linux

package cutfs

import "syscall"

// fault is an error that is due at one of the next calls.
type fault struct {
	in  int // calls until then
	err syscall.Errno
}

// due counts one call, and returns the error once it is due: 0 before that.
func (f *fault) due() syscall.Errno {
	if f.in--; f.err == 0 || f.in > 0 {
		return 0
	}
	return f.err
}

// FailWrite makes the n-th write from now fail, and every one after it until [FS.Mend], as on a full disk. Allocations count as writes.
func (f *FS) FailWrite(n int, err syscall.Errno) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writeFault = fault{in: n, err: err}
}

// FailSync makes the n-th fsync or fdatasync from now fail, once. The data that it should have made durable never will be.
func (f *FS) FailSync(n int, err syscall.Errno) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.syncFault = fault{in: n, err: err}
}

// Mend takes back [FS.FailWrite] and [FS.FailSync].
func (f *FS) Mend() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writeFault, f.syncFault = fault{}, fault{}
}
