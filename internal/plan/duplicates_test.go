package plan

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type loss struct{ Row, Winner uint32 }

// losses finds the duplicates among keys, whose rows are their positions.
func losses(t *testing.T, keys []uint64, limit int) []loss {
	t.Helper()
	dir := t.TempDir()
	s := newSpool(filepath.Join(dir, "spool"), limit)
	defer s.close()
	for row, key := range keys {
		if err := s.add(partOf(key), record{key: key, row: uint32(row), line: uint32(row + 2), slice: uint32(row + 7)}); err != nil {
			t.Fatal(err)
		}
	}
	var found []loss
	err := findDuplicates(context.Background(), s, len(keys), func(loser record, winner uint32) error {
		if loser.slice != loser.row+7 {
			t.Errorf("row %d comes out with slice %d", loser.row, loser.slice)
		}
		found = append(found, loss{loser.row, winner})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("numbers lie in %v, %v", entries, err)
	}
	return found
}

// In memory or in files, with many duplicates or few: the same as a map would say.
func TestFindDuplicates(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		people := 1 + random.Uint64N(5000)
		keys := make([]uint64, random.IntN(5000))
		for i := range keys {
			keys[i] = 447700900000 + random.Uint64N(people)
		}
		var want []loss
		first := make(map[uint64]uint32)
		for row, key := range keys {
			if line, seen := first[key]; seen {
				want = append(want, loss{uint32(row), line})
			} else {
				first[key] = uint32(row + 2)
			}
		}
		for _, limit := range []int{1, 3, spoolRecords} {
			if diff := cmp.Diff(want, losses(t, keys, limit)); diff != "" {
				t.Fatalf("seed %d, %d records in memory (-want +got):\n%s", seed, limit, diff)
			}
		}
	}
}

// Numbers that follow each other, as those of one town do, fill all parts alike.
func TestPartOfSpreads(t *testing.T) {
	const keys = 64_000
	var parts [spoolParts]int
	for key := range uint64(keys) {
		parts[partOf(447700900000+key)]++
	}
	for i, n := range parts {
		if n < keys/spoolParts/2 || n > keys/spoolParts*2 {
			t.Errorf("part %d gets %d of %d", i, n, keys)
		}
	}
}

func TestFindDuplicatesErrors(t *testing.T) {
	s := newSpool(filepath.Join(t.TempDir(), "missing", "spool"), 1)
	err := errors.Join(s.add(0, record{key: 1}), s.add(0, record{key: 1}))
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a spool without a folder: %v", err)
	}
	s = newSpool(filepath.Join(t.TempDir(), "spool"), 1)
	defer s.close()
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	if err := findDuplicates(stopped, s, 1, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
