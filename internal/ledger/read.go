package ledger

import (
	"bytes"
	"encoding/binary"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"sendoff/internal/delivery"
)

// Tally counts rows by state.
type Tally struct {
	States           [numStates]int // rows of a state; None counts only rows in blocks that exist
	Skipped          [256]int       // skipped rows by reason
	AfterServerError int            // rows with that flag, whatever became of them
	AfterDoubt       int            // the same
	Moved            int            // rows that are sent to again in another run
	Delivery         Delivery
}

// Delivery counts accepted rows by what receipts say of them, and what receipts say that cannot be so.
type Delivery struct {
	Statuses [delivery.Statuses]int // by how far the message has come
	Reasons  [delivery.Reasons]int  // of those that failed, by why
	Twice    int                    // accepted rows of which receipts speak of another message than the one that was accepted, or of two
	Strays   int                    // rows that are not accepted, and of which receipts say that Sinch has a message
}

// Add counts a row.
func (d *Delivery) Add(e *Entry) { d.add(e.State, e.Receipt, e.Twice) }

// Join adds what another has counted.
func (d *Delivery) Join(other *Delivery) {
	for s, n := range other.Statuses {
		d.Statuses[s] += n
	}
	for r, n := range other.Reasons {
		d.Reasons[r] += n
	}
	d.Twice += other.Twice
	d.Strays += other.Strays
}

func (d *Delivery) add(s State, rc Receipt, isTwice bool) {
	if s != Accepted {
		if rc.Status != delivery.None {
			d.Strays++
		}
		return
	}
	d.Statuses[rc.Status]++
	if rc.Status == delivery.Failed {
		d.Reasons[min(int(rc.Reason), delivery.Reasons-1)]++
	}
	if isTwice {
		d.Twice++
	}
}

// twice reports whether receipts of an accepted row speak of another message than that one, or of two. Ids that are kept apart are not compared.
func (r record) twice(rc Receipt, messageID string) bool {
	return rc.Twice || !r.hasExt() && !rc.Of(messageID)
}

// Heard reports whether any receipts have come.
func (d *Delivery) Heard() bool {
	heard := d.Strays
	for s := delivery.Submitted; int(s) < delivery.Statuses; s++ {
		heard += d.Statuses[s]
	}
	return heard > 0
}

// Count returns the number of rows in a state, of those that anything was recorded of.
func (t *Tally) Count(s State) int { return t.States[s] }

// Scan reads the whole ledger front to back and calls fn with every row that anything is recorded of, in ascending order.
func (l *Ledger) Scan(fn func(row uint32, s State)) (Tally, error) {
	l.readAhead()
	var t Tally
	err := l.view(func(tx *bolt.Tx) error {
		t.Moved = countMoved(tx)
		if err := l.addLone(tx, &t.Delivery); err != nil {
			return err
		}
		return tx.Bucket(bucketBlocks).ForEach(func(k, block []byte) error {
			if len(k) != 4 || len(block) != blockSize {
				return fmt.Errorf("%w: a block has %d bytes", ErrDamaged, len(block))
			}
			n := binary.BigEndian.Uint32(k)
			first := n * BlockRows
			receipts, err := l.receiptBlock(tx, n)
			if err != nil {
				return err
			}
			for i := 0; i < BlockRows; i++ {
				r := record(block[i*recordSize : (i+1)*recordSize])
				s := r.state()
				if s >= numStates {
					return fmt.Errorf("%w: row %d has state %d", ErrDamaged, first+uint32(i), s)
				}
				t.States[s]++
				if s == Skipped {
					t.Skipped[r[1]]++
				}
				if r.flags()&AfterServerError != 0 {
					t.AfterServerError++
				}
				if r.flags()&AfterDoubt != 0 {
					t.AfterDoubt++
				}
				var rc Receipt
				isTwice := false
				if receipts != nil {
					rc = receipt(receipts[i*receiptSize : (i+1)*receiptSize]).says()
					isTwice = s == Accepted && rc.Hash != 0 && (rc.Twice || !r.hasExt() && rc.Hash != r.hash())
				}
				t.Delivery.add(s, rc, isTwice)
				if s != None && fn != nil {
					fn(first+uint32(i), s)
				}
			}
			return nil
		})
	})
	if err != nil {
		return t, fmt.Errorf("scan ledger: %w", err)
	}
	return t, nil
}

// Reader reads entries of rows; ascending order is cheapest, since it keeps one block. It holds no transaction between calls,
// so the ledger may be written meanwhile. It is not safe for concurrent use.
type Reader struct {
	l        *Ledger
	number   uint32
	block    []byte // nil before the first row; empty where the block does not exist
	receipts []byte // nil where there are none
	moved    []byte // the same
}

// Reader returns a new reader.
func (l *Ledger) Reader() *Reader { return &Reader{l: l} }

// Entry returns what is known of row.
func (rd *Reader) Entry(row uint32) (Entry, error) {
	if n := row / BlockRows; rd.block == nil || rd.number != n {
		if err := rd.load(n); err != nil {
			return Entry{}, err
		}
	}
	e := Entry{}
	if rd.receipts != nil {
		i := row % BlockRows * receiptSize
		e.Receipt = receipt(rd.receipts[i : i+receiptSize]).get(rd.l.created)
	}
	if rd.moved != nil {
		e.Moved = int(rd.moved[row%BlockRows])
	}
	if len(rd.block) == 0 {
		return e, nil
	}
	i := row % BlockRows * recordSize
	r := record(rd.block[i : i+recordSize])
	e = Entry{
		Receipt:  e.Receipt,
		Moved:    e.Moved,
		State:    r.state(),
		Reason:   r[1],
		Attempts: int(r[2]),
		Channel:  r.channel(),
		Flags:    r.flags(),
		Time:     r.time(rd.l.created),
	}
	if e.State != Accepted {
		e.Detail, e.Number = rd.l.texts.get(r.text()), r.number()
		e.Begun, e.Storage = r.begun(rd.l.created), r.storage()
		return e, nil
	}
	if !r.hasExt() {
		e.MessageID = r.messageID()
		e.Twice = r.twice(e.Receipt, e.MessageID)
		return e, nil
	}
	e.Twice = e.Receipt.Twice
	err := rd.l.view(func(tx *bolt.Tx) error {
		e.MessageID = string(tx.Bucket(bucketIDs).Get(rowKey(row)))
		return nil
	})
	return e, err
}

func (rd *Reader) load(n uint32) error {
	return rd.l.view(func(tx *bolt.Tx) error {
		rd.number, rd.block, rd.receipts, rd.moved = n, []byte{}, nil, nil
		b := tx.Bucket(bucketBlocks).Get(blockKey(n))
		if b != nil && len(b) != blockSize {
			return fmt.Errorf("%w: a block has %d bytes", ErrDamaged, len(b))
		}
		rd.block = append(rd.block, bytes.Clone(b)...)
		if moved := tx.Bucket(bucketMoved); moved != nil {
			rd.moved = bytes.Clone(moved.Get(blockKey(n)))
		}
		if rd.moved != nil && len(rd.moved) != BlockRows {
			return fmt.Errorf("%w: a block of moved rows has %d bytes", ErrDamaged, len(rd.moved))
		}
		var err error
		rd.receipts, err = rd.l.receiptBlock(tx, n)
		return err
	})
}
