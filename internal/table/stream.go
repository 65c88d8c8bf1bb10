package table

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"unicode/utf8"
)

// maxRow is how many bytes a row may have. Nobody writes a megabyte to one person; a quote that is not closed does.
const maxRow = 1 << 20

// readSize is how many bytes are asked of the content at once.
const readSize = sniffSize

const (
	mark  = "\ufeff" // byte order mark
	ctrlZ = 0x1a     // how DOS ended a text
)

// Sentinels by which a stream ends; text turns them into problems with a position.
var (
	errRowTooLong = errors.New("row is longer than 1 MB")
	errNotText    = errors.New("bytes are not text in the encoding")
	errNUL        = errors.New("byte is zero")
	errUnsure     = errors.New("encoding cannot be told")
)

// stream is the text of a file on its way to the CSV parser: UTF-8 without byte order marks, with line feeds at the ends of lines, and
// without zero bytes. The checks are made here, once a buffer, since they cost a fraction of what looking at runes would.
//
// It keeps what the parser has of the current row, so that a message can show where something is without reading the file again.
type stream struct {
	in       io.Reader
	encoding *encoding
	isTold   bool
	guessed  *evidence // of an encoding that was guessed, else nil
	told     evidence  // against an encoding of bytes that was told
	sure     int       // percent

	raw  []byte // bytes that are not decoded yet
	text []byte // from the beginning of the current row on, or a little before
	base int64  // where text begins in the whole text
	line int    // of the file, in which text begins

	start int64 // where the current row begins in the whole text
	given int   // bytes of text that the parser has
	ready int   // bytes of text that it may have; behind them stands what cannot be judged yet

	isASCII  bool // so far
	isPadded bool // from text's end on there are only zero bytes
	isWide   bool // where a zero byte ended the text there were many
	isCut    bool // errNotText is about a character of which bytes are missing at the end
	err      error
}

// newStream returns the text of in. Where nobody has told its encoding and it is not UTF-8, it is guessed.
func newStream(in io.Reader, e *encoding, sure int, isTold bool) *stream {
	return &stream{in: in, encoding: e, isTold: isTold, sure: sure, text: make([]byte, 0, 2*readSize), line: 1, isASCII: true}
}

// peek returns the beginning of the text, and whether that is all of it. Nothing may have been given to the parser yet.
func (s *stream) peek() (head []byte, isAll bool) {
	for s.err == nil && s.ready < sniffSize {
		s.fill()
	}
	return s.text[:min(s.ready, sniffSize)], errors.Is(s.err, io.EOF) && s.ready <= sniffSize
}

// Read gives the parser text. An error stays.
func (s *stream) Read(p []byte) (int, error) {
	for s.given == s.ready {
		if s.err != nil {
			return 0, s.err
		}
		s.fill()
	}
	n := copy(p, s.text[s.given:s.ready])
	s.given += n
	return n, nil
}

// fill reads on, and forgets what stands before the current row.
func (s *stream) fill() {
	if drop := s.begin(); drop > 0 {
		s.line += bytes.Count(s.text[:drop], []byte("\n"))
		s.text = s.text[:copy(s.text, s.text[drop:])]
		s.base, s.given, s.ready = s.base+int64(drop), s.given-drop, s.ready-drop
	}
	if len(s.text) >= maxRow+readSize { // what is read ahead counts too; text measures the row itself
		s.err = errRowTooLong
		return
	}
	atEnd := false
	if err := s.read(); errors.Is(err, io.EOF) {
		atEnd = true
	} else if err != nil {
		s.err = err
	}
	s.check(atEnd)
	if atEnd && s.err == nil {
		s.end()
	}
}

// begin returns where the current row begins in text, behind blank lines before it.
func (s *stream) begin() int {
	at := max(0, int(s.start-s.base)) // blank lines may have been forgotten already
	for at < s.given && (s.text[at] == '\n' || s.text[at] == '\r') {
		at++
	}
	return at
}

