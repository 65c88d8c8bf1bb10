package send

import (
	"context"
	"fmt"
	"math"
	"time"

	"sendoff/campaign"
	"sendoff/internal/hours"
	"sendoff/internal/runstore"
)

// sweep walks the snapshot, and hands out the rows that may leave now, in the order of the file. Those whose hours are not open stay; it knows of
// each frame when one of them may leave, and goes back to it then. So nothing is read while nobody may get a message, however many wait.
type sweep struct {
	snapshot *runstore.Snapshot
	left     *todo // the rows that were not handed out
	table    *timetable
	halted   func(*campaign.Recipient) bool                // whoever is passed over for good in this start; nil: nobody
	halts    int32                                         // how many slices were halted when that was asked last
	drop     func(r *campaign.Recipient, why string) error // somebody cannot get their message any more; nil: nobody wants to know

	most   int // hand out so many rows in all; 0: no bound
	given  int
	isShut bool // hand out none

	now     time.Time            // of the last call
	frames  []frame              // what is known of them
	at      int                  // the frame of rows
	rows    []campaign.Recipient // the rest of it
	soonest int64                // when one of the rows behind may leave, in nanoseconds since 1970
	waiting map[*hours.Place]int // rows that were passed over
	said    time.Time            // when that was last made known
}

// frame is what a sweep knows of a frame of the snapshot.
type frame struct {
	due    int64 // when one of its rows may leave, likewise; 0: at once, or nobody has looked
	passed []passed
}

// passed counts the rows of a frame that were passed over.
type passed struct {
	place *hours.Place
	rows  int
}

const never = math.MaxInt64

func newSweep(snapshot *runstore.Snapshot, left *todo, table *timetable) *sweep {
	return &sweep{
		snapshot: snapshot, left: left, table: table, frames: make([]frame, snapshot.Frames()), at: -1, soonest: never, waiting: map[*hours.Place]int{},
	}
}

// next returns a row to hand out, which is not left any more; or when the next one may leave: the zero time where none is to be handed out, or ctx
// has ended.
func (w *sweep) next(ctx context.Context, now time.Time) (*job, time.Time, error) {
	if w.isShut || w.most > 0 && w.given >= w.most {
		return nil, time.Time{}, nil
	}
	switch {
	case w.now.Sub(now) > leastSleep: // the clock was put back, so hours open earlier than it said
		w.forgetAll()
	case w.soonest <= now.UnixNano():
		w.restart()
	}
	w.now = now
	for {
		for len(w.rows) > 0 {
			r := w.rows[0]
			w.rows = w.rows[1:]
			if j, err := w.take(r); j != nil || err != nil {
				return j, time.Time{}, err
			}
		}
		if more, err := w.open(); err != nil || !more {
			return nil, w.due(), err
		}
		if ctx.Err() != nil {
			return nil, time.Time{}, nil
		}
	}
}

// take returns a row of the frame at hand as a job where it may leave now.
func (w *sweep) take(r campaign.Recipient) (*job, error) {
	if !w.left.has(r.Row) {
		return nil, nil
	}
	if r.Erased() {
		return nil, fmt.Errorf("row %d: %w: its person was erased, and the ledger is older than that", r.Row, runstore.ErrSnapshot)
	}
	if w.halted != nil && w.halted(&r) {
		w.left.remove(uint32(r.Row))
		return nil, nil
	}
	e := w.table.look(&r, w.now)
	switch {
	case e.why != "":
		w.left.remove(uint32(r.Row))
		if w.drop == nil {
			return nil, nil
		}
		return nil, w.drop(&r, e.why)
	case e.span.From.After(w.now):
		w.pass(r.Row, e)
		return nil, nil
	}
	w.left.remove(uint32(r.Row))
	w.given++
	return &job{r: r, span: e.span}, nil
}

// putBack takes a row back that was handed out, and did not leave in its hours.
func (w *sweep) putBack(row int, e entry) {
	w.left.add(uint32(row))
	w.pass(row, e)
}

// pass keeps when somebody may get their message.
func (w *sweep) pass(row int, e entry) {
	f, at := &w.frames[row/runstore.FrameRows], e.span.From.UnixNano()
	w.soonest = min(w.soonest, at)
	f.due = min(f.due, at)
	w.waiting[e.place]++
	for i := range f.passed {
		if f.passed[i].place == e.place {
			f.passed[i].rows++
			return
		}
	}
	f.passed = append(f.passed, passed{e.place, 1})
}

// open reads the next frame of which a row may leave now. It returns false where there is none.
func (w *sweep) open() (bool, error) {
	for w.at+1 < len(w.frames) {
		w.at++
		f := &w.frames[w.at]
		first := w.at * runstore.FrameRows
		if !w.left.any(first, first+runstore.FrameRows) {
			w.forget(f)
			f.due = never
		}
		if f.due > w.now.UnixNano() {
			w.soonest = min(w.soonest, f.due)
			continue
		}
		w.forget(f)
		f.due = never
		var err error
		w.rows, err = w.snapshot.Frame(w.at)
		return err == nil, err
	}
	return false, nil
}

// forget takes back who was passed over in a frame.
func (w *sweep) forget(f *frame) {
	for _, p := range f.passed {
		w.waiting[p.place] -= p.rows
	}
	f.passed = f.passed[:0]
}

// forgetAll begins at the front again, and looks at everybody who is left.
func (w *sweep) forgetAll() {
	clear(w.frames)
	clear(w.waiting)
	w.restart()
}

// restart begins at the front again.
func (w *sweep) restart() {
	if len(w.rows) > 0 {
		w.frames[w.at].due = 0
	}
	w.at, w.rows, w.soonest = -1, nil, never
}

// due is when the next row may leave, where none may now; the zero time where none is left.
func (w *sweep) due() time.Time {
	if w.soonest == never {
		return time.Time{}
	}
	return time.Unix(0, w.soonest)
}
