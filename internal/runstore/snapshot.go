package runstore

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"

	"sendoff/campaign"
	"sendoff/internal/durable"
)

// The snapshot is the audience as it was understood: for every row its line, its addresses and all its cells.
//
//	magic (8 bytes)
//	frames: one zstd frame, with its checksum, per 1,000 rows
//	index: the offset of every frame (8 bytes each, big endian)
//	footer: number of frames (4), of rows (4), CRC-32C of index and these (4), magic (8)
//
// A row is its line, the number of its addresses, these, the number of its cells, and these; numbers as unsigned varints, texts behind
// their length. An address is as [campaign.Identity.Stored] writes it, the phone number first.
const (
	snapshotMagic = "sendoff1"
	// FrameRows is the number of rows in a frame of a snapshot; only the last may have fewer.
	FrameRows  = 1000
	footerSize = 4 + 4 + 4 + len(snapshotMagic)
)

// ErrSnapshot says that a snapshot is not what was written.
var ErrSnapshot = errors.New("the frozen audience is damaged")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// AppendRow appends a row in the form that frames hold before they are compressed.
func AppendRow(dst []byte, r *campaign.Recipient) []byte {
	dst = binary.AppendUvarint(dst, uint64(r.Line))
	addresses := len(r.Others)
	if !r.Address.IsZero() {
		addresses++
	}
	dst = binary.AppendUvarint(dst, uint64(addresses))
	if !r.Address.IsZero() {
		dst = appendText(dst, r.Address.Reveal())
	}
	for _, other := range r.Others {
		dst = appendText(dst, other.Stored())
	}
	dst = binary.AppendUvarint(dst, uint64(len(r.Fields)))
	for _, f := range r.Fields {
		dst = appendText(dst, f)
	}
	return dst
}

func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// FrameEncoder compresses frames. Each goroutine needs its own.
type FrameEncoder struct{ enc *zstd.Encoder }

// NewFrameEncoder returns an encoder.
func NewFrameEncoder() *FrameEncoder {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(true))
	if err != nil {
		panic(err) // unreachable: the options are constants
	}
	return &FrameEncoder{enc}
}

// Encode appends the frame of rows that [AppendRow] made.
func (e *FrameEncoder) Encode(dst, rows []byte) []byte { return e.enc.EncodeAll(rows, dst) }

// SnapshotWriter writes a snapshot under a temporary name.
type SnapshotWriter struct {
	path   string
	f      *os.File
	w      *bufio.Writer
	offset int64
	index  []byte
	rows   int
	sum    hash.Hash // of what was written; nil where nobody asks
}

// CreateSnapshot begins the run's snapshot.
func (r *Run) CreateSnapshot() (*SnapshotWriter, error) { return r.createSnapshot(nil) }

func (r *Run) createSnapshot(sum hash.Hash) (*SnapshotWriter, error) {
	path := r.Path(SnapshotName)
	f, err := os.OpenFile(path+".tmp", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create snapshot: %w", err)
	}
	w := &SnapshotWriter{path: path, f: f, w: bufio.NewWriterSize(f, 256<<10), sum: sum}
	w.write([]byte(snapshotMagic))
	return w, nil
}

// write leaves errors to the Flush in [SnapshotWriter.Commit]: bufio keeps the first.
func (w *SnapshotWriter) write(b []byte) {
	n, _ := w.w.Write(b)
	w.offset += int64(n)
	if w.sum != nil {
		_, _ = w.sum.Write(b) // a hash never fails
	}
}

// Append adds a frame of so many rows.
func (w *SnapshotWriter) Append(frame []byte, rows int) {
	w.index = binary.BigEndian.AppendUint64(w.index, uint64(w.offset))
	w.rows += rows
	w.write(frame)
}

