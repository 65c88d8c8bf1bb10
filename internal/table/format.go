package table

import "fmt"

// Format is a kind of file.
type Format string

// The formats.
const (
	CSV    Format = "CSV"
	XLSX   Format = "XLSX workbook"
	NDJSON Format = "JSON lines"
)

// format reads the rows of one kind of file, from front to back.
type format interface {
	// head returns the beginning of the table as text, a row on a line, for a look before the header is read.
	head() []byte
	// header reads the first row as the names of the columns.
	header() ([]Name, error)
	// noHeader says that the first row is one like any other, of one column with this name.
	noHeader(name string)
	// read appends the next row to b.Rows, and to b.Bad what is wrong with it. It returns io.EOF behind the last one; any error
	// ends the file.
	read(b *Batch) error
	// describe adds to i what is known of the file: all of it once read has returned io.EOF.
	describe(i *Info)
	close() error
}

// openFormat finds out of what kind a file is, by what stands in it and never by its name.
func openFormat(s *source, o Options) (format, error) {
	c, err := openContent(s)
	if err != nil {
		return nil, err
	}
	f, err := c.format(o)
	if err != nil {
		c.close()
		return nil, err
	}
	return f, nil
}

func (c *content) format(o Options) (format, error) {
	head, err := c.head()
	if err != nil {
		return nil, err
	}
	switch {
	case hasAny(head, zipMagic, emptyZip):
		return openWorkbook(c, o)
	case hasAny(head, oleMagic):
		return nil, c.refuseOLE()
	case o.Sheet != "":
		return nil, c.source.problem(fmt.Sprintf("is not a workbook, so it has no sheet %q", o.Sheet), "take sheet out of the campaign, or name a workbook (.xlsx)")
	}
	t, err := openText(c, o)
	switch {
	case err != nil:
		return nil, err
	case isJSON(t.start):
		return openNDJSON(t)
	}
	return t, t.divide(o.Delimiter)
}
