package ledger

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"time"

	bolt "go.etcd.io/bbolt"

	"sendoff/internal/delivery"
)

// Receipt is what delivery receipts say of a row, all of them together.
type Receipt struct {
	Status  delivery.Status
	Reason  delivery.Reason // why it failed, where it has
	Channel int             // on which it got that far, as the caller numbers channels
	Time    time.Time       // when it arrived, or else when it got this far, to 10 ms; zero where nothing was heard
	Twice   bool            // there are receipts of two messages for the row
	Hash    uint16          // of the message id; 0: nothing was heard
}

// Of reports whether the receipt is of the message with that id, as far as its hash tells; or of none.
func (r Receipt) Of(messageID string) bool { return r.Hash == 0 || r.Hash == hashID(messageID) }

// NewReceipt returns what one delivery receipt says, of a message with an id.
func NewReceipt(s delivery.Status, reason delivery.Reason, channel int, at time.Time, messageID string) Receipt {
	return Receipt{Status: s, Reason: reason, Channel: channel, Time: at, Hash: hashID(messageID)}
}

// hashID is never 0.
func hashID(id string) uint16 { return hashOf([]byte(id)) }

func hashOf(id []byte) uint16 { return max(uint16(crc32.ChecksumIEEE(id)), 1) }

// RowReceipt is a receipt of a row.
type RowReceipt struct {
	Row uint32
	Receipt
}

const (
	receiptSize      = 8
	receiptBlockSize = BlockRows * receiptSize
	twiceBit         = 1 << 7
)

var (
	bucketReceipts = []byte("rcpt")
	bucketMoved    = []byte("mov")
	bucketStrays   = []byte("stray")
	keyReceipts    = []byte("receipts")
)

// receipt is the stored form: status (3 bits) and channel (5), twice (1) and reason (7), hash (2 bytes), time (4).
type receipt []byte

func (b receipt) put(created time.Time, r Receipt) {
	b[0] = byte(r.Status)<<5 | byte(r.Channel)&channelMask
	b[1] = byte(r.Reason) &^ twiceBit
	if r.Twice {
		b[1] |= twiceBit
	}
	binary.BigEndian.PutUint16(b[2:], r.Hash)
	putTicks(b[4:], created, r.Time)
}

func (b receipt) get(created time.Time) Receipt {
	r := b.says()
	r.Time = fromTicks(b[4:], created)
	return r
}

// says is all but the time, which takes longest to make.
func (b receipt) says() Receipt {
	return Receipt{
		Status: delivery.Status(b[0] >> 5), Channel: int(b[0] & channelMask), Reason: delivery.Reason(b[1] &^ twiceBit), Twice: b[1]&twiceBit != 0,
		Hash: binary.BigEndian.Uint16(b[2:]),
	}
}

// join adds what a further receipt says. The order in which receipts are added, and how often, makes no difference: one that is final or an
// arrival holds against one that is less, and of two that are worth the same the earlier one where they are final, and the later one else.
func (b receipt) join(created time.Time, r Receipt) {
	var other receipt = make([]byte, receiptSize)
	other.put(created, r)
	twice, hash := b[1]&twiceBit|other[1]&twiceBit, binary.BigEndian.Uint16(b[2:])
	switch {
	case hash == 0:
		hash = r.Hash
	case r.Hash != 0 && r.Hash != hash:
		twice, hash = twiceBit, min(hash, r.Hash)
	}
	status := max(b.status(), other.status())
	arrived := status.Arrived()
	if other.holds(b) {
		copy(b, other)
	}
	if arrived { // READ says no other time than DELIVERED
		b[0] = byte(status)<<5 | b[0]&channelMask
	}
	b[1] = b[1]&^twiceBit | twice
	binary.BigEndian.PutUint16(b[2:], hash)
}

func (b receipt) status() delivery.Status { return delivery.Status(b[0] >> 5) }

// worth orders what receipts say: nothing, on its way, failed, arrived.
func worth(s delivery.Status) int {
	switch {
	case s == delivery.None:
		return 0
	case s.Arrived():
		return 3
	case s.Final():
		return 2
	}
	return 1
}

// holds reports whether what b says of time, channel and reason holds against had.
func (b receipt) holds(had receipt) bool {
	if is, was := worth(b.status()), worth(had.status()); is != was {
		return is > was
	}
	if b.status().Final() {
		return compare(b, had) < 0
	}
	return compare(b, had) > 0
}

// compare orders receipts of the same worth by time, and where that is the same by what else they say. DELIVERED and READ are one.
func compare(a, b receipt) int {
	first, second := a[0], b[0]
	if a.status().Arrived() {
		first, second = first&channelMask, second&channelMask
	}
	return cmp.Or(bytes.Compare(a[4:], b[4:]), cmp.Compare(first, second), cmp.Compare(a[1]&^twiceBit, b[1]&^twiceBit))
}