// Commit finishes the snapshot, makes it durable under its name, and returns its length.
func (w *SnapshotWriter) Commit() (int64, error) {
	err := w.finish()
	if err == nil {
		err = os.Rename(w.path+".tmp", w.path)
	}
	if err != nil {
		return 0, errors.Join(fmt.Errorf("write snapshot: %w", err), os.Remove(w.path+".tmp")) // it holds people's data
	}
	return w.offset, durable.SyncDir(filepath.Dir(w.path))
}

// finish makes the snapshot whole and durable under its temporary name.
func (w *SnapshotWriter) finish() error {
	footer := binary.BigEndian.AppendUint32(nil, uint32(len(w.index)/8))
	footer = binary.BigEndian.AppendUint32(footer, uint32(w.rows))
	sum := crc32.Update(crc32.Checksum(w.index, castagnoli), castagnoli, footer)
	footer = binary.BigEndian.AppendUint32(footer, sum)
	w.write(w.index)
	w.write(append(footer, snapshotMagic...))
	return errors.Join(w.w.Flush(), durable.Sync(w.f), w.f.Close())
}

// Abort gives the snapshot up.
func (w *SnapshotWriter) Abort() { _ = errors.Join(w.f.Close(), os.Remove(w.path+".tmp")) }

// Snapshot is a frozen audience, open for reading. Its methods may be called by many goroutines.
type Snapshot struct {
	f     *os.File
	index []byte
	rows  int
	dec   *zstd.Decoder

	kept      []campaign.Recipient // of the frame that Row has read last
	keptFrame int
}

// OpenSnapshot opens the run's frozen audience, which must have the length and the rows that planning committed, or be the one that was
// rewritten since. The caller closes it.
func (r *Run) OpenSnapshot() (*Snapshot, error) {
	m := r.Meta()
	if !m.Erased.IsZero() {
		return nil, fmt.Errorf("%w on %s", ErrErased, m.Erased.UTC().Format("2 Jan 2006"))
	}
	f, err := os.Open(r.Path(SnapshotName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open snapshot: %w: %w", ErrSnapshot, err)
	}
	if err != nil {
		return nil, fmt.Errorf("open snapshot: %w", err)
	}
	s := &Snapshot{f: f}
	if err = r.verify(f); err == nil {
		err = s.load(m)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open snapshot: %w", err), f.Close())
	}
	return s, nil
}

func (s *Snapshot) load(m Meta) error {
	info, err := s.f.Stat()
	if err != nil {
		return err
	}
	size := info.Size()
	if size < int64(len(snapshotMagic)+footerSize) {
		return fmt.Errorf("%w: it has %d bytes", ErrSnapshot, size)
	}
	footer := make([]byte, footerSize)
	if _, err := s.f.ReadAt(footer, size-int64(footerSize)); err != nil {
		return err
	}
	frames := int64(binary.BigEndian.Uint32(footer))
	s.rows = int(binary.BigEndian.Uint32(footer[4:]))
	if s.rows != m.Rows || frames*8 > size || string(footer[12:]) != snapshotMagic {
		return fmt.Errorf("%w: its end is not as it was written", ErrSnapshot)
	}
	// One more offset than frames: where the index begins is where the last frame ends.
	at := size - int64(footerSize) - frames*8
	s.index = make([]byte, frames*8, frames*8+8)
	if _, err := s.f.ReadAt(s.index, at); err != nil {
		return err
	}
	if sum := crc32.Update(crc32.Checksum(s.index, castagnoli), castagnoli, footer[:8]); sum != binary.BigEndian.Uint32(footer[8:]) {
		return fmt.Errorf("%w: its index does not match its checksum", ErrSnapshot)
	}
	s.index = binary.BigEndian.AppendUint64(s.index, uint64(at))
	s.dec, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(256<<20))
	return err
}

// Rows returns the number of rows.
func (s *Snapshot) Rows() int { return s.rows }

// Frames returns the number of frames.
func (s *Snapshot) Frames() int { return len(s.index)/8 - 1 }

