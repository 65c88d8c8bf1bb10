package audience

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"sendoff/campaign"
)

// batchRows is how many rows a batch holds at most.
const batchRows = 1000

// batchBytes is how much text is put into a batch before it counts as full, so that long rows do not make it large.
const batchBytes = 4 << 20

// Batch is a number of rows that follow each other. The zero Batch is ready to be filled, and may be filled again once nobody
// uses its rows any more: their Fields are overwritten then.
type Batch struct {
	Recipients []campaign.Recipient
	Bad        []BadRow // those of Recipients that could not be read as rows of this table

	cells []string // what the recipients' Fields share
}

// BadRow is a row that is not one of this table. Its recipient's Fields are what could be read, so check their number.
type BadRow struct {
	Index   int // in Batch.Recipients
	Finding Finding
	Problem campaign.Problem // the same with its position
}

// Info is what a file is.
type Info struct {
	Path      string
	Size      int64 // bytes
	ModTime   time.Time
	Delimiter rune
	// SHA256 is the digest of the whole file. It is zero until ReadBatch has returned io.EOF.
	SHA256 [32]byte
}

// DelimiterName is what people call the delimiter: "comma", "semicolon", "tab" or "bar".
func (i Info) DelimiterName() string { return delimiterName(i.Delimiter) }

// Reader reads a file's rows from front to back. It is not safe for concurrent use.
type Reader struct {
	source  *source
	csv     *csv.Reader
	columns campaign.Columns
	info    Info
	row     int   // ordinal of the next row
	start   int64 // offset of the next row, as the parser counts
	err     error
}

// Open opens the audience at path, finds out how it is written and reads its header. What is wrong with the file comes as
// [campaign.Problems]. The caller closes the Reader.
func Open(path string, spec campaign.Audience) (*Reader, error) {
	return open(path, func(r *Reader, head []byte) error {
		h, err := r.readHeader(head)
		if err != nil {
			return err
		}
		if r.columns, err = h.columns(spec.Columns); err != nil {
			return err
		}
		if _, isMapped := spec.Columns["phone"]; r.columns.Phone < 0 && !isMapped {
			h.missingPhone()
		}
		return h.problems.Err()
	})
}

// OpenList opens a list of addresses or ids. With a header it needs a column for the phone or for the id, found by the usual
// names. A list of numbers alone, one on each line, has no header and may have comments: lines that begin with #.
func OpenList(path string) (*Reader, error) {
	return open(path, func(r *Reader, head []byte) error {
		if isPlain(head) {
			r.csv.Comma, r.csv.Comment = ',', '#'
			r.columns = campaign.Columns{Header: []string{"phone"}, Phone: 0, ID: -1, Language: -1, Country: -1, TimeZone: -1}
			return nil
		}
		h, err := r.readHeader(head)
		if err != nil {
			return err
		}
		if r.columns, err = h.columns(nil); err != nil {
			return err
		}
		if r.columns.Phone < 0 && r.columns.ID < 0 {
			h.report(0, "no column is known to hold phone numbers or ids",
				"name one phone or id, or give a list of numbers alone, one on each line; "+h.hint(""))
		}
		return h.problems.Err()
	})
}

// open opens a file and lets begin read what comes before its rows.
func open(path string, begin func(*Reader, []byte) error) (*Reader, error) {
	s, err := openSource(path)
	if err != nil {
		return nil, err
	}
	r := &Reader{source: s}
	if err := r.begin(begin); err != nil {
		_ = s.file.Close() // nothing was written to it
		return nil, err
	}
	return r, nil
}

func (r *Reader) begin(begin func(*Reader, []byte) error) error {
	head, err := r.source.head(sniffSize)
	if err != nil {
		return err
	}
	if err := r.source.sniff(head); err != nil {
		return err
	}
	if err := r.source.skipBOM(); err != nil {
		return err
	}
	r.csv = csv.NewReader(bufio.NewReaderSize(r.source, readSize))
	r.csv.Comma = findDelimiter(head)
	r.csv.ReuseRecord = true
	r.csv.FieldsPerRecord = -1 // rows are measured against the header here, so that a bad one is handed out with its line
	r.info = Info{Path: r.source.path, Size: r.source.size, ModTime: r.source.time, Delimiter: r.csv.Comma}
	return begin(r, head)
}

