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
	"sendoff/internal/failpoint"
)

// witnessStep is how far the witness may be ahead of the intents on disk, and so how many intents one write of it covers.
const witnessStep = 1000

const witnessSize = 32

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// witness is the open witness file: count (8 bytes, big endian), run id (16), CRC-32C (4) of both and of what follows, and four bytes that
// say whether the count is exact: 1 where the ledger was closed, 0 while it is open, and after a crash.
type witness struct {
	f     *os.File
	run   [16]byte
	count uint64 // as on disk
	exact bool   // as on disk
}

func encodeWitness(count uint64, run [16]byte, exact bool) []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, witnessSize), count)
	b = append(b, run[:]...)
	last := []byte{0, 0, 0, 0}
	sum := crc32.Checksum(b, castagnoli)
	if exact {
		last[3] = 1
		sum = crc32.Update(sum, castagnoli, last)
	}
	return append(binary.BigEndian.AppendUint32(b, sum), last...)
}

// openWitness opens the witness of a ledger, and compares the two. A ledger that has begun nothing gets a new one, unless the
// one that is there accuses it.
func openWitness(path string, l *Ledger) (*witness, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist) && l.begun > 0:
		return nil, fmt.Errorf("%w: %s is missing", ErrRolledBack, path)
	case errors.Is(err, fs.ErrNotExist):
		return startWitness(path, l.runID, 0)
	case err != nil:
		return nil, fmt.Errorf("open witness: %w", err)
	}
	w := &witness{f: f, run: l.runID}
	err = w.compare(l)
	if err != nil || l.begun == 0 {
		_ = f.Close() // it was only read
	}
	switch {
	case err != nil:
		return nil, err
	case l.begun == 0:
		return startWitness(path, l.runID, 0)
	}
	return w, nil
}

// accused looks at the witness of a ledger that is only read, and returns what it has against it.
func (l *Ledger) accused() error {
	f, err := os.Open(l.witnessPath)
	if errors.Is(err, fs.ErrNotExist) && l.begun == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open witness: %w", err)
	}
	defer f.Close()
	return (&witness{f: f, run: l.runID}).compare(l)
}

// startWitness makes a witness anew.
func startWitness(path string, run [16]byte, count uint64) (*witness, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create witness: %w", err)
	}
	w := &witness{f: f, run: run}
	if err := errors.Join(w.write(count, false), durable.SyncDir(filepath.Dir(path))); err != nil {
		_ = f.Close()
		return nil, err
	}
	return w, nil
}

// compare returns an error where the witness knows of intents that the ledger does not. The first intent is preceded by three writes,
// each durable: the ledger's mark that it has started, the witness, the intent itself. So a ledger that has begun nothing may
// have a witness of one step only where it is marked; without the mark it was put back to what it was before the first start.
func (w *witness) compare(l *Ledger) error {
	var b [witnessSize]byte
	if _, err := w.f.ReadAt(b[:], 0); err != nil && l.begun > 0 {
		return fmt.Errorf("%w: the witness cannot be read: %w", ErrRolledBack, err)
	}
	w.count = binary.BigEndian.Uint64(b[:])
	w.exact = b[witnessSize-1] == 1
	whole := string(encodeWitness(w.count, [16]byte(b[8:24]), w.exact)) == string(b[:])
	ours := [16]byte(b[8:24]) == w.run
	switch {
	case !whole && l.begun == 0:
		return nil // we died while it was made
	case !whole:
		return fmt.Errorf("%w: the witness is damaged", ErrRolledBack)
	case !ours && (l.begun > 0 || w.count > 0):
		return fmt.Errorf("%w: the witness belongs to another run", ErrRolledBack)
	case w.exact && w.count != l.begun:
		return fmt.Errorf("%w: it knows of %d requests, and there were %d", ErrRolledBack, l.begun, w.count)
	case l.begun == 0 && !l.started && w.count > 0, w.count < l.begun, w.count > l.begun+witnessStep:
		return fmt.Errorf("%w: it knows of %d requests, the witness allows for %d", ErrRolledBack, l.begun, w.count)
	}
	return nil
}

// cover makes the witness allow for next intents when begun are on disk, before those next ones are.
func (w *witness) cover(begun, next uint64) error {
	if next <= w.count && !w.exact {
		return nil
	}
	return w.write(begun+witnessStep, false)
}

// seal makes the witness exact: nothing is begun any more until the ledger is opened again.
func (w *witness) seal(begun uint64) error {
	if w.exact && w.count == begun {
		return nil
	}
	return w.write(begun, true)
}

func (w *witness) write(count uint64, exact bool) error {
	if _, err := w.f.WriteAt(encodeWitness(count, w.run, exact), 0); err != nil {
		return fmt.Errorf("write witness: %w", err)
	}
	if err := durable.Sync(w.f); err != nil {
		return fmt.Errorf("sync witness: %w", err)
	}
	failpoint.Hit(failpoint.WitnessWritten)
	w.count, w.exact = count, exact
	return nil
}

// close closes the file; a ledger that is suspect has none open.
func (w *witness) close() error {
	if w == nil {
		return nil
	}
	return w.f.Close()
}
