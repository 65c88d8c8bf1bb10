//go:build unix

package cli

import (
	"bytes"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"sendoff/internal/sandbox"
)

// A sender that stands still for longer than its requests may take, as when the lid is closed: what it missed does not leave at once
// afterwards, and nobody is lost or written to twice.
func TestCrashSuspended(t *testing.T) {
	const rows, rate = 900, 300
	b := newBench(t, rows)
	cmd := b.command("run", "--yes", "--quiet", "--rate", "300", "--http-timeout", "500ms", b.dir)
	var out bytes.Buffer
	cmd.Stderr = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	signal := func(sig os.Signal) {
		if err := cmd.Process.Signal(sig); err != nil {
			t.Error(err)
		}
	}
	waitFor(t, func() bool { return b.server.AcceptedCount() > rows/3 })
	signal(syscall.SIGSTOP)
	time.Sleep(1500 * time.Millisecond) // this is the suspension, not a wait for something
	signal(syscall.SIGCONT)
	_ = cmd.Wait() // its code is looked at
	if code := cmd.ProcessState.ExitCode(); code != exitOK && code != exitDoubt {
		t.Errorf("exit %d\n%s", code, out.String())
	}
	if rep := b.checkBooks(t); rep.Accepted+rep.InDoubt != rows || rep.InDoubt > 64 {
		t.Errorf("%d accepted, %d in doubt", rep.Accepted, rep.InDoubt)
	}
	// Without a bound, the 450 of the time that was missed would come on top.
	if n := mostInASecond(b.accepted()); n > rate+rate/4 {
		t.Errorf("%d in one second, and %d are allowed", n, rate)
	}
}

func mostInASecond(all []sandbox.Message) int {
	most, from := 0, 0
	for i, m := range all {
		for m.AcceptedTime.Sub(all[from].AcceptedTime) > time.Second {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}

// shell is sendoff in a process of its own, prepared by a line of shell.
func (b *bench) shell(line string, args ...string) *exec.Cmd {
	cmd := exec.Command("sh", append([]string{"-c", line + ` && exec "$0" "$@"`, os.Args[0]}, args...)...)
	cmd.Env = b.env
	return cmd
}

// Started with nohup, a run outlives its terminal.
func TestCrashNohup(t *testing.T) {
	const rows = 600
	b := newBench(t, rows)
	cmd := b.shell(`trap "" HUP`, "run", "--yes", "--quiet", "--rate", "600", b.dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { return b.server.AcceptedCount() > 100 })
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("run: %v", err)
	}
	if rep := b.checkBooks(t); rep.Accepted != rows {
		t.Errorf("%d of %d accepted", rep.Accepted, rows)
	}
}
