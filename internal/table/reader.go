package table

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"sendoff/campaign"
)

// batchRows is how many rows a batch holds at most.
const batchRows = 1000

// batchBytes is how much text is put into a batch before it counts as full, so that long rows do not make it large.
const batchBytes = 4 << 20

// Row is a row and where it begins.
type Row struct {
	Line  int      // of the file, from 1
	Cells []string // in the order of the header; of a row with a fault as many as could be read
}

// Batch is a number of rows that follow each other. The zero Batch is ready to be filled, and may be filled again once nobody
// uses its rows any more: their Cells are overwritten then.
type Batch struct {
	Rows []Row
	Bad  []BadRow // those of Rows that could not be read as rows of this table

	cells []string // what the rows share
}

// BadRow is a row that is not one of this table. Its Cells are what could be read, so check their number.
type BadRow struct {
	Index   int // in Batch.Rows
	Fault   Fault
	Problem campaign.Problem // the same with its position
}

// Name is a column's name, trimmed, and where it stands.
type Name struct {
	Text string
	At   campaign.Problem // file, line and column
	// Place names the cell where that is a sheet's, for messages: sheet "Kunder", cell C1.
	Place string
}

// Options say how a file is to be read where it does not show it itself, or not rightly. The zero Options find everything out.
type Options struct {
	Name string // what messages call the file; its path where empty

	Sheet string // of a workbook; empty: the only one that is visible and holds something
	// HiddenRows says what becomes of a sheet's hidden rows: [SkipHidden] or [IncludeHidden]. Where it is empty, and there are some,
	// reading ends with an error that asks for it.
	HiddenRows string
}

// Info is what a file is.
type Info struct {
	Path    string // as messages name it
	Size    int64  // bytes
	ModTime time.Time
	// SHA256 is the digest of the bytes of the whole file, as they are stored. It is zero until ReadBatch has returned io.EOF.
	SHA256 [32]byte

	Format      Format
	Compression string // "gzip", "zstd", or none
	Encoding    string // of text: "UTF-8"
	Confidence  int    // in the encoding, in percent; 100: certain, or told
	Delimiter   rune   // of CSV
	Sheet       string // of a workbook
	Hidden      int    // rows of the sheet that are hidden, complete with SHA256
	Notes       []Note // what is remarkable about the file as a whole, complete with SHA256
}

// Format is a kind of file.
type Format string

// The formats.
const (
	CSV    Format = "CSV"
	XLSX   Format = "XLSX workbook"
	NDJSON Format = "JSON lines"
)

// Note is something remarkable about a file that is read all the same.
type Note struct {
	Message string
	Hint    string
	Count   int   // of rows, 0 where it is about none in particular
	Lines   []int // the first few of them
}

// DelimiterName is what people call the delimiter: "comma", "semicolon", "tab" or "bar"; empty where there is none.
func (i Info) DelimiterName() string {
	if i.Delimiter == 0 {
		return ""
	}
	return delimiterName(i.Delimiter)
}

// Reader reads a file's rows from front to back. It is not safe for concurrent use.
type Reader struct {
	source *source
	format format // nil: CSV, by the fields below
	csv    *csv.Reader
	header []Name
	info   Info
	head   []byte // the beginning of the file
	start  int64  // offset of the next row, as the parser counts
	err    error
}

// Open opens the file at path and finds out how it is written. What is wrong with the file comes as [campaign.Problems]. Next comes
// ReadHeader or NoHeader. The caller closes the Reader.
func Open(path string, o Options) (*Reader, error) {
	s, err := openSource(path, o)
	if err != nil {
		return nil, err
	}
	r := &Reader{source: s}
	if err := r.begin(o); err != nil {
		_ = s.file.Close() // nothing was written to it
		return nil, err
	}
	return r, nil
}

func (r *Reader) begin(o Options) (err error) {
	if r.head, err = r.source.head(sniffSize); err != nil {
		return err
	}
	format, err := openFormat(r.source, r.head, o)
	if err != nil {
		return err
	}
	if format != nil {
		r.format, r.head = format, format.head()
		r.info = Info{Path: r.source.name, Size: r.source.size, ModTime: r.source.time}
		return nil
	}
	if err := r.source.sniff(r.head); err != nil {
		return err
	}
	if err := r.source.skipBOM(); err != nil {
		return err
	}
	r.csv = csv.NewReader(bufio.NewReaderSize(r.source, readSize))
	r.csv.Comma = findDelimiter(r.head)
	r.csv.ReuseRecord = true
	r.csv.FieldsPerRecord = -1 // rows are measured against the header here, so that a bad one is handed out with its line
	r.info = Info{Path: r.source.name, Size: r.source.size, ModTime: r.source.time, Format: CSV, Encoding: "UTF-8", Confidence: 100, Delimiter: r.csv.Comma}
	return nil
}

