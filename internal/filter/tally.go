package filter

import (
	"fmt"
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/expression"
	"sendoff/internal/prose"
)

// Tally counts what became of the rows that a [Judge] has judged.
type Tally struct {
	alone, left []int // by term
	hits        []int // how often each text of where's comparisons, one after the other, was the row's
	rows        int   // with which the comparisons were made
}

// NewTally returns a Tally for this filter.
func (f *Filter) NewTally() *Tally {
	texts := 0
	for _, c := range f.where.Comparisons {
		texts += len(c.Texts)
	}
	n := len(f.where.Terms)
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
	for i, term := range f.where.Terms {
		counts = append(counts, Count{term.Source, t.alone[i], t.left[i]})
	}
	return counts
}

// Nobody returns the problem that where leaves nobody, at the term after which nobody is left, with the warnings. It returns nil where somebody is.
func (f *Filter) Nobody(t *Tally) campaign.Problems {
	i := slices.Index(t.left, 0)
	if i < 0 {
		return nil
	}
	term := f.where.Terms[i]
	problems := campaign.Problems{{
		File: f.file, Line: term.Place.Line, Column: term.Place.Column, Message: "where: nobody is left after " + term.Source,
		Hint: "alone it holds for " + prose.Counted(t.alone[i], "row", "rows"),
	}}
	return append(problems, f.Warnings(t)...)
}

// compared counts which of its texts each of the condition's comparisons has found in a row.
func (t *Tally) compared(c *expression.Condition, found []int) {
	first := 0
	for i, text := range found {
		if text >= 0 {
			t.hits[first+text]++
		}
		first += len(c.Comparisons[i].Texts)
	}
	t.rows++
}

// Warnings names the texts that where compares something with and that no row has.
func (f *Filter) Warnings(t *Tally) campaign.Problems {
	var warnings campaign.Problems
	if t.rows == 0 {
		return nil
	}
	hits := t.hits
	for _, c := range f.where.Comparisons {
		var missing []string
		for j, text := range c.Texts {
			if hits[j] == 0 {
				missing = append(missing, expression.Discreet(fmt.Sprintf("%q", text)))
			}
		}
		hits = hits[len(c.Texts):]
		if len(missing) == 0 {
			continue
		}
		const few = 5
		list := strings.Join(missing[:min(len(missing), few)], ", ")
		if len(missing) > few {
			list += fmt.Sprintf(" and %d more", len(missing)-few)
		}
		warnings = append(warnings, campaign.Problem{
			File: f.file, Line: c.Place.Line, Column: c.Place.Column, Warning: true,
			Message: fmt.Sprintf("where: in no row %s is %s", c.What, list),
			Hint:    fmt.Sprintf("upper and lower case differ; lower(%s) is the same for both", c.What),
		})
	}
	return warnings
}
