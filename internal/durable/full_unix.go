//go:build unix

package durable

import "syscall"

// full are the errors of a disk that takes no more: no space, no quota, and a file beyond the size that this process may write.
func full() []error { return []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} }
