package send

import (
	"fmt"
	"sync"
	"time"
)

const (
	// inARow is how many answers of one bad kind, one behind the other, stop a run.
	inARow = 20
	// canaryRows go out alone, before everybody else.
	canaryRows = 10
	// canaryFailures of them that were not accepted stop the run.
	canaryFailures = 3
)

// brakes stop a run that is doing harm, or nothing.
type brakes struct {
	giveUp time.Duration // how long to go on without any answer

	mu       sync.Mutex
	rejected int       // in a row
	inDoubt  int       // in a row
	unsent   int       // in a row
	silent   time.Time // since when, where unsent is not 0
	ailing   int       // server errors since a message was settled
	ill      time.Time // since when, where ailing is not 0
	canary   int       // rows that were settled
	failed   int       // of them, not accepted
}

// settled takes a verdict for which nobody waits any more, and returns why to stop, or nil.
func (b *brakes) settled(v verdict, detail string) *Stop {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.unsent = 0
	b.canary++
	switch v {
	case accepted:
		b.rejected, b.inDoubt, b.ailing = 0, 0, 0
		return nil
	case rejected:
		b.rejected, b.inDoubt, b.ailing = b.rejected+1, 0, 0
	case inDoubt:
		b.rejected, b.inDoubt = 0, b.inDoubt+1
	}
	b.failed++
	switch {
	case b.rejected >= inARow:
		return &Stop{Brake, fmt.Sprintf("Sinch refused %d messages in a row, the last with %q", b.rejected, detail)}
	case b.inDoubt >= inARow:
		return &Stop{Brake, fmt.Sprintf("%d messages in a row were left in doubt, the last with %q", b.inDoubt, detail)}
	}
	return nil
}

// answered takes note that the server is there.
func (b *brakes) answered() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.unsent = 0
}

// unreachable counts an attempt of which nothing could be written. It returns how many there were in a row, and why to stop, or nil.
func (b *brakes) unreachable(detail string, now time.Time) (int, *Stop) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.unsent++; b.unsent == 1 {
		b.silent = now
	}
	if silent := now.Sub(b.silent); silent >= b.giveUp {
		return b.unsent, &Stop{Brake, fmt.Sprintf("Sinch could not be reached for %v: %s", silent.Round(time.Second), detail)}
	}
	return b.unsent, nil
}

// serverError counts an answer in which Sinch says that it has failed. It returns how many there were since a message was settled, and why to
// stop, or nil.
func (b *brakes) serverError(detail string, now time.Time) (int, *Stop) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ailing++; b.ailing == 1 {
		b.ill = now
	}
	if ill := now.Sub(b.ill); ill >= b.giveUp {
		return b.ailing, &Stop{Brake, fmt.Sprintf("Sinch has answered with errors of its own for %v: %s", ill.Round(time.Second), detail)}
	}
	return b.ailing, nil
}

// canaryVerdict returns how many rows were settled so far, and why they stop the run, or nil.
func (b *brakes) canaryVerdict(detail string) (int, *Stop) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed < canaryFailures {
		return b.canary, nil
	}
	return b.canary, &Stop{Brake, fmt.Sprintf("%d of the first %d messages were refused or left in doubt, the last with %q; nothing more was sent", b.failed, b.canary, detail)}
}
