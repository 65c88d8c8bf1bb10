package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"

	"sendoff/internal/failpoint"
)

// Ledger is an open ledger. Its methods may be called by many goroutines.
type Ledger struct {
	db          *bolt.DB
	stuck       atomic.Bool // a transaction has panicked
	path        string
	created     time.Time
	runID       [16]byte
	identity    Identity
	texts       texts
	witness     *witness // nil when opened read-only, and while the ledger is suspect
	witnessPath string
	begun       uint64 // intents on disk; the writer's own once it runs
	started     bool   // an intent was about to be begun, or a message was found

	startedAtOpen bool

	mu      sync.Mutex
	open    *group // what queues for the next commit
	failed  error  // the first failure; final
	suspect error  // why the ledger cannot be trusted
	closed  bool

	overlay overlay // of a ledger that was opened read-only

	wake chan struct{} // holds one token while something waits in open
	done chan struct{} // closed when the writer has ended; nil when opened read-only
}

// overlay is the receipts that were merged in memory alone.
type overlay struct {
	mu     sync.Mutex
	blocks map[uint32][]byte // nil: none were
	offset int64
}

// group is what one transaction commits.
type group struct {
	ops       []op
	intents   int
	committed chan struct{} // closed after the commit
	err       error         // set before committed is closed
}

// op is one change of one row.
type op struct {
	row    uint32
	kind   opKind
	intent Intent
	res    Result
}

type opKind uint8

const (
	result opKind = iota
	intent
	found // at Sinch, of a row that the ledger has not begun
)

// Result is what became of a row that was begun; or of one that is not any more: [Skipped], or in doubt since an earlier attempt.
type Result struct {
	State     State
	Reason    uint8 // the caller's own
	Flags     Flags // added to those that the row has
	Channel   int
	Time      time.Time
	MessageID string // where State is Accepted
	Detail    string // elsewhere; runs of six or more digits are masked
	Number    uint32 // belongs to Detail
}

func newGroup() *group { return &group{committed: make(chan struct{})} }

func (l *Ledger) startWriter() {
	l.open = newGroup()
	l.wake = make(chan struct{}, 1)
	l.done = make(chan struct{})
	go l.write()
}

// Begin records that a request for row is about to leave, and returns when that is on disk. Any error means that the
// request must not leave. Beginning a row that is begun, in doubt or final is an error that breaks the ledger: somebody would be
// messaged twice.
func (l *Ledger) Begin(row uint32, i Intent) error {
	g, err := l.queue(op{row: row, kind: intent, intent: i})
	if err != nil {
		return err
	}
	if failpoint.Broken(failpoint.NoAwait) {
		return nil
	}
	<-g.committed
	return g.err
}

// Record keeps what became of a row, soon: it does not wait. An error means that the ledger is broken.
func (l *Ledger) Record(row uint32, r Result) error {
	_, err := l.queue(op{row: row, res: r})
	return err
}

// RecordFound keeps that Sinch has a message of ours for a row that this ledger has not begun: it was put back to what it was, or a copy of it
// was used. r.State is Accepted; a row that is accepted already stays as it is. From then on the ledger counts as started. Like [Ledger.Record]
// it does not wait.
func (l *Ledger) RecordFound(row uint32, r Result) error {
	_, err := l.queue(op{row: row, kind: found, res: r})
	return err
}

// Sync returns when everything recorded before is on disk.
func (l *Ledger) Sync() error {
	l.mu.Lock()
	g, err := l.open, l.usable()
	l.mu.Unlock()
	if err != nil {
		return err
	}
	l.poke()
	<-g.committed
	return g.err
}

// Err returns the failure that broke the ledger, or nil.
func (l *Ledger) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failed
}

func (l *Ledger) usable() error {
	switch {
	case l.failed != nil:
		return l.failed
	case l.closed || l.open == nil:
		return errors.New("the ledger is not open for writing")
	}
	return nil
}

func (l *Ledger) queue(o op) (*group, error) {
	for {
		l.mu.Lock()
		if err := l.usable(); err != nil {
			l.mu.Unlock()
			return nil, err
		}
		if o.kind == intent && l.suspect != nil {
			defer l.mu.Unlock()
			return nil, l.suspect
		}
		g := l.open
		full := o.kind == intent && g.intents == witnessStep
		if !full {
			g.ops = append(g.ops, o)
			if o.kind == intent {
				g.intents++
			}
		}
		l.mu.Unlock()
		l.poke()
		if !full {
			return g, nil
		}
		<-g.committed // the witness covers no more intents than this in one transaction
	}
}

func (l *Ledger) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// write is the one goroutine that commits. It ends when the ledger is closed and everything queued is committed or refused.
func (l *Ledger) write() {
	defer close(l.done)
	for range l.wake {
		// Whoever could go on right now goes first: on a busy machine the group grows without anybody being made to wait.
		runtime.Gosched()
		l.mu.Lock()
		g := l.open
		l.open = newGroup()
		err, closed := l.failed, l.closed
		l.mu.Unlock()
		if err == nil && len(g.ops) > 0 {
			err = l.commit(g)
		}
		if err != nil {
			l.fail(err)
		}
		g.err = err
		close(g.committed)
		if closed {
			return
		}
	}
}

