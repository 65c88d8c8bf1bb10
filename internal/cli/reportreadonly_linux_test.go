package cli

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Of a run in a place where nobody may write there are the numbers, and a word about the lists.
func TestReportWhereNobodyMayWrite(t *testing.T) {
	b := newBench(t, 5)
	if out, err := b.command(b.runArgs()...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	dir := filepath.Join(mount(t, "none", "tmpfs", ""), "run")
	if err := os.CopyFS(dir, os.DirFS(b.runDir())); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("none", filepath.Dir(dir), "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Skipf("SKIPPED: it cannot be made read-only here: %v", err)
	}
	cmd := b.command("report", "--audit", "--xlsx", dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"5 accepted", "everything adds up", dir + " cannot be written to: these are the numbers, and the lists there, if any, are of an earlier time"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(string(out), "lists: ") {
		t.Errorf("it names lists:\n%s", out)
	}
	out, err = b.command("report", "--redact", "--json", dir).Output() // nothing is written, and yet an outsider may read it
	if err != nil || !strings.Contains(string(out), `"redacted": true`) || strings.Contains(string(out), "run_id\": \"0") {
		t.Errorf("for outsiders (%v):\n%s", err, out)
	}
}
