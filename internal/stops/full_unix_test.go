//go:build unix

package stops

import (
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"sendoff/campaign"
	"sendoff/internal/durable"
	"sendoff/internal/suppress"
)

// mayGrowTo lets no file of this process be larger than that, until what it returns is called.
func mayGrowTo(t *testing.T, size uint64) (restore func()) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ) // as the commands do
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	set := func(limit syscall.Rlimit) {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			t.Fatal(err)
		}
	}
	set(syscall.Rlimit{Cur: size, Max: before.Max})
	return func() { set(before) }
}

// alone is set for a test that runs in a process of its own.
const alone = "STOPS_TEST_ALONE"

// A disk that takes half a line has none of it in the end, and whoever stood there is added once there is room. The test is its own process, since go test
// writes files from this one.
func TestFullDisk(t *testing.T) {
	if os.Getenv(alone) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestFullDisk$")
		cmd.Env = append(os.Environ(), alone+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	path := filepath.Join(t.TempDir(), FileName)
	f := open(t, path)
	add(t, f, true, person(campaign.SMS, "447700900001"))
	before := content(t, path)
	for _, room := range []int{1, 9, 20, 46} {
		restore := mayGrowTo(t, uint64(len(before)+room))
		_, err := f.Add(person(campaign.SMS, "447700900002"))
		restore()
		if !durable.IsFull(err) {
			t.Errorf("room for %d bytes: %v", room, err)
		}
		if after := content(t, path); after != before {
			t.Errorf("room for %d bytes: the file holds\n%q", room, after)
		}
		if _, err := suppress.Load(filepath.Dir(path), []campaign.SuppressionList{{File: FileName}}, "", nil, time.Now()); err != nil {
			t.Errorf("room for %d bytes: a campaign stops: %v", room, err)
		}
	}
	add(t, f, true, person(campaign.SMS, "447700900002"))
	add(t, f, false, person(campaign.SMS, "447700900002"))
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	restore := mayGrowTo(t, 10)
	_, err := f.Add(person(campaign.SMS, "447700900002"))
	restore()
	if !durable.IsFull(err) {
		t.Errorf("no room for a header: %v", err)
	}
	if left, _ := filepath.Glob(path + "*"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}
