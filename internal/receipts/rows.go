package receipts

import (
	"cmp"
	"fmt"
	"slices"

	"sendoff/internal/runstore"
)

// Of returns what was heard of some rows of a run: every record once, in the order of what they tell of, and of when that was heard. It reads the whole file.
func Of(run *runstore.Run, rows []uint32) (map[uint32][]Record, error) {
	id, err := idOf(run)
	if err != nil {
		return nil, err
	}
	wanted := make(map[uint32]bool, len(rows))
	for _, row := range rows {
		wanted[row] = true
	}
	heard, seen := map[uint32][]Record{}, newSet()
	_, _, err = Read(run.Path(runstore.ReceiptsName), id, 0, func(r Record) error {
		if wanted[r.Row] && seen.addRead(&r) {
			heard[r.Row] = append(heard[r.Row], r)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("receipts of rows: %w", err)
	}
	for _, records := range heard {
		slices.SortStableFunc(records, func(a, b Record) int {
			return cmp.Or(a.Time.Compare(b.Time), a.Heard.Compare(b.Heard))
		})
	}
	return heard, nil
}

// IsOf reports whether a record is of the message with that id.
func (r Record) IsOf(messageID string) bool { return r.MessageID == readID(storedID(messageID)) }
