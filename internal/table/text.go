package table

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sendoff/campaign"
)

// text is a file of text. It reads rows in lines: CSV, with any delimiter.
type text struct {
	content *content
	source  *source
	stream  *stream
	csv     *csv.Reader

	start   []byte // the beginning of the table
	isAll   bool   // that is all there is
	isList  bool   // without a header, and with comments
	isUTF8  bool   // it could be UTF-8, and is said not to be
	dialect dialect

	names []Name
	first []string // the header as it stands in the file

	empty, repeated, spare Note // rows that are nobody, or have more cells than they need
}

// openText finds out how the text is written.
func openText(c *content, o Options) (_ *text, err error) {
	t := &text{content: c, source: c.source}
	if t.stream, err = t.open(o); err != nil {
		return nil, err
	}
	t.start, t.isAll = t.stream.peek()
	if err := t.stream.err; errors.Is(err, errUnsure) || err != nil && len(t.start) == 0 && !t.isAll {
		return nil, t.broken(err)
	}
	t.start = slices.Clone(t.start) // the stream goes on in its own
	if t.isAll && isBlank(t.start) {
		return nil, t.isEmpty()
	}
	if err := refuseForeignText(t.source, t.start); err != nil {
		return nil, err
	}
	return t, nil
}

// divide finds out how the lines are divided into cells.
func (t *text) divide(told rune) (err error) {
	if t.dialect, err = t.findDialect(told); err != nil {
		return err
	}
	t.csv = csv.NewReader(bufio.NewReaderSize(t.stream, readSize))
	t.csv.Comma = t.dialect.delimiter
	t.csv.ReuseRecord = true
	t.csv.FieldsPerRecord = -1 // rows are measured against the header here, so that a bad one is handed out with its line
	return nil
}

// rewind begins at the first character again, as if nothing had been read, and sure of the encoding.
func (t *text) rewind() error {
	if err := t.content.rewind(); err != nil {
		return err
	}
	t.stream = newStream(t.content, t.stream.encoding, t.stream.sure, true)
	return nil
}

// open settles the encoding: the one that was told, that a byte order mark names, or that the zero bytes show. Else it takes the text for
// UTF-8 until it shows not to be.
func (t *text) open(o Options) (*stream, error) {
	head, err := t.content.head()
	if err != nil {
		return nil, err
	}
	found, sure, isUTF32 := sniffUTF(head)
	if isUTF32 {
		return nil, t.source.problem("is in UTF-32", asUTF8)
	}
	if o.Encoding == "" {
		if found == nil {
			found, sure = utf8Text(), 100
		}
		return newStream(t.content, found, sure, false), nil
	}
	told, isKnown := encodingNamed(o.Encoding)
	if !isKnown {
		return nil, t.source.problem("is said to be in "+o.Encoding+", which is no encoding that is known here",
			"known are utf-8, utf-16, windows-1250 to windows-1258, iso-8859-1 to iso-8859-16, macintosh, cp850 and the like; else "+asUTF8)
	}
	if told == nil { // UTF-16 of either order
		if told = found; told == nil {
			told = utf16Text(binary.LittleEndian) // as Windows writes it
		}
	}
	marked := found
	if bytes.HasPrefix(head, []byte(mark)) {
		marked = utf8Text()
	} else if sure != 100 {
		marked = nil
	}
	if marked != nil && marked.name != told.name {
		return nil, t.source.problem("is said to be in "+told.name+", but its first bytes say "+marked.name, "take the encoding out of the campaign: it is found out")
	}
	whole := head[:withoutPartial(head)]
	t.isUTF8 = told.table != nil && !isASCII(whole) && utf8.Valid(whole)
	return newStream(t.content, told, 100, true), nil
}

func (t *text) isEmpty() error {
	return t.source.problem("is empty", "the first line has to name the columns, and each further line is a person")
}

func isBlank(text []byte) bool { return len(bytes.TrimFunc(text, isSpace)) == 0 }

// isSpace reports whether a character is one of those that cannot be seen.
func isSpace(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }

func (t *text) head() []byte { return t.start }

func (t *text) noHeader(name string) {
	if !t.dialect.isTold {
		t.csv.Comma = ','
	}
	t.isList = true
	t.names = []Name{{Text: name, At: campaign.Problem{File: t.source.name}}}
}

// header reads the names, behind what comes before them: a line that names the delimiter, and rows in which nothing stands.
func (t *text) header() ([]Name, error) {
	if t.dialect.problem != nil {
		return nil, t.dialect.problem
	}
	for isFirst := true; ; isFirst = false {
		record, err := t.csv.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil, t.isEmpty()
		case err != nil:
			return nil, t.brokenHeader(err)
		case isFirst && t.dialect.isNamed, t.isNone(record):
			t.next()
		default:
			t.setHeader(record)
			t.next()
			return t.names, nil
		}
	}
}

