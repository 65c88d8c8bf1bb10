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
	asked       []int // how often each comparison was made
	hits        []int // how often each text of the comparisons was the row's
}

// NewTally returns a Tally for this filter.
func (f *Filter) NewTally() *Tally {
	texts := 0
	for _, c := range f.comparisons {
		texts += len(c.texts)
	}
	n := len(f.terms)
	return &Tally{alone: make([]int, n), left: make([]int, n), asked: make([]int, len(f.comparisons)), hits: make([]int, texts)}
}

func (t *Tally) all() [4][]int { return [...][]int{t.alone, t.left, t.asked, t.hits} }

// Reset counts from zero again.
func (t *Tally) Reset() {
	for _, counts := range t.all() {
		clear(counts)
	}
}

// Add adds what another Tally of the same filter has counted.
func (t *Tally) Add(other *Tally) {
	from := other.all()
	for i, counts := range t.all() {
		for j, n := range from[i] {
			counts[j] += n
		}
	}
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
	first int // the place of its texts in Tally.hits
}

// compare makes the function that says whether a value is one of some texts. It counts which of them the rows have.
func (c *compiler) compare(n ast.Node, v value, texts ...string) func(*row) bool {
	slices.Sort(texts)
	texts = slices.Compact(texts)
	number, first := len(c.comparisons), 0
	if number > 0 {
		last := c.comparisons[number-1]
		first = last.first + len(last.texts)
	}
	c.comparisons = append(c.comparisons, comparison{c.placeOf(n), v.String(), texts, first})
	if len(texts) == 1 {
		return func(r *row) bool {
			r.tally.asked[number]++
			if v.text(r) != texts[0] {
				return false
			}
			r.tally.hits[first]++
			return true
		}
	}
	places := make(map[string]int, len(texts))
	for i, text := range texts {
		places[text] = first + i
	}
	return func(r *row) bool {
		r.tally.asked[number]++
		place, ok := places[v.text(r)]
		if ok {
			r.tally.hits[place]++
		}
		return ok
	}
}

// Warnings names the texts that where compares something with and that no row has.
func (f *Filter) Warnings(t *Tally) campaign.Problems {
	var warnings campaign.Problems
	for i, c := range f.comparisons {
		var missing []string
		for j, text := range c.texts {
			if t.asked[i] > 0 && t.hits[c.first+j] == 0 {
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
