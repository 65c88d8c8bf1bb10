package send

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/prose"
	"sendoff/internal/receipts"
	"sendoff/internal/runstore"
)

const (
	// hearEvery is how often the run's receipts are looked after.
	hearEvery = time.Second
	// countShare: counting what receipts say reads the whole ledger, and may take no more of the time than one part of so many.
	countShare = 30
	// maxProofs is of how many rows that are not accepted receipts may speak. They are few unless a copy of the run sends.
	maxProofs = 100_000
)

// ear is what a start has heard from receipts. Only rows that were not accepted are kept; what is known of the others stands in the ledger.
type ear struct {
	merged  int64     // the size of the file when it was merged last
	counted time.Time // when what receipts say was counted last …
	took    time.Duration
	stale   bool // … and whether it has changed since
	warned  bool // that receipts cannot be merged
	strange bool // that a copy of the run sends

	news chan struct{} // holds one token when receipts have been merged

	mu     sync.Mutex // guards what follows
	proofs map[int]proof
	held   map[int]held
}

// proof is a receipt of a row: Sinch has its message.
type proof struct {
	messageID string
	at        time.Time
}

// held is a row in doubt for which this start does nothing more.
type held struct {
	isLeft bool // in doubt for good
	isLost bool // it counts as lost
}

func newEar() *ear {
	return &ear{news: make(chan struct{}, 1), proofs: map[int]proof{}, held: map[int]held{}}
}

// proofOf returns what proves that Sinch has a message for a row. A row that has it must not be begun.
func (e *ear) proofOf(row int) (messageID string, at time.Time, heard bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p, heard := e.proofs[row]
	return p.messageID, p.at, heard
}

// hold takes a row over whose doubt is on record, and that nobody does anything about any more in this start.
func (e *ear) hold(row int, h held) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.held[row] = h
}

// listen merges receipts as long as rows are admitted.
func (s *sender) listen() {
	for s.sleep(hearEvery) {
		if s.hear() != nil {
			s.close() // the ledger is broken, and says so to everybody
			return
		}
	}
}

// hear merges what has come, and does what it asks for. Receipts that cannot be read stop nothing; its error is the ledger's.
func (s *sender) hear() error {
	e := s.ear
	info, err := os.Stat(s.Run.Path(runstore.ReceiptsName))
	if err == nil && info.Size() != e.merged {
		entries := s.Run.Ledger.Reader()
		_, err = receipts.Merge(s.Run, func(r receipts.Record) { e.take(entries, r) })
		if err == nil {
			e.merged, e.stale = info.Size(), true
			offer(e.news)
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !e.warned {
		e.warned = true
		s.Log.Warn("receipts cannot be merged; sending goes on without", "error", err)
	}
	if err := s.useProofs(); err != nil {
		return err
	}
	s.countReceipts(time.Now())
	return s.Run.Ledger.Err()
}

// take keeps what a receipt proves of a row that is not accepted. The first one of several is the one.
func (e *ear) take(entries *ledger.Reader, r receipts.Record) {
	if entry, err := entries.Entry(r.Row); err != nil || entry.State == ledger.Accepted || r.Status == delivery.None {
		return // what cannot be read, merging finds out
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if p, known := e.proofs[int(r.Row)]; !known || r.Time.Before(p.at) {
		e.proofs[int(r.Row)] = proof{r.MessageID, r.Time}
	}
}

// useProofs settles rows that are held, has those looked after that wait for a look-up, and forgets rows that are accepted by now: of most
// the answer only came behind the receipt. Rows on their way, and those that are to be begun again, belong to whoever does that.
func (s *sender) useProofs() error {
	e := s.ear
	e.mu.Lock()
	rows := slices.Sorted(maps.Keys(e.proofs))
	e.mu.Unlock()
	if len(rows) == 0 {
		return nil
	}
	s.Settler.Heard()
	entries, strangers := s.Run.Ledger.Reader(), 0
	for _, row := range rows {
		entry, err := entries.Entry(uint32(row))
		if err != nil {
			continue // whoever needs the row says so
		}
		switch entry.State {
		case ledger.Accepted, ledger.Rejected, ledger.Skipped:
			e.mu.Lock()
			delete(e.proofs, row)
			e.mu.Unlock()
		case ledger.None:
			strangers++
		case ledger.InDoubt, ledger.LeftInDoubt:
			if err := s.release(row); err != nil {
				return err
			}
		}
	}
	if strangers > 0 && !e.strange {
		e.strange = true
		s.Log.Warn("receipts of rows that this run has not begun: a copy of it sends", "rows", strangers, "first", rows[0])
	}
	if len(rows) > maxProofs {
		s.halt(&Stop{Brake, fmt.Sprintf("receipts speak of %s to whom this run has not sent: a copy of it sends too. Stop that one first; "+
			"the next start counts them as sent to", prose.Counted(len(rows), "person", "people"))})
	}
	return nil
}

// release makes a row that is held, and that a receipt has proved to be taken, an accepted one.
func (s *sender) release(row int) error {
	e := s.ear
	e.mu.Lock()
	h, isHeld := e.held[row]
	p := e.proofs[row]
	delete(e.held, row)
	e.mu.Unlock()
	if !isHeld {
		return nil
	}
	if h.isLeft {
		s.Progress.Left.Add(-1)
	} else {
		s.Progress.InDoubt.Add(-1)
	}
	if h.isLost {
		s.lost.Add(-1)
	}
	s.Progress.Accepted.Add(1)
	s.Log.Info("row in doubt settled by a receipt", "row", row)
	return s.Run.Ledger.RecordFound(uint32(row), ledger.Result{State: ledger.Accepted, MessageID: p.messageID, Time: p.at})
}

// proved ends a row that is about to be begun, or left out, where receipts have proved that Sinch has its message from before.
func (s *sender) proved(j *job) (bool, error) {
	id, at, heard := s.ear.proofOf(j.r.Row)
	if !heard {
		return false, nil
	}
	s.Log.Info("row not sent again: a receipt came", "row", j.r.Row)
	s.Progress.Accepted.Add(1)
	err := s.Run.Ledger.RecordFound(uint32(j.r.Row), ledger.Result{State: ledger.Accepted, Channel: s.channel(j), MessageID: id, Time: at})
	return true, s.final(j, accepted, "", err)
}

// countReceipts makes known what receipts say of those who are accepted.
func (s *sender) countReceipts(now time.Time) {
	e := s.ear
	if !e.stale || now.Sub(e.counted) < e.took*countShare {
		return
	}
	tally, err := s.Run.Ledger.Scan(nil)
	if err != nil {
		return // whoever needs the ledger says so
	}
	e.counted, e.took, e.stale = now, time.Since(now), false
	s.Progress.hear(&tally.Delivery)
}