func (t *text) setHeader(record []string) {
	at, columnOf := 0, func(column int) int { return column }
	for i, name := range record[:len(record)-t.dialect.unnamed] {
		line, column := t.csv.FieldPos(i)
		if line != at {
			at, columnOf = line, t.stream.columns(line)
		}
		t.names = append(t.names, Name{
			Text: strings.TrimFunc(name, isSpace),
			At:   campaign.Problem{File: t.source.name, Line: line, Column: columnOf(column)},
		})
	}
	t.first = slices.Clone(record)
}

// next says that the current row has been dealt with.
func (t *text) next() { t.stream.start = t.csv.InputOffset() }

func (t *text) read(b *Batch) error {
	for {
		record, err := t.csv.Read()
		switch {
		case err != nil:
			return t.readBroken(b, record, err)
		case t.isNone(record), t.isComment(record):
			t.next()
		default:
			return t.take(b, record)
		}
	}
}

// take adds a row.
func (t *text) take(b *Batch, record []string) error {
	end := t.csv.InputOffset()
	size := int(end - t.stream.start)
	if size > maxRow && t.isTooLong(end) {
		return t.tooLong()
	}
	line := t.line()
	b.add(line, t.fit(b, record, line), size)
	t.stream.start = end
	return nil
}

// fit returns the cells of a row without those behind the last column that hold nothing, and notes where they are not as many as the
// header has.
func (t *text) fit(b *Batch, record []string, line int) []string {
	want := len(t.names)
	if len(record) == want {
		return record
	}
	if len(record) == want+t.dialect.spare && isNobody(record[want:]) {
		t.spare.add(line)
		return record[:want]
	}
	b.addBad(Cells, t.cellCount(record, line))
	return record
}

// isNone notes rows that are nobody: those in which nothing stands, and the header once more.
func (t *text) isNone(record []string) bool {
	last := len(record) - 1
	switch first := record[0]; { // first what is quickly told of most rows
	case first != "" && ' ' < first[0] && first[0] < 0x7f && (last+1 != len(t.first) || record[last] != t.first[last]):
		return false
	case isNobody(record):
		if len(record) > 1 {
			t.empty.add(t.line())
		}
		return true
	case t.isHeader(record):
		t.repeated.add(t.line())
		return true
	}
	return false
}

// isComment reports whether a row of a list without a header is a comment, and not what a spreadsheet writes in place of a number.
func (t *text) isComment(record []string) bool {
	return t.isList && strings.HasPrefix(record[0], "#") && !isErrorValue(strings.TrimSpace(record[0]))
}

// isErrorValue reports whether a text is how a spreadsheet shows that it has no value: #N/A, #REF!, #NAME?, in any language.
func isErrorValue(text string) bool {
	name, isHash := strings.CutPrefix(text, "#")
	return isHash && name != "" && !strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsUpper(r) && !strings.ContainsRune("/!?0._", r) })
}

func (t *text) line() int {
	line, _ := t.csv.FieldPos(0)
	return line
}

// isNobody reports whether nothing can be seen in any cell.
func isNobody(record []string) bool {
	for _, cell := range record {
		if strings.TrimFunc(cell, isSpace) != "" {
			return false
		}
	}
	return true
}

// isHeader reports whether a row is the header once more, as where files were put together.
func (t *text) isHeader(record []string) bool {
	if len(record) != len(t.first) {
		return false
	}
	for i := len(record) - 1; i >= 0; i-- { // what people have in common stands rather in the first columns
		if record[i] != t.first[i] {
			return false
		}
	}
	return true
}

func (t *text) describe(i *Info) {
	i.Format, i.Compression = CSV, t.content.compression
	i.Encoding, i.Confidence = t.stream.encoding.name, t.stream.sure
	if t.csv != nil { // else it is divided otherwise
		i.Delimiter, i.CRLF = t.csv.Comma, t.dialect.isCRLF
	}
	i.Notes = t.notes()
}

func (t *text) close() error {
	t.content.close()
	return nil
}

// notes lists what was put up with.
func (t *text) notes() []Note {
	var notes []Note
	add := func(n Note, isTrue bool, message, hint string) {
		if isTrue {
			n.Message, n.Hint = message, hint
			notes = append(notes, n)
		}
	}
	add(Note{}, t.isUTF8, "is UTF-8 text at its beginning, and read as "+t.stream.encoding.name+" as the campaign says", "take the encoding out of the campaign: it is found out")
	add(Note{}, t.dialect.unnamed > 0, "columns at the end have neither a name nor a value: left out", "")
	add(Note{}, !t.isUTF8 && t.stream.told.utf8 > 0, "has letters that look like UTF-8, and is read as "+t.stream.encoding.name+" as somebody has said",
		"look at the names in plan --rows: an é is not two characters")
	add(t.spare, t.spare.Count > 0 && t.dialect.unnamed == 0, "rows end in a delimiter behind their last cell: the empty cell is left out", "")
	add(t.empty, t.empty.Count > 0, "rows in which every cell is empty: left out", "")
	add(t.repeated, t.repeated.Count > 0, "rows that repeat the header: left out", "several exports seem to stand in this file one behind the other; check that they have the same columns")
	add(Note{}, t.stream.isPadded, "ends in zero bytes, which are left out", "a file that was cut off by a crash looks the same: check that the last rows are there")
	return notes
}
