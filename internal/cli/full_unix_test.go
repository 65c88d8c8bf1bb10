//go:build unix

package cli

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
)

// A disk that is full before a run has a folder is said with the way on.
func TestNoRoomToBegin(t *testing.T) {
	err := explainAcquire(fmt.Errorf("create ledger: %w", syscall.ENOSPC), "runs/spring")
	var input *inputError
	if !errors.As(err, &input) || len(input.hints) != 1 || !strings.Contains(input.hints[0], "--run-dir") || exitCode(err) != exitInput {
		t.Errorf("got %v (exit %d), want a hint that names --run-dir and exit 2", err, exitCode(err))
	}
}

// A file that may not grow any more stands for a full disk, where no room can be reserved: the run stops with nothing damaged, says what to do,
// and the same command finishes. Those whose answer could not be recorded are in doubt.
func TestCrashFileSizeLimit(t *testing.T) {
	const rows = 5000
	b := newBench(t, rows)
	cmd := b.shell(`ulimit -f 200`, b.runArgs()...)
	out, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != exitBrake || !strings.Contains(string(out), "free space in "+b.runDir()) {
		t.Errorf("exit %d, want 5\n%s", code, out)
	}
	if rep := b.checkBooks(t); rep.Accepted == 0 || rep.NotSent == 0 || rep.InDoubt > 64 {
		t.Errorf("%d accepted, %d in doubt, %d not sent", rep.Accepted, rep.InDoubt, rep.NotSent)
	}
	b.finish(t)
	if rep := b.checkBooks(t); rep.Accepted+rep.InDoubt != rows || rep.InDoubt > 64 {
		t.Errorf("in the end %d accepted, %d in doubt", rep.Accepted, rep.InDoubt)
	}
}
