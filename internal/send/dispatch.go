package send

import (
	"container/heap"
	"fmt"
	"time"

	"sendoff/campaign"
	"sendoff/internal/prose"
	"sendoff/internal/runstore"
)

// maxWaiting bounds the rows that wait for another attempt, and those that wait for a look-up; above it nothing new is admitted.
const maxWaiting = 1000

// dispatch hands rows to the workers: the canary first, and alone, then everybody in the order of the file, rows that are tried again
// as soon as they are due. It returns when all are settled or nothing more is admitted.
func (s *sender) dispatch(snapshot *runstore.Snapshot, left *todo) error {
	sweep := &sweep{snapshot: snapshot, left: left, halted: s.halted}
	if !s.NoCanary && !s.Run.Meta().CanaryPassed {
		if over, err := s.sendCanary(sweep); over || err != nil {
			return err
		}
	}
	if err := s.drain(sweep, !s.AskLater); err != nil {
		return err
	}
	if err := s.judgeHalts(sweep); err != nil {
		return err
	}
	return s.judgeLimit(sweep)
}

// sendCanary sends to the first rows alone, until enough of them are settled: rows that are left out say nothing. It returns true where the run
// is over: they fared badly, and somebody is left to be spared. The canary is passed once for the whole run.
func (s *sender) sendCanary(sweep *sweep) (over bool, err error) {
	for settled := 0; ; {
		sweep.most = sweep.given + canaryRows - settled
		err := s.drain(sweep, false)
		sweep.most = 0
		if err != nil {
			return false, err
		}
		more, err := sweep.more()
		if err != nil || !more {
			return false, err
		}
		var stop *Stop
		settled, stop = s.brakes.canaryVerdict(s.lastDetail())
		switch {
		case stop != nil:
			s.halt(stop)
			return true, nil
		case s.admitting.Err() != nil:
			return true, nil
		case settled >= canaryRows:
			return false, s.Run.Update(func(m *runstore.Meta) { m.CanaryPassed = true })
		case s.limitReached():
			return false, nil
		}
	}
}

func (s *sender) limitReached() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Limit > 0 && s.begun >= s.Limit
}

// judgeLimit says that somebody is left because of Config.Limit.
func (s *sender) judgeLimit(sweep *sweep) error {
	if s.admitting.Err() != nil {
		return nil
	}
	more, err := sweep.more()
	if more || s.putOff.Load() {
		s.halt(&Stop{LimitReached, fmt.Sprintf("%s begun, as --limit says", prose.Counted(s.Limit, "was", "were"))})
	}
	return err
}

// drain hands out rows until the sweep has no more and all of them are settled; with look-ups, until nobody waits for one either.
func (s *sender) drain(sweep *sweep, lookups bool) error {
	for {
		j, wait, idle, err := s.next(sweep, lookups)
		switch {
		case err != nil:
			return err
		case j != nil:
			select {
			case s.rows <- j:
			case <-s.admitting.Done():
				return nil
			}
		case idle:
			return nil
		default:
			if !s.awaitChange(wait) {
				return nil
			}
		}
	}
}

// next returns a row to hand out; or how long until one is due, 0 meaning that a worker has to finish first; or that there is none left.
func (s *sender) next(sweep *sweep, lookups bool) (j *job, wait time.Duration, idle bool, err error) {
	s.mu.Lock()
	j, wait = s.retries.next(time.Now())
	full := len(s.retries) >= maxWaiting || len(s.doubtful) >= maxWaiting
	room := !full && (s.Limit <= 0 || s.begun < s.Limit)
	s.mu.Unlock()
	fresh := j == nil && room
	if fresh {
		if j, err = sweep.next(); err != nil {
			return nil, 0, false, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if j != nil {
		s.open++
		s.Progress.OnlyAsking.Store(false)
		if fresh {
			s.begun++
		}
		return j, 0, false, nil
	}
	settled := s.open == 0 && len(s.retries) == 0
	s.Progress.OnlyAsking.Store(settled && lookups && len(s.doubtful) > 0)
	// With too many that wait for a look-up there may be more to hand out once some are settled.
	return nil, wait, settled && (len(s.doubtful) == 0 || !lookups && !full), nil
}

// awaitChange returns when a job has come back or d is over, where d is not 0. It returns false where rows are no longer admitted.
func (s *sender) awaitChange(d time.Duration) bool {
	var due <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-s.changed:
	case <-due:
	case <-s.admitting.Done():
		return false
	}
	return true
}

// giveBack takes a job back from a worker, to be tried again where again is true.
func (s *sender) giveBack(j *job, again bool) {
	s.mu.Lock()
	s.open--
	switch {
	case again:
		heap.Push(&s.retries, j)
	case !j.begun:
		s.begun--
	}
	s.mu.Unlock()
	s.wake()
}

// wake tells the dispatcher that something has changed.
func (s *sender) wake() {
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// sweep walks the snapshot once, front to back.
type sweep struct {
	snapshot *runstore.Snapshot
	left     *todo
	halted   func(*campaign.Recipient) bool // whoever is passed over; nil: nobody
	most     int                            // hand out so many rows in all; 0: no bound
	given    int
	frame    int // the next one to read
	rows     []campaign.Recipient
}

func (w *sweep) next() (*job, error) {
	if w.most > 0 && w.given >= w.most {
		return nil, nil
	}
	more, err := w.more()
	if err != nil || !more {
		return nil, err
	}
	r := w.rows[0]
	w.rows = w.rows[1:]
	w.given++
	return &job{r: r}, nil
}

// more reports whether there is a row that was not handed out; then it is the first of w.rows.
func (w *sweep) more() (bool, error) {
	for {
		for ; len(w.rows) > 0; w.rows = w.rows[1:] {
			if !w.left.has(w.rows[0].Row) {
				continue
			}
			if w.rows[0].Erased() {
				return false, fmt.Errorf("row %d: %w: its person was erased, and the ledger is older than that", w.rows[0].Row, runstore.ErrSnapshot)
			}
			if w.halted != nil && w.halted(&w.rows[0]) {
				continue
			}
			return true, nil
		}
		for w.frame < w.snapshot.Frames() && !w.left.any(w.frame*runstore.FrameRows, (w.frame+1)*runstore.FrameRows) {
			w.frame++
		}
		if w.frame >= w.snapshot.Frames() {
			return false, nil
		}
		var err error
		if w.rows, err = w.snapshot.Frame(w.frame); err != nil {
			return false, err
		}
		w.frame++
	}
}
