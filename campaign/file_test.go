package campaign

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// good are files that use everything the format has, and the samples.
func good() []string {
	return []string{"testdata/ok/*.yaml", "testdata/ok/*.json", "../samples/*/campaign.yaml"}
}

// TestOK loads good files without as much as a warning.
func TestOK(t *testing.T) {
	for _, path := range glob(t, good()...) {
		t.Run(strings.TrimPrefix(path, "testdata/ok/"), func(t *testing.T) {
			c, err := Load(path)
			if err != nil {
				t.Fatal(err)
			}
			isShort := func(p Problem) bool { return p.Hint == translationHint && strings.HasSuffix(path, "everything.yaml") } // on purpose
			if warnings := slices.DeleteFunc(c.Warnings, isShort); len(warnings) > 0 {
				t.Errorf("warnings:\n%v", warnings)
			}
		})
	}
}

// TestErr compares the problems of broken files with those beside them, a line each.
func TestErr(t *testing.T) {
	for _, path := range glob(t, "testdata/err/*.yaml") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			got := problemLines(t, path)
			wantPath := strings.TrimSuffix(path, ".yaml") + ".want"
			if *update {
				if err := os.WriteFile(wantPath, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(wantPath)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func problemLines(t *testing.T, path string) string {
	t.Helper()
	c, err := Load(path)
	var problems Problems
	if err == nil {
		problems = c.Warnings
	} else if !errors.As(err, &problems) {
		t.Fatalf("Load(%s): %v, want problems", path, err)
	}
	if len(problems) == 0 {
		t.Fatalf("Load(%s) found nothing wrong", path)
	}
	var b strings.Builder
	for _, p := range problems {
		p.File = filepath.Base(p.File)
		b.WriteString(p.Error())
		if p.Hint != "" {
			b.WriteString(" | " + p.Hint)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func glob(t testing.TB, patterns ...string) []string {
	t.Helper()
	var paths []string
	for _, pattern := range patterns {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("no files match %s (%v)", pattern, err)
		}
		paths = append(paths, found...)
	}
	return paths
}
