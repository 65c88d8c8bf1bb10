package table

import (
	"errors"
	"fmt"
	"io"
	"time"

	"sendoff/campaign"
	"sendoff/internal/prose"
)

// batchRows is how many rows a batch holds at most.
const batchRows = 1000

// batchBytes is how much text is put into a batch before it counts as full, so that long rows do not make it large.
const batchBytes = 4 << 20

// cellSize is how much memory a cell takes beside its text.
const cellSize = 16

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
	bytes int      // how much of the file they are
}

// add appends a row of so many bytes.
func (b *Batch) add(line int, cells []string, bytes int) {
	at := len(b.cells)
	b.cells = append(b.cells, cells...)
	b.addFrom(at, line, bytes)
}

// addFrom appends the row whose cells stand in b.cells from a place on.
func (b *Batch) addFrom(at, line, bytes int) {
	b.Rows = append(b.Rows, Row{Line: line, Cells: b.cells[at:len(b.cells):len(b.cells)]})
	b.bytes += bytes + cellSize*(len(b.cells)-at) // a file may have few bytes and many cells
}

// addBad appends what is wrong with the row that is added next.
func (b *Batch) addBad(f Fault, p campaign.Problem) {
	b.Bad = append(b.Bad, BadRow{Index: len(b.Rows), Fault: f, Problem: p})
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
	Name      string // what messages call the file; its path where empty
	Encoding  string // of text, by any of its usual names
	Delimiter rune   // of CSV
	Sheet     string // of a workbook; empty: the only one that is visible and holds something
	// HiddenRows says what becomes of a sheet's hidden rows: [SkipHidden] or [IncludeHidden]. Where it is empty, and there are some,
	// reading ends with an error that asks for it.
	HiddenRows string
	// Grows says that lines may be added while it is read: what it held when it was opened is its content then. Else, and where anything but
	// whole lines behind the last one has changed, reading ends with an [ErrChanged].
	Grows bool
}

// Info is what a file is.
type Info struct {
	Path    string // as messages name it
	Size    int64  // bytes
	ModTime time.Time
	// SHA256 is the digest of the bytes of the whole file, as they are stored. It is zero until ReadBatch has returned io.EOF.
	SHA256 [32]byte

	Format      Format
	Compression string // "gzip", "zstd", or empty
	Encoding    string // of text, such as "UTF-8"; ASCII is called that too
	Confidence  int    // in Encoding, in percent; 100: it is certain, or was told
	Delimiter   rune   // of CSV
	CRLF        bool   // the first line of CSV ends as Windows ends lines
	Sheet       string // of a workbook
	Hidden      int    // rows of the sheet that are hidden, complete with SHA256
	Notes       []Note // what is remarkable about the file as a whole, complete with SHA256
}

// aheadAtMost is how far the time of a file may lie ahead of now: clocks differ, and some copies are off by summer time.
const aheadAtMost = 65 * time.Minute

// Stale says why a file of modTime may be older than most, which is what limit names, or 0: any age; "" where it is not. How old one is that seems to be
// written in time to come, nobody knows.
func Stale(modTime, now time.Time, most time.Duration, limit string) string {
	switch age := now.Sub(modTime); {
	case most == 0:
	case age > most:
		return fmt.Sprintf("is %s old, and %s is %s", prose.Age(age), limit, prose.Age(most))
	case age < -aheadAtMost:
		return fmt.Sprintf("was written on %s, which is yet to come, so nobody knows how old it is, and %s is %s", prose.Moment(modTime), limit, prose.Age(most))
	}
	return ""
}

// Reader reads a file's rows from front to back. It is not safe for concurrent use.
type Reader struct {
	source *source
	format format
	digest [32]byte
	err    error
}

// Open opens the file at path and finds out how it is written. What is wrong with the file comes as [campaign.Problems]. Next comes
// ReadHeader or NoHeader. The caller closes the Reader.
func Open(path string, o Options) (*Reader, error) {
	s, err := openSource(path, o)
	if err != nil {
		return nil, err
	}
	f, err := openFormat(s, o)
	if err != nil {
		_ = s.file.Close() // nothing was written to it
		return nil, err
	}
	return &Reader{source: s, format: f}, nil
}

// Head returns the beginning of the table as text, for a look at it before its header is read.
func (r *Reader) Head() []byte { return r.format.head() }

// NoHeader says that the first row is one like any other, of one column with this name. Lines that begin with # are comments.
func (r *Reader) NoHeader(name string) { r.format.noHeader(name) }

// ReadHeader reads the first row as the names of the columns.
func (r *Reader) ReadHeader() ([]Name, error) { return r.format.header() }

// AsStored says, after the header, that the cells of these columns, counted from 0, are wanted as a workbook stores them and not as it
// displays them: phone numbers, ids, amounts. A column below 0 is none.
func (r *Reader) AsStored(columns ...int) {
	if w, isWorkbook := r.format.(*workbook); isWorkbook {
		w.asStored(columns)
	}
}

// CommaIn says, after the header, that the numbers in these columns, counted from 0, are wanted with a comma for their decimal sign: as those are
// written that stand there as text. Workbooks and JSON store numbers without any. A column below 0 is none.
func (r *Reader) CommaIn(columns ...int) {
	switch f := r.format.(type) {
	case *workbook:
		f.comma = append(f.comma, columns...)
	case *ndjson:
		f.comma = append(f.comma, columns...)
	}
}

// Offset returns how many bytes of the file have been read, as it is stored: with its size, how far reading is. Of a workbook, whose parts
// are not read in their order, it says nothing.
func (r *Reader) Offset() int64 { return r.source.read }

// Info returns what the file is.
func (r *Reader) Info() Info {
	i := Info{Path: r.source.name, Size: r.source.size, ModTime: r.source.time, SHA256: r.digest}
	r.format.describe(&i)
	return i
}

// Close closes the file.
func (r *Reader) Close() error {
	if err := errors.Join(r.format.close(), r.source.file.Close()); err != nil {
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
	b.Rows, b.Bad, b.cells, b.bytes = b.Rows[:0], b.Bad[:0], b.cells[:0], 0
	for r.err == nil && len(b.Rows) < batchRows && b.bytes < batchBytes {
		if r.err = r.format.read(b); errors.Is(r.err, io.EOF) {
			r.err = r.finish()
		}
	}
	if r.err != nil && (len(b.Rows) == 0 || !errors.Is(r.err, io.EOF)) {
		b.Rows, b.Bad = b.Rows[:0], b.Bad[:0]
		return r.err
	}
	return nil
}

// finish is the end of the file: the digest is of what was read, so the file must still be that.
func (r *Reader) finish() error {
	digest, err := r.source.finish()
	if err != nil {
		return err
	}
	r.digest = digest
	return io.EOF
}
