package filter

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"sendoff/campaign"
	"sendoff/internal/prose"
)

// Tally counts what became of the rows that a [Judge] has judged.
type Tally struct {
	alone, left []int // by term
	hits        []int // how often each text of the comparisons was the row's
	rows        int   // with which the comparisons were made
}

// NewTally returns a Tally for this filter.
func (f *Filter) NewTally() *Tally {
	texts := 0
	for _, c := range f.comparisons {
		texts += len(c.texts)
	}
	n := len(f.terms)
	return &Tally{alone: make([]int, n), left: make([]int, n), hits: make([]int, texts)}
}

func (t *Tally) all() [3][]int { return [...][]int{t.alone, t.left, t.hits} }

// Reset counts from zero again.
func (t *Tally) Reset() {
	for _, counts := range t.all() {
		clear(counts)
	}
	t.rows = 0
}

// Add adds what another Tally of the same filter has counted.
func (t *Tally) Add(other *Tally) {
	from := other.all()
	for i, counts := range t.all() {
		for j, n := range from[i] {
			counts[j] += n
		}
	}
	t.rows += other.rows
}

// Count is how many rows a term of where leaves.
type Count struct {
	Term  string `json:"term"`
	Alone int    `json:"alone"` // rows of which it holds
	Left  int    `json:"left"`  // rows of which it and those before it hold
}

// Counts returns the terms with their counts. There are none without where.
func (f *Filter) Counts(t *Tally) []Count {
	var counts []Count
	for i, term := range f.terms {
		counts = append(counts, Count{term.source, t.alone[i], t.left[i]})
	}
	return counts
}

// Nobody returns the problem that where leaves nobody, at the term after which nobody is left, with the warnings. It returns nil where somebody is.
func (f *Filter) Nobody(t *Tally) campaign.Problems {
	i := slices.Index(t.left, 0)
	if i < 0 {
		return nil
	}
	term := f.terms[i]
	problems := campaign.Problems{{
		File: f.file, Line: term.place.Line, Column: term.place.Column, Message: "where: nobody is left after " + term.source,
		Hint: "alone it holds for " + prose.Counted(t.alone[i], "row", "rows"),
	}}
	return append(problems, f.Warnings(t)...)
}

// comparison is a place where the expression compares a text of the rows with texts of its own.
type comparison struct {
	place campaign.Place
	what  string // what is compared
	texts []string
	first int                   // the place of its texts in Tally.hits
	find  func(text string) int // which of the texts it is; -1: none
	of    func(*row) string
}

// compare makes the function that says whether a value is one of some texts.
func (c *compiler) compare(n ast.Node, v value, texts ...string) func(*row) bool {
	slices.Sort(texts)
	texts = slices.Compact(texts)
	number, first := len(c.comparisons), 0
	if number > 0 {
		last := c.comparisons[number-1]
		first = last.first + len(last.texts)
	}
	find := func(text string) int {
		if text == texts[0] {
			return 0
		}
		return -1
	}
	if len(texts) > 1 {
		places := make(map[string]int, len(texts))
		for i, text := range texts {
			places[text] = i
		}
		find = func(text string) int {
			if i, ok := places[text]; ok {
				return i
			}
			return -1
		}
	}
	c.comparisons = append(c.comparisons, comparison{c.placeOf(n), v.String(), texts, first, find, v.text})
	return func(r *row) bool { return r.same[number] }
}

// compare makes all comparisons with the row, and counts which of the texts it has. It makes them whether or not the expression comes to them:
// a text that stands behind an "or" or in a row with a fault is there all the same.
func (j *Judge) compare() {
	for i := range j.filter.comparisons {
		c := &j.filter.comparisons[i]
		found := c.find(c.of(&j.row))
		if j.row.same[i] = found >= 0; found >= 0 {
			j.row.tally.hits[c.first+found]++
		}
	}
	j.row.tally.rows++
}

// Warnings names the texts that where compares something with and that no row has.
func (f *Filter) Warnings(t *Tally) campaign.Problems {
	var warnings campaign.Problems
	if t.rows == 0 {
		return nil
	}
	for _, c := range f.comparisons {
		var missing []string
		for j, text := range c.texts {
			if t.hits[c.first+j] == 0 {
				missing = append(missing, discreet(fmt.Sprintf("%q", text)))
			}
		}
		if len(missing) == 0 {
			continue
		}
		const few = 5
		list := strings.Join(missing[:min(len(missing), few)], ", ")
		if len(missing) > few {
			list += fmt.Sprintf(" and %d more", len(missing)-few)
		}
		warnings = append(warnings, campaign.Problem{
			File: f.file, Line: c.place.Line, Column: c.place.Column, Warning: true,
			Message: fmt.Sprintf("where: in no row %s is %s", c.what, list),
			Hint:    fmt.Sprintf("upper and lower case differ; lower(%s) is the same for both", c.what),
		})
	}
	return warnings
}
