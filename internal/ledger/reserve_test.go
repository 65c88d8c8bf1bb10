package ledger

import (
	"os"
	"testing"
)

func TestReserve(t *testing.T) {
	l, _ := newLedger(t)
	length := func() int64 {
		info, err := os.Stat(l.path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	const rows = 100_000
	before, room := length(), l.Room(rows)
	if room < rows*recordSize {
		t.Errorf("Room(%d) = %d: less than its records", rows, room)
	}
	if err := l.Reserve(rows); err != nil {
		t.Fatal(err)
	}
	if length() != before {
		t.Errorf("the file has %d bytes, and had %d", length(), before)
	}
	if l.Room(rows) > 0 {
		t.Skipf("SKIPPED: this file system reserves nothing: %d of %d bytes", room-l.Room(rows), room)
	}
	// What was reserved is there to be used, and is enough.
	for row := uint32(0); row < rows; row += BlockRows {
		if err := l.Record(row, Result{State: Skipped, Time: testTime}); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Sync(); err != nil {
		t.Fatal(err)
	}
	if taken := allocated(l.path); taken > sizeOf(rows)+4096 { // whole blocks
		t.Errorf("the ledger takes %d bytes, more than the %d that were reserved", taken, sizeOf(rows))
	}
	if err := l.Reserve(rows); err != nil || l.Room(rows) > 0 {
		t.Errorf("again: %v, and %d bytes are missing", err, l.Room(rows))
	}
}
