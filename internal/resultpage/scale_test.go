package resultpage

import (
	"slices"
	"testing"
	"time"

	"sendoff/internal/report"
)

// The times below the curves are different ones, even where all happened at once.
func TestScale(t *testing.T) {
	from := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for points := 1; points <= 3; points++ {
		tl := &report.Timeline{From: from, Step: 60, Points: make([]report.Point, points)}
		tl.Points[0].Accepted = 1
		scale := newChart(tl, time.UTC, false).Scale
		if len(slices.Compact(slices.Clone(scale))) != min(points+1, 3) {
			t.Errorf("%d bars: %q", points, scale)
		}
	}
}
