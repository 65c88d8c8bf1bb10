package runstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"sendoff/internal/durable"
)

// lookAround is how often somebody who waits for a turn asks whether to give up.
const lookAround = 200 * time.Millisecond

// TakeTurn waits until nobody else writes results of the run, who does not hold it either, and has the turn then until done is called, or this process dies.
// waiting is called once where somebody is before us. It gives up when ctx ends.
func (r *Run) TakeTurn(ctx context.Context, waiting func()) (done func(), err error) {
	f, err := os.OpenFile(r.Path(TurnName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("take turns: %w", err)
	}
	for first := true; ; first = false {
		err := durable.Lock(f, lookAround)
		if err == nil {
			return func() { _ = f.Close() }, nil // nothing was written to it
		}
		if errors.Is(err, durable.ErrLocked) {
			if err = ctx.Err(); err == nil {
				if first {
					waiting()
				}
				continue
			}
		}
		return nil, errors.Join(err, f.Close())
	}
}
