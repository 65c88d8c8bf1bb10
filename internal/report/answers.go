package report

import (
	"encoding/csv"
	"io"
	"iter"
)

// WriteNew makes a file of what write writes, at a path where no file may be ([ErrExists]).
func WriteNew(path string, write func(io.Writer) error) error { return writeNew(path, write) }

// AnswersCSV writes a table as CSV that spreadsheets open as text, and in which they find no formula.
func AnswersCSV(w io.Writer, rows iter.Seq[[]string]) error {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return err
	}
	lines := csv.NewWriter(w)
	for row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = guard(cell)
		}
		_ = lines.Write(cells) // what keeps it from writing comes out of Error
	}
	lines.Flush()
	return lines.Error()
}
