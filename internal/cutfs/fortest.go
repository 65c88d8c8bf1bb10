//go:build linux

package cutfs

import (
	"errors"
	"testing"
)

// ForTest serves an empty file system at dir until the test ends. Where that cannot be done it skips the test, and says so.
func ForTest(t testing.TB) (f *FS, dir string) {
	t.Helper()
	dir = t.TempDir()
	f, err := Mount(dir)
	if errors.Is(err, ErrUnavailable) {
		t.Skipf("SKIPPED: power cuts are not simulated here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f, dir
}
