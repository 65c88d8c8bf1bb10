package plan

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
)

const (
	spoolBits  = 6
	spoolParts = 1 << spoolBits
	// spoolRecords is how many records of a part stay in memory: 8 MB for all parts.
	spoolRecords = 5200
	recordSize   = 20
)

// spool holds records in parts, in memory up to a limit for each part, above it in a file without a name.
type spool struct {
	path  string
	limit int // records of a part that stay in memory
	parts [spoolParts]spoolPart

	file   *os.File // nil as long as everything fits into memory
	end    int64
	buffer []byte
}

type spoolPart struct {
	pending []record
	written []int64 // where in the file groups of limit records begin
}

// newSpool returns a spool whose file, if it comes to need one, is at path. The caller closes it.
func newSpool(path string, limit int) *spool { return &spool{path: path, limit: limit} }

func (s *spool) add(part int, r record) error {
	p := &s.parts[part]
	if len(p.pending) == s.limit {
		if err := s.write(p); err != nil {
			return fmt.Errorf("spool: %w", err)
		}
	}
	p.pending = append(p.pending, r)
	return nil
}

// write moves a part's records from memory to the file.
func (s *spool) write(p *spoolPart) error {
	if s.file == nil {
		if err := s.create(); err != nil {
			return err
		}
	}
	s.buffer = s.buffer[:0]
	for _, r := range p.pending {
		s.buffer = binary.BigEndian.AppendUint64(s.buffer, r.key)
		s.buffer = binary.BigEndian.AppendUint32(s.buffer, r.row)
		s.buffer = binary.BigEndian.AppendUint32(s.buffer, r.line)
		s.buffer = binary.BigEndian.AppendUint32(s.buffer, r.slice)
	}
	if _, err := s.file.WriteAt(s.buffer, s.end); err != nil {
		return err
	}
	p.written = append(p.written, s.end)
	s.end += int64(len(s.buffer))
	p.pending = p.pending[:0]
	return nil
}

// create makes the file. It holds people's numbers, so it loses its name at once, and its content when we die. Where an open file has to
// keep its name (Windows), close removes it, and after a crash the next plan overwrites it.
func (s *spool) create() (err error) {
	if s.file, err = os.OpenFile(s.path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600); err != nil {
		return err
	}
	_ = os.Remove(s.path)
	return nil
}

// each calls visit with the records of each part, sorted by key, then by row. They are visit's only until it returns.
func (s *spool) each(ctx context.Context, visit func([]record) error) error {
	var records []record
	for i := range s.parts {
		if err := ctx.Err(); err != nil {
			return err
		}
		var err error
		if records, err = s.read(records[:0], &s.parts[i]); err != nil {
			return fmt.Errorf("spool: %w", err)
		}
		byKey(records)
		if err := visit(records); err != nil {
			return err
		}
	}
	return nil
}

// read appends the records of a part, those in the file and those in memory.
func (s *spool) read(records []record, p *spoolPart) ([]record, error) {
	for _, at := range p.written {
		group := s.buffer[:s.limit*recordSize]
		if _, err := s.file.ReadAt(group, at); err != nil {
			return nil, err
		}
		for ; len(group) > 0; group = group[recordSize:] {
			records = append(records, record{
				key: binary.BigEndian.Uint64(group), row: binary.BigEndian.Uint32(group[8:]), line: binary.BigEndian.Uint32(group[12:]),
				slice: binary.BigEndian.Uint32(group[16:]),
			})
		}
	}
	return append(records, p.pending...), nil
}

// close lets memory and file go.
func (s *spool) close() {
	s.parts = [spoolParts]spoolPart{}
	if s.file == nil {
		return
	}
	_ = errors.Join(s.file.Close(), os.Remove(s.path)) // nobody needs what was in it
	s.file = nil
}
