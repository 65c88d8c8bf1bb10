package runstore

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/ledger"
)

func TestRetryPlaces(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := Options{Key: "Spring 1", Campaign: "test", Now: time.Now()}
	path, err := Path(dir, o.Key, false)
	if err != nil {
		t.Fatal(err)
	}
	first, err := Acquire(path, o)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	for _, number := range []int{10, 9} {
		run, err := first.AcquireRetry(number, Options{Now: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		defer run.Close()
		m := run.Meta()
		if named, err := Path(dir, m.Key, false); err != nil || named != run.Dir || m.Retry.Of != first.Meta().RunID {
			t.Errorf("%s is in %s, and its key leads to %s, %v", m.Key, run.Dir, named, err)
		}
		if of, n, ok := RetryOf(run.Dir); of != path || n != number || !ok {
			t.Errorf("%s is retry %d of %s", run.Dir, n, of)
		}
		if got := CampaignDir(run.Dir); got != dir {
			t.Errorf("the campaign of %s is in %q", run.Dir, got)
		}
	}
	dirs, err := RetryDirs(path)
	if diff := cmp.Diff([]string{filepath.Join(path, "retry-9"), filepath.Join(path, "retry-10")}, dirs); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for _, key := range []string{"retry-1", "/retry-1", "a/retry-01", "a/retry-0", "a/retry-x", "a-retry-1"} {
		if of, _, ok := CutRetryKey(key); ok {
			t.Errorf("%s is a retry of %q", key, of)
		}
	}
	if _, _, ok := RetryOf(path); ok {
		t.Errorf("%s is a retry", path)
	}
}

// What is erased with a run are its retries, and nothing else that lies there.
func TestEraseWithRetries(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "run")
	first, err := Acquire(dir, Options{Key: "k", Campaign: "test", Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	run, err := first.AcquireRetry(1, Options{Now: time.Now()})
	if err == nil {
		err = errors.Join(run.WriteOrigins(nil), run.Close(), os.Mkdir(filepath.Join(dir, "retry-2"), 0o700), first.Remove())
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(run.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", run.Dir, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "retry-2")); err != nil {
		t.Error(err)
	}
}

func TestOrigins(t *testing.T) {
	t.Parallel()
	run, err := Acquire(t.TempDir(), Options{Key: "k", Campaign: "test", Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	want := []Origin{{0, 7}, {255, 1<<32 - 1}, {3, 70_000}}
	err = errors.Join(run.FreezeList(make([]campaign.Recipient, len(want)), func(*Meta) {}), run.WriteOrigins(want))
	if err != nil {
		t.Fatal(err)
	}
	got, err := run.Origins()
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Fatalf("%v (-want +got):\n%s", err, diff)
	}
	b, err := os.ReadFile(run.Path(OriginsName))
	if err != nil {
		t.Fatal(err)
	}
	b[4]++
	for _, damaged := range [][]byte{b, b[:len(b)-5], nil} {
		if err := os.WriteFile(run.Path(OriginsName), damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := run.Origins(); !errors.Is(err, ledger.ErrDamaged) {
			t.Errorf("%d bytes: %v", len(damaged), err)
		}
	}
}
