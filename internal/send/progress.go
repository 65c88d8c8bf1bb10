package send

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"sendoff/internal/ledger"
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
	Queue      atomic.Int64 // messages that waited in the app's queue when it was read last, or -1: nobody knows; nothing counts while Drain is 0
	QueueOurs  atomic.Int64 // how many of ours wait there now, by estimate
	Drain      atomic.Int64 // messages a second that the app hands on; 0: its queue was not read yet
	Waiting    atomic.Bool  // nobody may get a message at this hour; the hindrances say until when

	// Heard is what receipts said when they were counted last; nil: none have come.
	Heard atomic.Pointer[ledger.Delivery]

	mu         sync.Mutex
	hindrances []Hindrance
}

// Hindrance is something that keeps messages from leaving, or from leaving faster, for whoever asks why a run is slow.
type Hindrance struct {
	Kind   string    `json:"kind"`            // one of the constants below
	Text   string    `json:"text"`            // in words, such as: waiting for 09:00 in Berlin
	Until  time.Time `json:"until,omitzero"`  // when it is over; zero: nobody knows
	People int       `json:"people,omitzero"` // whom it keeps back; 0: everybody
	Later  int       `json:"later,omitzero"`  // whom it keeps back for longer than that, as far as they are known
	Last   time.Time `json:"last,omitzero"`   // when it is over for all of them
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
	HinderedByCanary  = "canary"     // it is not known yet how the first messages fared
)

// importance is the place of h in the order of the kinds.
func (h Hindrance) importance() int {
	return slices.Index([]string{
		HinderedByStart, HinderedByHours, HinderedByCanary, HinderedByOutage, HinderedByWait, HinderedByLimit,
		HinderedByQueue, HinderedByOthers, HinderedByWarmUp, HinderedByLatency, HinderedBySlice,
	}, h.Kind)
}

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

// end takes back what holds no longer once a start has ended. Whom a halted slice has kept back is still not sent to.
func (p *Progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hindrances = slices.DeleteFunc(p.hindrances, func(h Hindrance) bool { return h.Kind != HinderedBySlice })
}

func (p *Progress) hindrance(kind string) int {
	return slices.IndexFunc(p.hindrances, func(h Hindrance) bool { return h.Kind == kind })
}

// goOn notes that somebody may get a message.
func (p *Progress) goOn() {
	if p.Waiting.Swap(false) {
		p.free(HinderedByStart)
	}
}

// Hindrances returns what keeps messages back now, the most important first; never nil, so that JSON has a list, be it empty.
func (p *Progress) Hindrances() []Hindrance {
	p.mu.Lock()
	defer p.mu.Unlock()
	found := append([]Hindrance{}, p.hindrances...)
	slices.SortStableFunc(found, func(a, b Hindrance) int { return cmp.Compare(a.importance(), b.importance()) })
	return found
}

// hear takes what receipts say.
func (p *Progress) hear(d *ledger.Delivery) {
	if d.Heard() {
		p.Heard.Store(d)
	}
}

// Settled is the number of rows of Total that nothing more will be sent to now.
func (p *Progress) Settled() int64 {
	return p.Accepted.Load() + p.Rejected.Load() + p.InDoubt.Load() + p.Left.Load() + p.Skipped.Load()
}
