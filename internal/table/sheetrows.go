package table

import (
	"bufio"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
)

const (
	maxToken   = 1 << 20   // bytes of a piece of XML; a cell has at most 32,767 characters
	maxDepth   = 100       // elements inside each other
	maxColumns = 16_384    // of a sheet
	maxRows    = 1_048_576 // of a sheet
)

// errShape is that XML is well-formed and yet no sheet.
var errShape = errors.New("XML is not that of a sheet")

// xmlPart reads a part's XML piece by piece. It checks what [xml.Decoder.RawToken] leaves to its caller, that each element ends where it
// should, and does not look up namespaces, which takes as long as all the rest.
type xmlPart struct {
	part io.Reader
	left int // bytes that the current piece may still have
	xml  *xml.Decoder
	open []string // the elements around the current place, from the outside
}

func newXMLPart(part io.Reader) *xmlPart {
	p := &xmlPart{part: part}
	p.xml = xml.NewDecoder(bufio.NewReaderSize(rationed{p}, readSize))
	return p
}

// rationed keeps a single piece of XML from filling the memory.
type rationed struct{ of *xmlPart }

func (r rationed) Read(b []byte) (int, error) {
	if r.of.left <= 0 {
		return 0, errRowTooLong
	}
	n, err := r.of.part.Read(b)
	r.of.left -= n
	return n, err
}

// token returns the next piece; its bytes hold until the next call. It returns io.EOF only where every element has ended.
func (p *xmlPart) token() (xml.Token, error) {
	p.left = maxToken
	t, err := p.xml.RawToken()
	switch e := t.(type) {
	case xml.StartElement:
		if len(p.open) == maxDepth {
			return nil, errShape
		}
		p.open = append(p.open, e.Name.Local)
	case xml.EndElement:
		if p.inside() != e.Name.Local {
			return nil, errShape
		}
		p.open = p.open[:len(p.open)-1]
	}
	if errors.Is(err, io.EOF) && len(p.open) > 0 {
		return nil, io.ErrUnexpectedEOF
	}
	return t, err
}

// inside returns the innermost element around the current place.
func (p *xmlPart) inside() string {
	if len(p.open) == 0 {
		return ""
	}
	return p.open[len(p.open)-1]
}

// isText reports whether the current place is text of a string: of a whole one or of a run of one, and not of how it is pronounced.
func (p *xmlPart) isText() bool {
	return p.inside() == "t" && !slices.Contains(p.open, "rPh")
}

// sheetRow is a row of a sheet as it is stored.
type sheetRow struct {
	number int // from 1
	hidden bool
	cells  []cell // those that hold something
	text   []byte // of all of them
}

// cell is a cell as it is stored.
type cell struct {
	column   int    // from 0
	kind     string // ECMA-376 18.18.11: "n", "s" …
	style    int
	from, to int // its text in the row's
	isBare   bool
}

func (r *sheetRow) textOf(c *cell) []byte { return r.text[c.from:c.to] }

// sheetRows reads a sheet's rows from front to back.
type sheetRows struct {
	part          io.Closer
	xml           *xmlPart
	lastRow       int // as the sheet says; it may be wrong
	row           sheetRow
	hiddenColumns []span // known from the first row on
	merged        []span // of rows: cells that were merged over several rows or columns; known at the end
}

// span is a number of rows or columns that follow each other, from 1.
type span struct{ from, to int }

// next reads the next row, empty ones too where they are stored, and returns io.EOF behind the last one, when all of the sheet was read.
// What it returns holds until the next call.
func (s *sheetRows) next() (*sheetRow, error) {
	for {
		t, err := s.xml.token()
		if err != nil {
			return nil, err
		}
		start, isStart := t.(xml.StartElement)
		if !isStart {
			continue
		}
		switch start.Name.Local {
		case "row":
			return &s.row, s.readRow(start)
		case "dimension":
			_, last, _ := strings.Cut(attribute(start, "ref"), ":")
			_, s.lastRow, _ = splitReference(last)
		case "col":
			s.readColumn(start)
		case "mergeCell":
			s.readMerged(start)
		}
	}
}

// attribute returns an attribute that has no prefix, or "".
func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

