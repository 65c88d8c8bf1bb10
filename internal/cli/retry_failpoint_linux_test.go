//go:build failpoint

package cli

import (
	"fmt"
	"testing"

	"sendoff/internal/failpoint"
	"sendoff/internal/runstore"
)

// Death between the steps of a retry, and while it sends. Whoever goes on, by retry or by resume, the sandbox has one more message to everybody whose
// message failed, and none to anybody else. A resume has nothing to do where the retry had not started.
func TestCrashRetry(t *testing.T) {
	const rows = 60
	for _, point := range []failpoint.Point{
		failpoint.DirMade, failpoint.LedgerLinked, failpoint.FileRenamed, failpoint.SnapshotFrozen, failpoint.Planned, failpoint.StartRecorded,
		failpoint.RetryMarked, failpoint.LedgerMarked, failpoint.IntentDurable, failpoint.AnswerRead, failpoint.ResultRecorded, failpoint.SendingEnded,
		failpoint.EndingOnRecord, failpoint.ReportWritten,
	} {
		for _, goOn := range []string{"retry", "resume"} {
			t.Run(fmt.Sprintf("%s %s", point, goOn), func(t *testing.T) {
				t.Parallel()
				for _, hit := range []int{1, 2, 20} {
					b := retryBench(t, rows)
					cmd := b.with("SENDOFF_FAILPOINT", fmt.Sprintf("%s:%d", point, hit)).command(b.retryArgs()...)
					out, _ := cmd.CombinedOutput()
					if !killed(cmd) {
						if hit == 1 {
							t.Fatalf("the point is never reached: exit %d\n%s", cmd.ProcessState.ExitCode(), out)
						}
						break // there are not so many
					}
					if goOn == "resume" {
						b.resumeRetry(t)
					}
					cmd = b.command(b.retryArgs()...)
					out, _ = cmd.CombinedOutput()
					if code := cmd.ProcessState.ExitCode(); code != exitOK && code != exitInput { // nobody is left
						t.Fatalf("hit %d: exit %d\n%s", hit, code, out)
					}
					b.checkRetries(t, rows)
				}
			})
		}
	}
}

// A retry that died before it had marked its people, and was cancelled: they failed before, and the next retry sends to them, once.
func TestCrashCancelledRetry(t *testing.T) {
	const rows = 20
	for _, point := range []failpoint.Point{failpoint.StartRecorded, failpoint.RetryMarked} {
		b := retryBench(t, rows)
		cmd := b.with("SENDOFF_FAILPOINT", string(point)+":1").command(b.retryArgs()...)
		if out, _ := cmd.CombinedOutput(); !killed(cmd) {
			t.Fatalf("%s is never reached:\n%s", point, out)
		}
		dirs, err := runstore.RetryDirs(b.runDir())
		if err != nil || len(dirs) != 1 {
			t.Fatalf("%s: %v, %v", point, dirs, err)
		}
		for _, args := range [][]string{{"cancel", "--yes", dirs[0]}, b.retryArgs()} {
			if out, err := b.command(args...).CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", point, err, out)
			}
		}
		b.checkMessages(t, rows)
	}
}

// resumeRetry resumes what was started of retries.
func (b *bench) resumeRetry(t *testing.T) {
	t.Helper()
	dirs, err := runstore.RetryDirs(b.runDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		m, err := runstore.Glance(dir)
		if err != nil {
			t.Fatal(err)
		}
		wanted := exitOK
		if !wasStarted(m) {
			wanted = exitInput
		}
		cmd := b.command("resume", "--yes", "--quiet", "--settle", "500ms", dir)
		if out, _ := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != wanted {
			t.Fatalf("exit %d, want %d\n%s", cmd.ProcessState.ExitCode(), wanted, out)
		}
	}
}