// readHeader reads the first row and checks its names. The head of the file is there to count characters in.
func (r *Reader) readHeader(head []byte) (*header, error) {
	record, err := r.csv.Read()
	switch {
	case errors.Is(err, io.EOF):
		return nil, r.source.problem("is empty", "the first line has to name the columns, and each further line is a person")
	case err != nil:
		return nil, r.broken(err)
	}
	h := &header{source: r.source, delimiter: r.csv.Comma}
	for i, name := range record {
		name = strings.TrimFunc(name, isSpace)
		line, column := r.csv.FieldPos(i)
		h.names = append(h.names, name)
		h.folded = append(h.folded, campaign.Fold(name))
		h.at = append(h.at, campaign.Problem{File: r.source.path, Line: line, Column: columnIn(head, line, column)})
	}
	r.start = r.csv.InputOffset()
	h.check()
	return h, nil
}

// columnIn turns the parser's column, in bytes, of a line of text into characters.
func columnIn(text []byte, line, column int) int {
	for range line - 1 {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	return characters(text[:min(column-1, len(text))]) + 1
}

// Columns returns the header and what its columns mean. The phone column is -1 only in lists.
func (r *Reader) Columns() campaign.Columns { return r.columns }

// Info returns what the file is.
func (r *Reader) Info() Info { return r.info }

// Close closes the file.
func (r *Reader) Close() error {
	if err := r.source.file.Close(); err != nil {
		return fmt.Errorf("close audience: %w", err)
	}
	return nil
}

// ReadBatch fills b with the next rows, fewer than batchRows only where the rows are long or the file ends, and returns
// io.EOF with an empty batch once there are none. The strings in Fields may be kept.
//
// It returns [campaign.Problems] where what follows cannot be known: bytes that are no text, a quote that is not closed, a
// row longer than a megabyte, a file that has changed since it was opened (these wrapped with [ErrChanged]). Nothing of such a file may
// be used, since the people after that place are unknown. An error stays.
func (r *Reader) ReadBatch(b *Batch) error {
	b.Recipients, b.Bad, b.cells = b.Recipients[:0], b.Bad[:0], b.cells[:0]
	first := r.start
	for r.err == nil && len(b.Recipients) < batchRows && r.start-first < batchBytes {
		r.err = r.readRow(b)
	}
	if r.err != nil && (len(b.Recipients) == 0 || !errors.Is(r.err, io.EOF)) {
		b.Recipients, b.Bad = b.Recipients[:0], b.Bad[:0]
		return r.err
	}
	return nil
}

// readRow appends the next row to b. Its error ends the file.
func (r *Reader) readRow(b *Batch) error {
	r.source.allowRow()
	record, err := r.csv.Read()
	end := r.csv.InputOffset()
	if errors.Is(err, io.EOF) {
		return r.finish()
	}
	var line int
	if err != nil {
		line, err = r.readBroken(b, err, end)
	} else {
		line, err = r.checkRow(b, record, end)
	}
	if err != nil {
		return err
	}
	at := len(b.cells)
	b.cells = append(b.cells, record...)
	b.Recipients = append(b.Recipients, campaign.Recipient{Row: r.row, Line: line, Fields: b.cells[at:len(b.cells):len(b.cells)]})
	r.row++
	r.start = end
	return nil
}

// checkRow notes a row that has not the right number of cells, and returns its line.
func (r *Reader) checkRow(b *Batch, record []string, end int64) (line int, err error) {
	if end-r.start > maxRow {
		return 0, r.tooLong()
	}
	line, _ = r.csv.FieldPos(0)
	if len(record) != len(r.columns.Header) {
		b.Bad = append(b.Bad, BadRow{Index: len(b.Recipients), Finding: RowCells, Problem: r.cellCount(record, line)})
	}
	return line, nil
}

// readBroken notes a row that the parser could not read, and returns its line, or the error that ends the file.
func (r *Reader) readBroken(b *Batch, err error, end int64) (line int, _ error) {
	var malformed *csv.ParseError
	if !errors.As(err, &malformed) {
		return 0, r.broken(err)
	}
	problem, err := r.strayQuote(malformed, end)
	if err != nil {
		return 0, err
	}
	b.Bad = append(b.Bad, BadRow{Index: len(b.Recipients), Finding: RowQuote, Problem: problem})
	return malformed.StartLine, nil
}

// finish is the end of the file: the digest is of what was read, so the file must still be that.
func (r *Reader) finish() error {
	if err := r.source.unchanged(); err != nil {
		return err
	}
	r.source.hash.Sum(r.info.SHA256[:0])
	return io.EOF
}
