package pace

import "time"

const (
	retryShare   = 0.1 // of the messages may be tried again …
	leastRetries = 50  // … and so many in any case
)

// RetryBudget bounds how many messages are tried again, so that trouble does not make more of itself. It is not safe for concurrent use.
type RetryBudget struct {
	left, most float64
	trickle    float64   // a second
	last       time.Time // when it was filled
}

// NewRetryBudget returns a full budget for a sender of so many messages a second: a tenth of what a minute sends. Every message adds a tenth to
// it, and time adds what new ones at half the rate would, since at the end there are none.
func NewRetryBudget(perSecond float64) *RetryBudget {
	most := max(leastRetries, retryShare*perSecond*60)
	return &RetryBudget{left: most, most: most, trickle: max(1, retryShare*perSecond/2)}
}

// Sent tells that a message left which is no retry.
func (b *RetryBudget) Sent() { b.left = min(b.most, b.left+retryShare) }

// Spent reports whether nothing was left for another retry when that was looked at last.
func (b *RetryBudget) Spent() bool { return b.left < 1 }

// Take pays for a retry, or returns how long to wait before there may be one.
func (b *RetryBudget) Take(now time.Time) time.Duration {
	if !b.last.IsZero() {
		b.left = min(b.most, b.left+now.Sub(b.last).Seconds()*b.trickle)
	}
	b.last = now
	if b.left < 1 {
		return time.Duration((1-b.left)/b.trickle*float64(time.Second)).Truncate(time.Millisecond) + time.Millisecond
	}
	b.left--
	return 0
}