// Head returns the beginning of the table as text, for a look at it before its header is read.
func (r *Reader) Head() []byte { return r.head }

// NoHeader says that the first row is one like any other, of one column with this name. Lines that begin with # are comments.
func (r *Reader) NoHeader(name string) {
	if r.format != nil {
		r.format.noHeader(name)
		return
	}
	r.csv.Comma, r.csv.Comment = ',', '#'
	r.header = []Name{{Text: name, At: campaign.Problem{File: r.source.name}}}
}

// ReadHeader reads the first row as the names of the columns.
func (r *Reader) ReadHeader() ([]Name, error) {
	if r.format != nil {
		return r.format.header()
	}
	record, err := r.csv.Read()
	switch {
	case errors.Is(err, io.EOF):
		return nil, r.source.problem("is empty", "the first line has to name the columns, and each further line is a person")
	case err != nil:
		return nil, r.broken(err)
	}
	for i, name := range record {
		line, column := r.csv.FieldPos(i)
		r.header = append(r.header, Name{
			Text: strings.TrimFunc(name, isSpace),
			At:   campaign.Problem{File: r.source.name, Line: line, Column: columnIn(r.head, line, column)},
		})
	}
	r.start = r.csv.InputOffset()
	return r.header, nil
}

func isSpace(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }

// columnIn turns the parser's column, in bytes, of a line of text into characters.
func columnIn(text []byte, line, column int) int {
	for range line - 1 {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	return characters(text[:min(column-1, len(text))]) + 1
}

// AsStored says, after the header, that the cells of these columns, counted from 0, are wanted as a workbook stores them and not as it
// displays them: phone numbers, ids, amounts. A column below 0 is none.
func (r *Reader) AsStored(columns ...int) {
	if w, isWorkbook := r.format.(*workbook); isWorkbook {
		w.asStored(columns)
	}
}

// Info returns what the file is.
func (r *Reader) Info() Info {
	if r.format == nil {
		return r.info
	}
	i := r.info
	r.format.describe(&i)
	return i
}

// Offset returns how many bytes of the file have been read, as it is stored: with its size, how far reading is.
func (r *Reader) Offset() int64 { return r.source.read }

// Close closes the file.
func (r *Reader) Close() error {
	var err error
	if r.format != nil {
		err = r.format.close()
	}
	if err = errors.Join(err, r.source.file.Close()); err != nil {
		return fmt.Errorf("close table: %w", err)
	}
	return nil
}

// ReadBatch fills b with the next rows, fewer than batchRows only where the rows are long or the file ends, and returns
// io.EOF with an empty batch once there are none. The strings in Cells may be kept.
//
// It returns [campaign.Problems] where what follows cannot be known: bytes that are no text, a quote that is not closed, a
// row longer than a megabyte, a file that has changed since it was opened (these wrapped with [ErrChanged]). Nothing of such a file may
// be used, since the people after that place are unknown. An error stays.
func (r *Reader) ReadBatch(b *Batch) error {
	b.Rows, b.Bad, b.cells = b.Rows[:0], b.Bad[:0], b.cells[:0]
	first, size := r.start, 0
	for r.err == nil && len(b.Rows) < batchRows && r.start-first < batchBytes && size < batchBytes {
		if r.format == nil {
			r.err = r.readRow(b)
		} else if r.err = r.format.read(b); r.err == nil {
			size += b.lastSize()
		}
	}
	if r.err != nil && (len(b.Rows) == 0 || !errors.Is(r.err, io.EOF)) {
		b.Rows, b.Bad = b.Rows[:0], b.Bad[:0]
		return r.err
	}
	return nil
}

// lastSize is how much text the last row has.
func (b *Batch) lastSize() (size int) {
	for _, cell := range b.Rows[len(b.Rows)-1].Cells {
		size += len(cell)
	}
	return size
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
	b.Rows = append(b.Rows, Row{Line: line, Cells: b.cells[at:len(b.cells):len(b.cells)]})
	r.start = end
	return nil
}

// checkRow notes a row that has not the right number of cells, and returns its line.
func (r *Reader) checkRow(b *Batch, record []string, end int64) (line int, err error) {
	if end-r.start > maxRow {
		return 0, r.tooLong()
	}
	line, _ = r.csv.FieldPos(0)
	if len(record) != len(r.header) {
		b.Bad = append(b.Bad, BadRow{Index: len(b.Rows), Fault: Cells, Problem: r.cellCount(record, line)})
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
	b.Bad = append(b.Bad, BadRow{Index: len(b.Rows), Fault: Quote, Problem: problem})
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
