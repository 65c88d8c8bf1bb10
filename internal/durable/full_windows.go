package durable

import "syscall"

// full are ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL and ERROR_DISK_QUOTA_EXCEEDED.
func full() []error { return []error{syscall.Errno(112), syscall.Errno(39), syscall.Errno(1295)} }