// fail makes err the ledger's end.
func (l *Ledger) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed == nil {
		l.failed = fmt.Errorf("ledger: %w", err)
	}
}

// Close commits what is queued, and lets the lock go.
func (l *Ledger) Close() error {
	if l.done == nil {
		return l.closeDB()
	}
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	l.mu.Unlock()
	l.poke()
	<-l.done
	if l.Err() == nil && l.witness != nil {
		if err := l.witness.seal(l.begun); err != nil {
			l.fail(err)
		}
	}
	return errors.Join(l.Err(), l.witness.close(), l.closeDB())
}

// commit puts a group on disk. If we die within, all of it is there or nothing; the witness is ahead at most by its step.
func (l *Ledger) commit(g *group) error {
	begun := l.begun + uint64(g.intents)
	if g.intents > 0 {
		if err := l.prove(begun); err != nil {
			return err
		}
	}
	err := l.change(func(tx *bolt.Tx) error {
		c := changes{l: l, tx: tx, blocks: map[uint32][]byte{}}
		for i := range g.ops {
			if err := c.apply(&g.ops[i]); err != nil {
				return err
			}
		}
		if g.intents > 0 {
			if err := tx.Bucket(bucketMeta).Put(keyBegun, binary.BigEndian.AppendUint64(nil, begun)); err != nil {
				return err
			}
		}
		return c.flush()
	})
	if err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	failpoint.Hit(failpoint.GroupCommitted)
	l.begun = begun
	return nil
}

// prove sees to it that the intents up to the next count cannot be forgotten unnoticed: before the first of all the ledger is marked as
// started (see [witness.compare]), and the witness allows for them before they are on disk.
func (l *Ledger) prove(begun uint64) error {
	if !l.started {
		if err := l.change(markStarted); err != nil {
			return fmt.Errorf("mark the start: %w", err)
		}
		l.started = true
		failpoint.Hit(failpoint.LedgerMarked)
	}
	return l.witness.cover(l.begun, begun)
}

func markStarted(tx *bolt.Tx) error { return tx.Bucket(bucketMeta).Put(keyStarted, []byte{1}) }

// changes are the blocks that one transaction touches.
type changes struct {
	l      *Ledger
	tx     *bolt.Tx
	blocks map[uint32][]byte
}

func (c *changes) record(row uint32) record {
	n := row / BlockRows
	b := c.blocks[n]
	if b == nil {
		b = make([]byte, blockSize) // bbolt keeps it until the commit, so it cannot be used again before
		copy(b, c.tx.Bucket(bucketBlocks).Get(blockKey(n)))
		c.blocks[n] = b
	}
	i := row % BlockRows * recordSize
	return record(b[i : i+recordSize])
}

func (c *changes) apply(o *op) error {
	r := c.record(o.row)
	from := r.state()
	switch {
	case o.kind == found && from == Accepted:
		return nil // it has been found before, or it has two messages
	case o.kind == found:
		c.l.started = true
		if err := markStarted(c.tx); err != nil {
			return err
		}
	case o.kind == intent:
		if !from.Sendable() {
			return fmt.Errorf("row %d cannot be begun: it is %v", o.row, from)
		}
		r[0] = byte(Begun)
		r.setTime(c.l.created, o.intent.Time)
		r.setIntent(c.l.created, o.intent)
		r.setDetail(0, 0)
		return nil
	}
	// What was refused, or left out, may have been taken at an earlier attempt.
	open := from == Begun || from == InDoubt || o.kind == found && (from == LeftInDoubt || o.res.State == Accepted)
	// Of a row of which nothing is under way as far as is known, only Sinch can say that it has the message or refuses it.
	told := o.res.State == Accepted || o.res.State == Rejected
	if !open && !(from.Sendable() && (!told || o.kind == found)) {
		return fmt.Errorf("row %d cannot become %v: it is %v", o.row, o.res.State, from)
	}
	r[0], r[1] = byte(o.res.State), o.res.Reason
	r[3] |= byte(o.res.Flags) & flagsMask
	r.setTime(c.l.created, o.res.Time)
	if o.res.State != Accepted {
		r.setDetail(c.l.texts.index(o.res.Detail), o.res.Number)
		return nil
	}
	if !r.setMessageID(o.res.MessageID) {
		return c.tx.Bucket(bucketIDs).Put(rowKey(o.row), []byte(o.res.MessageID))
	}
	return nil
}

func (c *changes) flush() error {
	if err := c.l.texts.store(c.tx.Bucket(bucketTexts)); err != nil {
		return err
	}
	b := c.tx.Bucket(bucketBlocks)
	for n, block := range c.blocks {
		if err := b.Put(blockKey(n), block); err != nil {
			return err
		}
	}
	return nil
}

func rowKey(row uint32) []byte { return binary.BigEndian.AppendUint32(nil, row) }
