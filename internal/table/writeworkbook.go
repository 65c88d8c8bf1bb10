package table

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// MaxSheetRows is how many rows a sheet of a workbook has, its header among them.
const MaxSheetRows = excelize.TotalRows

// ErrSheetFull says that something does not fit into a sheet: too many rows or columns, or a text that is too long for a cell.
var ErrSheetFull = errors.New("more than a sheet of a workbook holds")

// rowsUnnamed is after how many rows a temporary file is looked for.
const rowsUnnamed = 1000

// The widths of columns, in characters, go by the first rows.
const (
	rowsMeasured = 100
	leastWidth   = 8
	mostWidth    = 60
)

// WriteWorkbook writes an XLSX workbook with one sheet of the rows, the first of which is the header: bold, and in sight however far one scrolls.
// Every cell is a text, whatever it looks like, and stays one when somebody edits it: nothing is computed, and no number loses a digit. The error is ErrSheetFull
// where the rows do not fit; whatever was written then is no workbook. A sheet above some 16 MB passes through a temporary file, which has no name any more where the
// system allows that.
func WriteWorkbook(w io.Writer, sheet string, rows iter.Seq[[]string]) (err error) {
	temp, err := os.MkdirTemp("", "sendoff-workbook-")
	if err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	defer os.RemoveAll(temp)
	book := excelize.NewFile(excelize.Options{TmpDir: temp})
	defer func() { _ = book.Close() }() // all that it could fail at is to remove a file that has lost its name
	if err := book.SetSheetName(book.GetSheetName(0), sheet); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	s := sheetWriter{temp: temp}
	if s.StreamWriter, err = book.NewStreamWriter(sheet); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	const asText = 49 // of the number formats that every spreadsheet has
	if s.bold, err = book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, NumFmt: asText}); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	if s.plain, err = book.NewStyle(&excelize.Style{NumFmt: asText}); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	if err := s.writeRows(rows); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	s.unname()
	if err := errors.Join(s.Flush(), book.Write(w)); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

// sheetWriter writes the rows of a sheet.
type sheetWriter struct {
	*excelize.StreamWriter
	temp        string // the folder of its temporary file
	bold, plain int    // styles
	written     int
	cells       []any
}

func (s *sheetWriter) writeRows(rows iter.Seq[[]string]) error {
	next, stop := iter.Pull(rows)
	defer stop()
	var first [][]string
	for len(first) < rowsMeasured {
		row, more := next()
		if !more {
			break
		}
		first = append(first, slices.Clone(row))
	}
	if err := s.lookOf(first); err != nil {
		return err
	}
	for _, row := range first {
		if err := s.write(row); err != nil {
			return err
		}
	}
	for row, more := next(); more; row, more = next() {
		if err := s.write(row); err != nil {
			return err
		}
	}
	return nil
}

// lookOf sets the widths of the columns by what stands in the first rows, and keeps the header in sight.
func (s *sheetWriter) lookOf(first [][]string) error {
	var widths []int
	for _, row := range first {
		if len(row) > excelize.MaxColumns {
			return ErrSheetFull
		}
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, leastWidth)
			}
			widths[i] = min(max(widths[i], utf8.RuneCountInString(cell)+2), mostWidth)
		}
	}
	for i, width := range widths {
		if err := s.SetColWidth(i+1, i+1, float64(width)); err != nil {
			return err
		}
	}
	return s.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

func (s *sheetWriter) write(row []string) error {
	if s.written == MaxSheetRows || len(row) > excelize.MaxColumns {
		return ErrSheetFull
	}
	style := s.plain
	if s.written == 0 {
		style = s.bold
	}
	s.written++
	s.cells = s.cells[:0]
	for _, text := range row {
		if len(text) > excelize.TotalCellChars { // which excelize would cut off
			return ErrSheetFull
		}
		s.cells = append(s.cells, excelize.Cell{StyleID: style, Value: text})
	}
	if s.written%rowsUnnamed == 0 {
		s.unname()
	}
	return s.SetRow(fmt.Sprintf("A%d", s.written), s.cells)
}

// unname takes the name from the temporary file, so that a process which is killed leaves nobody's data behind. Where a file that is open keeps its name it is removed at
// the end.
func (s *sheetWriter) unname() {
	files, _ := os.ReadDir(s.temp)
	for _, f := range files {
		_ = os.Remove(filepath.Join(s.temp, f.Name()))
	}
}
