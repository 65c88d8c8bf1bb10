package pace

import (
	"math/bits"
	"time"
)

const (
	fewest     = 4   // requests that may be under way, however quick the answers are
	headroom   = 1.5 // times what the rate needs
	slowFactor = 4   // times the quickest answer is slow …
	slowLeast  = 200 * time.Millisecond
	slowFor    = 10 * time.Second // … when it lasts
	forgetting = 10 * time.Minute // the quickest answer is that of the last ten to twenty minutes
)

// Latency says how many requests have to be under way for a rate, by how long they take, and when answers have become slow. It is not safe for
// concurrent use.
type Latency struct {
	rows, answers quantiles
	best, earlier time.Duration // the quickest answer since turned, and that of the time before; 0: none
	turned        time.Time
	slow          time.Time // since when answers are slow; zero: they are not
}

// Add takes how long a row took, from its permit to its end, and how long its answer did. It reports whether answers have been slow for so long
// that fewer should be asked for.
func (l *Latency) Add(now time.Time, row, answer time.Duration) bool {
	l.rows.add(row)
	l.answers.add(answer)
	if l.turned.IsZero() || now.Sub(l.turned) > forgetting {
		l.turned, l.earlier, l.best = now, l.best, 0
	}
	if l.best == 0 || answer < l.best {
		l.best = max(answer, 1)
	}
	best := l.best
	if l.earlier > 0 {
		best = min(best, l.earlier)
	}
	switch typical := l.answers.half; {
	case typical <= max(slowFactor*best, slowLeast):
		l.slow = time.Time{}
	case l.slow.IsZero():
		l.slow = now
	case now.Sub(l.slow) >= slowFor:
		l.slow = now
		return true
	}
	return false
}

// InFlight returns how many requests may be under way at a rate, at most so many. Before there are answers to go by it is all of them.
func (l *Latency) InFlight(perSecond float64, most int) int {
	if l.rows.high == 0 {
		return most
	}
	needed := perSecond * l.rows.high.Seconds() * headroom
	return min(most, max(fewest, int(min(needed, 1e6))+1))
}

// Typical is how long answers take now: one half is quicker.
func (l *Latency) Typical() time.Duration { return l.answers.half }

const (
	fine     = 4  // classes for each doubling
	memory   = 64 // so many values weigh as much as all before them
	reckoned = 8  // after so many values half and high are found anew
)

// quantiles estimates quantiles of the last values, in classes that differ by a quarter at most.
type quantiles struct {
	classes    [64 * fine]uint16
	count, all int // values since the others were halved, and the weight of all
	half, high time.Duration
}

func (q *quantiles) add(d time.Duration) {
	q.classes[class(d)]++
	q.count++
	q.all++
	if q.count%reckoned == 0 || q.high == 0 {
		q.half, q.high = q.at(q.all/2), q.at(q.all*95/100)
	}
	if q.count == memory {
		q.count, q.all = 0, 0
		for i := range q.classes {
			q.classes[i] /= 2
			q.all += int(q.classes[i])
		}
	}
}

// at returns the upper end of the class in which the value lies that n are below.
func (q *quantiles) at(n int) time.Duration {
	for i, c := range q.classes {
		if n -= int(c); n < 0 {
			return upper(i)
		}
	}
	return 0 // unreachable: there are more than n
}

// class numbers durations by their highest bits.
func class(d time.Duration) int {
	v := uint64(max(d, fine))
	shift := bits.Len64(v) - 3
	return shift*fine + int(v>>shift)&(fine-1)
}

func upper(class int) time.Duration {
	shift := class / fine
	return time.Duration((uint64(class%fine+fine) + 1) << shift)
}
