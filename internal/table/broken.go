package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"

	"sendoff/campaign"
)

const doubleQuotes = `a quote inside a cell is written twice, and the whole cell stands in quotes: "say ""hi"""`

// strayQuote judges a row in which the parser found a quote out of place; end is where the row's last line ends. It returns what is
// wrong with that row, or, where the row began on an earlier line or its quote is never closed, the error of the file: the
// lines between may have been people.
func (r *Reader) strayQuote(malformed *csv.ParseError, end int64) (campaign.Problem, error) {
	text, err := r.textFrom(end)
	if err != nil {
		return campaign.Problem{}, err
	}
	last := text[lastLine(text):]
	at := min(malformed.Column-1, len(last))
	isClosed := at < len(last) && last[at] == '"'
	if !isClosed || malformed.Line != malformed.StartLine {
		return campaign.Problem{}, r.unclosed(text[:len(text)-len(last)+at])
	}
	return campaign.Problem{
		File: r.source.name, Line: malformed.Line, Column: characters(last[:at]) + 1,
		Message: Quote.String(), Hint: Quote.Hint(),
	}, nil
}

// cellCount says what is wrong with a row that begins at line and has too few cells or too many.
func (r *Reader) cellCount(record []string, line int) campaign.Problem {
	message := fmt.Sprintf("row: number of cells is %d, the header has %d", len(record), len(r.header))
	if last, _ := r.csv.FieldPos(len(record) - 1); last > line {
		message += fmt.Sprintf(" (the row goes on to line %d)", last)
	}
	return campaign.Problem{File: r.source.name, Line: line, Message: message, Hint: Cells.Hint()}
}

// broken turns an error behind which nothing of the file is known into one with a position.
func (r *Reader) broken(err error) error {
	var malformed *csv.ParseError
	switch {
	case errors.As(err, &malformed): // in the header
		problem, err := r.strayQuote(malformed, r.csv.InputOffset())
		if err != nil {
			return err
		}
		return campaign.Problems{problem}
	case errors.Is(err, errRowTooLong):
		return r.tooLong()
	case errors.Is(err, errNUL):
		line, column := r.source.positionAt(r.source.bad)
		return r.source.problemAt(line, column, "has a zero byte here, which no text has",
			"export the file again; if the place is not the end, "+asUTF8)
	case errors.Is(err, errNotUTF8):
		line, column := r.source.positionAt(r.source.bad)
		return r.source.problemAt(line, column,
			"is not UTF-8 text: from here on it is in another encoding, probably Windows-1252, or cut off", asUTF8)
	}
	return fmt.Errorf("read table: %w", err)
}

func (r *Reader) tooLong() error {
	text, err := r.textFrom(r.start + maxRow)
	if err != nil {
		return err
	}
	if _, isOpen := lastOpened(text); isOpen {
		return r.unclosed(text)
	}
	line, column := r.source.positionAt(r.start + r.source.bomLen())
	return r.source.problemAt(line, column, "the row that begins here is longer than 1 MB", "take the long cells out of the file")
}

// unclosed is the error for a quote that is open at the end of text, the beginning of the current row.
func (r *Reader) unclosed(text []byte) error {
	opened, _ := lastOpened(text)
	line, column := r.source.positionAt(r.start + r.source.bomLen() + int64(opened))
	return r.source.problemAt(line, column,
		"the quote that opens here is not closed where its cell ends, so the rows after it cannot be told apart", doubleQuotes)
}

// textFrom returns the bytes from the current row's beginning to end, an offset as the parser counts, or to the end of the file.
// Where the parser has skipped blank lines before the row, they are part of it.
func (r *Reader) textFrom(end int64) ([]byte, error) {
	text := make([]byte, min(end-r.start, maxRow+readSize))
	n, err := r.source.file.ReadAt(text, r.start+r.source.bomLen())
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read table: %w", err)
	}
	return text[:n], nil
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
