package pace

import (
	"testing"
	"time"
)

// app drains what it is given, as Sinch does.
type app struct {
	*Backlog
	now   time.Time
	queue leak
	most  float64
}

// fill begins as many as there is room for, and has the app take them.
func (a *app) fill(drain float64) (n int) {
	for {
		if room, _ := a.Room(a.now); !room {
			return n
		}
		a.Begin()
		a.queue.add(a.now, drain, 1)
		a.End(a.now, true)
		a.most = max(a.most, a.queue.level)
		n++
	}
}

func (a *app) reading(drain float64) (others int) {
	a.Ask(a.now)
	a.queue.move(a.now, drain)
	return a.Read(a.now, int(a.queue.level))
}

// In hours no more waits than is wanted, the app is never idle, and none of it is taken for that of others; also where the app is slower than it says.
func TestBacklogIsBounded(t *testing.T) {
	for _, real := range []float64{20, 10} {
		a := &app{Backlog: NewBacklog(20, 30*time.Second), now: start}
		begun := 0
		for range 3600 {
			others := a.reading(real)
			if real == 20 && others > 1 {
				t.Fatalf("%d are taken for those of others", others)
			}
			begun += a.fill(real)
			a.now = a.now.Add(a.Interval())
		}
		if a.most > 600 {
			t.Errorf("%v waited", a.most)
		}
		if least := int(real * a.now.Sub(start).Seconds()); begun < least {
			t.Errorf("%d begun, and the app could hand on %d", begun, least)
		}
	}
}

// Nothing is begun before the first reading, or on an old one, unless it fails: then the queue is reckoned with.
func TestBacklogWithoutReadings(t *testing.T) {
	a := &app{Backlog: NewBacklog(20, 30*time.Second), now: start}
	if room, wanted := a.Room(a.now); room || !wanted {
		t.Errorf("Room = %v, %v before the first reading", room, wanted)
	}
	a.Ask(a.now)
	a.Fail()
	if n := a.fill(20); n != 600 {
		t.Errorf("%d begun at once", n)
	}
	a.now = a.now.Add(10 * time.Second)
	if n := a.fill(20); n != 180 {
		t.Errorf("%d begun after ten seconds, want 0.9 of what the app hands on", n)
	}
	for range 100 {
		a.Begin() // what is under way does not drain
	}
	a.now = a.now.Add(time.Hour)
	if n := a.fill(20); n != 500 {
		t.Errorf("%d begun beside 100 that are under way", n)
	}
	a.reading(20)
	a.now = a.now.Add(time.Minute)
	if room, wanted := a.Room(a.now); room || !wanted {
		t.Errorf("Room = %v, %v on a reading of a minute ago", room, wanted)
	}
}

// What was under way when the queue was asked for may not be in it.
func TestBacklogCountsWhatIsUnderWay(t *testing.T) {
	b := NewBacklog(20, time.Second)
	b.Ask(start)
	b.Read(start, 0)
	for range 12 {
		b.Begin()
	}
	b.Ask(start)
	for range 3 {
		b.End(start, false)
	}
	b.Begin()
	if others := b.Read(start, 0); others != 0 || b.since != 10 {
		t.Errorf("others = %d, %d may not be counted yet; want 0 and 10", others, b.since)
	}
}

func TestBacklogOfOthers(t *testing.T) {
	b := NewBacklog(20, 30*time.Second)
	b.Ask(start)
	if others := b.Read(start, 100); others < 99 {
		t.Errorf("%d of 100 are those of others", others)
	}
	for _, others := range []int{0, 40} {
		if b.Crowded(others) {
			t.Errorf("%d of others are too many", others)
		}
	}
	if !b.Crowded(41) {
		t.Error("41 of others are none")
	}
}

func TestAtLeastOneMayWait(t *testing.T) {
	if got := NewBacklog(0.1, 2*time.Second).Bound(); got != 1 {
		t.Errorf("Bound = %d", got)
	}
}
