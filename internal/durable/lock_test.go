package durable

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A file is locked through one opening of it at a time, also within a process, and by nobody once that is closed.
func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list")
	openIt := func() *os.File {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() }) // a second time it does no harm
		return f
	}
	one, other := openIt(), openIt()
	if err := Lock(one, 0); err != nil {
		t.Fatal(err)
	}
	if err := Lock(other, 20*time.Millisecond); err == nil {
		t.Error("it is locked twice")
	}
	locked := make(chan error)
	go func() { locked <- Lock(other, time.Minute) }()
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-locked; err != nil {
		t.Errorf("once the other one is closed: %v", err)
	}
}
