package send

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"sendoff/internal/forecast"
	"sendoff/internal/prose"
)

const (
	// inARow is how many answers of one bad kind, one behind the other, stop a slice or a run.
	inARow = 20
	// haltsInARow is how many slices in a row, without an accepted message in between, stop the run.
	haltsInARow = 3
	// rejectedPercent and doubtPercent are how many may be rejected, or stay in doubt, where the campaign does not say it.
	rejectedPercent = 5
	doubtPercent    = 1
)

// brakes stop a run that is doing harm, or nothing; or only the slice of it that does.
type brakes struct {
	giveUp            time.Duration // how long to go on without any answer
	rejected, inDoubt allowance

	mu     sync.Mutex
	unsent int       // in a row
	silent time.Time // since when, where unsent is not 0
	ailing int       // server errors since a message was settled
	ill    time.Time // since when, where ailing is not 0
	canary int       // rows that were settled
	failed int       // of them, not accepted

	isSliced bool          // else the run is one piece
	planned  map[slice]int // people; nil where nobody knows
	all      *record
	slices   map[slice]*record
	kinds    []*kin
	kin      map[forecast.Kind]*kin
	halts    int // since a message was accepted
	halted   []*stopped
	number   atomic.Int32 // of them
	why      string       // all of these
	kept     *todo        // the rows that were passed over because of that
}

// kin is the people of one kind.
type kin struct {
	forecast.Kind
	number      uint32    // in brakes.kinds
	records     []*record // that their rows go into: of all rows, and of their slices; nil: to be found
	wasAccepted bool      // one of them, in this start
}

// stopped is a slice that is halted.
type stopped struct {
	slice
	kind   forecast.Kind // of the row that was the last straw
	reason string
	kept   int // people of it who were passed over
}

func (h *stopped) why() string { return fmt.Sprintf("stopped for %s: %s", h.slice, h.reason) }

// newBrakes returns the brakes of a start of a run with so many rows.
func newBrakes(c *Config, rows int) (*brakes, error) {
	b := &brakes{
		giveUp: c.GiveUp,
		rejected: allowance{"limits.max_rejected", orDefault(c.Limits.MaxRejected, rejectedPercent), func(expected float64) float64 {
			return 4 * math.Sqrt(expected) // four times what chance brings
		}},
		inDoubt: allowance{"limits.max_in_doubt", orDefault(c.Limits.MaxInDoubt, doubtPercent), func(float64) float64 {
			return float64(c.MaxInFlight) // one connection that breaks may leave so many
		}},
		all: newRecord(), slices: map[slice]*record{}, kin: map[forecast.Kind]*kin{}, kept: &todo{bits: make([]uint64, (rows+63)/64)},
	}
	if c.Gauge == nil {
		return b, nil
	}
	b.isSliced = true
	f, _, err := forecast.Kept(c.Run.Meta())
	if err != nil || f == nil {
		return b, err
	}
	b.planned = map[slice]int{}
	for _, l := range f.Lines {
		for _, v := range slicesOf(l.Kind()) {
			b.planned[v] += l.People
		}
	}
	return b, nil
}

// settled takes a verdict on a row for which nobody waits any more, and returns the slice that is halted for it, or why to stop, or neither.
func (b *brakes) settled(k forecast.Kind, v verdict, detail string) (*stopped, *Stop) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.unsent = 0
	b.canary++
	if v != accepted {
		b.failed++
	}
	if v == accepted || v == rejected {
		b.ailing = 0
	}
	if v == serverError || b.haltOf(k) != nil { // what was under way says nothing new
		return nil, nil
	}
	of := b.find(k)
	for _, rec := range of.records {
		rec.settled(mark{of.number, v})
	}
	if v == accepted {
		b.halts, of.wasAccepted = 0, true
		return nil, nil
	}
	h, stop := b.blame(k, b.inARow(v, detail))
	if v == rejected && h == nil && stop == nil {
		return b.blame(k, b.tooMany(v, detail))
	}
	return h, stop
}

// ended takes how a row in doubt came to its end: Sinch took it after all, or nobody will know. It returns what [brakes.settled] does.
func (b *brakes) ended(k forecast.Kind, v verdict, detail string) (*stopped, *Stop) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.haltOf(k) != nil {
		return nil, nil
	}
	of := b.find(k)
	for _, rec := range of.records {
		rec.ends.add(mark{of.number, v})
	}
	if v == accepted {
		return nil, nil
	}
	return b.blame(k, b.tooMany(inDoubt, detail))
}

// rest takes note that nothing is sent for a while: that is no silence of the server's.
func (b *brakes) rest() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.unsent, b.ailing = 0, 0
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
		return b.unsent, &Stop{Brake, fmt.Sprintf("Sinch could not be reached for %s: %s", prose.Lasting(silent), detail)}
	}
	return b.unsent, nil
}

// serverError counts an answer in which Sinch says that it has failed, and returns why to stop, or nil.
func (b *brakes) serverError(detail string, now time.Time) *Stop {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ailing++; b.ailing == 1 {
		b.ill = now
	}
	if ill := now.Sub(b.ill); ill >= b.giveUp {
		return &Stop{Brake, fmt.Sprintf("Sinch has answered with errors of its own for %s: %s", prose.Lasting(ill), detail)}
	}
	return nil
}

// canaryVerdict returns how many rows were settled so far, and why they stop the run, or nil: more than are tolerated were not accepted.
func (b *brakes) canaryVerdict(tolerated int, detail string) (int, *Stop) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed <= tolerated {
		return b.canary, nil
	}
	return b.canary, &Stop{Brake, fmt.Sprintf("%d of the first %d messages were refused or left in doubt, the last with %q; nothing more was sent", b.failed, b.canary, detail)}
}
