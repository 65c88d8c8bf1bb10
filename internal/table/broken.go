package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"sendoff/campaign"
)

const (
	doubleQuotes = `a quote inside a cell is written twice, and the whole cell stands in quotes: "say ""hi"""`
	asUTF8       = `in Excel: Save As, "CSV UTF-8 (comma delimited)"; elsewhere export as UTF-8`
	sayEncoding  = "say which it is beside the file's name, as in audience: {encoding: windows-1252}, or with --encoding windows-1252"
)

// strayQuote judges a row in which the parser found a quote out of place. It returns what is wrong with that row, or, where the row began
// on an earlier line or its quote is never closed, the error of the file: the lines between may have been people.
func (t *text) strayQuote(malformed *csv.ParseError) (campaign.Problem, error) {
	row, _ := t.stream.row(t.csv.InputOffset())
	last := row[lastLine(row):]
	at := min(malformed.Column-1, len(last))
	isClosed := at < len(last) && last[at] == '"'
	if !isClosed || malformed.Line != malformed.StartLine {
		return campaign.Problem{}, t.unclosed(row[:len(row)-len(last)+at])
	}
	return campaign.Problem{
		File: t.source.name, Line: malformed.Line, Column: characters(last[:at]) + 1,
		Message: Quote.String(), Hint: Quote.Hint(),
	}, nil
}

// rowText is the text of the current row.
func (t *text) rowText() string {
	row, _ := t.stream.row(t.csv.InputOffset())
	return string(row)
}

// readBroken adds a row that the parser could not read, or returns the error that ends the file.
func (t *text) readBroken(b *Batch, record []string, err error) error {
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	var malformed *csv.ParseError
	if !errors.As(err, &malformed) {
		return t.broken(err)
	}
	if t.isList && malformed.Line == malformed.StartLine && strings.HasPrefix(t.rowText(), "#") {
		t.next() // of a comment
		return nil
	}
	problem, err := t.strayQuote(malformed)
	if err != nil {
		return err
	}
	b.addBad(Quote, problem)
	b.add(malformed.StartLine, record, int(t.csv.InputOffset()-t.stream.start))
	t.next()
	return nil
}

// brokenHeader is the error for a header that the parser could not read.
func (t *text) brokenHeader(err error) error {
	var malformed *csv.ParseError
	if !errors.As(err, &malformed) {
		return t.broken(err)
	}
	problem, err := t.strayQuote(malformed)
	if err != nil {
		return err
	}
	return campaign.Problems{problem}
}

// cellCount says what is wrong with a row that begins at line and has too few cells or too many.
func (t *text) cellCount(record []string, line int) campaign.Problem {
	message := fmt.Sprintf("row: number of cells is %d, the header has %d", len(record), len(t.names))
	if last, _ := t.csv.FieldPos(len(record) - 1); last > line {
		message += fmt.Sprintf(" (the row goes on to line %d)", last)
	}
	return campaign.Problem{File: t.source.name, Line: line, Message: message, Hint: Cells.Hint()}
}

