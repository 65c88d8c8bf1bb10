package plan

import (
	"sendoff/campaign"
	"sendoff/internal/filter"
	"sendoff/internal/phone"
	"sendoff/internal/prose"
	"sendoff/internal/render"
	"sendoff/internal/suppress"
	"sendoff/internal/table"
)

// Finding is something remarkable about rows: a warning, or a reason for which they are left out as invalid.
type Finding struct {
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	Warning bool   `json:"warning"` // no row is left out for it
	Count   int    `json:"count"`   // rows; 0: it is about all of them together
	Lines   []int  `json:"lines"`   // the first of them
}

// mostLines is how many lines a finding names.
const mostLines = 5

// remark is a row's contribution to a finding.
type remark struct {
	line int
	what subject
}

// subject is what a finding is about: why a row is not one of its table, what is remarkable about its number or about one of several
// addresses, why where or consent cannot judge it, or why it cannot be rendered.
type subject struct {
	row        table.Fault
	number     phone.Finding
	unjudged   filter.Fault
	unrendered render.RowError
	unread     unread
}

// unread is a cell that gives no address, or a doubtful one, in an audience whose people can have others.
type unread struct{ column, why, hint string }

// refuses reports whether the whole plan is refused for it.
func (s subject) refuses() bool { return s.unrendered.Reason != 0 && !s.isInvalid() }

// isInvalid reports whether the row is left out for it.
func (s subject) isInvalid() bool {
	return s.row != table.OK || s.number.IsProblem() || !s.unjudged.IsZero() || s.unrendered.Reason == render.NoAddress
}

func (s subject) message() string {
	switch {
	case s.unrendered.Reason != 0:
		return s.unrendered.Error()
	case s.unread != unread{}:
		return prose.Printable(s.unread.column) + ": " + s.unread.why
	case s.row != table.OK:
		return s.row.String()
	case !s.unjudged.IsZero():
		return s.unjudged.String()
	}
	return s.number.String()
}

func (s subject) hint() string {
	switch {
	case s.unrendered.Reason != 0:
		return s.unrendered.Hint()
	case s.unread != unread{}:
		return s.unread.hint
	case s.row != table.OK:
		return s.row.Hint()
	case !s.unjudged.IsZero():
		return s.unjudged.Hint()
	}
	return s.number.Hint()
}

// remarks counts what was remarked, in the order in which it first was.
type remarks struct {
	subjects []subject
	tallies  map[subject]*tally
}

type tally struct {
	count int
	lines []int
}

func (r *remarks) add(m remark) {
	t := r.tallies[m.what]
	if t == nil {
		if r.tallies == nil {
			r.tallies = make(map[subject]*tally)
		}
		t = &tally{}
		r.tallies[m.what] = t
		r.subjects = append(r.subjects, m.what)
	}
	t.count++
	if len(t.lines) < mostLines {
		t.lines = append(t.lines, m.line)
	}
}

// findings returns what does not refuse the plan.
func (r *remarks) findings() []Finding {
	findings := []Finding{} // not nil: JSON has a list, be it empty
	for _, s := range r.subjects {
		if t := r.tallies[s]; !s.refuses() {
			findings = append(findings, Finding{Message: s.message(), Hint: s.hint(), Warning: !s.isInvalid(), Count: t.count, Lines: t.lines})
		}
	}
	return findings
}

// notes returns what is remarkable about the audience's file and the suppression lists as a whole.
func notes(audience origin, lists []suppress.ListInfo) []Finding {
	var findings []Finding
	add := func(file string, notes []table.Note) {
		for _, n := range notes {
			findings = append(findings, Finding{Message: file + ": " + n.Message, Hint: n.Hint, Warning: true, Count: n.Count, Lines: append([]int{}, n.Lines...)})
		}
	}
	add(audience.name, audience.file.Notes)
	for _, l := range lists {
		add(l.File, l.Notes)
	}
	return findings
}

// unrendered counts the rows that refuse the plan.
func (r *remarks) unrendered() int {
	n := 0
	for s, t := range r.tallies {
		if s.refuses() {
			n += t.count
		}
	}
	return n
}

// problems returns the remarks that want selects, each at the first of its lines in the audience.
func (r *remarks) problems(file string, want func(subject) bool) campaign.Problems {
	var problems campaign.Problems
	for _, s := range r.subjects {
		if !want(s) {
			continue
		}
		t := r.tallies[s]
		problems = append(problems, campaign.Problem{File: file, Line: t.lines[0], Message: s.message() + t.where(), Hint: s.hint()})
	}
	return problems
}

// where names the rows, unless there is only the one at which the problem stands.
func (t *tally) where() string {
	if t.count == 1 {
		return ""
	}
	return " (" + prose.Lines(t.count, t.lines) + ")"
}
