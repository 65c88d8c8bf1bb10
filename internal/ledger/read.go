package ledger

import (
	"bytes"
	"encoding/binary"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// Tally counts rows by state.
type Tally struct {
	States           [numStates]int // rows of a state; None counts only rows in blocks that exist
	Skipped          [256]int       // skipped rows by reason
	AfterServerError int            // rows with that flag, whatever became of them
	AfterDoubt       int            // the same
}

// Count returns the number of rows in a state, of those that anything was recorded of.
func (t *Tally) Count(s State) int { return t.States[s] }

// Scan reads the whole ledger front to back and calls fn with every row that anything is recorded of, in ascending order.
func (l *Ledger) Scan(fn func(row uint32, s State)) (Tally, error) {
	l.readAhead()
	var t Tally
	err := l.view(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketBlocks).ForEach(func(k, block []byte) error {
			if len(k) != 4 || len(block) != blockSize {
				return fmt.Errorf("%w: a block has %d bytes", ErrDamaged, len(block))
			}
			first := binary.BigEndian.Uint32(k) * BlockRows
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
	l      *Ledger
	number uint32
	block  []byte // nil before the first row; empty where the block does not exist
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
	if len(rd.block) == 0 {
		return Entry{}, nil
	}
	i := row % BlockRows * recordSize
	r := record(rd.block[i : i+recordSize])
	e := Entry{
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
		return e, nil
	}
	err := rd.l.view(func(tx *bolt.Tx) error {
		e.MessageID = string(tx.Bucket(bucketIDs).Get(rowKey(row)))
		return nil
	})
	return e, err
}

func (rd *Reader) load(n uint32) error {
	return rd.l.view(func(tx *bolt.Tx) error {
		rd.number, rd.block = n, []byte{}
		b := tx.Bucket(bucketBlocks).Get(blockKey(n))
		if b != nil && len(b) != blockSize {
			return fmt.Errorf("%w: a block has %d bytes", ErrDamaged, len(b))
		}
		rd.block = append(rd.block, bytes.Clone(b)...)
		return nil
	})
}
