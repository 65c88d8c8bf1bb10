package report

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestTimeline(t *testing.T) {
	spread := func(n int, over time.Duration) []time.Duration {
		all := make([]time.Duration, n)
		for i := range all {
			all[i] = over / time.Duration(n) * time.Duration(i)
		}
		return all
	}
	for _, tc := range []struct {
		name         string
		at           []time.Duration
		step, points int
		later        int
	}{
		{"a second", spread(9, time.Second), 1, 1, 0},
		{"four minutes", spread(1000, 4*time.Minute), 1, 240, 0},
		{"an hour", spread(100_000, time.Hour), 15, 240, 0},
		{"two days", spread(100_000, 48*time.Hour), 900, 193, 0},
		{"two years", spread(100_000, 2*365*24*time.Hour), 604800, 105, 0},
		{"a few are late", append(spread(10_000, time.Hour), spread(100, 72*time.Hour)...), 15, 240, 98},
	} {
		rand.Shuffle(len(tc.at), func(i, j int) { tc.at[i], tc.at[j] = tc.at[j], tc.at[i] })
		var parts [2]marks
		for i, at := range tc.at {
			m := &parts[i%2]
			m.point(testTime.Add(at), &m.lastAccepted).Accepted++
			if len(m.at) > mostMarks {
				t.Fatalf("%s: %d marks", tc.name, len(m.at))
			}
		}
		parts[0].join(&parts[1])
		got := parts[0].timeline()
		sum := 0
		for _, p := range got.Points {
			sum += p.Accepted
		}
		later := 0
		if got.Later != nil {
			later = got.Later.Accepted
		}
		if got.Step != tc.step || len(got.Points) != tc.points || later != tc.later || sum+later != len(tc.at) {
			t.Errorf("%s: %d of %d people in %d steps of %d s from %v, %d later; want %d steps of %d s, %d later",
				tc.name, sum, len(tc.at), len(got.Points), got.Step, got.From, later, tc.points, tc.step, tc.later)
		}
	}
	if got := new(marks).timeline(); got != nil {
		t.Errorf("of nothing: %+v", got)
	}
}

// The median is right to 3 %, however long things take and whoever counts them.
func TestMedian(t *testing.T) {
	if got := new(waits).median(); got != 0 {
		t.Errorf("of nobody: %v", got)
	}
	for _, longest := range []time.Duration{0, 100 * time.Millisecond, time.Minute, 100 * time.Hour, 1 << 62} {
		var all []time.Duration
		var parts [2]waits
		for i := range 999 {
			d := longest / 999 * time.Duration(i+1)
			all = append(all, d)
			parts[i%2].add(d)
		}
		parts[0].join(&parts[1])
		slices.Sort(all)
		want := max(min(all[499], maxWait*waitTick), waitTick).Seconds()
		if got := parts[0].median(); got < want*0.96-waitTick.Seconds() || got > want*1.04+waitTick.Seconds() {
			t.Errorf("up to %v: median %v, want %v", longest, got, want)
		}
	}
}
