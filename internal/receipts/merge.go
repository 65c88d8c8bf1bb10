package receipts

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/oklog/ulid/v2"

	"sendoff/internal/delivery"
	"sendoff/internal/failpoint"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

// Merged is what merging came to.
type Merged struct {
	Receipts int   // that were merged now
	Unknown  int   // of rows that the run does not have
	Lost     int64 // bytes that are no receipts: what a crash has left
}

// errFull ends a batch.
var errFull = errors.New("the batch is full")

// batchSize is how many receipts one transaction merges. They take some 3 MB, and the blocks that they touch at most 80 MB.
const batchSize = 40_000

// Merge merges what has been appended to the run's file since it was merged last; in memory where the run is open for reading. Of a run that
// is not planned yet it does nothing. each, unless it is nil, is told of every record first.
func Merge(run *runstore.Run, each func(Record)) (Merged, error) {
	var m Merged
	if run.Meta().State == runstore.Planning {
		return m, nil // nobody knows yet which rows there are
	}
	id, err := idOf(run)
	if err != nil {
		return m, err
	}
	offset, err := run.Ledger.ReceiptsMerged()
	if err != nil {
		return m, fmt.Errorf("merge receipts: %w", err)
	}
	path := run.Path(runstore.ReceiptsName)
	isShorter, err := isShorterThan(path, offset)
	if err != nil {
		return m, fmt.Errorf("merge receipts: %w", err)
	}
	if isShorter { // it is not the file that it was: what was merged may be merged again
		offset = 0
	}
	rows := uint32(run.Meta().Rows)
	for more := true; more; {
		batch := make([]ledger.RowReceipt, 0, 256)
		next, lost, err := Read(path, id, offset, func(r Record) error {
			if len(batch) == batchSize {
				return errFull
			}
			if r.Row >= rows {
				m.Unknown++
				return nil
			}
			if each != nil {
				each(r)
			}
			batch = append(batch, ledger.RowReceipt{Row: r.Row, Receipt: ledger.NewReceipt(r.Status, r.Reason, r.Channel, r.Time, r.MessageID)})
			return nil
		})
		more = errors.Is(err, errFull)
		if err != nil && !more {
			return m, fmt.Errorf("merge receipts: %w", err)
		}
		m.Lost += lost
		if next == offset && !isShorter {
			return m, nil
		}
		// What a power cut could still take away must not count as merged: what is appended in its place would never be.
		if err := syncFile(run, path); err != nil {
			return m, fmt.Errorf("merge receipts: %w", err)
		}
		if err := run.Ledger.MergeReceipts(batch, next); err != nil {
			return m, fmt.Errorf("merge receipts: %w", err)
		}
		failpoint.Hit(failpoint.ReceiptsMerged)
		m.Receipts += len(batch)
		offset, isShorter = next, false
	}
	return m, nil
}

// isShorterThan reports whether a file has less than so many bytes, or is not there where it had some.
func isShorterThan(path string, size int64) (bool, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return size > 0, nil
	}
	return err == nil && info.Size() < size, err
}

// syncFile returns when what was read of a run's file is on disk. Where the run is open for reading nothing is put on record, and that is not needed.
func syncFile(run *runstore.Run, path string) error {
	if run.ReadOnly() {
		return nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func idOf(run *runstore.Run) (RunID, error) {
	id, err := ulid.ParseStrict(run.Meta().RunID)
	if err != nil {
		return id, fmt.Errorf("merge receipts: the run's id: %w", err)
	}
	return id, nil
}

// Settle merges, and then gives every row that is in doubt, or of which the ledger does not know that anything was sent, what receipts prove: Sinch has its message. So it
// does for one that was refused, or left out, after an attempt that was taken. It returns how many rows these were. The caller holds the run, and nobody sends meanwhile.
func Settle(run *runstore.Run, now time.Time) (int, error) {
	if _, err := Merge(run, nil); err != nil {
		return 0, err
	}
	open, err := provable(run.Ledger)
	if err != nil || len(open) == 0 {
		return 0, err
	}
	id, err := idOf(run)
	if err != nil {
		return 0, err
	}
	settled, proofs := 0, map[uint32]Record{}
	record := func() error {
		for row, r := range proofs {
			result := ledger.Result{State: ledger.Accepted, Channel: r.Channel, MessageID: r.MessageID, Time: r.Time}
			if err := run.Ledger.RecordFound(row, result); err != nil {
				return err
			}
			delete(open, row)
		}
		settled += len(proofs)
		clear(proofs)
		return nil
	}
	_, _, err = Read(run.Path(runstore.ReceiptsName), id, 0, func(r Record) error {
		if !open[r.Row] || r.Status == delivery.None {
			return nil
		}
		if first, found := proofs[r.Row]; !found || r.Time.Before(first.Time) {
			proofs[r.Row] = r
		}
		if len(proofs) == batchSize { // of a ledger that was put back receipts may speak of everybody
			return record()
		}
		return nil
	})
	if err == nil {
		err = record()
	}
	if err != nil {
		return 0, fmt.Errorf("settle by receipts: %w", err)
	}
	return settled, run.Ledger.Sync()
}

// provable returns the rows that receipts speak of, and that may become accepted ones: not those that were left out, unless an earlier attempt may have got through.
func provable(l *ledger.Ledger) (map[uint32]bool, error) {
	rows := map[uint32]bool{}
	var leftOut []uint32
	err := l.Strays(func(row uint32, s ledger.State) {
		if s == ledger.Skipped {
			leftOut = append(leftOut, row)
		} else {
			rows[row] = true
		}
	})
	if err != nil {
		return nil, err
	}
	entries := l.Reader()
	for _, row := range leftOut {
		e, err := entries.Entry(row)
		if err != nil {
			return nil, err
		}
		if e.Flags != 0 {
			rows[row] = true
		}
	}
	return rows, nil
}
