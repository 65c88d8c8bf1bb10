package ledger

import (
	"time"

	bolt "go.etcd.io/bbolt"
)

// personErased is the detail of a row that was in doubt when its person was erased.
const personErased = "the person was erased, so Sinch cannot be asked any more"

// Forget sees to it that rows whose people are erased are never begun again nor asked about, and replaces the caller's document, all of it in
// one transaction. A row that may be begun is skipped for the caller's reason; one of which nobody knows whether it was taken is left in doubt,
// also where it was to be begun again in spite of that; all others stay as they are. Nothing may be begun meanwhile.
func (l *Ledger) Forget(rows []uint32, reason uint8, run []byte, now time.Time) error {
	return l.update("forget", func(tx *bolt.Tx) error {
		c := changes{l: l, tx: tx, blocks: map[uint32][]byte{}}
		for _, row := range rows {
			r := c.record(row)
			switch s := r.state(); {
			case s.Sendable() && r.flags() == 0:
				r[0], r[1] = byte(Skipped), reason
				r.setDetail(0, 0)
			case s.Sendable(), s == Begun, s == InDoubt:
				r[0], r[1] = byte(LeftInDoubt), 0
				r.setDetail(l.texts.index(personErased), 0)
			default:
				continue
			}
			r.setTime(l.created, now)
		}
		if err := c.flush(); err != nil {
			return err
		}
		return tx.Bucket(bucketMeta).Put(keyRun, run)
	})
}
