package send

import (
	"container/heap"
	"time"

	"sendoff/campaign"
	"sendoff/internal/forecast"
	"sendoff/internal/hours"
	"sendoff/internal/ledger"
	"sendoff/internal/pace"
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
	costly     bool          // its next attempt is paid for from the retry budget
	charge     forecast.Charge
	charged    bool // the charge of the last intent is spent

	permitted time.Time     // when it got the permit that it holds; zero: it holds none
	answered  time.Duration // how long its last answer took; 0: nothing was asked
	taken     bool          // Sinch has taken the last attempt, or may have
	probe     bool          // it shows whether the circuit can be closed
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

// next returns the job that is due and can be paid for, or nil and how long until one may be; 0 where none waits.
func (h *retries) next(now time.Time, budget *pace.RetryBudget) (j *job, wait time.Duration) {
	for len(*h) > 0 {
		j := (*h)[0]
		if wait := j.due.Sub(now); wait > 0 {
			return nil, wait
		}
		if j.costly {
			if wait := budget.Take(now); wait > 0 {
				j.due = now.Add(wait)
				heap.Fix(h, 0)
				continue
			}
		}
		return heap.Pop(h).(*job), 0
	}
	return nil, 0
}
