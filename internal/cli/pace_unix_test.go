//go:build unix

package cli

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"

	"sendoff/internal/sandbox"
)

// A run that may send faster than the app hands on is interrupted: no more waits in the app's queue than may.
func TestQueueWhenInterrupted(t *testing.T) {
	const drain, ahead = 20, 30 // messages a second, seconds
	b := &bench{dir: t.TempDir(), server: sandbox.New(sandbox.Config{Drain: drain, RateLimit: -1, Keep: true})}
	b.serve(t)
	b.writeCampaign(t, 2000)
	run := b.command("run", "--yes", "--quiet", "--no-canary", "--rate", "2000", b.dir)
	var out bytes.Buffer
	run.Stderr = &out
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	// Half of what may wait is there as fast as it may go; the rest comes with later readings.
	longest := 0
	var full time.Time
	for began := time.Now(); time.Since(began) < 30*time.Second; time.Sleep(5 * time.Millisecond) {
		longest = max(longest, b.server.Queued())
		if full.IsZero() && b.server.AcceptedCount() >= drain*ahead/2 {
			full = time.Now()
		}
		if !full.IsZero() && time.Since(full) > 500*time.Millisecond {
			break
		}
	}
	if err := run.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := run.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitUnfinished {
		t.Errorf("run = %v, want exit %d\n%s", err, exitUnfinished, out.String())
	}
	if longest = max(longest, b.server.Queued()); longest > drain*ahead {
		t.Errorf("%d waited in the queue, want at most %d", longest, drain*ahead)
	}
	if n := b.server.AcceptedCount(); n < drain*ahead/2 {
		t.Errorf("%d were accepted, and there was room for %d", n, drain*ahead/2)
	}
}
