package receipts

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Whoever listens for a folder listens for the runs below it, as long as they say so.
func TestListening(t *testing.T) {
	folder, now := t.TempDir(), time.Now()
	run := filepath.Join(folder, "spring", "runs", "spring-2026")
	if _, found := Listening(run, now); found {
		t.Error("nobody listens, and somebody is found")
	}
	if err := Announce(folder, Presence{PID: 7, Host: "here", Addr: "127.0.0.1:8090", Time: now}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(folder, presenceName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	for _, tc := range []struct {
		dir   string
		after time.Duration
		want  bool
	}{
		{run, 0, true}, {folder, 0, true}, {run, 29 * time.Second, true}, {run, 31 * time.Second, false}, {filepath.Dir(folder), 0, false},
		{run, -time.Hour, false}, // somebody else's clock
	} {
		if p, found := Listening(tc.dir, now.Add(tc.after)); found != tc.want || found && p.PID != 7 {
			t.Errorf("Listening(%s) after %v = %+v, %v", tc.dir, tc.after, p, found)
		}
	}
	if err := Withdraw(folder, Presence{PID: 8, Host: "here"}); err != nil {
		t.Error(err)
	}
	if _, found := Listening(run, now); !found {
		t.Error("another listener has withdrawn, and nobody is found")
	}
	mine := Presence{PID: 7, Host: "here"}
	if err := Withdraw(folder, mine); err != nil {
		t.Error(err)
	}
	if _, found := Listening(run, now); found {
		t.Error("it has withdrawn, and is found")
	}
	if err := Withdraw(folder, mine); err != nil {
		t.Error(err)
	}
}
