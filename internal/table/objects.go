package table

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// jsonMode is how JSON objects stand in a file.
type jsonMode uint8

const (
	lineByLine jsonMode = iota // each on a line of its own: a broken one spoils no other
	inList                     // [{…}, {…}]
	inARow                     // {…} {…}, over several lines each
)

// findMode looks at the beginning of a file, which goes on behind it where there is more.
func findMode(head []byte, isMore bool) jsonMode {
	head = bytes.TrimLeft(head, " \t\r\n")
	if head[0] == '[' {
		return inList
	}
	first, _, found := bytes.Cut(head, []byte("\n"))
	var object json.RawMessage
	var malformed *json.SyntaxError
	err := json.Unmarshal(first, &object)
	if errors.As(err, &malformed) && malformed.Offset >= int64(len(bytes.TrimRight(first, " \t\r"))) && (found || isMore) {
		return inARow // it ends where the line does not
	}
	return lineByLine
}

// object is a piece of a file that should be a JSON object.
type object struct {
	text    []byte // holds until the next one
	line    int    // where it begins
	column  int
	isValid bool
	bad     int // where in text it is not
}

// offsetOf returns where in the object's text a part of it begins.
func (o *object) offsetOf(part []byte) int { return cap(o.text) - cap(part) }

// columnOf returns the column of a part of the text, in characters, if it stands in the first line.
func (o *object) columnOf(part []byte) int {
	_, column := o.position(o.offsetOf(part))
	return column
}

// position returns the line and column of a place in the text.
func (o *object) position(at int) (line, column int) {
	return advance(o.line, o.column, o.text[:at])
}

// advance returns the position behind text that begins at a position.
func advance(line, column int, text []byte) (int, int) {
	if last := bytes.LastIndexByte(text, '\n'); last >= 0 {
		return line + bytes.Count(text, []byte("\n")), characters(text[last+1:]) + 1
	}
	return line, column + characters(text)
}

// objects hands out the objects of a file one by one.
type objects struct {
	stream *stream
	mode   jsonMode
	object object

	lines *bufio.Reader // lineByLine
	line  int
	read  int64  // how much of the text stands before the next line
	long  []byte // a line that the buffer does not hold whole

	values *json.Decoder // otherwise
	passed *passed
	value  json.RawMessage
}

func newObjects(s *stream, mode jsonMode) *objects {
	o := &objects{stream: s, mode: mode, passed: &passed{from: s, line: 1, column: 1}}
	if mode == lineByLine {
		o.lines = bufio.NewReaderSize(s, readSize)
	} else {
		o.values = json.NewDecoder(o.passed)
	}
	return o
}

// next returns the next object, and io.EOF behind the last one.
func (o *objects) next() (*object, error) {
	if o.mode == lineByLine {
		return o.nextLine()
	}
	return o.nextValue()
}

// nextLine skips blank lines.
func (o *objects) nextLine() (*object, error) {
	for {
		o.stream.start = o.read
		line, err := o.readLine()
		o.read += int64(len(line))
		if err != nil && (!errors.Is(err, io.EOF) || len(line) == 0) {
			return nil, err
		}
		if len(line) > maxRow {
			return nil, errRowTooLong
		}
		o.line++
		text := bytes.TrimRight(skipSpace(line), " \t\r\n")
		if len(text) == 0 {
			continue
		}
		o.object = object{text: text, line: o.line, column: characters(line[:cap(line)-cap(text)]) + 1}
		o.check()
		return &o.object, nil
	}
}

// readLine returns the next line with its end. It holds until the next call.
func (o *objects) readLine() ([]byte, error) {
	line, err := o.lines.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, err
	}
	o.long = o.long[:0]
	for ; errors.Is(err, bufio.ErrBufferFull); line, err = o.lines.ReadSlice('\n') {
		o.long = append(o.long, line...)
	}
	o.long = append(o.long, line...)
	return o.long, err
}

// check finds out whether the text is an object.
func (o *objects) check() {
	if o.object.isValid = json.Valid(o.object.text); o.object.isValid {
		o.object.isValid = o.object.text[0] == '{'
		return
	}
	var malformed *json.SyntaxError
	if err := json.Unmarshal(o.object.text, &json.RawMessage{}); errors.As(err, &malformed) {
		o.object.bad = max(0, int(malformed.Offset)-1)
	}
}

func (o *objects) nextValue() (*object, error) {
	if o.mode == inList && o.passed.offset == 0 {
		if _, err := o.values.Token(); err != nil { // the bracket
			return nil, err
		}
	}
	o.passed.drop(o.values.InputOffset())
	o.stream.start = o.passed.offset
	if o.mode == inList && !o.values.More() {
		return nil, o.end()
	}
	if err := o.values.Decode(&o.value); errors.Is(err, io.EOF) && o.mode == inList {
		return nil, io.ErrUnexpectedEOF // the bracket at the end is missing
	} else if err != nil {
		return nil, err
	}
	if len(o.value) > maxRow {
		return nil, errRowTooLong
	}
	end := o.values.InputOffset()
	line, column := o.passed.position(end - int64(len(o.value)))
	o.object = object{text: o.value, line: line, column: column, isValid: o.value[0] == '{'}
	return &o.object, nil
}

// end reads the bracket at the end of a list, behind which there must be nothing.
func (o *objects) end() error {
	if _, err := o.values.Token(); errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	} else if err != nil {
		return err
	}
	if o.values.More() {
		return io.ErrUnexpectedEOF
	}
	_, err := o.values.Token()
	return err
}

// position is where the object begins that could not be read.
func (o *objects) position() (line, column int) {
	if o.mode == lineByLine {
		return o.line + 1, 1
	}
	line, column, _ = o.passed.value(o.passed.offset)
	return line, column
}

// brokenAt is where the text ceases to be JSON.
func (o *objects) brokenAt() (line, column int) {
	if o.mode == lineByLine {
		return o.position()
	}
	line, column, value := o.passed.value(o.values.InputOffset())
	var malformed *json.SyntaxError
	if err := json.Unmarshal(value, &json.RawMessage{}); errors.As(err, &malformed) {
		line, column = advance(line, column, value[:max(0, min(len(value), int(malformed.Offset)-1))])
	}
	return line, column
}

// passed remembers what was read of a file from a place on, to say at which line and column another place is.
type passed struct {
	from         io.Reader
	offset       int64 // of the place
	line, column int   // of the place
	text         []byte
}

func (p *passed) Read(b []byte) (int, error) {
	n, err := p.from.Read(b)
	p.text = append(p.text, b[:n]...)
	return n, err
}

// drop goes on to a later place.
func (p *passed) drop(offset int64) {
	p.line, p.column = p.position(offset)
	p.text = append(p.text[:0], p.text[offset-p.offset:]...)
	p.offset = offset
}

// position returns the line and column of a place that is not before p's own.
func (p *passed) position(offset int64) (line, column int) {
	return advance(p.line, p.column, p.text[:offset-p.offset])
}

// value returns where the first value behind a place begins, and what was read of it.
func (p *passed) value(offset int64) (line, column int, value []byte) {
	rest := p.text[offset-p.offset:]
	value = skipSpace(bytes.TrimPrefix(skipSpace(rest), []byte(",")))
	line, column = p.position(offset)
	line, column = advance(line, column, rest[:len(rest)-len(value)])
	return line, column, value
}
