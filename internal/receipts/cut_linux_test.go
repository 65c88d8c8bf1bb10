package receipts

import (
	"errors"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"sendoff/internal/cutfs"
	"sendoff/internal/delivery"
)

// The power goes at random moments while two processes, each of several goroutines, append to the file of a run. Whatever was appended stands there, whatever
// the cut has left before it.
func TestPowerCut(t *testing.T) {
	dir := t.TempDir()
	disk, err := cutfs.Mount(dir)
	if errors.Is(err, cutfs.ErrUnavailable) {
		t.Skipf("SKIPPED: power cuts are not simulated here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := disk.Close(); err != nil {
			t.Error(err)
		}
	})
	const cuts, logs, writers = 100, 2, 4
	path, run := filepath.Join(dir, "receipts.log"), ulid.Make()
	var mu sync.Mutex
	appended, unsynced, lost := map[uint32]bool{}, 0, int64(0)
	for seed := range uint64(cuts) {
		var wg sync.WaitGroup
		for i := range logs {
			log, err := OpenLog(path, run)
			if err != nil {
				t.Fatal(err)
			}
			for w := range writers {
				row := uint32(seed)<<16 | uint32(i*writers+w)
				wg.Go(func() {
					for ; log.Append(Record{Row: row, Status: delivery.Delivered, MessageID: messageID(row), Time: time.Now(), Heard: time.Now()}) == nil; row += logs * writers {
						mu.Lock()
						appended[row] = true
						mu.Unlock()
					}
				})
			}
			defer func() { _ = log.Close() }() // the power has gone since
		}
		time.Sleep(time.Duration(rand.IntN(5000)) * time.Microsecond)
		loss := disk.Cut(seed)
		wg.Wait()
		unsynced += loss.Sectors + loss.Names
		if err := disk.Restore(); err != nil {
			t.Fatal(err)
		}
		there := map[uint32]bool{}
		if _, lost, err = Read(path, run, 0, func(r Record) error { there[r.Row] = true; return nil }); err != nil {
			t.Fatal(err)
		}
		for row := range appended {
			if !there[row] {
				t.Fatalf("cut %d: row %d was appended, and is gone", seed, row)
			}
		}
	}
	t.Logf("%d receipts, %d sectors and names unsynced at %d cuts, %d bytes passed over", len(appended), unsynced, cuts, lost)
	if unsynced == 0 || lost == 0 {
		t.Error("no cut came when something was unsynced")
	}
}
