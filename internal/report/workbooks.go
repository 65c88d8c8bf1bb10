package report

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"strings"

	"sendoff/internal/durable"
	"sendoff/internal/runstore"
	rowsof "sendoff/internal/table" // report has a table of its own
)

// mostRowsUnasked is how many rows a run may have so that its workbooks are made without anybody asking: they take a fraction of a second.
const mostRowsUnasked = 20_000

var bookNames = [listCount]string{runstore.RowsBookName, runstore.FailuresBookName, runstore.SkippedBookName, runstore.InDoubtBookName}

// WriteWorkbooks makes an XLSX workbook of each list with people in it that the last [Write] has written, in the run's directory: of a run with up to 20,000 rows, or
// whatever its size where somebody has asked for them; a workbook that is there already is made anew in any case, so that it says what its list says. onlyDoubt is that
// of the Write. Where the name of a workbook is taken, since a spreadsheet has it open, the new one is put beside it; notes say so, and
// which list is too large, a sentence each. The error is of the first workbook that could not be made.
func WriteWorkbooks(r *runstore.Run, asked, onlyDoubt bool) (notes []string, err error) {
	rows := r.Meta().Rows
	for l, name := range bookNames {
		if onlyDoubt && list(l) != inDoubt || rows > mostRowsUnasked && !asked && !fileExists(r.Path(name)) {
			continue
		}
		note, e := writeWorkbook(r, list(l))
		if note != "" {
			notes = append(notes, note)
		}
		if err == nil && e != nil {
			err = fmt.Errorf("write workbook %s: %w", name, e)
		}
	}
	return notes, err
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// writeWorkbook makes the workbook of one list.
func writeWorkbook(r *runstore.Run, l list) (note string, err error) {
	name := bookNames[l]
	beside := runstore.Beside(name)
	t := newTable(r.Meta(), false)
	hasPeople, err := t.hasRows(r.Path(listNames[l]))
	if err != nil {
		return "", err
	}
	if !hasPeople {
		return "", removeBooks(r, name, beside)
	}
	write := func(w io.Writer) error { return t.convert(w, r.Path(listNames[l]), strings.TrimSuffix(name, ".xlsx")) }
	err = durable.WriteFile(r.Path(name), write)
	var taken *os.LinkError // of the rename
	switch {
	case errors.As(err, &taken):
		if err := durable.WriteFile(r.Path(beside), write); err != nil {
			return "", err
		}
		return fmt.Sprintf("%s is open in another program, so the new one is %s", name, beside), nil
	case errors.Is(err, rowsof.ErrSheetFull):
		// A workbook of an earlier time would say something else than its list.
		return fmt.Sprintf("%s is more than a workbook holds, so there is no %s", listNames[l], name), removeBooks(r, name, beside)
	case err != nil:
		return "", err
	}
	return "", removeBooks(r, beside)
}

func removeBooks(r *runstore.Run, names ...string) error {
	for _, name := range names {
		if err := os.Remove(r.Path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// hasRows reports whether the list at path has more than its header.
func (t *table) hasRows(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	lines := t.reader(f)
	_, err = lines.Read()
	if err == nil {
		_, err = lines.Read()
	}
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	return err == nil, err
}

// convert writes a workbook of the list at path. Its cells are the audience's own: what a text says is not computed, so no apostrophe is wanted.
func (t *table) convert(w io.Writer, path, sheet string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	var unread error
	err = rowsof.WriteWorkbook(w, sheet, t.records(f, &unread))
	return errors.Join(unread, err)
}

// reader reads what [table.writer] has written.
func (t *table) reader(in io.Reader) *csv.Reader {
	lines := csv.NewReader(bufio.NewReaderSize(rowsof.Decode(in, t.encoding), 64<<10))
	lines.Comma = t.comma
	return lines
}

// records yields the lines of a list as they were before they were guarded, until one cannot be read: unread says why.
func (t *table) records(in io.Reader, unread *error) iter.Seq[[]string] {
	lines := t.reader(in)
	lines.ReuseRecord = true
	return func(yield func([]string) bool) {
		for {
			cells, err := lines.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			if *unread = err; err != nil {
				return
			}
			for i := range cells {
				if t.comma != ',' {
					cells[i] = unguardAt(cells[i], ",")
				}
				cells[i] = unguard(cells[i])
			}
			if !yield(cells) {
				return
			}
		}
	}
}
