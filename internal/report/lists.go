package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"sendoff/campaign"
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
	Full      bool           // whole addresses in report.csv, not masked ones
	OnlyDoubt bool           // report.json and in-doubt.csv alone: what somebody needs who goes on after an interruption
	Redact    bool           // report.json, report.csv and report.xml alone, as an outsider may have them: as of [Report.Redact], in a folder of their own; Full then means nothing
	Tolerate  campaign.Share // so many rejected or failed of those that were tried make no failure in report.xml; zero: none
	Now       time.Time      // zero: as the clock has it
}

// lists returns which are written. report.csv is published last: where it is, the others are.
func (o Options) lists() []list {
	switch {
	case o.OnlyDoubt:
		return []list{inDoubt}
	case o.Redact:
		return []list{everyone}
	}
	return []list{everyone, failures, skipped, inDoubt}
}

// name is that of a file within the run's directory.
func (o Options) name(file string) string {
	if o.Redact {
		return filepath.Join(runstore.RedactedFolder, file)
	}
	return file
}

// Write writes report.json and the lists into the run's directory, and report.xml; costs.csv too, where the run has prices; and returns the report, with its Results.
// It reads the snapshot once, a few frames at a time. Where the ledger's totals and its rows do not agree it returns an error that wraps ledger.ErrDamaged, and
// leaves the lists of an earlier Write as they were. report.json is there whatever becomes of the lists, but then without Results; where the snapshot was erased, the error
// is a runstore.ErrErased, and Results are those of an earlier Write, if they are still true.
func Write(r *runstore.Run, o Options) (*Report, error) {
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	rep, doubtful, err := collect(r)
	if err != nil {
		return nil, err
	}
	if rep.State == runstore.Planning {
		return nil, errors.New("write report: the run was never planned to its end")
	}
	if o.Redact {
		if err := durable.MakeDir(r.Path(runstore.RedactedFolder)); err != nil {
			return nil, fmt.Errorf("write report: %w", err)
		}
	}
	if err := writeLists(r, rep, doubtful, o); err != nil {
		rep.Results, rep.CostSettled = nil, nil
		if rep.Costs != nil {
			rep.Costs.Accepted, rep.Costs.Erased = nil, 0
		}
		if errors.Is(err, runstore.ErrErased) {
			rep.keepResults(r.Path(runstore.ReportName))
		}
		return rep, errors.Join(fmt.Errorf("write lists: %w", err), writeNumbers(r, rep, o))
	}
	return rep, nil
}

// keepResults takes from the report.json of an earlier Write what nobody can count any more, unless something has changed since.
func (r *Report) keepResults(path string) {
	var earlier Report
	b, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(b, &earlier) != nil || earlier.Results == nil || len(earlier.Results.Slices) == 0 {
		return
	}
	with := *r
	with.Results = earlier.Results
	if with.balance() == nil {
		r.Results, r.CostSettled = earlier.Results, earlier.CostSettled
		if r.Costs != nil && earlier.Costs != nil {
			r.Costs.Accepted, r.Costs.Erased = earlier.Costs.Accepted, earlier.Costs.Erased
		}
	}
}

// Conclude sees to it that report.json says what can be counted only as long as the people's data is there: results, and what they cost. What nobody can count any
// more stays uncounted: that is no reason to keep anybody's data.
func Conclude(r *runstore.Run) {
	rep, _, err := collect(r)
	if err != nil || !rep.Erased.IsZero() || !rep.State.Over() {
		return
	}
	if rep.keepResults(r.Path(runstore.ReportName)); rep.Results == nil {
		_, _ = Write(r, Options{})
	}
}

// writeNumbers writes report.json.
func writeNumbers(r *runstore.Run, rep *Report, o Options) error {
	if o.Redact {
		rep.Redact()
	}
	if err := r.WriteJSON(o.name(runstore.ReportName), rep); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func writeLists(r *runstore.Run, rep *Report, doubtful []int, o Options) error {
	snapshot, err := r.OpenSnapshot()
	if err != nil {
		return err
	}
	defer snapshot.Close()
	lists, frames := o.lists(), doubtful
	var ask *question
	if !o.OnlyDoubt {
		frames, ask = allOf(snapshot.Frames()), newQuestion(r.Meta(), o.Now)
	}
	t := newTable(r.Meta(), o.Full)
	t.collected, t.redact = rep.Delivery != nil, o.Redact
	printers := make([]*printer, runtime.GOMAXPROCS(0))
	for i := range printers {
		printers[i] = newPrinter(t, snapshot, r.Ledger, lists)
		if ask != nil {
			printers[i].survey = ask.survey()
		}
	}
	return o.replace(r, lists, nil, func(files []io.Writer) error {
		for i, l := range lists {
			if _, err := files[i].Write(t.header(l)); err != nil {
				return err
			}
		}
		printed, err := writePages(files, lists, pages(printers, frames))
		if err != nil {
			return err
		}
		if err := printed.matches(rep, o.OnlyDoubt); err != nil {
			return err
		}
		if ask != nil {
			all := ask.survey()
			for _, p := range printers {
				all.join(p.survey)
			}
			if err := writeResults(r, rep, all, o); err != nil {
				return err
			}
		}
		return writeNumbers(r, rep, o) // the lists are there, and none is published yet
	})
}

// writeResults gives the report what the walk has found, and writes what is made of that: costs.csv and report.xml.
func writeResults(r *runstore.Run, rep *Report, s *survey, o Options) error {
	rep.take(s)
	if err := rep.balance(); err != nil {
		return fmt.Errorf("%w: %w", ledger.ErrDamaged, err)
	}
	if err := writeCosts(r, rep, s, o); err != nil {
		return err
	}
	return rep.writeJUnit(r.Path(o.name(runstore.JUnitName)), o.Tolerate)
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
			if _, err := files[i].Write(p.out[l]); err != nil {
				return printed, err
			}
		}
	}
	return printed, nil
}

// replace opens lists one within another, and lets write fill them. None is published before all of them are written.
func (o Options) replace(r *runstore.Run, lists []list, files []io.Writer, write func([]io.Writer) error) error {
	if len(files) == len(lists) {
		return write(files)
	}
	return durable.WriteFile(r.Path(o.name(listNames[lists[len(files)]])), func(w io.Writer) error {
		return o.replace(r, lists, append(files, w), write)
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