// ReceiptsMerged is up to where the caller's file of receipts has been merged: its own number.
func (l *Ledger) ReceiptsMerged() (offset int64, err error) {
	l.overlay.mu.Lock()
	defer l.overlay.mu.Unlock()
	if l.overlay.blocks != nil {
		return l.overlay.offset, nil
	}
	err = l.view(func(tx *bolt.Tx) error {
		if b := tx.Bucket(bucketMeta).Get(keyReceipts); len(b) == 8 {
			offset = int64(binary.BigEndian.Uint64(b))
		}
		return nil
	})
	return offset, err
}

// MergeReceipts adds receipts, and remembers up to where they come from in the caller's file: both in one transaction, or neither. Merging
// the same ones again changes nothing. A ledger that was opened read-only keeps them in memory.
func (l *Ledger) MergeReceipts(all []RowReceipt, offset int64) error {
	if l.done == nil {
		return l.overlayReceipts(all, offset)
	}
	return l.update("merge receipts", func(tx *bolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(bucketReceipts)
		if err != nil {
			return err
		}
		blocks := map[uint32][]byte{}
		l.join(blocks, b, all)
		for n, block := range blocks {
			if err := b.Put(blockKey(n), block); err != nil {
				return err
			}
		}
		if err := noteStrays(tx, all); err != nil {
			return err
		}
		return tx.Bucket(bucketMeta).Put(keyReceipts, binary.BigEndian.AppendUint64(nil, uint64(offset)))
	})
}

// straysSize is the size of a block of strays: a bit for each row.
const straysSize = (BlockRows + 7) / 8

// noteStrays remembers which rows receipts speak of that are not accepted yet. Of most the answer is on its way; those that are left a later start
// finds without reading everything.
func noteStrays(tx *bolt.Tx, all []RowReceipt) error {
	noted := map[uint32][]byte{}
	for i := range all {
		n := all[i].Row / BlockRows
		if noted[n] == nil {
			noted[n] = make([]byte, straysSize)
		}
		if at := all[i].Row % BlockRows; all[i].Status != delivery.None {
			noted[n][at/8] |= 1 << (at % 8)
		}
	}
	had := tx.Bucket(bucketStrays)
	for n, rows := range noted {
		if had != nil {
			for i, bits := range had.Get(blockKey(n)) {
				rows[i] |= bits
			}
		}
		if err := putStrays(tx, n, rows); err != nil {
			return err
		}
	}
	return nil
}

// putStrays remembers those rows of a block that are not accepted.
func putStrays(tx *bolt.Tx, n uint32, rows []byte) error {
	block, isAny := tx.Bucket(bucketBlocks).Get(blockKey(n)), false
	for i := range rows {
		for bit := range 8 {
			if row := i*8 + bit; rows[i]&(1<<bit) != 0 && block != nil && record(block[row*recordSize:]).state() == Accepted {
				rows[i] &^= 1 << bit
			}
		}
		isAny = isAny || rows[i] != 0
	}
	b, err := tx.CreateBucketIfNotExists(bucketStrays)
	switch {
	case err != nil:
		return err
	case isAny:
		return b.Put(blockKey(n), rows)
	case b.Get(blockKey(n)) != nil:
		return b.Delete(blockKey(n))
	}
	return nil
}

// Strays calls fn with every row, in ascending order, that receipts speak of and that is not accepted, and forgets those that are by now. What was merged
// in memory is not among them.
func (l *Ledger) Strays(fn func(row uint32, s State)) error {
	isAny := false
	err := l.view(func(tx *bolt.Tx) error {
		if b := tx.Bucket(bucketStrays); b != nil {
			k, _ := b.Cursor().First()
			isAny = k != nil
		}
		return nil
	})
	if err != nil || !isAny {
		return err
	}
	if l.done != nil {
		if err := l.update("look for strays", tidyStrays); err != nil {
			return err
		}
	}
	return l.view(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketStrays).ForEach(func(k, rows []byte) error {
			if len(k) != 4 || len(rows) != straysSize {
				return fmt.Errorf("%w: a block of strays has %d bytes", ErrDamaged, len(rows))
			}
			n, block := binary.BigEndian.Uint32(k), tx.Bucket(bucketBlocks).Get(k)
			for row := range uint32(BlockRows) {
				if rows[row/8]&(1<<(row%8)) == 0 {
					continue
				}
				s := None
				if block != nil {
					s = record(block[row*recordSize:]).state()
				}
				if s != Accepted {
					fn(n*BlockRows+row, s)
				}
			}
			return nil
		})
	})
}

// tidyStrays forgets rows that are accepted by now.
func tidyStrays(tx *bolt.Tx) error {
	all := map[uint32][]byte{}
	err := tx.Bucket(bucketStrays).ForEach(func(k, rows []byte) error {
		if len(k) != 4 || len(rows) != straysSize {
			return fmt.Errorf("%w: a block of strays has %d bytes", ErrDamaged, len(rows))
		}
		all[binary.BigEndian.Uint32(k)] = bytes.Clone(rows)
		return nil
	})
	if err != nil {
		return err
	}
	for n, rows := range all {
		if err := putStrays(tx, n, rows); err != nil {
			return err
		}
	}
	return nil
}

