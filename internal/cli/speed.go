package cli

import (
	"sync"
	"time"
)

const (
	tickEvery  = 500 * time.Millisecond
	recentSpan = 10 * time.Second // what counts as now
)

// speed measures how fast rows are settled. Its clock stands still while nothing may leave, so that neither a pause nor a night makes a run look
// slow afterwards. Its methods may be called at any time.
type speed struct {
	mu     sync.Mutex
	seen   time.Time     // when it was told last
	active time.Duration // on its clock
	first  tick
	ticks  []tick // of the last recentSpan, and one before
}

// tick is how many rows were settled at a time on the clock of a [speed].
type tick struct {
	at      time.Duration
	settled int64
}

// tell takes how many rows this start has settled. isHeld says that nothing may leave.
func (s *speed) tell(now time.Time, settled int64, isHeld bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen.IsZero() {
		s.first = tick{0, settled}
		s.ticks = []tick{s.first}
	} else if !isHeld {
		s.active += now.Sub(s.seen)
	}
	s.seen = now
	if s.active-s.ticks[len(s.ticks)-1].at < tickEvery {
		return
	}
	s.ticks = append(s.ticks, tick{s.active, settled})
	for len(s.ticks) > 2 && s.active-s.ticks[1].at >= recentSpan {
		s.ticks = s.ticks[1:]
	}
}

// now is how many rows a second were settled lately, and overall since the first; 0 where nobody can tell.
func (s *speed) now() (recently, overall float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.ticks) < 2 {
		return 0, 0
	}
	last := s.ticks[len(s.ticks)-1]
	return last.since(s.ticks[0]), last.since(s.first)
}

// since is how many rows a second were settled between two ticks; what earlier starts had in doubt may be sent again, so that there are fewer.
func (t tick) since(before tick) float64 {
	return max(float64(t.settled-before.settled)/(t.at-before.at).Seconds(), 0)
}
