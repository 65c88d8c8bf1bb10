package stops

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"sendoff/campaign"
	"sendoff/internal/cutfs"
	"sendoff/internal/suppress"
)

// Somebody whose line another process has written, and not made durable, is not taken for one who is on the file before it is; and a line that cannot be made
// durable is nobody's.
func TestUnsynced(t *testing.T) {
	disk, dir := cutfs.ForTest(t)
	path := filepath.Join(dir, FileName)
	f := open(t, path)
	add(t, f, true, person(campaign.SMS, "447700900001"))
	other, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err == nil {
		_, err = other.WriteString("+447700900002,,,2026-11-22T09:00:00Z,stop word\n")
	}
	if err := errors.Join(err, other.Close()); err != nil {
		t.Fatal(err)
	}
	add(t, f, false, person(campaign.SMS, "447700900002"))
	for seed := range uint64(5) { // one of which would have lost it
		disk.Cut(seed)
		if err := disk.Restore(); err != nil {
			t.Fatal(err)
		}
		add(t, open(t, path), false, person(campaign.SMS, "447700900002"))
	}
	before := content(t, path)
	disk.FailSync(1, syscall.EIO)
	if _, err := f.Add(person(campaign.SMS, "447700900003")); !errors.Is(err, syscall.EIO) {
		t.Errorf("fsync failed, and Add returns %v", err)
	}
	disk.Mend()
	if after := content(t, path); after != before {
		t.Errorf("the file holds\n%s", after)
	}
	add(t, f, true, person(campaign.SMS, "447700900003"))
}

// The power goes at random moments while three add people, each as a process of its own would. Whoever was added stands on the file, and no campaign stops at what
// the cut has left.
func TestPowerCut(t *testing.T) {
	disk, dir := cutfs.ForTest(t)
	const writers = 3
	path := filepath.Join(dir, FileName)
	var added [writers][]campaign.Recipient
	unsynced, next, total, seed := 0, 0, 0, uint64(0)
	for ; seed < 50 || seed < 500 && unsynced == 0; seed++ {
		var wg sync.WaitGroup
		for w := range writers {
			f := open(t, path)
			first := next + w
			wg.Go(func() {
				for n := first; ; n += writers {
					number := fmt.Sprintf("44770%07d", n)
					isNew, err := f.Add(person(campaign.SMS, number))
					if err != nil {
						return
					}
					if !isNew {
						t.Errorf("somebody was there already")
					}
					added[w] = append(added[w], campaign.Recipient{Address: campaign.PhoneAddress("+" + number)})
				}
			})
		}
		time.Sleep(time.Duration(rand.IntN(3000)) * time.Microsecond)
		loss := disk.Cut(seed)
		wg.Wait()
		unsynced += loss.Sectors + loss.Names
		if err := disk.Restore(); err != nil {
			t.Fatal(err)
		}
		next += 10_000
		open(t, path)
		list, err := suppress.Load(dir, []campaign.SuppressionList{{File: FileName}}, "", nil, time.Now())
		total = 0
		for w := range added {
			total += len(added[w])
			for i := range added[w] {
				if err != nil {
					t.Fatalf("cut %d: %v", seed, err)
				}
				if _, found := list.Match(&added[w][i], ""); !found {
					t.Fatalf("cut %d: somebody who was added is gone", seed)
				}
			}
		}
	}
	t.Logf("%d people, %d sectors and names unsynced at %d cuts", total, unsynced, seed)
	if unsynced == 0 {
		t.Error("no cut came when something was unsynced")
	}
}
