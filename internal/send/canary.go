package send

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/prose"
	"sendoff/internal/receipts"
	"sendoff/internal/runstore"
	"sendoff/internal/settle"
)

// sendCanary sends to the first rows alone, until enough of them are settled: rows that are left out say nothing; and, where the campaign has it
// so, waits until receipts say how they fared. It returns true where the run is over: they fared badly, and somebody is left to be spared. The
// canary is passed once for the whole run.
func (s *sender) sendCanary(sweep *sweep) (over bool, err error) {
	before := len(s.canary)
	for settled := before; ; {
		if settled < s.Canary.Rows {
			sweep.most = sweep.given + s.Canary.Rows - settled
			err := s.drain(sweep, false)
			sweep.most = 0
			if err != nil {
				return false, err
			}
		}
		if sweep.left.left == 0 {
			return false, nil
		}
		now, stop := s.brakes.canaryVerdict(s.Canary.Tolerates(s.Canary.Rows), s.lastDetail())
		settled = before + now
		switch {
		case stop != nil:
			s.halt(stop)
			return true, nil
		case s.admitting.Err() != nil:
			return true, nil
		case settled >= s.Canary.Rows && s.Canary.Waits():
			return s.awaitCanary(sweep)
		case settled >= s.Canary.Rows:
			return false, s.passCanary()
		case s.limitReached():
			return false, nil
		}
	}
}

func (s *sender) passCanary() error {
	return s.Run.Update(func(m *runstore.Meta) { m.CanaryPassed = true })
}

// noteCanary takes note of a row that has gone out before the canary was passed.
func (s *sender) noteCanary(row int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.canary != nil && len(s.canary) < s.Canary.Rows {
		s.canary[row] = true
	}
}

// awaitCanary holds everybody else back until it is known how the first rows fared. It returns true where the run is over.
func (s *sender) awaitCanary(sweep *sweep) (over bool, err error) {
	s.mu.Lock()
	rows := slices.Sorted(maps.Keys(s.canary))
	s.mu.Unlock()
	deadline := time.Now().Add(s.Canary.AtMost)
	sweep.isShut = true
	defer func() { sweep.isShut = false }()
	defer s.Progress.free(HinderedByCanary)
	if s.KeepsStatus {
		ctx, cancel := context.WithCancel(s.admitting)
		var asking sync.WaitGroup
		asking.Go(func() { s.askForStatus(ctx, sweep.snapshot, rows) })
		defer asking.Wait()
		defer cancel()
	}
	for {
		j, wait, _, err := s.next(sweep, false) // one of the first that is tried again
		if err != nil {
			return false, err
		}
		if j != nil {
			select {
			case s.rows <- j:
			case <-s.admitting.Done():
			}
			continue
		}
		v, err := s.judgeCanary(rows)
		tolerated := s.Canary.Tolerates(len(rows))
		switch {
		case err != nil:
			return false, err
		case s.admitting.Err() != nil:
			return true, nil
		case v.bad() > tolerated:
			s.halt(&Stop{Brake, v.stop()})
			return true, nil
		case v.unknown == 0, v.arrived >= len(rows)-tolerated: // the others could not change it any more
			return false, s.passCanary()
		case !time.Now().Before(deadline):
			s.halt(&Stop{Brake, v.late(s.Canary.AtMost)})
			return true, nil
		}
		s.Progress.hinder(Hindrance{Kind: HinderedByCanary, Text: v.waiting(), Until: deadline})
		left := time.Until(deadline)
		if wait > 0 {
			left = min(left, wait)
		}
		s.awaitNews(left)
	}
}

// awaitNews returns when receipts or a row have come back, or d is over, or rows are no longer admitted.
func (s *sender) awaitNews(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-s.ear.news:
	case <-s.changed:
	case <-timer.C:
	case <-s.admitting.Done():
	}
}

// fared says how the first rows fared.
type fared struct {
	rows, arrived, unknown int
	failed                 map[delivery.Reason]int
	refused, inDoubt       int
}

