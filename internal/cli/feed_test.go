package cli

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestFeedIsTheOneThatWasRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audience.csv")
	if !feedAt(path).same(path) {
		t.Error("a file that never was has changed")
	}
	writeFile(t, path, "phone\n")
	read := feedAt(path)
	if !read.same(path) {
		t.Error("it has changed by itself")
	}
	later := read.time.Add(time.Minute)
	if err := os.Chtimes(path, later, later); err != nil {
		t.Fatal(err)
	}
	if read.same(path) {
		t.Error("written again, and nobody noticed")
	}
	if read = feedAt(path); !read.same(path) {
		t.Error("read again, it is another one")
	}
	writeFile(t, path, "phone\n+447700900001\n")
	if err := os.Chtimes(path, later, later); err != nil {
		t.Fatal(err)
	}
	if read.same(path) {
		t.Error("it is longer, and nobody noticed")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if !read.same(path) {
		t.Error("what is gone was read whole")
	}
}
