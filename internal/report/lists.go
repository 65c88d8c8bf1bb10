package report

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"

	"sendoff/internal/durable"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

// list is one of the CSV files.
type list int

const (
	everyone list = iota
	failures
	skipped
	inDoubt
	listCount
)

var listNames = [listCount]string{runstore.RowsName, runstore.FailuresName, runstore.SkippedName, runstore.InDoubtName}

// Options say what to write.
type Options struct {
	Full      bool // whole addresses in report.csv, not masked ones
	OnlyDoubt bool // report.json and in-doubt.csv alone: what somebody needs who goes on after an interruption
}

// Write writes report.json and the lists into the run's directory, and costs.csv where the run has prices; and returns the report. It reads the snapshot once, a few frames at a time. Where the
// ledger's totals and its rows do not agree it returns an error that wraps ledger.ErrDamaged, and leaves the lists of an earlier
// Write as they were. report.json comes first: it needs no snapshot, so that it is there even when that was erased; the error is
// then a runstore.ErrErased.
func Write(r *runstore.Run, o Options) (*Report, error) {
	rep, doubtful, err := collect(r)
	if err != nil {
		return nil, err
	}
	if rep.State == runstore.Planning {
		return nil, errors.New("write report: the run was never planned to its end")
	}
	var unread error // of what costs are made of, which report.json does not wait for
	if rep.Costs != nil && !o.OnlyDoubt {
		rep.Costs.Accepted, unread = writeCosts(r)
	}
	if err := errors.Join(r.WriteJSON(runstore.ReportName, rep), unread); err != nil {
		return nil, fmt.Errorf("write report: %w", err)
	}
	if err := writeLists(r, rep, doubtful, o); err != nil {
		return rep, fmt.Errorf("write lists: %w", err)
	}
	return rep, nil
}

func writeLists(r *runstore.Run, rep *Report, doubtful []int, o Options) error {
	snapshot, err := r.OpenSnapshot()
	if err != nil {
		return err
	}
	defer snapshot.Close()
	lists, frames := []list{inDoubt}, doubtful
	if !o.OnlyDoubt {
		// report.csv is published last: where it is, the others are.
		lists, frames = []list{everyone, failures, skipped, inDoubt}, allOf(snapshot.Frames())
	}
	t := newTable(r.Meta().Columns, o.Full)
	printers := make([]*printer, runtime.GOMAXPROCS(0))
	for i := range printers {
		printers[i] = newPrinter(t, snapshot, r.Ledger, lists)
	}
	return replace(r, lists, nil, func(files []io.Writer) error {
		for i, l := range lists {
			if _, err := files[i].Write(t.header(l)); err != nil {
				return err
			}
		}
		printed, err := writePages(files, lists, pages(printers, frames))
		if err != nil {
			return err
		}
		return printed.matches(rep, o.OnlyDoubt)
	})
}

// writePages writes each list's part of the pages to its file, and counts the rows.
func writePages(files []io.Writer, lists []list, all iter.Seq2[*page, error]) (count, error) {
	var printed count
	for p, err := range all {
		if err != nil {
			return printed, err
		}
		printed.add(p.count)
		for i, l := range lists {
			if _, err := files[i].Write(p.text[l].Bytes()); err != nil {
				return printed, err
			}
		}
	}
	return printed, nil
}

// replace opens lists one within another, and lets write fill them. None is published before all of them are written.
func replace(r *runstore.Run, lists []list, files []io.Writer, write func([]io.Writer) error) error {
	if len(files) == len(lists) {
		return write(files)
	}
	return durable.WriteFile(r.Path(listNames[lists[len(files)]]), func(w io.Writer) error {
		return replace(r, lists, append(files, w), write)
	})
}

// allOf returns the numbers of n frames.
func allOf(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// count is how many rows were printed in each state.
type count [ledger.Skipped + 1]int

func (c *count) add(other count) {
	for s, n := range other {
		c[s] += n
	}
}

// matches returns an error where the rows that were printed are not those that the report has counted.
func (c count) matches(rep *Report, onlyDoubt bool) error {
	want := count{
		ledger.None: rep.NotSent, ledger.Accepted: rep.Accepted, ledger.Rejected: rep.Rejected,
		ledger.InDoubt: rep.InDoubt, ledger.LeftInDoubt: rep.LeftInDoubt, ledger.Skipped: rep.skipped(),
	}
	for s := range want {
		if want[s] != c[s] && (!onlyDoubt || ledger.State(s) == ledger.InDoubt) {
			return fmt.Errorf("%w: it counts %d rows as %v, and row by row there are %d", ledger.ErrDamaged, want[s], ledger.State(s), c[s])
		}
	}
	return nil
}
