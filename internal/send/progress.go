package send

import "sync/atomic"

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
}

// Settled is the number of rows of Total that nothing more will be sent to now.
func (p *Progress) Settled() int64 {
	return p.Accepted.Load() + p.Rejected.Load() + p.InDoubt.Load() + p.Left.Load() + p.Skipped.Load()
}
