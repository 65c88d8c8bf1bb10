package table

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"time"
	"unicode/utf8"

	"sendoff/campaign"
)

// maxRow is how many bytes a row may have. Nobody writes a megabyte to one person; a quote that is not closed does.
const maxRow = 1 << 20

// readSize is how many bytes are asked of the file at once.
const readSize = 64 << 10

// Sentinels by which a source ends reading; Reader turns them into problems with a position.
var (
	errRowTooLong = errors.New("row is longer than 1 MB")
	errNotUTF8    = errors.New("bytes are not UTF-8 text")
	errNUL        = errors.New("byte is zero")
)

// ErrChanged is wrapped by the problems of a file that changed while it was read: read again, it may be whole.
var ErrChanged = errors.New("the file changed while it was read")

// changedError is the problem of such a file.
type changedError struct{ campaign.Problems }

func (e changedError) Is(target error) bool { return target == ErrChanged }

func (e changedError) Unwrap() error { return e.Problems }

// source is the bytes of a file on their way to the CSV parser: without byte order mark, hashed, checked to be text.
// The checks are made here, once a buffer, since they cost a fraction of what looking at runes would.
type source struct {
	file   *os.File
	name   string // in messages
	size   int64  // when it was opened
	time   time.Time
	hasBOM bool

	hash    hash.Hash
	read    int64 // bytes read, the byte order mark included
	pending [utf8.UTFMax]byte
	held    int   // bytes of pending: the beginning of a character whose rest is not read yet
	row     int   // bytes that the current row may still have
	bad     int64 // where the bytes are that are no text
	err     error
}

// openSource opens a regular file and skips its byte order mark.
func openSource(path string, o Options) (*source, error) {
	s := &source{name: cmp.Or(o.Name, path), hash: sha256.New()}
	// Stat goes first, since opening a named pipe would wait for its writer.
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, s.problem("there is no such file", "give the path as it is seen from the folder of the campaign file")
	case err != nil:
		return nil, fmt.Errorf("look at %s: %w", path, err)
	case info.IsDir():
		return nil, s.problem("is a folder, not a file", "name the CSV file in it")
	case !info.Mode().IsRegular():
		return nil, s.problem("is not a regular file", "write the rows into a file first")
	}
	if s.file, err = os.Open(path); err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return nil, s.problem("may not be read", "check the permissions of the file")
		}
		return nil, fmt.Errorf("open table: %w", err)
	}
	if info, err = s.file.Stat(); err != nil {
		return nil, errors.Join(fmt.Errorf("look at %s: %w", path, err), s.file.Close())
	}
	s.size, s.time = info.Size(), info.ModTime()
	s.allowRow()
	return s, nil
}

// head returns the first bytes of the file, at most n, without the byte order mark, and notes whether there is one.
func (s *source) head(n int) ([]byte, error) {
	head := make([]byte, n)
	got, err := s.file.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %s: %w", s.name, err)
	}
	bare, found := bytes.CutPrefix(head[:got], []byte("\ufeff"))
	s.hasBOM = found
	return bare, nil
}

// allowRow lets the next row have its bytes. What is read ahead counts too, so a little more is let through than [maxRow];
// Reader measures the row itself.
func (s *source) allowRow() { s.row = maxRow + readSize }

// skipBOM reads past the byte order mark that head has seen.
func (s *source) skipBOM() error {
	if !s.hasBOM {
		return nil
	}
	mark := make([]byte, len("\ufeff"))
	if _, err := io.ReadFull(s.file, mark); err != nil {
		return fmt.Errorf("read %s: %w", s.name, err)
	}
	s.hash.Write(mark)
	s.read += int64(len(mark))
	return nil
}

// Read gives the parser text: everything that it returns is valid UTF-8 without NUL. An error stays.
func (s *source) Read(p []byte) (int, error) {
	if s.err == nil && s.row <= 0 {
		s.err = errRowTooLong
	}
	if s.err != nil {
		return 0, s.err
	}
	n := copy(p, s.pending[:s.held])
	s.held = 0
	got, err := s.file.Read(p[n:])
	s.hash.Write(p[n : n+got])
	s.read += int64(got)
	text := s.text(p[:n+got], err)
	s.row -= text
	if text == 0 {
		return 0, s.err
	}
	return text, nil
}

// text returns how many of the bytes are text that may be given away, and sets what follows them. The beginning of a character
// at the end is held back until its rest is there.
func (s *source) text(p []byte, readErr error) int {
	good := withoutPartial(p)
	if nul := bytes.IndexByte(p[:good], 0); nul >= 0 {
		good, s.err = nul, errNUL
	}
	if !utf8.Valid(p[:good]) {
		good, s.err = validPrefix(p[:good]), errNotUTF8
	}
	rest := p[good:]
	s.bad = s.read - int64(len(rest))
	switch {
	case s.err != nil:
	case readErr == nil:
		s.held = copy(s.pending[:], rest)
	case !errors.Is(readErr, io.EOF):
		s.err = fmt.Errorf("read %s: %w", s.name, readErr)
	case len(rest) > 0:
		s.err = errNotUTF8
	default:
		s.err = io.EOF
	}
	return good
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

// unchanged returns an error where the file is no longer the one that was opened, or was not read whole.
func (s *source) unchanged() error {
	info, err := s.file.Stat()
	if err != nil {
		return fmt.Errorf("look at %s: %w", s.name, err)
	}
	if info.Size() != s.size || !info.ModTime().Equal(s.time) || s.read != s.size {
		return s.changed()
	}
	return nil
}

// changed is the error of a file that is not what it was before.
func (s *source) changed() error {
	return changedError{s.problem("changed while it was read", "wait until the program that writes it has finished, then start again")}
}

// rewind begins at the first character again, as if nothing had been read.
func (s *source) rewind() error {
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read %s: %w", s.name, err)
	}
	s.hash.Reset()
	s.read, s.held, s.bad, s.err = 0, 0, 0, nil
	s.allowRow()
	return s.skipBOM()
}

// bomLen is how many bytes of the file the parser does not see.
func (s *source) bomLen() int64 {
	if s.hasBOM {
		return int64(len("\ufeff"))
	}
	return 0
}

// positionAt returns the line and the column, in characters, of a byte of the file. It reads the file again up to there:
// lines are counted only where something is wrong.
func (s *source) positionAt(offset int64) (line, column int) {
	line, column = 1, 1
	buffer := make([]byte, readSize)
	for at := s.bomLen(); at < offset; {
		n, err := s.file.ReadAt(buffer[:min(int64(len(buffer)), offset-at)], at)
		chunk := buffer[:n]
		at += int64(n)
		line += bytes.Count(chunk, []byte("\n"))
		if last := bytes.LastIndexByte(chunk, '\n'); last >= 0 {
			chunk, column = chunk[last+1:], 1
		}
		column += characters(chunk)
		if err != nil {
			break
		}
	}
	return line, column
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

func (s *source) problem(message, hint string) campaign.Problems {
	return s.problemAt(0, 0, message, hint)
}

func (s *source) problemAt(line, column int, message, hint string) campaign.Problems {
	return campaign.Problems{{File: s.name, Line: line, Column: column, Message: message, Hint: hint}}
}
