package report

import (
	"maps"
	"slices"
	"time"
)

const (
	mostPoints = 240
	mostMarks  = 4096
	// shown is the share of all that happened that a timeline has to reach to. Phones are off for days: a few late ones would leave no room for the others.
	shown = 0.99
)

// steps of a timeline in seconds, each a multiple of the one before. The last is 28 days.
var steps = [...]int64{1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10800, 21600, 43200, 86400, 604800, 2419200}

// marks count what happened when, in steps that grow as it takes longer.
type marks struct {
	step         int // the position in steps
	at           map[int64]*Point
	lastAccepted mark
	lastHeard    mark
}

// mark is a point with its number. Most rows have that of the row before.
type mark struct {
	number int64
	point  *Point
}

func (m *marks) point(t time.Time, last *mark) *Point {
	number := t.Unix() / steps[m.step]
	if last.point != nil && last.number == number {
		return last.point
	}
	p := m.at[number]
	if p == nil {
		if m.at == nil {
			m.at = map[int64]*Point{}
		}
		p = new(Point)
		m.at[number] = p
		for len(m.at) > mostMarks && m.step < len(steps)-1 {
			m.coarsen(m.step + 1)
			number = t.Unix() / steps[m.step]
			p = m.at[number]
		}
	}
	*last = mark{number, p}
	return p
}

// coarsen makes the steps longer.
func (m *marks) coarsen(step int) {
	if step <= m.step {
		return
	}
	times := steps[step] / steps[m.step]
	coarse := make(map[int64]*Point, len(m.at))
	for number, p := range m.at {
		q := coarse[number/times]
		if q == nil {
			q = new(Point)
			coarse[number/times] = q
		}
		q.add(p)
	}
	*m = marks{step: step, at: coarse}
}

func (m *marks) join(other *marks) {
	step := max(m.step, other.step)
	m.coarsen(step)
	other.coarsen(step)
	if m.at == nil {
		m.at = map[int64]*Point{}
	}
	for number, p := range other.at {
		if m.at[number] == nil {
			m.at[number] = new(Point)
		}
		m.at[number].add(p)
	}
}

func (p *Point) add(o *Point) {
	p.Accepted += o.Accepted
	p.Arrived += o.Arrived
	p.Failed += o.Failed
}

func (p *Point) all() int { return p.Accepted + p.Arrived + p.Failed }

// timeline returns nil where nothing happened.
func (m *marks) timeline() *Timeline {
	if len(m.at) == 0 {
		return nil
	}
	numbers := slices.Sorted(maps.Keys(m.at))
	first, last := numbers[0], numbers[len(numbers)-1]
	step := m.fitting(first, last)
	if enough := m.fitting(first, m.mostOf(numbers)); step-enough > 1 {
		step = enough
	}
	times := steps[step] / steps[m.step]
	m.coarsen(step)
	first = first / times
	last = min(last/times, first+mostPoints-1)
	t := &Timeline{From: time.Unix(first*steps[step], 0).UTC(), Step: int(steps[step]), Points: make([]Point, last-first+1)}
	var later Point
	for number, p := range m.at {
		if number > last {
			later.add(p)
		} else {
			t.Points[number-first].add(p)
		}
	}
	if later.all() > 0 {
		t.Later = &later
	}
	return t
}

// fitting returns the shortest steps in which what lies between two points of now fits.
func (m *marks) fitting(first, last int64) int {
	step := m.step
	for step < len(steps)-1 {
		times := steps[step] / steps[m.step]
		if last/times-first/times < mostPoints {
			break
		}
		step++
	}
	return step
}

// mostOf returns up to where as much has happened as has to be shown.
func (m *marks) mostOf(numbers []int64) int64 {
	all, seen := 0, 0
	for _, p := range m.at {
		all += p.all()
	}
	for _, number := range numbers {
		if seen += m.at[number].all(); float64(seen) >= shown*float64(all) {
			return number
		}
	}
	return numbers[len(numbers)-1]
}
