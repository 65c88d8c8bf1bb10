package story

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"sendoff/campaign"
	"sendoff/internal/runstore"
)

// Find returns the rows of a run's frozen audience for which is holds, in their order, and how many rows have been erased. It calls is from several
// goroutines at once. Where the data of all people was erased the error is a runstore.ErrErased.
func Find(ctx context.Context, run *runstore.Run, is func(*campaign.Recipient) bool) (rows []campaign.Recipient, erased int, err error) {
	snapshot, err := run.OpenSnapshot()
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = snapshot.Close() }() // nothing was written to it
	type part struct {
		rows   []campaign.Recipient
		erased int
		err    error
	}
	parts := make([]part, runtime.GOMAXPROCS(0))
	var next atomic.Int64
	var looking sync.WaitGroup
	for i := range parts {
		p := &parts[i]
		looking.Go(func() {
			for frame := int(next.Add(1)) - 1; frame < snapshot.Frames() && p.err == nil; frame = int(next.Add(1)) - 1 {
				var all []campaign.Recipient
				if all, p.err = snapshot.Frame(frame); p.err == nil {
					p.err = ctx.Err()
				}
				for i := range all {
					if all[i].Erased() {
						p.erased++
					}
					if is(&all[i]) {
						p.rows = append(p.rows, all[i])
					}
				}
			}
		})
	}
	looking.Wait()
	var errs []error
	for _, p := range parts {
		rows, erased, errs = append(rows, p.rows...), erased+p.erased, append(errs, p.err)
	}
	slices.SortFunc(rows, func(a, b campaign.Recipient) int { return cmp.Compare(a.Row, b.Row) })
	return rows, erased, errors.Join(errs...)
}
