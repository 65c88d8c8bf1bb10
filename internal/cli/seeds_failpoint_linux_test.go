//go:build failpoint

package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"sendoff/internal/books"
	"sendoff/internal/failpoint"
	"sendoff/internal/runstore"
)

// Death at the points that a run reaches while its seeds are made ready and sent to: in the end each of them has the message once at the
// beginning and once at the end, and everybody else once.
func TestCrashSeeds(t *testing.T) {
	const rows, seeds = 12, 3
	for _, point := range []failpoint.Point{
		failpoint.DirMade, failpoint.LedgerLinked, failpoint.FileRenamed, failpoint.SeedsStarted, failpoint.StartRecorded, failpoint.LedgerMarked,
		failpoint.IntentDurable, failpoint.AnswerRead, failpoint.ResultRecorded, failpoint.SendingEnded,
	} {
		t.Run(string(point), func(t *testing.T) {
			t.Parallel()
			for _, hit := range []int{1, 2, 3, 16} {
				b := seedsBench(t, rows, seeds)
				cmd := b.with("SENDOFF_FAILPOINT", fmt.Sprintf("%s:%d", point, hit)).command(b.stormArgs()...)
				out, _ := cmd.CombinedOutput()
				died := killed(cmd)
				if !died && hit == 1 {
					t.Fatalf("the point is never reached: exit %d\n%s", cmd.ProcessState.ExitCode(), out)
				}
				b.toEnd(t, b.stormArgs())
				if rep := b.checkBooks(t); rep.Accepted != rows || rep.Seeds == nil || rep.Seeds.Accepted != 2*seeds {
					t.Errorf("hit %d: %d of %d accepted, seeds: %v", hit, rep.Accepted, rows, rep.Seeds)
				}
				b.checkSeeds(t)
				if got := b.server.AcceptedCount(); got != rows+2*seeds {
					t.Errorf("hit %d: the sandbox has %d messages, want %d", hit, got, rows+2*seeds)
				}
				if !died {
					break // there are not so many
				}
			}
		})
	}
}

// seedsBench has a campaign whose seeds are no part of its audience.
func seedsBench(t *testing.T, rows, seeds int) *bench {
	t.Helper()
	b := stormBench(t, 1, rows)
	b.faults(t)
	path := filepath.Join(b.dir, "campaign.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, path, string(text)+"seeds: {file: seeds.csv, in_run: first_and_last}\n")
	list := "phone\n"
	for i := range seeds {
		list += fmt.Sprintf("+447700900%d\n", 900+i)
	}
	writeFile(t, filepath.Join(b.dir, "seeds.csv"), list)
	return b
}

// checkSeeds holds the books of what went to seeds against the sandbox.
func (b *bench) checkSeeds(t *testing.T) {
	t.Helper()
	for _, dir := range runstore.SeedDirs(b.runDir()) {
		run, err := runstore.View(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := books.Check(run, b.accepted()); err != nil {
			t.Errorf("%s: %v", filepath.Base(dir), err)
		}
		run.Close()
	}
}
