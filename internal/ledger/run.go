package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
)

// StartedAtOpen reports whether, when the ledger was opened, anything had left, or was about to leave.
func (l *Ledger) StartedAtOpen() bool { return l.startedAtOpen }

// Run returns the caller's document.
func (l *Ledger) Run() ([]byte, error) {
	var run []byte
	err := l.view(func(tx *bolt.Tx) error {
		run = bytes.Clone(tx.Bucket(bucketMeta).Get(keyRun))
		return nil
	})
	return run, err
}

// SetRun replaces the caller's document, durably. A failure breaks the ledger.
func (l *Ledger) SetRun(run []byte) error {
	return l.update("set run", func(tx *bolt.Tx) error {
		return tx.Bucket(bucketMeta).Put(keyRun, run)
	})
}

// Skip is a row that is left out on purpose.
type Skip struct {
	Row    uint32
	Reason uint8
	Detail string
	Number uint32 // belongs to Detail
}

// PutSkips marks rows as left out, in one transaction. It belongs to planning: a row that anything is recorded of is an error.
// Rows in ascending order are cheapest.
func (l *Ledger) PutSkips(skips []Skip, now time.Time) error {
	return l.update("put skips", func(tx *bolt.Tx) error {
		c := changes{l: l, tx: tx, blocks: map[uint32][]byte{}}
		for _, s := range skips {
			r := c.record(s.Row)
			if r.state() != None {
				return fmt.Errorf("row %d cannot be skipped: it is %v", s.Row, r.state())
			}
			r[0], r[1] = byte(Skipped), s.Reason
			r.setTime(l.created, now)
			r.setDetail(l.texts.index(s.Detail), s.Number)
		}
		return c.flush()
	})
}

// Reset forgets every row, so that planning can start from nothing. It refuses once anything was begun, or found to have been.
func (l *Ledger) Reset() error {
	return l.update("reset", func(tx *bolt.Tx) error {
		if l.begun > 0 || tx.Bucket(bucketMeta).Get(keyStarted) != nil {
			return errors.New("requests have left already")
		}
		for _, name := range [][]byte{bucketBlocks, bucketTexts, bucketIDs} {
			if err := tx.DeleteBucket(name); err != nil {
				return err
			}
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		return l.texts.load(tx.Bucket(bucketTexts))
	})
}

// update runs a transaction beside the group commit; bbolt lets one at a time through.
func (l *Ledger) update(what string, fn func(tx *bolt.Tx) error) error {
	l.mu.Lock()
	err := l.usable()
	l.mu.Unlock()
	if err != nil {
		return err
	}
	if err := l.change(fn); err != nil {
		err = fmt.Errorf("%s: %w", what, err)
		l.fail(err)
		return l.Err()
	}
	return nil
}
