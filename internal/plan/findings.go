package plan

import (
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/expression"
	"sendoff/internal/lint"
	"sendoff/internal/phone"
	"sendoff/internal/prose"
	"sendoff/internal/render"
	"sendoff/internal/suppress"
	"sendoff/internal/table"
	"sendoff/internal/template"
)

// Finding is something remarkable about rows: a warning, or a reason for which they are left out as invalid.
type Finding struct {
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	Warning bool   `json:"warning"`      // no row is left out for it
	Count   int    `json:"count"`        // rows; 0: it is about all of them together
	Of      int    `json:"of,omitempty"` // of how many rows; then the message says both
	Lines   []int  `json:"lines"`        // the first of them
}

// mostLines is how many lines a finding names.
const mostLines = 5

// remark is a row's contribution to a finding.
type remark struct {
	line int
	what subject
}

// subject is what a finding is about: why a row is not one of its table, what is remarkable about its number or about one of several
// addresses, why where or consent cannot judge it, why it cannot be rendered, what its template lacks, or what is remarkable about its message.
type subject struct {
	row        table.Fault
	number     phone.Finding
	unjudged   expression.Fault
	unrendered render.RowError
	unread     unread
	found      *lint.Finding
	unlisted   bool          // the person is known by a contact's id alone, which Sinch's opt-out list does not have
	noZone     bool          // what the cell of the time zone says is none
	lack       template.Lack // what the template of the row's message cannot do
}

// unread is a cell that gives no address, or a doubtful one, in an audience whose people can have others.
type unread struct{ column, why, hint string }

// refuses reports whether the whole plan is refused for it.
func (s subject) refuses() bool {
	return s.lack != (template.Lack{}) || s.unrendered.Reason != 0 && !s.isInvalid() || s.found != nil && s.found.Refuses
}

// isInvalid reports whether the row is left out for it.
func (s subject) isInvalid() bool {
	return s.row != table.OK || s.number.IsProblem() || !s.unjudged.IsZero() || s.unrendered.Reason == render.NoAddress || s.unrendered.Reason == render.Failed
}

func (s subject) message() string {
	switch {
	case s.found != nil:
		return s.found.Message
	case s.unrendered.Reason != 0:
		return s.unrendered.Error()
	case s.unread != unread{}:
		return prose.Printable(s.unread.column) + ": " + s.unread.why
	case s.unlisted:
		return "row: has a contact_id alone, and " + suppress.SinchName + " knows addresses, not contacts: nobody is left out by it"
	case s.noZone:
		return "time_zone: not the name of a time zone: it counts for nothing"
	case s.lack != template.Lack{}:
		return s.lack.Message
	case s.row != table.OK:
		return s.row.String()
	case !s.unjudged.IsZero():
		return s.unjudged.String()
	}
	return s.number.String()
}

func (s subject) hint() string {
	switch {
	case s.found != nil:
		return s.found.Hint
	case s.unrendered.Reason != 0:
		return s.unrendered.Hint()
	case s.unread != unread{}:
		return s.unread.hint
	case s.unlisted:
		return "give them their addresses beside it, or list who has opted out by contact_id in a file"
	case s.noZone:
		return "use the names of the IANA, such as Europe/London; without one the number says in which zones somebody may be"
	case s.lack != template.Lack{}:
		return s.lack.Hint
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
	parts int // of the SMS: how many more or fewer there would be, were all mended
}

// add adds a row.
func (t *tally) add(line, parts int) {
	t.count++
	t.parts += parts
	if len(t.lines) < mostLines {
		t.lines = append(t.lines, line)
	}
}

// merge adds the rows of another tally, which come later.
func (t *tally) merge(other tally) {
	t.count += other.count
	t.parts += other.parts
	if room := mostLines - len(t.lines); room > 0 {
		t.lines = append(t.lines, other.lines[:min(room, len(other.lines))]...)
	}
}

// of returns the tally of a subject.
func (r *remarks) of(what subject) *tally {
	t := r.tallies[what]
	if t == nil {
		if r.tallies == nil {
			r.tallies = make(map[subject]*tally)
		}
		t = &tally{}
		r.tallies[what] = t
		r.subjects = append(r.subjects, what)
	}
	return t
}

// findings returns what does not refuse the plan.
func (r *remarks) findings() []Finding {
	findings := []Finding{} // not nil: JSON has a list, be it empty
	for _, s := range r.subjects {
		if t := r.tallies[s]; !s.refuses() {
			message := s.message()
			if s.found != nil {
				message = s.found.Text(t.parts)
			}
			findings = append(findings, Finding{Message: message, Hint: s.hint(), Warning: !s.isInvalid(), Count: t.count, Lines: t.lines})
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

// unmatched warns where there are suppression lists, and none of them can name anybody: they know people by other columns than the audience does.
func unmatched(audience campaign.Columns, lists []suppress.ListInfo, specs []campaign.SuppressionList) []Finding {
	known, others := namedBy(audience), []string{}
	hasAddresses := slices.ContainsFunc(known, func(role string) bool { return role != "id" && role != campaign.Contact.Role() })
	for _, spec := range specs { // these may not have been read
		if spec.Runs != "" || spec.Sinch && hasAddresses {
			return nil
		}
	}
	for _, l := range lists {
		if l.Only || l.File == "" {
			continue
		}
		if l.Identities {
			return nil
		}
		listed := namedBy(l.Columns)
		others = append(others, l.File+" has "+strings.Join(listed, ", "))
		if slices.ContainsFunc(listed, func(role string) bool { return slices.Contains(known, role) }) {
			return nil
		}
	}
	if len(others) == 0 {
		return nil
	}
	return []Finding{{
		Message: "nobody can be left out by a suppression list: " + strings.Join(others, "; ") + "; and the audience has " + strings.Join(known, ", "),
		Hint:    "a list needs a column of what the audience knows its people by", Warning: true, Lines: []int{},
	}}
}

// namedBy returns the roles by which columns name people. Numbers are one, on whichever channel.
func namedBy(c campaign.Columns) []string {
	var roles []string
	add := func(role string) {
		if !slices.Contains(roles, role) {
			roles = append(roles, role)
		}
	}
	if c.Phone >= 0 {
		add("phone")
	}
	for _, own := range c.Own {
		if own.Channel.ByPhone() {
			add("phone")
		} else {
			add(own.Channel.Role())
		}
	}
	if c.ID >= 0 {
		add("id")
	}
	return roles
}

// badNumbers counts the rows that are left out for their phone number.
func (r *remarks) badNumbers() int {
	n := 0
	for s, t := range r.tallies {
		if s.row == table.OK && s.number.IsProblem() {
			n += t.count
		}
	}
	return n
}

// unrendered counts the rows that refuse the plan since they have no message.
func (r *remarks) unrendered() int {
	n := 0
	for s, t := range r.tallies {
		if s.refuses() && s.found == nil {
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
