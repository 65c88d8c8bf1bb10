//go:build failpoint

package cli

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"sendoff/internal/failpoint"
	"sendoff/internal/runstore"
)

// forgotten are the rows whose people are forgotten in a run of 250: some accepted, some begun when their sender was killed, some not sent.
func forgotten() (rows []int) {
	for row := range 250 {
		if row >= 40 && row < 80 || row >= 200 && row < 210 {
			rows = append(rows, row)
		}
	}
	return rows
}

// Death at every point of forgetting, of a run whose sender was killed. Whether the run goes on next or forget is told again: nobody is lost, nobody
// gets it twice, whoever is on record as forgotten gets nothing any more, and in the end no file names them.
func TestCrashForget(t *testing.T) {
	for i, point := range failpoint.ForgetPoints() {
		for _, next := range []string{"run", "forget"} {
			t.Run(string(point)+" then "+next, func(t *testing.T) {
				t.Parallel()
				b, forget := forgetBench(t, uint64(i))
				cmd := b.with("SENDOFF_FAILPOINT", string(point)).command(forget...)
				if out, _ := cmd.CombinedOutput(); !killed(cmd) {
					t.Fatalf("the point is never reached: exit %d\n%s", cmd.ProcessState.ExitCode(), out)
				}
				recorded := point != failpoint.SnapshotRewritten
				if next == "run" {
					b.toEnd(t, b.stormArgs())
				}
				if out, err := b.command(forget...).CombinedOutput(); err != nil {
					t.Fatalf("forget: %v\n%s", err, out)
				}
				b.toEnd(t, b.stormArgs())
				rep := b.checkBooks(t) // also that nobody who was skipped got anything
				others := 250 - len(forgotten())
				if sum := rep.Accepted + rep.LeftInDoubt + rep.Skipped["forgotten"]; sum != 250 || rep.Accepted < others {
					t.Errorf("%d accepted, %d left in doubt, skipped %v", rep.Accepted, rep.LeftInDoubt, rep.Skipped)
				}
				if n := rep.Skipped["forgotten"]; (next == "forget" || recorded) && n < 10 {
					t.Errorf("%d were not sent to since they were forgotten, want 10 at least", n)
				}
				if out, err := b.command("report", b.runDir()).CombinedOutput(); err != nil {
					t.Fatalf("report: %v\n%s", err, out)
				}
				for _, row := range forgotten() {
					for _, text := range []string{fmt.Sprintf("77009%05d", row), fmt.Sprintf("Ann %d\n", row)} {
						if found, err := holders(b.runDir(), text); err != nil || len(found) > 0 {
							t.Fatalf("row %d is in %q, %v", row, found, err)
						}
					}
				}
			})
		}
	}
}

// forgetBench has a run whose sender was killed with requests under way, and returns the arguments that forget people of it.
func forgetBench(t *testing.T, seed uint64) (*bench, []string) {
	t.Helper()
	b := stormBench(t, seed, 250)
	b.faults(t)
	cmd := b.with("SENDOFF_FAILPOINT", string(failpoint.IntentDurable)+":60").command(b.stormArgs()...)
	if out, _ := cmd.CombinedOutput(); !killed(cmd) {
		t.Fatalf("the sender was not killed: %s", out)
	}
	var who strings.Builder
	for _, row := range forgotten() {
		fmt.Fprintf(&who, "+4477009%05d\n", row)
	}
	list := filepath.Join(b.dir, "who")
	writeFile(t, list, who.String())
	return b, []string{"forget", "--file", list, b.dir}
}

// Death while everybody's data is erased: it is gone as soon as anybody holds the run again.
func TestCrashErase(t *testing.T) {
	b := stormBench(t, 1, 50)
	b.faults(t)
	b.toEnd(t, b.stormArgs())
	cmd := b.with("SENDOFF_FAILPOINT", string(failpoint.ErasureRecorded)).command("forget", "--yes", b.runDir())
	if out, _ := cmd.CombinedOutput(); !killed(cmd) || !runstore.HasPeople(b.runDir()) {
		t.Fatalf("the point is never reached: %s", out)
	}
	if out, err := b.command("forget", "+447700900000", b.dir).CombinedOutput(); err != nil || !strings.Contains(string(out), "cut short is gone") {
		t.Errorf("forget: %v\n%s", err, out)
	}
	if runstore.HasPeople(b.runDir()) {
		t.Error("people are left")
	}
	if rep := b.checkBooks(t); rep.Accepted != 50 || rep.Erased.IsZero() {
		t.Errorf("%d accepted, erased %v", rep.Accepted, rep.Erased)
	}
}
