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

	"sendoff/campaign"
)

// ErrChanged is wrapped by the problems of a file that changed while it was read: read again, it may be whole.
var ErrChanged = errors.New("the file changed while it was read")

// changedError is the problem of such a file.
type changedError struct{ campaign.Problems }

func (e changedError) Is(target error) bool { return target == ErrChanged }

func (e changedError) Unwrap() error { return e.Problems }

// source is a file's bytes as they are stored, hashed on their way.
type source struct {
	file *os.File
	name string // in messages
	size int64  // when it was opened
	time time.Time

	grows bool // lines may be added behind size: they are not read

	hash hash.Hash
	read int64 // bytes
	err  error // of the file itself; io.EOF is none
}

// openSource opens a regular file.
func openSource(path string, o Options) (*source, error) {
	s := &source{name: cmp.Or(o.Name, path), grows: o.Grows, hash: sha256.New()}
	// Stat goes first, since opening a named pipe would wait for its writer.
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, s.problem("there is no such file", "a path in a campaign file is seen from its folder, one in a command from the folder that you are in")
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
	return s, nil
}

// Read returns the next bytes of the file.
func (s *source) Read(p []byte) (int, error) {
	if left := s.size - s.read; s.grows && left < int64(len(p)) {
		if left == 0 {
			return 0, io.EOF
		}
		p = p[:left]
	}
	n, err := s.file.Read(p)
	s.hash.Write(p[:n])
	s.read += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = fmt.Errorf("read %s: %w", s.name, err)
		return n, s.err
	}
	return n, err
}

// rewind begins at the first byte again, as if nothing had been read.
func (s *source) rewind() error {
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read %s: %w", s.name, err)
	}
	s.hash.Reset()
	s.read, s.err = 0, nil
	return nil
}

// finish returns the digest of the whole file, or an error where it is no longer the one that was opened. It reads what nobody has
// read in order.
func (s *source) finish() (digest [32]byte, err error) {
	if _, err := io.Copy(io.Discard, s); err != nil {
		return digest, err
	}
	if err := s.unchanged(); err != nil {
		return digest, err
	}
	if s.read != s.size {
		return digest, s.changed()
	}
	s.hash.Sum(digest[:0])
	return digest, nil
}

// unchanged returns an error where the file is no longer the one that was opened.
func (s *source) unchanged() error {
	info, err := s.file.Stat()
	if err != nil {
		return fmt.Errorf("look at %s: %w", s.name, err)
	}
	switch {
	case info.Size() == s.size && info.ModTime().Equal(s.time):
		return nil
	case s.grows && info.Size() > s.size:
		return s.onlyGrew()
	}
	return s.changed()
}

// onlyGrew returns an error where what has been read of the file is no longer there, or ended within a line.
func (s *source) onlyGrew() error {
	before, last := sha256.New(), make([]byte, 1)
	if _, err := io.Copy(before, io.NewSectionReader(s.file, 0, s.read)); err != nil {
		return fmt.Errorf("read %s again: %w", s.name, err)
	}
	if _, err := s.file.ReadAt(last, s.size-1); s.size > 0 && err != nil {
		return fmt.Errorf("read %s again: %w", s.name, err)
	}
	if !bytes.Equal(before.Sum(nil), s.hash.Sum(nil)) || last[0] != '\n' {
		return s.changed()
	}
	return nil
}

func (s *source) changed() error {
	return changedError{s.problem("changed while it was read", "wait until the program that writes it has finished, then start again")}
}

func (s *source) problem(message, hint string) campaign.Problems {
	return s.problemAt(0, 0, message, hint)
}

func (s *source) problemAt(line, column int, message, hint string) campaign.Problems {
	return campaign.Problems{{File: s.name, Line: line, Column: column, Message: message, Hint: hint}}
}
