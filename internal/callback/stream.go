package callback

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// MaxSize is how many bytes a callback may have. Sinch's own have a thousand or two; one about a message that somebody has sent has that message in it.
const MaxSize = 1 << 20

// ReadAll reads callbacks as somebody has kept them: JSON objects one behind another, on a line each or over several, in arrays or not; packed by gzip or
// zstd or not at all. An object may be the callback, or hold it as body, payload, event or data: as an object, or as a string of JSON. Each goes to yield.
// What is no callback is passed over, to where the next line begins; unread is told its line, from 1. It needs memory for one callback, not for the
// file. Errors are those of reading and of yield.
func ReadAll(r io.Reader, yield func(Event) error, unread func(line int)) error {
	in, err := unpack(bufio.NewReaderSize(r, 64<<10))
	if err != nil {
		return err
	}
	s := &stream{in: bufio.NewReaderSize(in, 64<<10), line: 1, newLine: true}
	for last := 0; ; {
		object, at, err := s.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read callbacks: %w", err)
		}
		e, isRead := parseKept(object)
		if !isRead && at != last {
			last = at
			unread(at)
		}
		if !isRead {
			continue
		}
		if err := yield(e); err != nil {
			return err
		}
	}
}

// unpack returns what is packed in r, or r.
func unpack(r *bufio.Reader) (io.Reader, error) {
	head, _ := r.Peek(4) // of a shorter file all
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		in, err := gzip.NewReader(r)
		if err != nil {
			return nil, fmt.Errorf("read callbacks: %w", err)
		}
		return in, nil
	case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")):
		in, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(128<<20))
		if err != nil {
			return nil, fmt.Errorf("read callbacks: %w", err)
		}
		return in.IOReadCloser(), nil
	}
	return r, nil
}

// stream takes objects out of a text, by their brackets.
type stream struct {
	in      *bufio.Reader
	line    int  // that comes next, or is being read
	newLine bool // nothing of it has been read
	object  []byte
}

// next returns the next object, and the line in which it begins; nil for a line that holds something else, or an object that is not one. The object is
// valid until the next call.
func (s *stream) next() (object []byte, line int, err error) {
	for {
		c, err := s.read()
		if err != nil {
			return nil, 0, err
		}
		switch c {
		case ' ', '\t', '\r', '\n', ',', '[', ']', 0xef, 0xbb, 0xbf: // the last three are a byte order mark
		case '{':
			return s.rest()
		default:
			line := s.line
			return nil, line, s.skipLine()
		}
	}
}

// rest reads an object behind its first bracket. An object ends where its brackets do; it is none where a string is not closed on its line, another object
// begins at the beginning of a line, or it is too long: then reading goes on in the next line, which may be whole.
func (s *stream) rest() (object []byte, line int, err error) {
	line = s.line
	s.object = append(s.object[:0], '{')
	depth, quoted, escaped := 1, false, false
	for depth > 0 {
		if next, err := s.in.Peek(1); err == nil && s.newLine && next[0] == '{' {
			return nil, line, nil
		}
		c, err := s.read()
		if errors.Is(err, io.EOF) {
			return nil, line, nil
		}
		if err != nil {
			return nil, line, err
		}
		s.object = append(s.object, c)
		switch {
		case c == '\n' && quoted:
			return nil, line, nil
		case len(s.object) > MaxSize:
			return nil, line, s.skipLine()
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{':
			depth++
		case c == '}':
			depth--
		}
	}
	return s.object, line, nil
}

// read reads a byte, and counts lines.
func (s *stream) read() (byte, error) {
	c, err := s.in.ReadByte()
	s.newLine = c == '\n' && err == nil
	if s.newLine {
		s.line++
	}
	return c, err
}

// skipLine reads to the end of the line, or of the text.
func (s *stream) skipLine() error {
	for !s.newLine {
		if _, err := s.read(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// parseKept reads a callback as somebody has kept it. It returns false for what holds none.
func parseKept(b []byte) (Event, bool) {
	e, err := Parse(b)
	if err != nil {
		return e, false
	}
	if e.Key != "" && e.Key != "event" && e.Key != "other" {
		return e, true
	}
	var around struct {
		Body    json.RawMessage `json:"body"`
		Payload json.RawMessage `json:"payload"`
		Event   json.RawMessage `json:"event"`
		Data    json.RawMessage `json:"data"`
	}
	if json.Unmarshal(b, &around) == nil {
		for _, inner := range [...]json.RawMessage{around.Body, around.Payload, around.Event, around.Data} {
			var text string
			if json.Unmarshal(inner, &text) == nil {
				inner = json.RawMessage(text)
			}
			if within, err := Parse(inner); err == nil && within.Key != "" {
				return within, true
			}
		}
	}
	return e, e.Key == "other" || e.Key == "event"
}
