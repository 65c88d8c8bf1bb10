package plan

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"

	"sendoff/campaign"
	"sendoff/internal/ledger"
	"sendoff/internal/render"
	"sendoff/internal/table"
)

// Look is an audience for somebody who wants to see some of its people before anything is planned: row by row, with what a plan would decide
// about each, as far as the row alone shows that. Nothing is written. It is for one goroutine.
type Look struct {
	config Config
	in     *inputs
}

// Looked is a row, and what a plan would decide about it.
type Looked struct {
	*campaign.Recipient                  // valid until the next one comes
	Skip                ledger.Skip      // without a Reason where the row is not left out
	Stops               *render.RowError // for which nothing is sent to anybody; nil: nothing
	Size                int              // of the body, to compare rows by; 0 where there is none
}

// Sent reports whether the row gets a message.
func (l *Looked) Sent() bool { return l.Skip.Reason == 0 && l.Stops == nil }

// OpenLook opens an audience. The problems keep a plan from being sent: what is left out is decided as if they were not there. Those of the
// audience and of the message are the error. The caller closes the Look.
func OpenLook(c Config) (l *Look, problems campaign.Problems, err error) {
	in, problems, err := open(c)
	if err == nil && in.renderer == nil {
		err = problems.Err()
	}
	if err == nil {
		err = in.standIn(c)
	}
	if err != nil {
		in.close()
		return nil, nil, err
	}
	return &Look{c, in}, problems, nil
}

// Close closes the audience.
func (l *Look) Close() { l.in.close() }

// Columns returns the audience's header and what its columns mean.
func (l *Look) Columns() campaign.Columns { return l.in.audience.Columns() }

// Campaign returns the campaign with what it leaves to its templates.
func (l *Look) Campaign() *campaign.Campaign { return l.in.campaign }

// Day returns the day that decides who is meant or what is sent, or "" where none does.
func (l *Look) Day() string { return l.in.day() }

// Renderer returns that of the messages.
func (l *Look) Renderer() *render.Renderer { return l.in.renderer }

// Rows yields the rows, in the order of the file, once. The last pair may hold an error.
func (l *Look) Rows(ctx context.Context) iter.Seq2[*Looked, error] {
	return func(yield func(*Looked, error) bool) {
		w, rows := newWorker(l.in), 0
		err := l.frames(ctx, l.in.audience, func(f *frame) (bool, error) {
			for i := range f.rows {
				looked, err := w.look(f, i)
				if err != nil || !yield(looked, nil) {
					return false, err
				}
			}
			rows += len(f.rows)
			l.config.report(Progress{Stage: ReadingRows, Rows: rows, Read: f.offset, Size: l.in.audience.origin().file.Size})
			return true, nil
		})
		if err != nil {
			yield(nil, err)
		}
	}
}

// frames calls do with the frames of a source, until it returns false.
func (l *Look) frames(ctx context.Context, rows source, do func(*frame) (bool, error)) error {
	f := newFrame(l.in)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := rows.fill(f); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if goOn, err := do(f); err != nil || !goOn {
			return err
		}
	}
}

// look decides about row i of a frame.
func (w *worker) look(f *frame, i int) (*Looked, error) {
	skips, remarks, people := len(f.skips), len(f.remarks), f.people
	if err := w.row(f, i, f.fault(i)); err != nil {
		return nil, err
	}
	looked := &Looked{Recipient: &f.rows[i]}
	if len(f.skips) > skips {
		looked.Skip = f.skips[skips]
	}
	for _, r := range f.remarks[remarks:] {
		if e := r.what.unrendered; looked.Skip.Reason == 0 && e.Reason != 0 {
			looked.Stops = &e
		}
	}
	if f.people > people {
		looked.Size = w.size(looked.Recipient)
	}
	return looked, nil
}

// fault is what is wrong with row i as a row of its table.
func (f *frame) fault(i int) table.Fault {
	at := slices.IndexFunc(f.bad, func(b table.BadRow) bool { return b.Index == i })
	if at < 0 {
		return table.OK
	}
	return f.bad[at].Fault
}

// Before returns, for each of people who have an address of somebody that comes before them and gets a message, the row of people and the line
// of the other: they are left out. The audience is read once more, down to the last of people.
func (l *Look) Before(ctx context.Context, people []*campaign.Recipient) (map[int]int, error) {
	last, sought := 0, map[uint64]bool{}
	for _, p := range people {
		last = max(last, p.Row)
		for _, key := range p.AppendKeys(nil) {
			sought[key] = true
		}
	}
	if len(l.Columns().Own) > 0 { // whether somebody comes before is up to others in turn
		sought = nil
	}
	rows, err := openAudience(l.config)
	if rows == nil {
		return nil, err
	}
	defer rows.Close()
	w, taken, before := newWorker(l.in), map[uint64]int{}, map[int]int{}
	err = l.frames(ctx, rows, func(f *frame) (bool, error) {
		for i := range f.rows {
			r := &f.rows[i]
			if r.Row > last {
				return false, nil
			}
			if !w.hasOneOf(f, i, sought) {
				continue
			}
			if looked, err := w.look(f, i); err != nil {
				return false, err
			} else if !looked.Sent() {
				continue
			}
			if line, isTaken := take(taken, r); isTaken {
				before[r.Row] = line
			}
		}
		return true, nil
	})
	return before, err
}

// take gives a row its addresses, unless one of them is taken: then it returns by which line.
func take(taken map[uint64]int, r *campaign.Recipient) (line int, isTaken bool) {
	keys := r.AppendKeys(nil)
	for _, key := range keys {
		if at, has := taken[key]; has && (!isTaken || at < line) {
			line, isTaken = at, true
		}
	}
	if !isTaken {
		for _, key := range keys {
			taken[key] = r.Line
		}
	}
	return line, isTaken
}

// hasOneOf reads the addresses of row i of a frame, and reports whether one of them has one of these keys. Nil stands for all keys.
func (w *worker) hasOneOf(f *frame, i int, sought map[uint64]bool) bool {
	r := &f.rows[i]
	if f.fault(i) != table.OK {
		return false
	}
	if !r.HasAddress() {
		w.address(f, r)
	}
	w.keys = r.AppendKeys(w.keys[:0])
	return slices.ContainsFunc(w.keys, func(key uint64) bool { return sought == nil || sought[key] })
}
