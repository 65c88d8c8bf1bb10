package table

import (
	"bytes"
	"fmt"
)

// format reads the rows of one kind of file, from front to back.
type format interface {
	// head returns the beginning of the table as text, a row on a line, for a look before the header is read.
	head() []byte
	// header reads the first row as the names of the columns.
	header() ([]Name, error)
	// noHeader says that the first row is one like any other, of one column with this name.
	noHeader(name string)
	// read appends the next row to b.Rows, and to b.Bad what is wrong with it. It returns io.EOF behind the last one; any error ends the file.
	read(b *Batch) error
	// describe adds to i what is known of the file: all of it once read has returned io.EOF.
	describe(i *Info)
	close() error
}

// openFormat returns what reads a file that begins with head, or nil where that is lines of text.
func openFormat(s *source, head []byte, o Options) (format, error) {
	switch {
	case bytes.HasPrefix(head, zipMagic):
		return openWorkbook(s, o)
	case bytes.HasPrefix(head, oleMagic):
		return nil, s.refuseOLE()
	case o.Sheet != "":
		return nil, s.problem(fmt.Sprintf("is not a workbook, so it has no sheet %q", o.Sheet), "take sheet out of the campaign, or name a workbook (.xlsx)")
	case isJSON(head):
		return openNDJSON(s, head)
	}
	return nil, nil
}
