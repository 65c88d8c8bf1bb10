package pace

import "time"

const (
	transportFailures = 10               // in a row open the circuit, …
	anyFailures       = 20               // … and so many in a row of any kind
	judgedFor         = 20 * time.Second // the share of failures is that of this time …
	judgedFrom        = 20               // … from so many answers on
	judgedShare       = 0.5
)

// Breaker keeps requests back while they would only fail: then one probe at a time shows whether that is over. It is not safe for concurrent
// use.
type Breaker struct {
	first, most time.Duration // pauses

	inARow  int // failures
	cut     int // transport failures in a row
	began   time.Time
	seconds [int(judgedFor / time.Second)]struct{ answers, failures int }
	second  int64 // number of the running one since began

	pause   time.Duration // 0: the circuit is closed
	until   time.Time
	probing bool
}

// NewBreaker returns a closed circuit, whose pauses double from first to most.
func NewBreaker(first, most time.Duration) *Breaker { return &Breaker{first: first, most: most} }

// Open reports whether requests are kept back, and until when the next probe is.
func (b *Breaker) Open() (until time.Time, open bool) { return b.until, b.pause > 0 }

// Admit returns 0 where a request may leave, and whether it is the probe; else how long it has to wait at least. Whoever gets the probe says
// what became of it, or that it did not leave.
func (b *Breaker) Admit(now time.Time) (wait time.Duration, probe bool) {
	switch {
	case b.pause == 0:
		return 0, false
	case b.probing:
		return b.most, false
	case now.Before(b.until):
		return b.until.Sub(now), false
	}
	b.probing = true
	return 0, true
}

// Lost tells that the probe did not leave.
func (b *Breaker) Lost() { b.probing = false }

// Answered tells that Sinch has answered as it should; counts is false for answers that say nothing about whether it works, such as 429.
func (b *Breaker) Answered(now time.Time, probe, counts bool) {
	b.inARow, b.cut = 0, 0
	if probe {
		b.closeCircuit(now)
	} else if counts && b.pause == 0 {
		b.move(now)
		b.seconds[b.second%int64(len(b.seconds))].answers++
	}
}

// Failed tells that Sinch has not answered, or that it has failed; transport is true where no answer came. It reports whether this opens the
// circuit, or keeps it open.
func (b *Breaker) Failed(now time.Time, probe, transport bool) bool {
	if b.pause > 0 {
		if probe { // others were on their way, and say nothing new
			b.pause = min(2*b.pause, b.most)
			b.until, b.probing = now.Add(b.pause), false
		}
		return probe
	}
	b.inARow++
	b.cut++
	if !transport {
		b.cut = 0
	}
	b.move(now)
	s := &b.seconds[b.second%int64(len(b.seconds))]
	s.answers++
	s.failures++
	answers, failures := 0, 0
	for _, s := range b.seconds {
		answers += s.answers
		failures += s.failures
	}
	isShare := answers >= judgedFrom && float64(failures) >= judgedShare*float64(answers)
	if !isShare && b.cut < transportFailures && b.inARow < anyFailures {
		return false
	}
	b.pause, b.until = b.first, now.Add(b.first)
	return true
}

// closeCircuit forgets what has failed, so that it does not open the circuit again.
func (b *Breaker) closeCircuit(now time.Time) {
	b.pause, b.probing, b.until = 0, false, time.Time{}
	clear(b.seconds[:])
	b.move(now)
}

func (b *Breaker) move(now time.Time) {
	if b.began.IsZero() {
		b.began = now
	}
	n := int64(len(b.seconds))
	second := int64(now.Sub(b.began) / time.Second)
	for i := max(b.second, second-n); i < second; i++ {
		clear(b.seconds[(i+1)%n : (i+1)%n+1])
	}
	b.second = max(b.second, second)
}
