package plan

import (
	"cmp"
	"context"
	"slices"
)

// findDuplicates calls leaveOut, in ascending order, for every row of seen that has the key of an earlier one, and with the line of the
// first row that has it.
//
// Keys come out part by part, so the rows that lose do not come out in their order. They go through a second spool, whose parts are ranges
// of rows: a ledger is written fastest from front to back.
func findDuplicates(ctx context.Context, seen *spool, rows int, leaveOut func(row, winner uint32) error) error {
	losers := newSpool(seen.path+".lost", seen.limit)
	defer losers.close()
	err := seen.each(ctx, func(records []record) error {
		var winner record
		for _, r := range records {
			if r.key != winner.key {
				winner = r
				continue
			}
			loser := record{key: uint64(r.row), line: winner.line}
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
			if err := leaveOut(uint32(r.key), r.line); err != nil {
				return err
			}
		}
		return nil
	})
}

// record is what is kept of a row to find its duplicates.
type record struct {
	key  uint64 // never 0 for a row that is sent: no number is
	row  uint32
	line uint32
}

func byKey(records []record) {
	slices.SortFunc(records, func(a, b record) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.row, b.row)) })
}

// partOf spreads keys over the parts of a spool. Numbers differ in their last digits, which the multiplication carries to the top
// (Fibonacci hashing: the factor is 2^64 divided by the golden ratio).
func partOf(key uint64) int { return int(key * 0x9E3779B97F4A7C15 >> (64 - spoolBits)) }