func (s *sheetRows) readColumn(e xml.StartElement) {
	from, _ := strconv.Atoi(attribute(e, "min"))
	to, _ := strconv.Atoi(attribute(e, "max"))
	if (isTrue(attribute(e, "hidden")) || attribute(e, "width") == "0") && from > 0 && len(s.hiddenColumns) < maxColumns {
		s.hiddenColumns = append(s.hiddenColumns, span{from, to})
	}
}

func (s *sheetRows) readMerged(e xml.StartElement) {
	first, last, _ := strings.Cut(attribute(e, "ref"), ":")
	_, from, ok := splitReference(first)
	if _, to, isArea := splitReference(last); ok && isArea && len(s.merged) < maxRows {
		s.merged = append(s.merged, span{from, to})
	}
}

func (s *sheetRows) readRow(e xml.StartElement) error {
	number := s.row.number + 1
	if r := attribute(e, "r"); r != "" {
		given, err := strconv.Atoi(r)
		if err != nil || given < number {
			return errShape
		}
		number = given
	}
	if number > maxRows {
		return errShape
	}
	height, err := strconv.ParseFloat(attribute(e, "ht"), 64)
	s.row = sheetRow{
		number: number, hidden: isTrue(attribute(e, "hidden")) || err == nil && height == 0,
		cells: s.row.cells[:0], text: s.row.text[:0],
	}
	column := -1 // of the last cell
	for depth := len(s.xml.open); len(s.xml.open) >= depth; {
		t, err := s.xml.token()
		if err != nil {
			return err
		}
		if start, isStart := t.(xml.StartElement); isStart && start.Name.Local == "c" {
			if column, err = s.readCell(start, column+1); err != nil {
				return err
			}
		}
	}
	slices.SortFunc(s.row.cells, func(a, b cell) int { return a.column - b.column })
	for i := range s.row.cells[min(1, len(s.row.cells)):] {
		if s.row.cells[i].column == s.row.cells[i+1].column {
			return errShape // nobody can know which of the two is meant
		}
	}
	return nil
}

// readCell reads a cell, which stands in column where it does not say so itself, and returns where it does.
func (s *sheetRows) readCell(e xml.StartElement, column int) (int, error) {
	c := cell{kind: "n", from: len(s.row.text)}
	for _, a := range e.Attr {
		switch {
		case a.Name.Space != "":
		case a.Name.Local == "r":
			given, _, ok := splitReference(a.Value)
			if !ok {
				return 0, errShape
			}
			column = given
		case a.Name.Local == "t":
			c.kind = a.Value
		case a.Name.Local == "s":
			c.style, _ = strconv.Atoi(a.Value) // the first style is also what a cell without one has
		}
	}
	if column >= maxColumns {
		return 0, errShape
	}
	c.column = column
	isFormula, hasValue := false, false
	for depth := len(s.xml.open); len(s.xml.open) >= depth; {
		t, err := s.xml.token()
		if err != nil {
			return 0, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			isFormula = isFormula || t.Name.Local == "f"
			hasValue = hasValue || t.Name.Local == "v"
		case xml.CharData:
			if s.xml.inside() == "v" || s.xml.isText() {
				s.row.text = append(s.row.text, t...)
			}
		}
	}
	if len(s.row.text) > maxRow {
		return 0, errRowTooLong
	}
	c.to = len(s.row.text)
	c.isBare = isFormula && (!hasValue || c.to == c.from && c.kind == "n")
	if c.to > c.from || c.isBare {
		s.row.cells = append(s.row.cells, c)
	}
	return column, nil
}

// splitReference reads a cell's reference, such as C17: its column, from 0, and its row.
func splitReference(reference string) (column, row int, ok bool) {
	letters := 0
	for letters < len(reference) && letters < 4 && reference[letters] >= 'A' && reference[letters] <= 'Z' {
		column = column*26 + int(reference[letters]-'A') + 1
		letters++
	}
	row, err := strconv.Atoi(reference[letters:])
	return column - 1, row, letters > 0 && err == nil && row > 0
}

// columnName returns what a spreadsheet calls a column, from 0: A … Z, AA …
func columnName(column int) string {
	name := ""
	for column++; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return name
}

func (s *sheetRows) close() { _ = s.part.Close() } // what was wrong with it shows while it is read