// read appends the next bytes to text, decoded.
func (s *stream) read() error {
	if s.encoding.isUTF8() {
		s.text = slices.Grow(s.text, readSize)
		n, err := s.in.Read(s.text[len(s.text) : len(s.text)+readSize])
		s.text = s.text[:len(s.text)+n]
		return err
	}
	s.raw = slices.Grow(s.raw, readSize)
	n, err := s.in.Read(s.raw[len(s.raw) : len(s.raw)+readSize])
	if s.encoding.table != nil && s.guessed == nil {
		s.told.add(s.raw[len(s.raw) : len(s.raw)+n])
	}
	if s.guessed != nil {
		s.guessed.add(s.raw[len(s.raw) : len(s.raw)+n])
	}
	s.raw = s.raw[:len(s.raw)+n]
	s.decode()
	if err == nil || len(s.raw) == 0 || s.err != nil {
		return err
	}
	if errors.Is(err, io.EOF) {
		s.err, s.isCut = errNotText, true
	}
	return err
}

// decode moves text from raw to text.
func (s *stream) decode() {
	var taken int
	var ok bool
	s.text, taken, ok = s.encoding.decode(s.text, s.raw)
	s.raw = s.raw[:copy(s.raw, s.raw[taken:])]
	if !ok {
		s.err = errNotText
	}
}

// check moves ready over what may be given away, and sets err where what follows it is no text.
func (s *stream) check(atEnd bool) {
	if s.isPadded {
		s.checkPadding()
		return
	}
	fresh := s.text[s.ready:]
	nul := bytes.IndexByte(fresh, 0)
	if nul >= 0 {
		fresh = fresh[:nul]
	}
	if s.encoding.isUTF8() && !s.checkUTF8(fresh, atEnd || nul >= 0) {
		if s.err != nil {
			s.text = s.text[:s.ready+validPrefix(fresh)]
			s.clean(true)
			return
		}
		s.check(atEnd) // now in another encoding
		return
	}
	if nul < 0 {
		s.clean(atEnd || s.err != nil)
		return
	}
	zeros := s.text[s.ready+nul:]
	s.isWide = 4*bytes.Count(s.text[s.ready:], []byte{0}) > len(s.text)-s.ready
	s.text = s.text[:s.ready+nul]
	s.clean(true)
	s.isPadded = true
	s.text = append(s.text, zeros...)
	s.checkPadding()
}

// checkPadding wants nothing but zero bytes behind the text.
func (s *stream) checkPadding() {
	if len(bytes.Trim(s.text[s.ready:], "\x00")) > 0 {
		s.err, s.isPadded = errNUL, false
	}
	s.text = s.text[:s.ready]
}

// checkUTF8 reports whether fresh bytes are UTF-8 as far as can be seen. Where they are not they are an error, or from now on in another
// encoding: what is ASCII so far is the same in both.
func (s *stream) checkUTF8(fresh []byte, atEnd bool) bool {
	if s.isASCII && isASCII(fresh) {
		return true
	}
	whole := len(fresh)
	if !atEnd {
		whole = withoutPartial(fresh)
	}
	good := whole
	if !utf8.Valid(fresh[:whole]) {
		good = validPrefix(fresh[:whole])
	}
	s.isASCII = s.isASCII && isASCII(fresh[:good])
	if good == whole {
		return true
	}
	isCut := atEnd && withoutPartial(fresh) == good
	if !s.isASCII || s.isTold || isCut {
		s.err, s.isCut = errNotText, isCut
		return false
	}
	s.guess(s.ready + good)
	return false
}

// guess takes the text from at on for bytes of the encoding that it looks like. Whether it was that is judged again at the end.
func (s *stream) guess(at int) {
	s.raw = append(s.raw[:0], s.text[at:]...)
	s.text = s.text[:at]
	s.guessed = &evidence{}
	if at > 0 {
		s.guessed.last = s.text[at-1]
	}
	s.guessed.add(s.raw)
	g := s.guessed.judge()
	if g.encoding == nil || g.name != western || s.guessed.utf8 > 0 {
		s.err = errUnsure
		return
	}
	s.encoding, s.sure = g.encoding, g.confidence
	s.decode()
}

