package pace

import (
	"testing"
	"time"
)

func TestTransportFailuresOpenTheCircuit(t *testing.T) {
	b := NewBreaker(5*time.Second, time.Minute)
	for range transportFailures - 1 {
		b.Failed(start, false, true)
	}
	b.Answered(start, false, false) // a 429 shows that somebody is there
	for i := range transportFailures {
		if opened := b.Failed(start, false, true); opened != (i == transportFailures-1) {
			t.Errorf("failure %d: opened = %v", i, opened)
		}
	}
}

func TestFailuresInARowOpenTheCircuit(t *testing.T) {
	b, now := NewBreaker(5*time.Second, time.Minute), start
	for range 1000 {
		now = now.Add(10 * time.Millisecond)
		b.Answered(now, false, true)
	}
	for i := range anyFailures {
		if opened := b.Failed(now, false, false); opened != (i == anyFailures-1) {
			t.Errorf("failure %d: opened = %v", i, opened)
		}
	}
}

// One half of what is answered fails: the circuit opens, unless there is little of it.
func TestShareOfFailuresOpensTheCircuit(t *testing.T) {
	for _, tc := range []struct {
		every, answers int
		gap            time.Duration
		opens          bool
	}{
		{2, 100, 100 * time.Millisecond, true},
		{2, 19, 100 * time.Millisecond, false},
		{2, 1000, 2 * time.Second, false}, // ten in twenty seconds
		{3, 1000, 100 * time.Millisecond, false},
	} {
		b, now := NewBreaker(5*time.Second, time.Minute), start
		opened := false
		for i := range tc.answers {
			now = now.Add(tc.gap)
			if i%tc.every == tc.every-1 {
				opened = b.Failed(now, false, false) || opened
			} else {
				b.Answered(now, false, true)
			}
		}
		if opened != tc.opens {
			t.Errorf("one of %d of %d failed, every %v: opened = %v", tc.every, tc.answers, tc.gap, opened)
		}
	}
}

// While the circuit is open one probe at a time leaves, after pauses that double; its success closes the circuit.
func TestProbes(t *testing.T) {
	b, now := NewBreaker(5*time.Second, time.Minute), start
	for range transportFailures {
		b.Failed(now, false, true)
	}
	for _, pause := range []time.Duration{5, 10, 20, 40, 60, 60} {
		if wait, _ := b.Admit(now); wait != pause*time.Second {
			t.Errorf("Admit = %v, want %v", wait, pause*time.Second)
		}
		now = now.Add(pause * time.Second)
		if wait, probe := b.Admit(now); wait != 0 || !probe {
			t.Errorf("after %v Admit = %v, %v", pause*time.Second, wait, probe)
		}
		if wait, _ := b.Admit(now); wait == 0 {
			t.Error("two probes leave at once")
		}
		b.Failed(now, false, true) // of somebody who was on the way: says nothing new
		b.Failed(now, true, true)
	}
	now = now.Add(time.Minute)
	b.Admit(now)
	b.Lost() // the next one is the probe
	if wait, probe := b.Admit(now); wait != 0 || !probe {
		t.Errorf("after a lost probe Admit = %v, %v", wait, probe)
	}
	b.Answered(now, true, true)
	if wait, probe := b.Admit(now); wait != 0 || probe {
		t.Errorf("after a success Admit = %v, %v", wait, probe)
	}
	if b.Failed(now, false, true) {
		t.Error("one failure opens the circuit again")
	}
}
