package ledger

import (
	"fmt"

	"sendoff/internal/durable"
)

const (
	rowBytes = 25 // a row's share of a block, with its key and its page
	// A transaction writes the pages that it changes beside the old ones: at most as many as there are, and hardly ever more than these.
	mostChanged = 15 << 20
	leastSize   = 1 << 20 // for everything else
)

// sizeOf is how large the ledger of so many rows becomes.
func sizeOf(rows int) int64 {
	size := int64(rows) * rowBytes
	return size + min(size, mostChanged) + leastSize
}

// Room returns how many bytes of the disk the ledger of so many rows will take beyond those that it has.
func (l *Ledger) Room(rows int) int64 { return max(0, sizeOf(rows)-allocated(l.path)) }

// Reserve takes that room now, so that a disk which others fill does not stop a run that has begun. Where the file system cannot do so it
// does nothing; an error means that there is no room.
func (l *Ledger) Reserve(rows int) error {
	if l.Room(rows) == 0 {
		return nil
	}
	if err := reserve(l.path, sizeOf(rows)); durable.IsFull(err) {
		return fmt.Errorf("reserve room for the ledger: %w", err)
	}
	return nil
}
