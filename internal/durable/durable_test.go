package durable

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

func TestWriteFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.json")
	write := func(text string, err error) error {
		return WriteFile(path, func(w io.Writer) error {
			_, _ = io.WriteString(w, text) // kept in a buffer
			return err
		})
	}
	if err := write("old", nil); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	if err := write("half of the n", broken); !errors.Is(err, broken) {
		t.Errorf("WriteFile = %v, want %v", err, broken)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "old" {
		t.Errorf("after a failure the file holds %q, %v", b, err)
	}
	if err := write("new", nil); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "new" {
		t.Errorf("the file holds %q, %v", b, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// Of several that write at once each leaves a whole file, and the last one's stands; one that fails leaves nothing behind.
func TestWriteShared(t *testing.T) {
	path := filepath.Join(t.TempDir(), "copy.bin")
	written := make(chan error)
	var inside sync.WaitGroup
	inside.Add(2)
	for _, text := range []string{"aaaa", "bbbb"} {
		go func() {
			written <- WriteShared(path, func(w io.Writer) error {
				inside.Done()
				inside.Wait() // both have begun
				_, err := io.WriteString(w, text)
				return err
			})
		}()
	}
	if err := errors.Join(<-written, <-written); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "aaaa" && string(b) != "bbbb" {
		t.Errorf("the file holds %q, %v", b, err)
	}
	broken := errors.New("broken")
	if err := WriteShared(path, func(io.Writer) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("WriteShared = %v, want %v", err, broken)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}
