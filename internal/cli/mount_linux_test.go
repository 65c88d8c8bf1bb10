package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// mount mounts a file system onto a folder that only this test and its commands see, and skips the test where that takes rights that we do
// not have. The mounts are those of the thread, and gone with it, however the test ends.
func mount(t *testing.T, source, kind, options string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	runtime.LockOSThread() // and never unlocked, so that the thread ends with the test
	err := syscall.Unshare(syscall.CLONE_NEWNS)
	if err == nil {
		err = syscall.Mount("none", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, "")
	}
	if err == nil {
		err = syscall.Mount(source, dir, kind, 0, options)
	}
	if err != nil {
		t.Skipf("SKIPPED: %s cannot be mounted here: %v", kind, err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// A file system whose server is another machine is refused before anything is made there, with a folder that will do.
func TestNetworkFileSystem(t *testing.T) {
	b := newBench(t, 5)
	fuse, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("SKIPPED: no FUSE here: %v", err)
	}
	defer fuse.Close()
	// Nobody serves it. The kernel says what it is all the same, since it is mounted for another user.
	dir := mount(t, "ann@example.com:", "fuse.sshfs", fmt.Sprintf("fd=%d,rootmode=40000,user_id=1,group_id=1", fuse.Fd()))
	b.env = append(b.env, "XDG_STATE_HOME=/nowhere/state")
	cmd := b.command(b.runArgs("--run-dir", dir)...)
	out, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != exitInput {
		t.Errorf("exit %d, want 2", code)
	}
	for _, want := range []string{"(fuse.sshfs)", "Nothing was sent now", "--run-dir /nowhere/state/sendoff/crash"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if n := b.server.AcceptedCount(); n > 0 {
		t.Errorf("%d messages were sent", n)
	}
}

// A disk that is too small for the run is found before the first message.
func TestTooSmallDisk(t *testing.T) {
	b := newBench(t, 5000)
	dir := mount(t, "none", "tmpfs", "size=1m")
	cmd := b.command(b.runArgs("--run-dir", dir)...)
	out, _ := cmd.CombinedOutput()
	if want := "the run needs about 3 MB in " + dir; cmd.ProcessState.ExitCode() != exitInput || !strings.Contains(string(out), want) {
		t.Errorf("exit %d, want 2 and %q in\n%s", cmd.ProcessState.ExitCode(), want, out)
	}
	if n := b.server.AcceptedCount(); n > 0 {
		t.Errorf("%d messages were sent", n)
	}
}

// Others fill the disk while a run sends: its ledger has its room, so everyone is sent to. What is missing then are the lists, and the same
// command writes them once there is space.
func TestCrashDiskFillsUp(t *testing.T) {
	const rows = 1000
	b := newBench(t, rows)
	dir := mount(t, "none", "tmpfs", "size=8m")
	b.folder = dir
	cmd := b.command("run", "--yes", "--rate", "1000", "--run-dir", dir, b.dir)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.Discard, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { return b.server.AcceptedCount() > 100 })
	stale, yesterday := filepath.Join(dir, "report.csv"), time.Now().Add(-24*time.Hour) // somebody looked at it half-way
	writeFile(t, stale, "stale")
	if err := os.Chtimes(stale, yesterday, yesterday); err != nil {
		t.Fatal(err)
	}
	filler := filepath.Join(dir, "filler")
	if err := os.WriteFile(filler, make([]byte, 16<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk cannot be filled: %v", err)
	}
	_ = cmd.Wait() // its code is looked at
	if code := cmd.ProcessState.ExitCode(); code != exitBrake || !strings.Contains(out.String(), "free space in "+dir) {
		t.Errorf("exit %d, want 5\n%s", code, out.String())
	}
	if rep := b.checkBooks(t); rep.Accepted != rows {
		t.Errorf("%d of %d accepted", rep.Accepted, rows)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if out, err := b.command("run", "--yes", "--run-dir", dir, b.dir).CombinedOutput(); err != nil {
		t.Errorf("again: %v\n%s", err, out)
	}
	if text, _ := os.ReadFile(stale); string(text) == "stale" {
		t.Error("report.csv is that of yesterday")
	}
	for _, name := range []string{"failures.csv", "skipped.csv", "in-doubt.csv", "report.json"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	if n := b.server.AcceptedCount(); n != rows {
		t.Errorf("%d were sent to, want %d", n, rows)
	}
}
