package plan

import (
	"errors"
	"io"

	"sendoff/campaign"
	"sendoff/internal/runstore"
)

// Again says which rows of other runs are sent to again.
type Again struct {
	Run     func(number uint8) *runstore.Run // returns the run with a number, open for reading
	Origins []runstore.Origin                // the rows; reading is cheapest where they are in order
	Retry   runstore.Retry                   // becomes the run's
	Day     string                           // that of the first run, where it decided who was meant or what was sent
}

// Name is what messages call the audience.
func (a *Again) Name() string { return "run " + a.Retry.Key + " (again)" }

// columns are those of all the runs.
func (a *Again) columns() campaign.Columns { return a.Run(0).Meta().Columns }

// againReader makes frames of rows as they were frozen when they were sent to before. Whose data was erased since is nobody any more.
type againReader struct {
	again     *Again
	snapshots map[uint8]*runstore.Snapshot
	next      int               // of the origins
	kept      []runstore.Origin // of the rows that were made
}

func openAgain(a *Again) (source, error) {
	r := &againReader{again: a, snapshots: map[uint8]*runstore.Snapshot{}}
	for _, o := range a.Origins {
		if r.snapshots[o.Run] != nil {
			continue
		}
		s, err := a.Run(o.Run).OpenSnapshot()
		if err != nil {
			return nil, errors.Join(err, r.Close())
		}
		r.snapshots[o.Run] = s
	}
	return r, nil
}

func (r *againReader) Columns() campaign.Columns { return r.again.columns() }

func (r *againReader) origin() origin {
	return origin{name: r.again.Name(), dialect: r.again.Run(0).Meta().Dialect}
}

func (r *againReader) Close() error {
	var errs []error
	for _, s := range r.snapshots {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

func (r *againReader) fill(f *frame) error {
	f.reset()
	for ; len(f.rows) < runstore.FrameRows && r.next < len(r.again.Origins); r.next++ {
		from := r.again.Origins[r.next]
		person, err := r.snapshots[from.Run].Row(int(from.Row))
		if err != nil {
			return err
		}
		if !person.HasAddress() {
			continue
		}
		person.Row = len(r.kept)
		r.kept = append(r.kept, from)
		f.rows = append(f.rows, person)
	}
	if len(f.rows) == 0 {
		return io.EOF
	}
	return nil
}

// freezeOrigins puts on disk where the rows come from, of a run that sends again.
func (b *builder) freezeOrigins() error {
	if r, ok := b.in.audience.(*againReader); ok {
		return b.config.Run.WriteOrigins(r.kept)
	}
	return nil
}

// asked is the campaign by which it is asked of rows whether they are meant: whoever is sent to again was chosen by where before.
func (c Config) asked() *campaign.Campaign {
	if c.Again == nil {
		return c.Campaign
	}
	asked := *c.Campaign
	asked.Audience.Where = campaign.Expression{}
	return &asked
}
