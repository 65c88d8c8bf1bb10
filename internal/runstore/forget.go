package runstore

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"sendoff/campaign"
	"sendoff/internal/durable"
	"sendoff/internal/failpoint"
)

// ErrErased says that the data of a run's people is gone, on purpose.
var ErrErased = errors.New("the people's data of this run was erased")

// Forget erases the people of rows, which are in ascending order, from the snapshot, and sees to it in the ledger that they are not sent to any
// more. The lists, which hold them too, are removed: whoever wants them makes them again. The run keeps costs as its ErasedCosts. Nothing may be begun meanwhile.
//
// If we die before the ledger's transaction nothing has happened; behind it, whoever holds the run next goes on from there.
func (r *Run) Forget(rows []int, costs json.RawMessage, now time.Time) error {
	if len(rows) == 0 {
		return nil
	}
	size, sum, err := r.rewriteSnapshot(rows)
	if err != nil {
		return errors.Join(fmt.Errorf("rewrite snapshot: %w", err), removeAll(r.Path(SnapshotName)+".tmp")) // it holds people's data
	}
	failpoint.Hit(failpoint.SnapshotRewritten)
	of := make([]uint32, len(rows))
	for i, row := range rows {
		of[i] = uint32(row)
	}
	err = r.update(
		func(m *Meta) { m.NextSnapshotBytes, m.NextSnapshotSHA256, m.ErasedCosts = size, sum, costs },
		func(run []byte) error { return r.Ledger.Forget(of, uint8(campaign.Forgotten), run, now) },
	)
	if err != nil {
		return err
	}
	failpoint.Hit(failpoint.RowsForgotten)
	return r.finishErasing()
}

// rewriteSnapshot writes the snapshot without the people of rows beside the old one, and returns its length and digest. Only the frames that
// they stand in are made anew.
func (r *Run) rewriteSnapshot(rows []int) (size int64, sum string, err error) {
	s, err := r.OpenSnapshot()
	if err != nil {
		return 0, "", err
	}
	defer s.Close()
	h := sha256.New()
	w, err := r.createSnapshot(h)
	if err != nil {
		return 0, "", err
	}
	encoder := NewFrameEncoder()
	for i := range s.Frames() {
		first := i * FrameRows
		n := 0
		for n < len(rows) && rows[n] < first+FrameRows {
			n++
		}
		frame, err := s.packed(i)
		if n > 0 && err == nil {
			frame, err = s.without(i, rows[:n], encoder)
		}
		if err != nil {
			w.Abort()
			return 0, "", err
		}
		w.Append(frame, min(FrameRows, s.rows-first))
		rows = rows[n:]
	}
	if err := errors.Join(w.finish(), durable.SyncDir(r.Dir)); err != nil {
		return 0, "", err
	}
	return w.offset, hex.EncodeToString(h.Sum(nil)), nil
}

// without makes frame i anew without the people of rows: these keep their place and their line.
func (s *Snapshot) without(i int, rows []int, encoder *FrameEncoder) ([]byte, error) {
	people, err := s.Frame(i)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		p := &people[row-i*FrameRows]
		p.Address, p.Others, p.Fields = campaign.Address{}, nil, nil
	}
	var raw []byte
	for j := range people {
		raw = AppendRow(raw, &people[j])
	}
	return encoder.Encode(nil, raw), nil
}

// ErasePeople erases the data of everybody: the snapshot, and the lists made of it. What became of how many, and of each row, stays in the
// ledger. A run that has begun nothing can be planned again; one that may go on must not lose its people.
func (r *Run) ErasePeople(now time.Time) error {
	err := r.Update(func(m *Meta) {
		m.Erased = now
		m.NextSnapshotBytes, m.NextSnapshotSHA256 = 0, ""
		if !r.Begun() && !m.State.Over() {
			m.State = Planning
		}
	})
	if err != nil {
		return err
	}
	failpoint.Hit(failpoint.ErasureRecorded)
	return r.finishErasing()
}

// finishErasing does the rest of what is on record as to be erased, and removes what a process that died has left of a snapshot. If we die
// within, the next holder does the same.
func (r *Run) finishErasing() error {
	m := r.Meta()
	snapshot := r.Path(SnapshotName)
	switch {
	case !m.Erased.IsZero():
		return r.removeLists(snapshot, snapshot+".tmp")
	case m.NextSnapshotSHA256 == "":
		return removeAll(snapshot + ".tmp")
	}
	if err := r.removeLists(); err != nil {
		return err
	}
	failpoint.Hit(failpoint.ListsRemoved)
	inPlace, err := r.isNext(snapshot)
	if err == nil && !inPlace {
		inPlace, err = r.isNext(snapshot + ".tmp")
		if err == nil && inPlace {
			err = os.Rename(snapshot+".tmp", snapshot)
		}
	}
	if err == nil {
		err = durable.SyncDir(r.Dir)
	}
	if err != nil {
		return fmt.Errorf("replace snapshot: %w", err)
	}
	failpoint.Hit(failpoint.SnapshotReplaced)
	err = r.Update(func(m *Meta) {
		if inPlace { // else somebody has taken it away, and the old one stands: they are still to be erased from it
			m.SnapshotBytes, m.SnapshotSHA256 = m.NextSnapshotBytes, m.NextSnapshotSHA256
		}
		m.NextSnapshotBytes, m.NextSnapshotSHA256 = 0, ""
	})
	failpoint.Hit(failpoint.ErasureOver)
	return err
}

// removeLists removes the lists of people and what planning may have left, and more.
func (r *Run) removeLists(more ...string) error {
	for _, name := range lists {
		more = append(more, r.Path(name), r.Path(name)+".tmp")
	}
	return errors.Join(removeAll(more...), durable.SyncDir(r.Dir))
}

func removeAll(paths ...string) error {
	for _, path := range paths {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("erase: %w", err)
		}
	}
	return nil
}

// HasPeople reports whether a run's folder holds a file that may hold people's data, those of its seeds included.
func HasPeople(dir string) bool {
	return slices.ContainsFunc(append(lists[:], SnapshotName), func(name string) bool {
		return exists(dir, name) || exists(dir, name+".tmp")
	}) || slices.ContainsFunc(SeedDirs(dir), HasPeople)
}
