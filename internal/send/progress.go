package send

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Progress counts what happens, for whoever watches. Its fields may be read at any time.
type Progress struct {
	Accepted   atomic.Int64 // with what earlier starts sent
	Rejected   atomic.Int64
	InDoubt    atomic.Int64
	Left       atomic.Int64 // left in doubt
	Skipped    atomic.Int64 // left out while sending: a list has come to leave them out
	OnlyAsking atomic.Bool  // all that is left to do now is to ask about rows in doubt
	InFlight   atomic.Int64 // requests whose answer is awaited
	Throttled  atomic.Int64 // answers with 429
	Before     atomic.Int64 // rows that were settled when this start began
	Total      atomic.Int64 // rows that are sent to, or were, or were meant to be
	Rate       atomic.Int64 // requests a second that are allowed now
	Paused     atomic.Int64 // until when nothing leaves since Sinch asks for patience, in milliseconds since 1970
	Queue      atomic.Int64 // messages that waited in the app's queue when it was read last, or -1: nobody knows; nothing counts while Drain is 0
	QueueOurs  atomic.Int64 // how many of ours wait there now, by estimate
	Drain      atomic.Int64 // messages a second that the app hands on; 0: its queue was not read yet

	Waiting atomic.Int64 // until when nobody may get a message, in milliseconds since 1970; 0: somebody may
	Waited  atomic.Int64 // for how long that was so before, in nanoseconds

	since time.Time // Waiting is set; for the goroutine that sets it

	mu         sync.Mutex
	hindrances []Hindrance
}

// Hindrance is something that keeps messages from leaving, or from leaving faster, for whoever asks why a run is slow.
type Hindrance struct {
	Kind   string    `json:"kind"`            // one of the constants below
	Text   string    `json:"text"`            // in words, such as: waiting for 09:00 in Berlin
	Until  time.Time `json:"until,omitzero"`  // when it is over; zero: nobody knows
	People int       `json:"people,omitzero"` // whom it keeps back; 0: everybody
}

// The kinds of hindrances, in the order in which they matter to a person.
const (
	HinderedByStart   = "not_before" // nothing leaves before a time
	HinderedByHours   = "hours"      // people who may get no message at this hour
	HinderedByOutage  = "outage"     // Sinch cannot be reached, or fails
	HinderedByWait    = "wait"       // Sinch asks for patience (Retry-After)
	HinderedByLimit   = "throttled"  // Sinch takes less than is allowed (429)
	HinderedByQueue   = "queue"      // enough of ours waits in the app's queue
	HinderedByOthers  = "others"     // the app is busy with messages that are not ours
	HinderedByWarmUp  = "warm_up"    // the rate still rises
	HinderedByLatency = "latency"    // answers take long
	HinderedBySlice   = "halted"     // people of a slice that was halted
)

// hinder puts h in the place of what was said of its kind.
func (p *Progress) hinder(h Hindrance) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := p.hindrance(h.Kind); i >= 0 {
		p.hindrances[i] = h
	} else {
		p.hindrances = append(p.hindrances, h)
	}
}

// keepBack counts one more person whom a hindrance of a kind keeps back.
func (p *Progress) keepBack(kind, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := p.hindrance(kind)
	if i < 0 {
		i = len(p.hindrances)
		p.hindrances = append(p.hindrances, Hindrance{Kind: kind})
	}
	p.hindrances[i].Text = text
	p.hindrances[i].People++
}

// free takes back what was said of a kind.
func (p *Progress) free(kind string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := p.hindrance(kind); i >= 0 {
		p.hindrances = slices.Delete(p.hindrances, i, i+1)
	}
}

func (p *Progress) hindrance(kind string) int {
	return slices.IndexFunc(p.hindrances, func(h Hindrance) bool { return h.Kind == kind })
}

// wait notes that nobody may get a message until a time.
func (p *Progress) wait(until, now time.Time) {
	if p.Waiting.Swap(until.UnixMilli()) == 0 {
		p.since = now
	}
}

// goOn notes that somebody may get one. The caller of both is one goroutine.
func (p *Progress) goOn(now time.Time) {
	if p.Waiting.Load() == 0 {
		return
	}
	p.Waited.Add(int64(max(now.Sub(p.since), 0)))
	p.Waiting.Store(0)
	p.free(HinderedByStart)
}

// Hindrances returns what keeps messages back now.
func (p *Progress) Hindrances() []Hindrance {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.hindrances)
}

// Settled is the number of rows of Total that nothing more will be sent to now.
func (p *Progress) Settled() int64 {
	return p.Accepted.Load() + p.Rejected.Load() + p.InDoubt.Load() + p.Left.Load() + p.Skipped.Load()
}