// clean makes what was read the text of a table, and moves ready over it: marks at the beginnings of lines are taken out (files that
// were put together have them inside), and a carriage return alone ends a line. Where more may follow, what it could change stays
// behind ready.
func (s *stream) clean(atEnd bool) {
	for at := s.ready; ; {
		i := bytes.Index(s.text[at:], []byte(mark))
		if i < 0 {
			break
		}
		at += i
		if at == 0 || s.text[at-1] == '\n' || s.text[at-1] == '\r' {
			s.text = slices.Delete(s.text, at, at+len(mark))
		} else {
			at += len(mark)
		}
	}
	end := len(s.text)
	if !atEnd && s.encoding.isUTF8() {
		end = s.ready + withoutPartial(s.text[s.ready:])
	}
	for end > s.ready && s.text[end-1] == ctrlZ {
		end--
	}
	if atEnd {
		s.text = s.text[:end]
	} else if end > s.ready && s.text[end-1] == '\r' {
		end--
	}
	for at := s.ready; at < end; at++ {
		i := bytes.IndexByte(s.text[at:end], '\r')
		if i < 0 {
			break
		}
		if at += i; at+1 == len(s.text) || s.text[at+1] != '\n' {
			s.text[at] = '\n'
		}
	}
	s.ready = end
}

// end is the end of the content.
func (s *stream) end() {
	s.err = io.EOF
	if s.guessed == nil {
		return
	}
	g := s.guessed.judge()
	if !g.isTaken() || s.guessed.utf8 > 0 || !s.guessed.sameText(&candidate{encoding: *s.encoding}, &candidate{encoding: *g.encoding}) {
		s.err = errUnsure
		return
	}
	s.sure = g.confidence
}

// row returns the text from the beginning of the current row, behind blank lines before it, to end, and where that is.
func (s *stream) row(end int64) (text []byte, at int) {
	at = s.begin()
	return s.text[at:max(at, min(int(end-s.base), s.given))], at
}

// position returns the line and the column, in characters, of a place in text.
func (s *stream) position(at int) (line, column int) {
	before := s.text[:at]
	return s.line + bytes.Count(before, []byte("\n")), characters(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
}

// columns returns what turns the parser's columns, in bytes, of a line of the current row into characters. They are asked for in
// ascending order, so that a header of thousands of names is not gone through for each of them.
func (s *stream) columns(line int) func(column int) int {
	text := s.text
	for range line - s.line {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	at, column := 0, 1
	return func(next int) int {
		end := max(at, min(next-1, len(text)))
		column += characters(text[at:end])
		at = end
		return column
	}
}

// characters counts the characters that begin in p, whose last one may be incomplete.
func characters(p []byte) int {
	n := 0
	for _, b := range p {
		if utf8.RuneStart(b) {
			n++
		}
	}
	return n
}

func isASCII(p []byte) bool {
	for ; len(p) >= 8; p = p[8:] {
		if binary.LittleEndian.Uint64(p)&0x8080808080808080 != 0 {
			return false
		}
	}
	for _, b := range p {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// withoutPartial returns the length of p without a character at its end of which bytes are missing.
func withoutPartial(p []byte) int {
	for back := 1; back < utf8.UTFMax && back <= len(p); back++ {
		if start := len(p) - back; utf8.RuneStart(p[start]) {
			if utf8.FullRune(p[start:]) {
				break
			}
			return start
		}
	}
	return len(p)
}

// validPrefix returns the length of the longest prefix of p that is valid UTF-8.
func validPrefix(p []byte) int {
	for i := 0; i < len(p); {
		r, size := utf8.DecodeRune(p[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
	return len(p)
}
