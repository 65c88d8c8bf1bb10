package runs

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

func TestFind(t *testing.T) {
	dir := t.TempDir()
	for _, file := range []string{
		"b/runs/one/ledger.db", "b/runs/one/retry-1/ledger.db", "b/runs/one/retry-1/retry-1/ledger.db", "b/runs/one/other/ledger.db", "b/runs/one-b/ledger.db",
		"b/runs/sandbox/one/ledger.db", "a/ledger.db", "c/.trash/runs/one/ledger.db", "d/witness", "e/ledger.db/x", "f/notes.txt",
	} {
		path := filepath.Join(dir, filepath.FromSlash(file))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if runtime.GOOS != "windows" { // where links need a privilege
		if err := os.Symlink(filepath.Join(dir, "a"), filepath.Join(dir, "f", "link")); err != nil {
			t.Fatal(err)
		}
	}
	found, err := Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range found {
		rel, err := filepath.Rel(dir, found[i])
		if err != nil {
			t.Fatal(err)
		}
		found[i] = filepath.ToSlash(rel)
	}
	want := []string{"a", "b/runs/one", "b/runs/one-b", "b/runs/one/retry-1", "b/runs/one/retry-1/retry-1", "b/runs/sandbox/one", "d"}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("Find (-want +got):\n%s", diff)
	}
	if _, err := Find(filepath.Join(dir, "nothing")); !os.IsNotExist(err) {
		t.Errorf("Find of nothing: %v", err)
	}
}

func TestList(t *testing.T) {
	dir := t.TempDir()
	stopped := newRun(t, filepath.Join(dir, "a-stopped"), "Stopped", false, 1, 6)
	stopped.send(0, testTime, ledger.Accepted, 0)
	stopped.send(1, testTime, ledger.Rejected, 0)
	stopped.send(2, testTime, ledger.Begun, 0)
	stopped.send(3, testTime, ledger.Released, 0)
	stopped.end(runstore.Stopped)

	held := newRun(t, filepath.Join(dir, "b-held"), "Held", true, 1, 4)
	if err := os.WriteFile(held.Path(runstore.StatusName), []byte(`{"state": "running", "accepted": 2, "not_sent": 1, "in_doubt": 1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "c-broken"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "c-broken", ledger.FileName), []byte("not a ledger"), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := List(dir)
	if err != nil || len(all) != 3 {
		t.Fatalf("%d runs: %v", len(all), err)
	}
	if !strings.Contains(all[2].Error, "damaged") {
		t.Errorf("the broken run: %q", all[2].Error)
	}
	all[2].Error = ""
	if all[0].Meta.Key != "Stopped" || all[1].Meta.Key != "Held" {
		t.Errorf("what else is known is of %q and %q", all[0].Meta.Key, all[1].Meta.Key)
	}
	for i := range all {
		all[i].Meta = runstore.Meta{}
	}
	want := []Summary{
		{Dir: stopped.Dir, Key: "Stopped", Campaign: "test", State: runstore.Stopped, Created: testTime, Started: testTime.Add(time.Minute),
			Eligible: 6, Accepted: 1, Rejected: 1, NotSent: 3, InDoubt: 1},
		{Dir: held.Dir, Key: "Held", Campaign: "test", Sandbox: true, State: Sending, Created: testTime, Eligible: 4, Accepted: 2, NotSent: 1, InDoubt: 1},
		{Dir: filepath.Join(dir, "c-broken"), Key: "c-broken"},
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("List (-want +got):\n%s", diff)
	}
}

func TestUnfinished(t *testing.T) {
	dir := t.TempDir()
	for _, key := range []string{"own", "one", "over", "rehearsal"} {
		r := newRun(t, filepath.Join(dir, key), key, key == "rehearsal", 1, 2)
		r.send(0, testTime, ledger.Accepted, 0)
		r.end(map[bool]runstore.State{true: runstore.Cancelled, false: runstore.Stopped}[key == "over"])
	}
	if err := newRun(t, filepath.Join(dir, "planned"), "planned", false, 1, 2).Close(); err != nil {
		t.Fatal(err)
	}
	newRun(t, filepath.Join(dir, "held"), "held", false, 1, 2)
	for run, state := range map[string]runstore.State{"own": runstore.Stopped, "over": runstore.Stopped, "one": runstore.Finished} {
		r := newRun(t, filepath.Join(dir, run, "retry-1"), run+"/retry-1", false, 1, 2)
		r.send(0, testTime, ledger.Accepted, 0)
		r.end(state)
	}
	all := Unfinished(dir, "test", "own")
	if len(all) != 3 || all[0].Key != "one" || all[0].NotSent != 1 || all[1].Key != "over/retry-1" || all[2].Key != "own/retry-1" {
		t.Errorf("Unfinished: %+v", all)
	}
	if others := Unfinished(dir, "another campaign", "own"); len(others) != 0 {
		t.Errorf("of another campaign: %+v", others)
	}
}
