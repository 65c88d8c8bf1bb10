package report

import (
	"math/bits"
	"time"
)

const (
	waitTick = 10 * time.Millisecond // as the ledger keeps times
	waitBits = 4                     // a doubling has 16 steps
	maxWait  = 1<<32 - 1             // ticks
)

// waits counts how long something took, to 3 % and in memory that does not grow.
type waits struct {
	people int
	counts [(32-waitBits)<<waitBits + 1<<waitBits]uint32
}

// add counts one. What took less than nothing, since two clocks have measured it, took one tick.
func (w *waits) add(d time.Duration) {
	ticks := uint64(min(max(d/waitTick, 1), maxWait))
	w.people++
	shift := max(bits.Len64(ticks)-waitBits-1, 0)
	w.counts[shift<<waitBits+int(ticks>>shift)]++
}

func (w *waits) join(other *waits) {
	w.people += other.people
	for i, n := range other.counts {
		w.counts[i] += n
	}
}

// median is in seconds; 0 where there are none.
func (w *waits) median() float64 {
	left := (w.people + 1) / 2
	for i, n := range w.counts {
		if left -= int(n); left <= 0 && w.people > 0 {
			shift := max(i>>waitBits-1, 0)
			from := (i - shift<<waitBits) << shift
			return float64(from+(1<<shift)/2) / float64(time.Second/waitTick)
		}
	}
	return 0
}