// broken turns an error behind which nothing of the file is known into one with a position.
func (t *text) broken(err error) error {
	s := t.stream
	line, column := s.position(s.ready)
	asSaid := sayEncoding + "; or " + asUTF8
	switch {
	case errors.Is(err, errRowTooLong):
		return t.tooLong()
	case errors.Is(err, errNUL) && s.isWide:
		return t.source.problemAt(line, column, "has zero bytes from here on, as UTF-16 has: several files in different encodings seem to stand in it", asUTF8)
	case errors.Is(err, errNUL):
		return t.source.problemAt(line, column, "has a zero byte here, which no text has", "export the file again")
	case errors.Is(err, errUnsure):
		return t.unsure()
	case !errors.Is(err, errNotText):
		return err // it names the file
	case !s.encoding.isUTF8() && s.isCut:
		return t.source.problemAt(line, column, "is cut off in the middle of a character of "+s.encoding.name, "have it written or copied again")
	case s.encoding.order != nil:
		return t.source.problemAt(line, column, "has half a character here, which "+s.encoding.name+" has not", "export the file again; "+asUTF8)
	case !s.encoding.isUTF8():
		return t.source.problemAt(line, column, "has a byte here that is no character of "+s.encoding.name, asSaid)
	case s.isCut:
		return t.source.problemAt(line, column, "is cut off in the middle of a UTF-8 character, or in another encoding",
			"have it written or copied again; if it is in another encoding, "+sayEncoding)
	case s.isASCII: // it was told
		return t.source.problemAt(line, column, "is not UTF-8 text, as the campaign says", "take the encoding out of the campaign: it is found out")
	case line == 1:
		return t.source.problemAt(line, column, "is UTF-8 text up to here, but not here: it is in another encoding, or was put together of files in several", asUTF8)
	}
	return t.source.problemAt(line, column,
		fmt.Sprintf("is UTF-8 text for %d lines, but not here: from here on it is in another encoding, probably Windows-1252", line-1), asUTF8)
}

// unsure is the error for text whose encoding cannot be guessed well enough.
func (t *text) unsure() error {
	g := t.stream.guessed.judge()
	switch {
	case t.stream.guessed.utf8 > 0:
		return t.source.problem("is in two encodings: some of its letters are UTF-8, and some are not. Several exports seem to stand in it, or it is damaged", asUTF8)
	case g.encoding == nil:
		return t.source.problem("is in an encoding that is not known here", asUTF8)
	case g.confidence >= sureEnough && g.name != western:
		name := strings.ToLower(strings.ReplaceAll(g.name, " ", ""))
		return t.source.problem(fmt.Sprintf("is not UTF-8. It looks like %s (%d %%), and is read as that only where somebody says so: too few letters differ between the old encodings",
			g.name, g.confidence), "say audience: {encoding: "+name+"}, or --encoding "+name+", and look at the names in plan --rows; or "+asUTF8)
	}
	return t.source.problem(fmt.Sprintf("is not UTF-8, and its other encoding cannot be told: it may be %s (%d %%) or %s; too little stands in it beyond ASCII, or it fits neither",
		g.name, g.confidence, g.rival), sayEncoding+"; or "+asUTF8)
}

// isTooLong reports whether the current row, which ends at end, is too long even without blank lines before it.
func (t *text) isTooLong(end int64) bool {
	row, _ := t.stream.row(end)
	return len(row) > maxRow
}

func (t *text) tooLong() error {
	row, at := t.stream.row(t.stream.start + maxRow)
	if opened, isOpen := lastOpened(row); isOpen {
		line, column := t.stream.position(at + opened)
		return t.source.problemAt(line, column, "the quote that opens here is not closed within 1 MB, so the rows after it cannot be told apart", doubleQuotes)
	}
	line, column := t.stream.position(at)
	return t.source.problemAt(line, column, "the row that begins here is longer than 1 MB", "take the long cells out of the file")
}

// unclosed is the error for a quote that is open at the end of row, the beginning of the current one.
func (t *text) unclosed(row []byte) error {
	opened, _ := lastOpened(row)
	line, column := t.stream.position(t.stream.begin() + opened)
	return t.source.problemAt(line, column,
		"the quote that opens here is not closed where its cell ends, so the rows after it cannot be told apart", doubleQuotes)
}

// lastLine returns where the last line of text begins, which a line feed may end.
func lastLine(text []byte) int {
	return bytes.LastIndexByte(bytes.TrimSuffix(text, []byte("\n")), '\n') + 1
}

// lastOpened returns where the last quote that opens a cell stands, or 0, and whether it is still open at the end of text.
func lastOpened(text []byte) (at int, isOpen bool) {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] != '"':
		case !isOpen:
			at, isOpen = i, true
		case i+1 < len(text) && text[i+1] == '"':
			i++
		default:
			isOpen = false
		}
	}
	return at, isOpen
}
