package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"

	"sendoff/internal/durable"
)

// witnessStep is how far the witness may be ahead of the intents on disk, and so how many intents one write of it covers.
const witnessStep = 1000

const witnessSize = 32

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// witness is the open witness file: count (8 bytes, big endian), run id (16), CRC-32C of both (4), four zero bytes.
type witness struct {
	f     *os.File
	run   [16]byte
	count uint64 // as on disk
}

func encodeWitness(count uint64, run [16]byte) []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, witnessSize), count)
	b = append(b, run[:]...)
	b = binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	return append(b, 0, 0, 0, 0)
}

// openWitness opens the witness of a ledger that has begun rows, and compares them. While nothing has begun there is nothing that
// a witness could tell, so it is made anew: a death between here and the first intent leaves a ledger that says 0.
func openWitness(path string, run [16]byte, begun uint64) (*witness, error) {
	if begun == 0 {
		return createWitness(path, run)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s is missing", ErrRolledBack, path)
	}
	if err != nil {
		return nil, fmt.Errorf("open witness: %w", err)
	}
	w := &witness{f: f, run: run}
	if err := w.compare(begun); err != nil {
		_ = f.Close() // the comparison's error is the one that matters
		return nil, err
	}
	return w, nil
}

func createWitness(path string, run [16]byte) (*witness, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create witness: %w", err)
	}
	w := &witness{f: f, run: run}
	if err := errors.Join(w.write(0), durable.SyncDir(filepath.Dir(path))); err != nil {
		_ = f.Close()
		return nil, err
	}
	return w, nil
}

func (w *witness) compare(begun uint64) error {
	var b [witnessSize]byte
	if _, err := w.f.ReadAt(b[:], 0); err != nil {
		return fmt.Errorf("%w: the witness cannot be read: %w", ErrRolledBack, err)
	}
	w.count = binary.BigEndian.Uint64(b[:])
	switch {
	case string(encodeWitness(w.count, [16]byte(b[8:24]))) != string(b[:]):
		return fmt.Errorf("%w: the witness is damaged", ErrRolledBack)
	case [16]byte(b[8:24]) != w.run:
		return fmt.Errorf("%w: the witness belongs to another run", ErrRolledBack)
	case w.count < begun || w.count > begun+witnessStep:
		return fmt.Errorf("%w: it knows of %d requests, the witness allows for %d", ErrRolledBack, begun, w.count)
	}
	return nil
}

// cover makes the witness allow for next intents when begun are on disk, before those next ones are.
func (w *witness) cover(begun, next uint64) error {
	if next <= w.count {
		return nil
	}
	return w.write(begun + witnessStep)
}

func (w *witness) write(count uint64) error {
	if _, err := w.f.WriteAt(encodeWitness(count, w.run), 0); err != nil {
		return fmt.Errorf("write witness: %w", err)
	}
	if err := w.f.Sync(); err != nil {
		return fmt.Errorf("sync witness: %w", err)
	}
	w.count = count
	return nil
}

func (w *witness) close() error { return w.f.Close() }
