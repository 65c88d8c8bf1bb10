package table

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	mostStrings     = 1 << 25  // strings of a workbook: 4 bytes of memory each
	stringsInMemory = 64 << 20 // bytes of text; what is more goes to disk
	blockSize       = 64 << 10 // bytes of text that are read from there at once
	blocks          = 16       // that are kept
)

// sharedStrings is the texts of a workbook, which its cells refer to by number. A large table of them lies in a temporary file that
// nobody else can open.
type sharedStrings struct {
	ends []uint32 // where each one ends
	text []byte   // all of them, where file is nil
	size int64

	file  *os.File
	cache [blocks]struct {
		number int64 // from 1
		bytes  []byte
	}
}

// readSharedStrings reads the whole table.
func readSharedStrings(part io.Reader) (*sharedStrings, error) {
	s := &sharedStrings{}
	if err := s.readAll(newXMLPart(part)); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *sharedStrings) readAll(p *xmlPart) error {
	var spill *bufio.Writer
	var one []byte
	for {
		t, err := p.token()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.CharData:
			if p.isText() {
				one = append(one, t...)
			}
		case xml.EndElement:
			if t.Name.Local != "si" {
				continue
			}
			if len(one) > maxRow || len(s.ends) == mostStrings || s.size+int64(len(one)) > math.MaxUint32 {
				return errRowTooLong
			}
			one = unescape(one)
			s.size += int64(len(one))
			s.ends = append(s.ends, uint32(s.size))
			if spill != nil {
				_, err = spill.Write(one)
			} else if s.text = append(s.text, one...); len(s.text) > stringsInMemory {
				spill, err = s.spill()
			}
			if err != nil {
				return fmt.Errorf("put texts of a workbook aside: %w", err)
			}
			one = one[:0]
		}
	}
	if spill == nil {
		return nil
	}
	if err := spill.Flush(); err != nil {
		return fmt.Errorf("put texts of a workbook aside: %w", err)
	}
	return nil
}

// spill moves the texts into a file.
func (s *sharedStrings) spill() (*bufio.Writer, error) {
	file, err := unlinkedFile()
	if err != nil {
		return nil, err
	}
	s.file = file
	w := bufio.NewWriterSize(file, 1<<20)
	_, err = w.Write(s.text)
	s.text = nil
	return w, err
}

// append appends the text with this number to to. It returns false where there is none.
func (s *sharedStrings) append(to []byte, number int) ([]byte, bool, error) {
	if s == nil || number < 0 || number >= len(s.ends) {
		return to, false, nil
	}
	from, end := int64(0), int64(s.ends[number])
	if number > 0 {
		from = int64(s.ends[number-1])
	}
	if s.file == nil {
		return append(to, s.text[from:end]...), true, nil
	}
	for from < end {
		block, err := s.block(from / blockSize)
		if err != nil {
			return to, false, fmt.Errorf("read texts of a workbook: %w", err)
		}
		at := from % blockSize
		n := min(end-from, blockSize-at)
		to = append(to, block[at:at+n]...)
		from += n
	}
	return to, true, nil
}

// block returns a block of the file. Cells refer to texts mostly in the order in which these first appeared, so a few blocks serve nearly all.
func (s *sharedStrings) block(number int64) ([]byte, error) {
	c := &s.cache[number%blocks]
	if c.number == number+1 {
		return c.bytes, nil
	}
	if c.bytes == nil {
		c.bytes = make([]byte, blockSize)
	}
	c.number = 0
	n, err := s.file.ReadAt(c.bytes, number*blockSize)
	if err != nil && (!errors.Is(err, io.EOF) || int64(n) < min(blockSize, s.size-number*blockSize)) {
		return nil, err
	}
	c.number = number + 1
	return c.bytes, nil
}

func (s *sharedStrings) close() error {
	if s == nil || s.file == nil {
		return nil
	}
	return closeUnlinked(s.file)
}

// unlinkedFile makes a temporary file that is gone when this process is, where the system allows that; closeUnlinked sees to the others.
func unlinkedFile() (*os.File, error) {
	file, err := os.CreateTemp("", "sendoff-") // of mode 0600
	if err == nil {
		_ = os.Remove(file.Name())
	}
	return file, err
}

func closeUnlinked(file *os.File) error {
	err := file.Close()
	_ = os.Remove(file.Name()) // where it could not be removed while it was open
	return err
}

// unescape decodes in place what XML has no characters for: _x000D_ is a carriage return (ECMA-376 22.9.2.19).
func unescape(text []byte) []byte {
	const length = len("_x000D_")
	for i := 0; ; i++ {
		at := bytes.Index(text[i:], []byte("_x"))
		if i += at; at < 0 || i+length > len(text) {
			return text
		}
		code, err := strconv.ParseUint(string(text[i+2:i+6]), 16, 16)
		if err != nil || text[i+6] != '_' || utf16.IsSurrogate(rune(code)) {
			continue
		}
		decoded := utf8.AppendRune(nil, rune(code)) // at most 3 bytes
		text = append(append(text[:i], decoded...), text[i+length:]...)
		i += len(decoded) - 1
	}
}
