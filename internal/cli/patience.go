package cli

import (
	"context"
	"fmt"
	"time"

	"sendoff/internal/pace"
	"sendoff/internal/send"
)

// patiently calls ask until Sinch answers, or refuses for good, or has not answered for --give-up.
func (r *runner) patiently(ctx context.Context, ask func() error) error { return r.patience(ctx)(ask) }

// patience returns what does so with one call after another, and says only once that Sinch does not answer.
func (r *runner) patience(ctx context.Context) func(ask func() error) error {
	said := false
	return func(ask func() error) error {
		began := time.Now()
		for failures := 1; ; failures++ {
			err := ask()
			switch {
			case err == nil, isAccess(err):
				return err
			case ctx.Err() != nil:
				return ctx.Err()
			case time.Since(began) >= r.flags.giveUp:
				return &send.Stop{Cause: send.Brake, Reason: fmt.Sprintf("Sinch has not answered as it should for %v; nothing was sent now, and the same command goes on: %v",
					time.Since(began).Round(time.Second), err)}
			case !said:
				r.warn("Sinch does not answer as it should (%v); trying for up to %v", err, r.flags.giveUp)
				said = true
			}
			wait := pace.Backoff(failures, 500*time.Millisecond, min(time.Minute, r.flags.giveUp/4))
			select {
			case <-time.After(wait):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
}
