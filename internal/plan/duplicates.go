package plan

import (
	"cmp"
	"context"
	"slices"
)

// findDuplicates calls leaveOut, in ascending order, for every row of seen that has the key of an earlier one, and with the line of the
// first row that has it. Every row has one key.
//
// Keys come out part by part, so the rows that lose do not come out in their order. They go through a second spool, whose parts are ranges
// of rows: a ledger is written fastest from front to back.
func findDuplicates(ctx context.Context, seen *spool, rows int, leaveOut func(loser record, winner uint32) error) error {
	losers := newSpool(seen.path+".lost", seen.limit)
	defer losers.close()
	err := seen.each(ctx, func(records []record) error {
		var winner record
		for _, r := range records {
			if r.key != winner.key {
				winner = r
				continue
			}
			loser := record{key: uint64(r.row), row: r.row, line: winner.line, slice: r.slice}
			if err := losers.add(int(loser.key*spoolParts/uint64(rows)), loser); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return losers.each(ctx, func(records []record) error {
		for _, r := range records {
			if err := leaveOut(r, r.line); err != nil {
				return err
			}
		}
		return nil
	})
}

// findSeveral is findDuplicates for people who have several addresses: a row is a duplicate if any of its addresses is that of an earlier row
// which is sent itself. Of A (1), B (1 and 2) and C (2), B is left out, and so A and C are sent. Which line won is that of the earliest such row.
//
// Only addresses that stand in more than one row matter. They are numbered, and every row that has one goes, with the number, through a
// second spool, by whose ranges the rows are walked in their order. What grows in memory is the line that took each of these addresses:
// 4 bytes for every address that stands in more than one row, 200 MB where 100 million rows stand there twice each.
func findSeveral(ctx context.Context, seen *spool, rows int, leaveOut func(loser record, winner uint32) error) error {
	contested := newSpool(seen.path+".lost", seen.limit)
	defer contested.close()
	var taken []uint32 // by number of the address: the line that is sent to it, and 0 where none is yet
	err := seen.each(ctx, func(records []record) error {
		for len(records) > 0 {
			same := 1
			for same < len(records) && records[same].key == records[0].key {
				same++
			}
			if same > 1 {
				if err := contest(contested, records[:same], uint32(len(taken)), rows); err != nil {
					return err
				}
				taken = append(taken, 0)
			}
			records = records[same:]
		}
		return nil
	})
	if err != nil {
		return err
	}
	return contested.each(ctx, func(records []record) error {
		for len(records) > 0 {
			same, winner := 0, uint32(0)
			for ; same < len(records) && records[same].key == records[0].key; same++ {
				if line := taken[records[same].row]; line != 0 && (winner == 0 || line < winner) {
					winner = line
				}
			}
			if winner != 0 {
				if err := leaveOut(record{row: uint32(records[0].key), slice: records[0].slice}, winner); err != nil {
					return err
				}
			} else {
				for _, r := range records[:same] {
					taken[r.row] = r.line
				}
			}
			records = records[same:]
		}
		return nil
	})
}

// contest puts the rows of an address into a spool by ranges of rows: the row stands for the key there, the address's number for the row.
func contest(to *spool, of []record, number uint32, rows int) error {
	for _, r := range of {
		c := record{key: uint64(r.row), row: number, line: r.line, slice: r.slice}
		if err := to.add(int(c.key*spoolParts/uint64(rows)), c); err != nil {
			return err
		}
	}
	return nil
}

// record is what is kept of a row to find its duplicates.
type record struct {
	key   uint64 // never 0 for a row that is sent: no number is
	row   uint32
	line  uint32
	slice uint32 // what it comes to: the number of its slice in the tally, from which it is taken back if it loses
}

func byKey(records []record) {
	slices.SortFunc(records, func(a, b record) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.row, b.row)) })
}

// partOf spreads keys over the parts of a spool. Numbers differ in their last digits, which the multiplication carries to the top
// (Fibonacci hashing: the factor is 2^64 divided by the golden ratio).
func partOf(key uint64) int { return int(key * 0x9E3779B97F4A7C15 >> (64 - spoolBits)) }
