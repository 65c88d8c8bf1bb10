package receipts

import (
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
	disk, dir := cutfs.ForTest(t)
	const logs, writers = 2, 4
	path, run := filepath.Join(dir, "receipts.log"), ulid.Make()
	var mu sync.Mutex
	appended, unsynced, lost := map[uint32]bool{}, 0, int64(0)
	seed := uint64(0)
	for ; seed < 100 || seed < 2000 && (unsynced == 0 || lost == 0); seed++ {
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
		_, passed, err := Read(path, run, 0, func(r Record) error { there[r.Row] = true; return nil })
		if err != nil {
			t.Fatal(err)
		}
		lost = passed
		for row := range appended {
			if !there[row] {
				t.Fatalf("cut %d: row %d was appended, and is gone", seed, row)
			}
		}
	}
	t.Logf("%d receipts, %d sectors and names unsynced at %d cuts, %d bytes passed over", len(appended), unsynced, seed, lost)
	if unsynced == 0 || lost == 0 {
		t.Error("no cut came when something was unsynced")
	}
}
