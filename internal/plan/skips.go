package plan

import (
	"context"
	"fmt"
	"time"

	"sendoff/campaign"
	"sendoff/internal/ledger"
)

// A transaction of the ledger costs an fsync, and holds twice some 6 kB for every block that it touches: so skips are put into it in
// groups of as many as fit into some 20 MB.
const (
	groupBlocks = 1_500
	groupSkips  = 50_000
)

// skipWriter puts skipped rows into the ledger. They come in ascending order, but for those that a later pass finds.
type skipWriter struct {
	ledger  *ledger.Ledger
	now     time.Time
	pending []ledger.Skip
	blocks  int // that pending touches, or more
	block   uint32
}

func newSkipWriter(l *ledger.Ledger, now time.Time) *skipWriter {
	return &skipWriter{ledger: l, now: now}
}

func (w *skipWriter) add(s ledger.Skip) error {
	if block := s.Row / ledger.BlockRows; len(w.pending) == 0 || block != w.block {
		w.blocks++
		w.block = block
	}
	w.pending = append(w.pending, s)
	if w.blocks < groupBlocks && len(w.pending) < groupSkips {
		return nil
	}
	return w.flush()
}

func (w *skipWriter) flush() error {
	if len(w.pending) == 0 {
		return nil
	}
	if err := w.ledger.PutSkips(w.pending, w.now); err != nil {
		return fmt.Errorf("leave rows out: %w", err)
	}
	w.pending, w.blocks = w.pending[:0], 0
	return nil
}

// skip leaves a row out.
func (b *builder) skip(s ledger.Skip) error {
	b.skipped[campaign.SkipReason(s.Reason)]++
	return b.skips.add(s)
}

// leaveOutDuplicates leaves out every row that has an address of an earlier one which is sent.
func (b *builder) leaveOutDuplicates(ctx context.Context) error {
	find := findDuplicates
	if b.several {
		find = findSeveral
	}
	return find(ctx, b.duplicates, b.rows, func(loser record, winner uint32) error {
		b.eligible--
		b.samples.drop(int(loser.row))
		b.counted.Remove(loser.slice, int(loser.row))
		return b.skip(ledger.Skip{Row: loser.row, Reason: uint8(campaign.Duplicate), Number: winner})
	})
}
