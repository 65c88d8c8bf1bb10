package resultpage

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sendoff/internal/prose"
	"sendoff/internal/report"
)

// chart is what happened over time.
type chart struct {
	Clock  string // whose
	Step   string
	Scale  []string // times at the beginning, in the middle unless there is but one bar, and at the end
	Series []series
	Later  string     // what came after it; empty: nothing did
	Rows   []chartRow // the same as a table
}

// series is one curve, drawn in a box of its own whose height is its own largest number.
type series struct {
	Name, ID, Class string
	Total           string
	Most            string
	Width           int // of the box, in bars
	Path            string
	Text            string // what is seen, in words
}

type chartRow struct {
	Time   string
	Counts []string
}

// chartHeight is that of a series' box, in units of its own.
const chartHeight = 100

// newChart returns nil where there is nothing to draw.
func newChart(t *report.Timeline, zone *time.Location, receipts bool) *chart {
	if t == nil || len(t.Points) == 0 {
		return nil
	}
	step := time.Duration(t.Step) * time.Second
	form := chartForm(step, len(t.Points))
	at := func(i int) string { return t.From.Add(time.Duration(i) * step).In(zone).Format(form) }
	c := &chart{Clock: zoneName(t.From, zone), Step: prose.Lasting(step), Scale: []string{at(0), at(len(t.Points))}}
	if len(t.Points) > 1 {
		c.Scale = slices.Insert(c.Scale, 1, at(len(t.Points)/2))
	}
	all := []struct {
		name, class string
		of          func(report.Point) int
	}{
		{"accepted", "", func(p report.Point) int { return p.Accepted }},
		{"arrived", "good", func(p report.Point) int { return p.Arrived }},
		{"failed", "fell", func(p report.Point) int { return p.Failed }},
	}
	if !receipts {
		all = all[:1]
	}
	counts := make([][]string, len(t.Points))
	for _, s := range all {
		numbers := make([]int, len(t.Points))
		for i, p := range t.Points {
			numbers[i] = s.of(p)
			counts[i] = append(counts[i], prose.Thousands(numbers[i]))
		}
		drawn := draw(numbers, at)
		drawn.Name, drawn.ID, drawn.Class = s.name, "chart-"+s.name, s.class
		drawn.Most += " within " + c.Step
		c.Series = append(c.Series, drawn)
	}
	for i := range t.Points {
		c.Rows = append(c.Rows, chartRow{at(i), counts[i]})
	}
	if late := t.Later; late != nil {
		row := chartRow{Time: "later"}
		for _, s := range all {
			row.Counts = append(row.Counts, prose.Thousands(s.of(*late)))
		}
		c.Rows = append(c.Rows, row)
		c.Later = fmt.Sprintf("After that another %s arrived, and %s failed.", prose.Thousands(late.Arrived), prose.Thousands(late.Failed))
	}
	return c
}

// chartForm is how the times of a chart are written: as precisely as its steps are.
func chartForm(step time.Duration, points int) string {
	form := timeForm
	switch {
	case step >= 24*time.Hour:
		return "2 Jan"
	case step < time.Minute:
		form = "15:04:05"
	}
	if step*time.Duration(points) > 20*time.Hour {
		form = "2 Jan " + form
	}
	return form
}

// draw makes bars of numbers, and says what is seen.
func draw(numbers []int, at func(int) string) series {
	most, total, peak := 0, 0, 0
	for i, n := range numbers {
		total += n
		if n > most {
			most, peak = n, i
		}
	}
	s := series{Width: len(numbers), Total: prose.Thousands(total), Most: "at most " + prose.Thousands(most)}
	var path strings.Builder
	for i, n := range numbers {
		if n == 0 {
			continue
		}
		height := max(float64(n)/float64(most)*chartHeight, 1)
		fmt.Fprintf(&path, "M%d %dv%.1fh.9V%dz", i, chartHeight, -height, chartHeight)
	}
	s.Path = path.String()
	s.Text = fmt.Sprintf("%s in all, from %s to %s", s.Total, at(0), at(len(numbers)))
	if total > 0 {
		s.Text += fmt.Sprintf("; the most, %s, at %s", prose.Thousands(most), at(peak))
	}
	return s
}
