//go:build unix

package cli

import (
	"os/signal"
	"syscall"
)

// ignoreFileSizeLimit makes a file that may not grow any more (setrlimit(2), RLIMIT_FSIZE) an error of the one who writes.
func ignoreFileSizeLimit() { signal.Ignore(syscall.SIGXFSZ) }