// packed reads frame i as it is stored.
func (s *Snapshot) packed(i int) ([]byte, error) {
	from, to := binary.BigEndian.Uint64(s.index[i*8:]), binary.BigEndian.Uint64(s.index[i*8+8:])
	if to < from {
		return nil, fmt.Errorf("read snapshot: %w: frame %d ends before it begins", ErrSnapshot, i)
	}
	packed := make([]byte, to-from)
	if _, err := s.f.ReadAt(packed, int64(from)); err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	return packed, nil
}

// Frame reads frame i: the rows from i·[FrameRows] on. The rows are the caller's.
func (s *Snapshot) Frame(i int) ([]campaign.Recipient, error) {
	packed, err := s.packed(i)
	if err != nil {
		return nil, err
	}
	raw, err := s.dec.DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("read snapshot: %w: frame %d: %w", ErrSnapshot, i, err)
	}
	rows, err := decodeFrame(raw, i*FrameRows)
	if err != nil {
		return nil, fmt.Errorf("read snapshot: frame %d: %w", i, err)
	}
	return rows, nil
}

// Row reads one row. Rows in ascending order are cheapest: the last frame is kept. It is not safe for concurrent use.
func (s *Snapshot) Row(row int) (campaign.Recipient, error) {
	if frame := row / FrameRows; s.kept == nil || s.keptFrame != frame {
		var err error
		if s.kept, err = s.Frame(frame); err != nil {
			return campaign.Recipient{}, err
		}
		s.keptFrame = frame
	}
	if i := row % FrameRows; i < len(s.kept) {
		return s.kept[i], nil
	}
	return campaign.Recipient{}, fmt.Errorf("read snapshot: %w: there is no row %d", ErrSnapshot, row)
}

// Close lets the file go.
func (s *Snapshot) Close() error {
	s.dec.Close()
	return s.f.Close()
}

// frameReader takes varints and texts off the front of a frame. After the first short one, ok is false.
type frameReader struct {
	buf []byte
	str string // the same bytes: texts are cut from it, so that a frame costs one string
	at  int
	ok  bool
}

func (d *frameReader) number() int {
	v, n := binary.Uvarint(d.buf[d.at:])
	if n <= 0 || v > 1<<31 {
		d.ok = false
		return 0
	}
	d.at += n
	return int(v)
}

func (d *frameReader) text() string {
	n := d.number()
	if !d.ok || n > len(d.buf)-d.at {
		d.ok = false
		return ""
	}
	s := d.str[d.at : d.at+n]
	d.at += n
	return s
}

// addresses takes the addresses of a row.
func (d *frameReader) addresses(r *campaign.Recipient) {
	for range d.number() {
		text := d.text()
		if strings.HasPrefix(text, "+") {
			r.Address = campaign.PhoneAddress(text)
			continue
		}
		other, ok := campaign.ParseIdentity(text)
		if !ok {
			d.ok = false
			return
		}
		r.Others = append(r.Others, other)
	}
}

func decodeFrame(raw []byte, first int) ([]campaign.Recipient, error) {
	d := frameReader{buf: raw, str: string(raw), ok: true}
	rows := make([]campaign.Recipient, 0, FrameRows)
	var cells []string
	for d.ok && d.at < len(raw) {
		r := campaign.Recipient{Row: first + len(rows), Line: d.number()}
		d.addresses(&r)
		n := d.number()
		if !d.ok || n > len(raw)-d.at {
			return nil, ErrSnapshot
		}
		if n > cap(cells)-len(cells) {
			cells = make([]string, 0, max(n, n*FrameRows/4))
		}
		from := len(cells)
		for range n {
			cells = append(cells, d.text())
		}
		r.Fields = cells[from:len(cells):len(cells)]
		rows = append(rows, r)
	}
	if !d.ok {
		return nil, ErrSnapshot
	}
	return rows, nil
}
