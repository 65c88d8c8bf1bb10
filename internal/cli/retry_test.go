package cli

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"sendoff/internal/runstore"
)

func fails(t testing.TB, dir string, row uint32, code string) {
	t.Helper()
	if err := appendReceipts(dir, "FAILED", code, nil, row); err != nil {
		t.Fatal(err)
	}
}

// retryBench is a run that has sent to everybody, and of which every second message failed.
func retryBench(t testing.TB, rows int) *bench {
	t.Helper()
	b := stormBench(t, 1, rows)
	b.faults(t)
	if out, err := b.command(b.runArgs("--no-canary")...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for row := 0; row < rows; row += 2 {
		fails(t, b.runDir(), uint32(row), "CHANNEL_FAILURE")
	}
	return b
}

func (b *bench) retryArgs(more ...string) []string {
	return append([]string{"retry", "--yes", "--quiet", "--no-canary", "--rate", "4000", "--settle", "500ms", "--http-timeout", "1s", b.runDir()}, more...)
}

// checkRetries checks the books of a run and its retries, and that the sandbox has two messages to every second person, and one to everybody else.
func (b *bench) checkRetries(t testing.TB, rows int) {
	t.Helper()
	b.checkBooks(t)
	dirs, err := runstore.RetryDirs(b.runDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		of := *b
		of.folder = dir
		if rep := of.checkBooks(t); rep.Accepted != rep.Rows {
			t.Errorf("%s: %d of %d accepted", dir, rep.Accepted, rep.Rows)
		}
	}
	b.checkMessages(t, rows)
}

// checkMessages looks at the sandbox alone.
func (b *bench) checkMessages(t testing.TB, rows int) {
	t.Helper()
	sent, number := map[string]int{}, regexp.MustCompile(`4477009\d{5}`)
	for _, m := range b.accepted() {
		sent[number.FindString(string(m.Request))]++
	}
	for row := range rows {
		want := 1
		if row%2 == 0 {
			want = 2
		}
		if got := sent[fmt.Sprintf("4477009%05d", row)]; got != want {
			t.Errorf("row %d has %d messages, want %d", row, got, want)
		}
	}
}

// Two at once: one sends again, the other leaves with 11, or finds nobody left; a third one does. Nobody gets it a third time.
func TestCrashTwoRetries(t *testing.T) {
	const rows = 400
	b := retryBench(t, rows)
	var wg sync.WaitGroup
	codes, outputs := make([]int, 2), make([]string, 2)
	for p := range 2 {
		wg.Go(func() {
			cmd := b.command(append(b.retryArgs(), "--rate", "100")...)
			out, _ := cmd.CombinedOutput()
			codes[p], outputs[p] = cmd.ProcessState.ExitCode(), string(out)
		})
	}
	wg.Wait()
	if slices.Sort(codes); codes[0] != exitOK || codes[1] != exitHeld && codes[1] != exitInput {
		t.Fatalf("exit codes %v, want 0, and 11 or 2\n%s\n%s", codes, outputs[0], outputs[1])
	}
	again := b.command(b.retryArgs()...)
	if out, _ := again.CombinedOutput(); again.ProcessState.ExitCode() != exitInput {
		t.Errorf("once more: exit %d\n%s", again.ProcessState.ExitCode(), out)
	}
	b.checkRetries(t, rows)
}

// While a retry sends, its run answers: with how far the retry is, and with its people.
func TestCrashRunOfRetryAnswers(t *testing.T) {
	b := retryBench(t, 600)
	cmd := b.command("retry", "--yes", "--quiet", "--rate", "30", b.runDir())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool {
		out, err := b.command("status", b.runDir()).Output()
		return err == nil && strings.Contains(string(out), "crash/retry-1") && strings.Contains(string(out), "of 300 accepted")
	})
	out, _ := b.command("plan", b.dir, "--run-key", "other", "--except", "crash").CombinedOutput()
	if !strings.Contains(string(out), "600 already sent") {
		t.Errorf("another run leaves out its people:\n%s", out)
	}
	if out, err := b.command("stop", b.runDir()).CombinedOutput(); err != nil && !strings.Contains(string(out), "Stopping.") {
		t.Errorf("stop: %v\n%s", err, out)
	}
	if _ = cmd.Wait(); cmd.ProcessState.ExitCode() != exitUnfinished {
		t.Errorf("exit %d, want 7", cmd.ProcessState.ExitCode())
	}
	if out, err := b.command(b.retryArgs()...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	b.checkRetries(t, 600)
}
