package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"sendoff/internal/ledger"
	"sendoff/internal/plan"
)

// What came through standard input can be opened again and again by this process, and by nobody else.
func TestSpool(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s := &session{Env: Env{Stdin: strings.NewReader("phone\n+447700900001\n"), Stderr: io.Discard}}
	for range 2 {
		if err := s.readStandardInput(t.Context()); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(s.stdin.path)
		if err != nil || string(text) != "phone\n+447700900001\n" {
			t.Errorf("%q, %v", text, err)
		}
	}
	info, err := s.stdin.file.Stat()
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "sendoff-stdin-*")); runtime.GOOS == "linux" && len(left) > 0 {
		t.Errorf("it has kept its name: %v", left)
	}
	s.stdin.close()
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "sendoff-stdin-*")); len(left) > 0 {
		t.Errorf("it is still there: %v", left)
	}
}

// Whoever waits for standard input can be stopped.
func TestSpoolStopped(t *testing.T) {
	read, write := io.Pipe()
	defer write.Close()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	s := &session{Env: Env{Stdin: read, Stderr: io.Discard}}
	if err := s.readStandardInput(ctx); !errors.Is(err, context.Canceled) || s.stdin != nil {
		t.Errorf("got %v", err)
	}
}

// A folder is nobody's audience: sendoff run --audience - < .
func TestSpoolFolder(t *testing.T) {
	folder, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	s := &session{Env: Env{Stdin: folder, Stderr: io.Discard}}
	if err := s.readStandardInput(t.Context()); exitCode(err) != exitInput || !strings.Contains(err.Error(), "that is a folder") || s.stdin != nil {
		t.Errorf("exit %d: %v", exitCode(err), err)
	}
}

// Ctrl-C while people still come leaves nothing that counts: the same command sends to those who come the next time.
func TestInterruptWhilePlanning(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signal can be sent to a process there")
	}
	b := newBench(t, 1)
	cmd := b.command("run", "--yes", "--audience", "-", b.dir)
	people, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd.Stderr = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(people, "phone,name\n+447700900001,Ann\n"); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { return fileExists(filepath.Join(b.runDir(), ledger.FileName)) })
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // its code is looked at
	if code := cmd.ProcessState.ExitCode(); code != exitUnfinished || !strings.Contains(out.String(), "nothing was sent now") {
		t.Errorf("exit %d\n%s", code, out.String())
	}
	cmd = b.command("run", "--yes", "--audience", "-", b.dir)
	cmd.Stdin = strings.NewReader(benchAudience(3))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if rep := b.checkBooks(t); rep.Accepted != 3 || rep.Rows != 3 {
		t.Errorf("%d of %d accepted", rep.Accepted, rep.Rows)
	}
}

func TestPlanningLine(t *testing.T) {
	for _, tc := range []struct {
		at   plan.Progress
		want string
	}{
		{plan.Progress{Stage: plan.ReadingRows, Rows: 1_204_000, Read: 43, Size: 100}, "planning: 1,204,000 rows, 43 % of the file"},
		{plan.Progress{Stage: plan.ReadingRows, Rows: 1}, "planning: 1 row"},
		{plan.Progress{Stage: plan.FindingDuplicates, Rows: 2, Read: 43, Size: 100}, "planning: 2 rows, looking for duplicates"},
	} {
		if got := planningLine(tc.at); got != tc.want {
			t.Errorf("%+v: %q, want %q", tc.at, got, tc.want)
		}
	}
}
