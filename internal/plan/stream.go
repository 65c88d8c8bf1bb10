package plan

import (
	"context"
	"errors"
	"io"
	"runtime"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"sendoff/campaign"
	"sendoff/internal/filter"
	"sendoff/internal/forecast"
	"sendoff/internal/runstore"
	"sendoff/internal/survey"
)

// mostWorkers is how many goroutines decide about rows at most: the one that reads keeps no more of them busy.
const mostWorkers = 8

// builder gathers what is decided, in the order of the rows. Only one goroutine uses it.
type builder struct {
	config     Config
	in         *inputs
	snapshot   *runstore.SnapshotWriter // nil once it is committed
	skips      *skipWriter
	duplicates *spool
	several    bool // somebody has several addresses
	digest     *digest

	size     int64 // of the audience's file
	rows     int
	eligible int
	skipped  map[campaign.SkipReason]int
	matches  []int          // by suppression list
	counted  forecast.Tally // the people by what their messages come to
	forecast *forecast.Forecast
	ids      []uint32 // of a frame's slices in the tally
	chosen   *filter.Tally
	spoken   *languages
	remarks  remarks
	content  content // of all rows, but for what is found in single ones, which are remarks
	samples  samples

	survey  bool            // of what the columns hold
	tallies []*survey.Tally // of each worker, where there is one
}

func newBuilder(c Config, in *inputs) (*builder, error) {
	snapshot, err := c.Run.CreateSnapshot()
	if err != nil {
		return nil, err
	}
	return &builder{
		config:     c,
		in:         in,
		snapshot:   snapshot,
		skips:      newSkipWriter(c.Run.Ledger, c.Now),
		duplicates: newSpool(c.Run.Path(runstore.SpoolName), spoolRecords),
		size:       in.audience.origin().file.Size,
		digest:     newDigest(c, in),
		skipped:    make(map[campaign.SkipReason]int),
		matches:    make([]int, len(in.lists.Lists())),
		chosen:     in.filter.NewTally(),
		spoken:     newLanguages(in.campaign),
		samples:    newSamples(len(in.campaign.Translations)),
	}, nil
}

// close gives up what was not committed.
func (b *builder) close() {
	b.duplicates.close()
	if b.snapshot != nil {
		b.snapshot.Abort()
	}
}

// stream reads the audience once and gathers what is decided about every row.
//
// Frames go round: free → filled by the reader, which puts them into work and, in their order, into ordered → decided by a worker →
// gathered → free. There are only so many, and each channel has room for all of them, so only waiting for one can block; and for room, since
// the text of all that are on their way is bounded too.
func (b *builder) stream(ctx context.Context) error {
	workers := min(runtime.GOMAXPROCS(0), mostWorkers)
	frames := 2*workers + 2
	free, work, ordered := make(chan *frame, frames), make(chan *frame, frames), make(chan *frame, frames)
	for range frames {
		free <- newFrame(b.in)
	}
	room := semaphore.NewWeighted(maxText)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(work)
		defer close(ordered)
		return read(ctx, b.in.audience, room, free, work, ordered)
	})
	for range workers {
		w := newWorker(b.in)
		if b.survey {
			w.tally = survey.New(b.in.audience.Columns())
			b.tallies = append(b.tallies, w.tally)
		}
		g.Go(func() error {
			for f := range work {
				if err := w.decide(f); err != nil {
					return err
				}
				f.decided <- struct{}{}
			}
			return nil
		})
	}
	g.Go(func() error { return b.gatherAll(ctx, room, ordered, free) })
	return g.Wait()
}

func read(ctx context.Context, rows source, room *semaphore.Weighted, free <-chan *frame, work, ordered chan<- *frame) error {
	for {
		f, err := next(ctx, free)
		if err != nil {
			return err
		}
		if err := rows.fill(f); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := room.Acquire(ctx, int64(f.text)); err != nil {
			return err
		}
		work <- f
		ordered <- f
	}
}

func (b *builder) gatherAll(ctx context.Context, room *semaphore.Weighted, ordered <-chan *frame, free chan<- *frame) error {
	for f := range ordered {
		if _, err := next(ctx, f.decided); err != nil {
			return err
		}
		if err := b.gather(f); err != nil {
			return err
		}
		room.Release(int64(f.text))
		f.forget()
		free <- f
	}
	return ctx.Err()
}

// next receives from a channel, or returns the error with which ctx ends.
func next[T any](ctx context.Context, from <-chan T) (T, error) {
	select {
	case v := <-from:
		return v, nil
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// gather takes over what was decided about a frame.
func (b *builder) gather(f *frame) error {
	b.snapshot.Append(f.packed, len(f.rows))
	b.digest.frame(f.sum)
	for _, row := range f.invalid {
		b.digest.invalid(row)
	}
	for _, s := range f.skips {
		if err := b.skip(s); err != nil {
			return err
		}
	}
	b.ids = b.ids[:0]
	for _, s := range f.slices {
		b.ids = append(b.ids, b.counted.ID(s))
	}
	counted := -1 // the row that was counted last
	for _, r := range f.sendable {
		if r.slice = b.ids[r.slice]; int(r.row) != counted {
			counted = int(r.row)
			b.counted.Add(r.slice, counted, int(r.line))
		}
		if err := b.duplicates.add(partOf(r.key), r); err != nil {
			return err
		}
	}
	b.eligible += f.people
	b.several = b.several || len(f.sendable) > f.people
	for i, n := range f.matches {
		b.matches[i] += n
	}
	b.chosen.Add(f.chosen)
	b.spoken.merge(f.spoken)
	for _, r := range f.remarks {
		b.remarks.of(r.what).add(r.line, 0)
	}
	for _, found := range f.content.found {
		b.remarks.of(subject{found: found.what}).merge(found.tally)
	}
	b.content.addresses.merge(&f.content.addresses)
	b.samples.take(f)
	b.rows += len(f.rows)
	b.config.report(Progress{Stage: ReadingRows, Rows: b.rows, Read: f.offset, Size: b.size})
	return nil
}
