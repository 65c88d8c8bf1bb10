package expression

import (
	"slices"

	"sendoff/campaign"
)

// Reads is what an expression looks at.
type Reads struct {
	Columns []int // in ascending order
	Day     bool  // the day of the plan decides
}

// Condition is an expression that is true or false.
type Condition struct {
	Reads
	Terms       []Term       // the parts of its outermost "and"; none where there is no expression
	Comparisons []Comparison // the places where it compares a text of the rows with texts of its own
}

// Term is one of the parts of a condition that are all to be true.
type Term struct {
	Source string // as people are shown it
	Place  campaign.Place
	holds  func(*Row) bool
}

// Holds says whether the term is true of a row, or why nobody can say.
func (t *Term) Holds(r *Row) (bool, Fault) {
	r.fault = Fault{}
	holds := t.holds(r)
	return holds && r.fault.IsZero(), r.fault
}

// Comparison is a place where a condition compares a text of the rows with texts of its own.
type Comparison struct {
	Place campaign.Place
	What  string // what is compared
	Texts []string

	find func(text string) int // which of the texts it is, or none
	of   func(*Row) string
}

// Condition compiles an expression that stands under a key. Of one with problems only what it reads is there.
func (s *Scope) Condition(key string, e campaign.Expression) (*Condition, campaign.Problems) {
	c := s.compiler(key, e)
	condition := &Condition{}
	sources, nodes, unread := parse(e.Text)
	if unread != nil {
		c.misread(unread)
	}
	for i, n := range nodes {
		condition.Terms = append(condition.Terms, Term{sources[i].String(), e.At(sources[i].start), c.condition(sources[i], n)})
	}
	condition.Comparisons, condition.Reads = c.comparisons, c.read()
	if c.problems != nil {
		condition.Terms = nil
	}
	return condition, c.problems
}

// read returns what the compiled expression looks at.
func (c *compiler) read() Reads {
	slices.Sort(c.columns)
	return Reads{slices.Compact(c.columns), c.usesToday}
}

// Row is a row about which conditions are asked, one after the other.
type Row struct {
	*campaign.Recipient
	Language string // the row's own

	translation string // see [Text.Of]
	found       []int  // by comparison: what it found; nil: nobody has looked
	fault       Fault  // the first
}

func (r *Row) fail(f Fault) {
	if r.fault.IsZero() {
		r.fault = f
	}
}

// What a comparison finds is one of its texts, or:
const (
	none   = -1
	failed = -2 // it cannot be made with this row
)

// Compare makes all comparisons of a condition with the row, whether or not the condition comes to them, and returns which of its texts each
// has found; below 0 none. The condition takes these answers.
func (r *Row) Compare(c *Condition) []int {
	r.found = r.found[:0]
	for i := range c.Comparisons {
		r.fault = Fault{}
		found := c.Comparisons[i].find(c.Comparisons[i].of(r))
		if !r.fault.IsZero() {
			found = failed
		}
		r.found = append(r.found, found)
	}
	return r.found
}