// judgeCanary looks at what is known of rows now. A doubt counts at once, as it does without waiting for receipts.
func (s *sender) judgeCanary(rows []int) (fared, error) {
	v, entries := fared{rows: len(rows), failed: map[delivery.Reason]int{}}, s.Run.Ledger.Reader()
	for _, row := range rows {
		e, err := entries.Entry(uint32(row))
		if err != nil {
			return v, err
		}
		switch {
		case e.State == ledger.Rejected:
			v.refused++
		case e.State == ledger.InDoubt || e.State == ledger.LeftInDoubt:
			v.inDoubt++
		case e.State == ledger.Accepted && e.Receipt.Status.Arrived():
			v.arrived++
		case e.State == ledger.Accepted && e.Receipt.Status == delivery.Failed:
			v.failed[e.Receipt.Reason]++
		case e.State == ledger.Skipped: // it says nothing
			v.rows--
		default:
			v.unknown++
		}
	}
	return v, nil
}

func (v *fared) failures() (n int) {
	for _, rows := range v.failed {
		n += rows
	}
	return n
}

func (v *fared) bad() int { return v.failures() + v.refused + v.inDoubt }

// why says why rows fared badly, the most frequent reason first.
func (v *fared) why() string {
	type reason struct {
		rows int
		text string
	}
	reasons := []reason{{v.refused, "refused by Sinch"}, {v.inDoubt, "in doubt"}}
	for r, rows := range v.failed {
		reasons = append(reasons, reason{rows, cmp.Or(r.Code(), "failed") + " (" + r.Words() + ")"})
	}
	slices.SortFunc(reasons, func(a, b reason) int { return cmp.Or(b.rows-a.rows, strings.Compare(a.text, b.text)) })
	var texts []string
	for _, r := range reasons {
		if r.rows > 0 {
			texts = append(texts, fmt.Sprintf("%d %s", r.rows, r.text))
		}
	}
	return strings.Join(texts, ", ")
}

func (v *fared) stop() string {
	return fmt.Sprintf("%d of the first %d messages failed or were not accepted: %s; nothing more was sent", v.bad(), v.rows, v.why())
}

// known says what is known.
func (v *fared) known() string {
	text := fmt.Sprintf("%d arrived", v.arrived)
	if v.bad() > 0 {
		text += ", " + v.why()
	}
	return text
}

func (v *fared) waiting() string {
	return fmt.Sprintf("waiting until it is known whether the first %d messages have arrived: %s, %d to come", v.rows, v.known(), v.unknown)
}

func (v *fared) late(after time.Duration) string {
	return fmt.Sprintf("within %s it was not known of enough of the first %d messages whether they have arrived (%s, of %d nothing final was heard); "+
		"nothing more was sent, and the next start goes on waiting", prose.Lasting(after), v.rows, v.known(), v.unknown)
}

// statusEvery is how often Sinch is asked how far messages are.
const statusEvery = 5 * time.Second

// askForStatus asks Sinch how far the messages to rows are, where the app keeps that, and has it merged as receipts are.
func (s *sender) askForStatus(ctx context.Context, snapshot *runstore.Snapshot, rows []int) {
	people, failed := map[int][]campaign.Identity{}, false
	for _, row := range rows {
		if r, err := snapshot.Row(row); err == nil { // otherwise the sweep says so
			people[row] = r.Identities()
		}
	}
	for {
		timer := time.NewTimer(statusEvery)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		if err := s.fetchStatus(ctx, people); err != nil && ctx.Err() == nil && !failed {
			failed = true
			s.Log.Warn("Sinch cannot be asked how far the first messages are; trying again", "error", err)
		}
	}
}

func (s *sender) fetchStatus(ctx context.Context, people map[int][]campaign.Identity) error {
	entries := s.Run.Ledger.Reader()
	var found []receipts.Record
	err := settle.OfRows(ctx, s.Client, s.Run.Meta(), people, func(t settle.Trace) error {
		record, says := t.Receipt(time.Now())
		e, err := entries.Entry(uint32(t.Row))
		if err == nil && says && record.Status > e.Receipt.Status {
			found = append(found, record)
		}
		return err
	})
	if err != nil || len(found) == 0 {
		return err
	}
	return receipts.AppendTo(s.Run, found...)
}
