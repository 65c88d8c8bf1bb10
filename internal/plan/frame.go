package plan

import (
	"crypto/sha256"
	"errors"
	"io"

	"sendoff/campaign"
	"sendoff/internal/audience"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

// frame is a number of rows on their way through the stages, and what was decided about them. Frames are used again and again.
type frame struct {
	rows  []campaign.Recipient
	bad   []audience.BadRow // Index counts in rows
	cells []string          // what the rows' Fields share

	raw    []byte // the rows as the snapshot has them
	packed []byte // the same, compressed
	sum    [sha256.Size]byte

	skips    []ledger.Skip
	sendable []record // for the search for duplicates
	matches  []int    // rows that each suppression list left out
	remarks  []remark

	// Candidates for samples, as indices in rows; -1: none.
	first, defaulted, longest int
	longestSize               int // of its body

	decided chan struct{} // holds a token when a worker is done with the frame
}

func newFrame(lists int) *frame {
	return &frame{matches: make([]int, lists), decided: make(chan struct{}, 1)}
}

func (f *frame) reset() {
	f.rows, f.bad, f.cells = f.rows[:0], f.bad[:0], f.cells[:0]
	f.raw, f.packed = f.raw[:0], f.packed[:0]
	f.skips, f.sendable, f.remarks = f.skips[:0], f.sendable[:0], f.remarks[:0]
	clear(f.matches)
	f.first, f.defaulted, f.longest, f.longestSize = -1, -1, -1, 0
}

// rowReader makes frames of the audience's batches, which can be shorter: every frame of a snapshot but the last is full.
type rowReader struct {
	audience *audience.Reader
	batch    audience.Batch
	next     int               // in batch.Recipients
	bad      []audience.BadRow // those of the batch that are still to come
}

// fill fills f with the next rows. It returns io.EOF where there are none.
func (r *rowReader) fill(f *frame) error {
	f.reset()
	for len(f.rows) < runstore.FrameRows {
		if r.next == len(r.batch.Recipients) {
			if err := r.read(); errors.Is(err, io.EOF) && len(f.rows) > 0 {
				return nil
			} else if err != nil {
				return err
			}
		}
		if len(r.bad) > 0 && r.bad[0].Index == r.next {
			f.bad = append(f.bad, r.bad[0])
			f.bad[len(f.bad)-1].Index = len(f.rows)
			r.bad = r.bad[1:]
		}
		row := r.batch.Recipients[r.next]
		at := len(f.cells)
		f.cells = append(f.cells, row.Fields...) // the batch's own are overwritten by the next one
		row.Fields = f.cells[at:len(f.cells):len(f.cells)]
		f.rows = append(f.rows, row)
		r.next++
	}
	return nil
}

func (r *rowReader) read() error {
	err := r.audience.ReadBatch(&r.batch)
	r.next, r.bad = 0, r.batch.Bad
	return err
}
