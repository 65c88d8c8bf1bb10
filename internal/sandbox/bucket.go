package sandbox

import "time"

// bucket fills by ones and drains evenly. It is the queue of an app, and, since a token bucket is the same thing looked at from
// the other side, every rate limit too. All that it remembers is when it will be empty. The zero bucket takes everything.
type bucket struct {
	interval time.Duration // between two that leave
	limit    int           // how many it holds
	empty    time.Time
}

// newBucket returns a bucket that drains rate a second and holds limit; one that takes everything where rate is not positive.
func newBucket(rate, limit int) bucket {
	if rate <= 0 {
		return bucket{}
	}
	return bucket{interval: time.Second / time.Duration(rate), limit: max(limit, 1)}
}

// size returns how many are in the bucket.
func (b *bucket) size(now time.Time) int {
	left := b.empty.Sub(now)
	if left <= 0 || b.interval == 0 {
		return 0
	}
	return int((left + b.interval - 1) / b.interval)
}

// add puts one in, or reports false because the bucket is full.
func (b *bucket) add(now time.Time) bool {
	if b.interval == 0 {
		return true
	}
	if b.size(now) >= b.limit {
		return false
	}
	if b.empty.Before(now) {
		b.empty = now
	}
	b.empty = b.empty.Add(b.interval)
	return true
}

// fill puts n in, whether there is room or not.
func (b *bucket) fill(now time.Time, n int) {
	b.empty = now.Add(time.Duration(n) * b.interval)
}
