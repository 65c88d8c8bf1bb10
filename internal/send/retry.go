package send

import (
	"container/heap"
	"time"

	"sendoff/campaign"
	"sendoff/internal/forecast"
	"sendoff/internal/hours"
	"sendoff/internal/ledger"
)

// job is a row on its way.
type job struct {
	r          campaign.Recipient
	begun      bool          // this start has begun it
	intent     ledger.Intent // the last one
	failures   int           // attempts after which it was not known whether Sinch took it
	detail     string        // of the last of them
	maybeTaken bool          // one of them could not be looked up
	due        time.Time     // not before
	span       hours.Span    // its request has to leave within, and arrive; zero: at any time
	charge     forecast.Charge
	charged    bool // the charge of the last intent is spent
}

// retries holds jobs that wait for their next attempt, the one that is due first on top.
type retries []*job

func (h retries) Len() int           { return len(h) }
func (h retries) Less(i, j int) bool { return h[i].due.Before(h[j].due) }
func (h retries) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *retries) Push(x any)        { *h = append(*h, x.(*job)) }
func (h *retries) Pop() any {
	old := *h
	j := old[len(old)-1]
	*h = old[:len(old)-1]
	return j
}

// next returns the job that is due, or nil and how long until one is; 0 where none waits.
func (h *retries) next(now time.Time) (*job, time.Duration) {
	if len(*h) == 0 {
		return nil, 0
	}
	if wait := (*h)[0].due.Sub(now); wait > 0 {
		return nil, wait
	}
	return heap.Pop(h).(*job), 0
}
