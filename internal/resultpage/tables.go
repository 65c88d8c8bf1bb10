package resultpage

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"sendoff/campaign"
	"sendoff/internal/preview"
	"sendoff/internal/prose"
	"sendoff/internal/report"
	"sendoff/internal/view"
)

// dimension is a table of the run's people by country, channel or language.
type dimension struct {
	By      string   // as of [report.Slice]
	Columns []string // of numbers, behind that of the names
	Bar     string   // what the bars are of
	Rows    []slice
	All     *dimension // with every row, where there are too many to be shown at once; nil otherwise
}

// Title heads the table.
func (d dimension) Title() string { return "By " + d.By }

type slice struct {
	Name  string
	Cells []cell // one for each column
	Share string
	Width float64
	Bad   float64 // how much wider the bar is by those who failed
}

// cell is a number, or a text.
type cell struct {
	Label  string
	Number number
	Text   string
}

// mostSlices is how many rows of a table are shown at once.
const mostSlices = 15

// column is one of a table of slices.
type column struct {
	label string
	name  string // in report.json
	of    func(*report.Slice) int
}

// slice columns are shown where a table has anything in them.
func columns(receipts bool) []column {
	all := []column{
		{"rows", "rows", func(s *report.Slice) int { return s.Rows }},
		{"left out", "skipped", func(s *report.Slice) int { return s.Skipped }},
		{"accepted", "accepted", func(s *report.Slice) int { return s.Accepted }},
		{"rejected", "rejected", func(s *report.Slice) int { return s.Rejected }},
		{"in doubt", "in_doubt+left_in_doubt", func(s *report.Slice) int { return s.InDoubt + s.LeftInDoubt }},
		{"not sent", "not_sent", func(s *report.Slice) int { return s.NotSent }},
	}
	if receipts {
		all = append(all,
			column{"delivered", "delivered+read", func(s *report.Slice) int { return heard(s).Arrived() }},
			column{"failed", "failed", func(s *report.Slice) int { return heard(s).Failed }},
			column{"pending", "pending", func(s *report.Slice) int { return heard(s).Pending }})
	}
	return all
}

func heard(s *report.Slice) *report.Delivery {
	if s.Delivery == nil {
		return new(report.Delivery)
	}
	return s.Delivery
}

func dimensions(r *report.Report) []dimension {
	var all []dimension
	for _, by := range []string{"channel", "country", "language"} {
		var slices []report.Slice
		var at []int
		for i, s := range r.Results.Slices {
			if s.By == by {
				slices, at = append(slices, s), append(at, i)
			}
		}
		if len(slices) > 0 {
			all = append(all, newDimension(by, slices, at, r.Delivery != nil))
		}
	}
	return all
}

// newDimension makes a table of slices, which stand at some places of the report's.
func newDimension(by string, slices []report.Slice, at []int, receipts bool) dimension {
	d := dimension{By: by, Bar: "accepted of those to be sent to"}
	if receipts {
		d.Bar = "delivered of accepted"
	}
	var used []column
	for _, c := range columns(receipts) {
		for i := range slices {
			if c.of(&slices[i]) > 0 {
				used = append(used, c)
				d.Columns = append(d.Columns, c.label)
				break
			}
		}
	}
	hasMedian := false
	for i := range slices {
		hasMedian = hasMedian || slices[i].Median > 0
	}
	if hasMedian {
		d.Columns = append(d.Columns, "median time")
	}
	for i := range slices {
		d.Rows = append(d.Rows, newSlice(&slices[i], at[i], used, receipts, hasMedian))
	}
	if len(d.Rows) <= mostSlices {
		return d
	}
	all, rest := d, sum(slices[mostSlices:])
	row := newSlice(&rest, -1, used, receipts, hasMedian)
	row.Name = prose.Thousands(len(slices)-mostSlices) + " others"
	d.Rows, d.All = append(d.Rows[:mostSlices:mostSlices], row), &all
	return d
}

// newSlice makes a row of a table. at is -1 where the slice is none of the report's.
func newSlice(s *report.Slice, at int, used []column, receipts, hasMedian bool) slice {
	row := slice{Name: sliceName(s)}
	for _, c := range used {
		of := ""
		if at >= 0 {
			before := "results.slices." + strconv.Itoa(at) + "."
			of = before + strings.ReplaceAll(c.name, "+", "+"+before)
		}
		row.Cells = append(row.Cells, cell{Label: c.label, Number: number{of, c.of(s)}})
	}
	if hasMedian {
		text := "–"
		if s.Median > 0 {
			text = prose.Lasting(time.Duration(s.Median * float64(time.Second)))
		}
		row.Cells = append(row.Cells, cell{Label: "median time", Text: text})
	}
	part, whole := s.Accepted, s.Rows-s.Skipped
	if receipts {
		part, whole = heard(s).Arrived(), s.Accepted
		row.Bad = width(heard(s).Failed, whole)
	} else {
		row.Bad = width(s.Rejected, whole)
	}
	row.Share, row.Width = share(part, whole), width(part, whole)
	row.Bad = min(row.Bad, 100-row.Width)
	return row
}

func sum(all []report.Slice) report.Slice {
	total := report.Slice{Delivery: new(report.Delivery)}
	for i := range all {
		s, d := &all[i], heard(&all[i])
		total.Rows, total.Skipped, total.Accepted, total.Rejected = total.Rows+s.Rows, total.Skipped+s.Skipped, total.Accepted+s.Accepted, total.Rejected+s.Rejected
		total.InDoubt, total.LeftInDoubt, total.NotSent = total.InDoubt+s.InDoubt, total.LeftInDoubt+s.LeftInDoubt, total.NotSent+s.NotSent
		total.Delivered, total.Read = total.Delivered+d.Delivered, total.Read+d.Read
		total.Failed, total.Pending = total.Failed+d.Failed, total.Pending+d.Pending
	}
	return total
}

func sliceName(s *report.Slice) string {
	switch {
	case s.By == "channel" && s.Name != "":
		return preview.Screen{View: view.View{Channel: campaign.Channel(s.Name)}}.Name()
	case s.By == "language":
		return prose.Printable(cmp.Or(s.Name, "the message itself"))
	}
	return prose.Printable(cmp.Or(s.Name, map[string]string{"country": "no country known", "channel": "no channel"}[s.By]))
}

// reason is why messages failed, or were refused.
type reason struct {
	People  number
	Text    string
	Code    string
	Advice  string
	Verdict string // what can be done, in a word or two
}

// verdicts are the classes of delivery.Class in words.
var verdicts = map[string]string{"never": "final", "later": "may work later", "fix": "to be mended", "ambiguous": "may still arrive"}

func reasons(all []report.FailureReason) []reason {
	var shown []reason
	for i, f := range all {
		r := reason{number{"results.reasons." + strconv.Itoa(i) + ".people", f.People}, prose.Printable(f.Words), f.Code, f.Advice, verdicts[f.Class]}
		if f.Rejected {
			r.Verdict = "refused by Sinch"
		}
		shown = append(shown, r)
	}
	return shown
}