// join adds receipts to blocks, which are taken from a bucket where they are not there yet. bucket may be nil.
func (l *Ledger) join(blocks map[uint32][]byte, bucket *bolt.Bucket, all []RowReceipt) {
	for i := range all {
		n := all[i].Row / BlockRows
		block := blocks[n]
		if block == nil {
			block = make([]byte, receiptBlockSize)
			if bucket != nil {
				copy(block, bucket.Get(blockKey(n)))
			}
			blocks[n] = block
		}
		at := all[i].Row % BlockRows * receiptSize
		receipt(block[at:at+receiptSize]).join(l.created, all[i].Receipt)
	}
}

func (l *Ledger) overlayReceipts(all []RowReceipt, offset int64) error {
	l.overlay.mu.Lock()
	defer l.overlay.mu.Unlock()
	if l.overlay.blocks == nil {
		l.overlay.blocks = map[uint32][]byte{}
	}
	err := l.view(func(tx *bolt.Tx) error {
		l.join(l.overlay.blocks, tx.Bucket(bucketReceipts), all)
		return nil
	})
	l.overlay.offset = offset
	return err
}

// receiptBlock returns a copy of the receipts of a block of rows; nil where there are none.
func (l *Ledger) receiptBlock(tx *bolt.Tx, n uint32) ([]byte, error) {
	l.overlay.mu.Lock()
	block := bytes.Clone(l.overlay.blocks[n])
	l.overlay.mu.Unlock()
	if b := tx.Bucket(bucketReceipts); block == nil && b != nil {
		block = bytes.Clone(b.Get(blockKey(n)))
	}
	if block != nil && len(block) != receiptBlockSize {
		return nil, fmt.Errorf("%w: a block of receipts has %d bytes", ErrDamaged, len(block))
	}
	return block, nil
}

// addLone counts the receipts of rows in blocks of which nothing else was recorded.
func (l *Ledger) addLone(tx *bolt.Tx, d *Delivery) error {
	lone := map[uint32]bool{}
	check := func(n uint32) {
		if tx.Bucket(bucketBlocks).Get(blockKey(n)) == nil {
			lone[n] = true
		}
	}
	if b := tx.Bucket(bucketReceipts); b != nil {
		c := b.Cursor()
		for k, _ := c.First(); k != nil; k, _ = c.Next() {
			check(binary.BigEndian.Uint32(k))
		}
	}
	l.overlay.mu.Lock()
	for n := range l.overlay.blocks {
		check(n)
	}
	l.overlay.mu.Unlock()
	for n := range lone {
		block, err := l.receiptBlock(tx, n)
		if err != nil {
			return err
		}
		for ; len(block) > 0; block = block[receiptSize:] {
			d.add(None, receipt(block[:receiptSize]).get(l.created), false)
		}
	}
	return nil
}

// countMoved counts the rows that were marked by [Ledger.Move].
func countMoved(tx *bolt.Tx) int {
	b := tx.Bucket(bucketMoved)
	if b == nil {
		return 0
	}
	rows := 0
	c := b.Cursor()
	for k, of := c.First(); k != nil; k, of = c.Next() {
		rows += len(of) - bytes.Count(of, []byte{0})
	}
	return rows
}

// Move marks rows as those of the caller's run number to, from 1 on: they are sent to again there, and no more here. It is durable when it returns,
// and marking a row again for the same run changes nothing. A row that is another run's already is an error, and then none is marked.
func (l *Ledger) Move(rows []uint32, to uint8) error {
	if to == 0 {
		return errors.New("move rows: to no run")
	}
	return l.update("move rows", func(tx *bolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(bucketMoved)
		if err != nil {
			return err
		}
		blocks := map[uint32][]byte{}
		for _, row := range rows {
			n := row / BlockRows
			if blocks[n] == nil {
				blocks[n] = make([]byte, BlockRows)
				copy(blocks[n], b.Get(blockKey(n)))
			}
			at := &blocks[n][row%BlockRows]
			if *at != 0 && *at != to {
				return fmt.Errorf("row %d is that of run %d already, and cannot become that of %d", row, *at, to)
			}
			*at = to
		}
		for n, block := range blocks {
			if err := b.Put(blockKey(n), block); err != nil {
				return err
			}
		}
		return nil
	})
}

// CopyTo writes a copy of the ledger as it is now to w, while it may be written. [OpenCopy] reads it.
func (l *Ledger) CopyTo(w io.Writer) error {
	return l.view(func(tx *bolt.Tx) error {
		_, err := tx.WriteTo(w)
		return err
	})
}

// OpenCopy opens the file at path, which [Ledger.CopyTo] has made, for reading. The ledger that it was made of was sound, so nobody asks its witness.
func OpenCopy(path string) (*Ledger, error) {
	db, err := openGuarded(path, Options{ReadOnly: true, Wait: time.Second})
	if err != nil {
		return nil, fmt.Errorf("open copy of ledger: %w", err)
	}
	l := &Ledger{db: db, path: path}
	if err := l.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("open copy of ledger: %w", err), l.closeDB())
	}
	return l, nil
}
