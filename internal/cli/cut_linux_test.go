package cli

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sendoff/internal/books"
	"sendoff/internal/cutfs"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
)

// onDisk puts the bench's run onto a disk whose power can be cut. It skips the test, and says so, where there is no such disk.
func (b *bench) onDisk(t testing.TB) *cutfs.FS {
	t.Helper()
	disk, mount := cutfs.ForTest(t)
	b.folder = filepath.Join(mount, "run")
	return disk
}

// checkDisk checks the books of a run on such a disk: of a copy, since this process cannot map its own files.
func (b *bench) checkDisk(t testing.TB) (*report.Report, error) {
	t.Helper()
	there := t.TempDir()
	if err := os.CopyFS(there, os.DirFS(b.folder)); err != nil {
		t.Fatal(err)
	}
	run, err := runstore.View(there)
	if err != nil {
		return nil, err
	}
	defer run.Close()
	return books.Check(run, b.accepted())
}

// Power cuts at random moments of a bad day: of what was not synced anything may be gone, in any order. Nobody is lost, nobody is written to
// twice, no ledger is damaged, and every doubt is settled.
func TestCrashPowerCut(t *testing.T) {
	const rows, perRun = 600, 25
	newBench(t, 1).onDisk(t) // or skip
	losses := new(atomic.Int64)
	runs := rounds(t, soak("SOAK_CUTS", 200), func(t *testing.T, rng *rand.Rand) int {
		b := stormBench(t, rng.Uint64(), rows)
		disk := b.onDisk(t)
		for range perRun {
			if b.startAndCut(t, disk, rng.Uint64(), after(time.Duration(rng.IntN(160))*time.Millisecond)) > 0 {
				losses.Add(1)
			}
		}
		b.toEnd(t, b.stormArgs())
		if err := b.server.Advance(time.Minute); err != nil { // what was to come late has come
			t.Fatal(err)
		}
		if rep, err := b.checkDisk(t); err != nil || rep.Accepted != rows {
			t.Errorf("after %d cuts: %v; %+v", perRun, err, rep)
		}
		return perRun
	})
	t.Logf("%d runs of %d rows; %d cuts came when something was unsynced", runs, rows, losses.Load())
}

// startAndCut cuts the power under a sender at a moment, and returns how much was unsynced.
func (b *bench) startAndCut(t testing.TB, disk *cutfs.FS, seed uint64, when death) (unsynced int) {
	t.Helper()
	cmd := b.command(b.stormArgs()...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // as it was killed
		close(ended)
	}()
	when(ended)
	loss := disk.Cut(seed)
	_ = cmd.Process.Kill() // a machine without power runs nothing
	<-ended
	if err := disk.Restore(); err != nil {
		t.Fatal(err)
	}
	return loss.Sectors + loss.Names
}

// The disk is full from the nth write on, wherever that falls: the run stops and says so, and goes on when there is room again.
func TestCrashDiskFull(t *testing.T) {
	const rows = 300
	stopped := 0
	for n := 1; n < 400; n += 1 + n/6 {
		b := stormBench(t, uint64(n), rows)
		b.faults(t)
		disk := b.onDisk(t)
		disk.FailWrite(n, syscall.ENOSPC)
		cmd := b.command(b.stormArgs()...)
		out, _ := cmd.CombinedOutput()
		switch code := cmd.ProcessState.ExitCode(); code {
		case exitOK:
		case exitInput, exitBrake:
			stopped++
			if !bytes.Contains(out, []byte("no space left on device")) && !bytes.Contains(out, []byte("disk")) {
				t.Errorf("write %d: exit %d, and nothing about the disk:\n%s", n, code, out)
			}
		default:
			t.Errorf("write %d: exit %d\n%s", n, code, out)
		}
		disk.Mend()
		b.toEnd(t, b.stormArgs())
		if rep, err := b.checkDisk(t); err != nil || rep.Accepted != rows {
			t.Fatalf("write %d: %v; %+v", n, err, rep)
		}
	}
	if stopped < 10 {
		t.Errorf("only %d runs were stopped by a full disk", stopped)
	}
}

// The nth fsync fails, and what it should have made durable never will be: the run stops there and then, and goes on after a restart.
func TestCrashSyncFails(t *testing.T) {
	const rows = 300
	stopped := 0
	for n := 1; n < 200; n += 1 + n/6 {
		b := stormBench(t, uint64(n), rows)
		b.faults(t)
		disk := b.onDisk(t)
		disk.FailSync(n, syscall.EIO)
		cmd := b.command(b.stormArgs()...)
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != exitOK {
			stopped++
			if !bytes.Contains(out, []byte("input/output error")) {
				t.Errorf("sync %d: exit %d, and nothing about the disk:\n%s", n, code, out)
			}
		}
		disk.Cut(uint64(n))
		if err := disk.Restore(); err != nil {
			t.Fatal(err)
		}
		b.toEnd(t, b.stormArgs())
		if rep, err := b.checkDisk(t); err != nil || rep.Accepted != rows {
			t.Fatalf("sync %d: %v; %+v", n, err, rep)
		}
	}
	if stopped < 10 {
		t.Errorf("only %d runs were stopped by a failed sync", stopped)
	}
}
