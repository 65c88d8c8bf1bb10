package receipts

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"sendoff/internal/delivery"
	"sendoff/internal/durable"
	"sendoff/internal/failpoint"
)

// Record is one delivery receipt of one row.
type Record struct {
	Row       uint32
	Status    delivery.Status
	Reason    delivery.Reason
	Channel   int       // the position in campaign.Channels; those from 31 on are one
	MessageID string    // one that is no ULID is read back as a digest of it
	Time      time.Time // when it happened, to the millisecond
	Heard     time.Time // when we heard of it, likewise
}

const (
	recordSize = 40
	magic      = 0xd5
	digested   = 1 << 0 // flag: the message id is no ULID
	maxChannel = 31
)

// RunID is the id of a run, a ULID.
type RunID = ulid.ULID

func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) } // which package crc32 makes once

func checksum(run RunID, b []byte) uint32 {
	return crc32.Update(crc32.Checksum(run[:], castagnoli()), castagnoli(), b)
}

// appendTo appends the stored form: magic (1), status (3 bits) and channel (5), reason (1), flags (1), row (4), time and time of hearing (6 each,
// milliseconds since 1970), message id (16), checksum of the run's id and all that (4); big endian.
func (r *Record) appendTo(b []byte, run RunID) []byte {
	from := len(b)
	id, isDigest := storedID(r.MessageID)
	var flags byte
	if isDigest {
		flags = digested
	}
	b = append(b, magic, byte(r.Status)<<5|byte(storedChannel(r.Channel)), byte(r.Reason), flags)
	b = binary.BigEndian.AppendUint32(b, r.Row)
	b = appendTime(b, r.Time)
	b = appendTime(b, r.Heard)
	b = append(b, id[:]...)
	return binary.BigEndian.AppendUint32(b, checksum(run, b[from:]))
}

func appendTime(b []byte, t time.Time) []byte {
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(max(t.UnixMilli(), 0)))
	return append(b, ms[2:]...)
}

func readTime(b []byte) time.Time {
	var ms [8]byte
	copy(ms[2:], b[:6])
	return time.UnixMilli(int64(binary.BigEndian.Uint64(ms[:])))
}

// parse reads a stored record. It returns false where b does not begin with one of the run.
func parse(b []byte, run RunID) (Record, bool) {
	if b[0] != magic || binary.BigEndian.Uint32(b[recordSize-4:]) != checksum(run, b[:recordSize-4]) {
		return Record{}, false
	}
	r := Record{
		Status: delivery.Status(b[1] >> 5), Channel: int(b[1] & maxChannel), Reason: delivery.Reason(b[2]), Row: binary.BigEndian.Uint32(b[4:]),
		Time: readTime(b[8:]), Heard: readTime(b[14:]),
	}
	r.MessageID = readID([16]byte(b[20:36]), b[3]&digested != 0)
	return r, true
}

// Read calls yield with every record of a run's file from an offset on, and returns the offset behind the last one, and how many bytes it had to pass over.
// A file that is not there has none.
func Read(path string, run RunID, offset int64, yield func(Record) error) (next, lost int64, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return offset, 0, nil
	}
	if err != nil {
		return offset, 0, fmt.Errorf("read receipts: %w", err)
	}
	defer f.Close()
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return offset, 0, fmt.Errorf("read receipts: %w", err)
	}
	in := bufio.NewReaderSize(f, 1<<20)
	for next = offset; ; {
		b, err := in.Peek(recordSize)
		if errors.Is(err, io.EOF) {
			return next, lost, nil // what is shorter than a record may be one that is being written
		}
		if err != nil {
			return next, lost, fmt.Errorf("read receipts: %w", err)
		}
		r, ok := parse(b, run)
		size := recordSize
		if !ok {
			size = 1
			lost++
		} else if err := yield(r); err != nil {
			return next, lost, err
		}
		_, _ = in.Discard(size) // it was peeked at
		next += int64(size)
	}
}

// Log is a run's file, open for appending. Its methods may be called by many goroutines.
type Log struct {
	f   *os.File
	run RunID

	mu      sync.Mutex
	waiting *batch // what the next write takes; nil: nothing
	writing bool
	failed  error // the first failure; final, since a failed fsync must not be repeated
}

// batch is what one write takes.
type batch struct {
	bytes []byte
	done  chan struct{} // closed when it is on disk, or err is set
	err   error
}

// OpenLog opens the file of a run for appending, and makes it where there is none. Its name is on disk then.
func OpenLog(path string, run RunID) (*Log, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open receipts: %w", err)
	}
	info, err := f.Stat()
	if err == nil && info.Size() == 0 { // it may be new, or of somebody who has died before this
		err = durable.SyncDir(filepath.Dir(path))
	}
	if err != nil {
		return nil, fmt.Errorf("open receipts: %w", errors.Join(err, f.Close()))
	}
	return &Log{f: f, run: run}, nil
}

// Append puts records at the end of the file and returns when they are on disk. Those of several callers share one write and one fsync: whatever has come
// while the last one ran. After an error the Log takes nothing more; another one of the same file may.
func (l *Log) Append(records ...Record) error {
	l.mu.Lock()
	if l.failed != nil {
		defer l.mu.Unlock()
		return l.failed
	}
	if l.waiting == nil {
		l.waiting = &batch{done: make(chan struct{})}
	}
	mine := l.waiting
	for i := range records {
		mine.bytes = records[i].appendTo(mine.bytes, l.run)
	}
	if !l.writing {
		l.writing = true
		go l.drain()
	}
	l.mu.Unlock()
	<-mine.done
	return mine.err
}

// drain writes batches until none waits.
func (l *Log) drain() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.waiting != nil {
		b := l.waiting
		l.waiting = nil
		if b.err = l.failed; b.err == nil {
			l.mu.Unlock()
			err := l.write(b.bytes)
			l.mu.Lock()
			b.err, l.failed = err, err
		}
		close(b.done)
	}
	l.writing = false
}

// write is one write, so that records of other processes stand before it or behind it. If we die within, what is there of it is passed over.
func (l *Log) write(b []byte) error {
	if _, err := l.f.Write(b); err != nil {
		return fmt.Errorf("write receipts: %w", err)
	}
	failpoint.Hit(failpoint.ReceiptsWritten)
	if err := l.f.Sync(); err != nil {
		return fmt.Errorf("write receipts: %w", err)
	}
	return nil
}

// Close lets the file go. Nothing may be appended any more.
func (l *Log) Close() error { return l.f.Close() }
