package runs

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestFind(t *testing.T) {
	top := t.TempDir()
	for _, folder := range []string{"b/runs/two", "b/runs/sandbox/two", "a", "b/.hidden/one", "b/empty"} {
		if err := os.MkdirAll(filepath.Join(top, folder), 0o700); err != nil {
			t.Fatal(err)
		}
		if filepath.Base(folder) == "empty" {
			continue
		}
		if err := os.WriteFile(filepath.Join(top, folder, "ledger.db"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for dir, want := range map[string][]string{".": {"a", "b/runs/sandbox/two", "b/runs/two"}, "a": {"a"}, "b/empty": nil} {
		got, err := Find(filepath.Join(top, dir))
		for i := range got {
			got[i], _ = filepath.Rel(top, got[i])
			got[i] = filepath.ToSlash(got[i])
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("Find(%s) = %q, %v, want %q", dir, got, err, want)
		}
	}
	if _, err := Find(filepath.Join(top, "nosuch")); err == nil {
		t.Error("a folder that is not there has no runs, and no error")
	}
}
