package filter

import (
	"fmt"
	"slices"
	"time"

	"github.com/expr-lang/expr/ast"

	"sendoff/campaign"
)

// Filter says of a row whether it is meant. It does not change; each goroutine has a [Judge] of its own. The zero Filter means everybody.
type Filter struct {
	numbers     []int // columns of audience.numbers
	header      []string
	decimal     byte
	terms       []term
	comparisons []comparison
	used        map[int]bool // columns that where looks at
	consent     *consent     // nil: not asked
	day         string
	file        string // the campaign's
}

// term is one of the parts of where that are all to be true.
type term struct {
	source string
	place  campaign.Place
	holds  func(*row) bool
	no     Verdict
}

// New prepares what a campaign says about whom of an audience it means, for one with these columns and a plan that is made now. What is wrong
// comes back as [campaign.Problems], with their positions in the campaign's file.
func New(c *campaign.Campaign, columns campaign.Columns, now time.Time) (*Filter, error) {
	a := c.Audience
	zone := c.TimeZone
	if zone == nil {
		zone = time.UTC
	}
	now = now.In(zone)
	compiler := &compiler{
		names: newNames(columns), numbers: make(map[int]int), values: make(map[ast.Node]value), used: make(map[int]bool),
		decimal: '.', today: dayOf(now), noZone: c.TimeZone == nil, where: a.Where, file: c.FileName(),
	}
	if a.Decimal == "," {
		compiler.decimal = ','
	}
	f := &Filter{header: columns.Header, decimal: compiler.decimal, file: compiler.file}
	f.numbers = compiler.numberColumns(a.Numbers, columns)
	if a.Where.Text != "" {
		f.terms = compiler.terms()
	}
	f.comparisons, f.used = compiler.comparisons, compiler.used
	if a.Consent.Column.Name != "" {
		f.consent = compiler.consent(a.Consent, now)
	}
	if compiler.usesToday || a.Consent.Date.Name != "" {
		f.day = compiler.today.String()
	}
	if err := compiler.problems.Err(); err != nil {
		return nil, err // some of its terms cannot be evaluated
	}
	return f, nil
}

// numberColumns finds the columns that hold numbers.
func (c *compiler) numberColumns(list []campaign.ColumnName, columns campaign.Columns) []int {
	var found []int
	for _, name := range list {
		i, ok := c.required(name, "audience.numbers")
		_, again := c.numbers[i]
		switch {
		case !ok || again:
		case i == columns.Phone:
			c.problemAt(name.Place, "remove it", "audience.numbers: %q holds phone numbers, which nobody counts with", name.Name)
		default:
			c.numbers[i] = len(found)
			found = append(found, i)
		}
	}
	return found
}

// required finds a column that the campaign names under a key, and notes where there is none.
func (c *compiler) required(name campaign.ColumnName, key string) (int, bool) {
	i, ok := c.names.column(name.Name)
	if !ok {
		c.problemAt(name.Place, c.names.hint(name.Name), "%s: there is no column %q", key, name.Name)
	}
	return i, ok
}

func (c *compiler) problemAt(p campaign.Place, hint, format string, args ...any) {
	c.problems = append(c.problems, campaign.Problem{File: c.file, Line: p.Line, Column: p.Column, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// terms compiles where.
func (c *compiler) terms() []term {
	sources, nodes, failed := parse(c.where.Text)
	if failed != nil {
		c.problemAt(c.where.At(failed.at), failed.hint, "where: %s", failed.message)
		return nil
	}
	terms := make([]term, len(nodes))
	for i, n := range nodes {
		terms[i] = term{source: sources[i].String(), place: c.where.At(sources[i].start), holds: c.condition(sources[i], n)}
		terms[i].no = Verdict{Reason: campaign.Filtered, Detail: "where: " + terms[i].source}
	}
	return terms
}

// Day returns the day that decides with, as 2026-03-28, or "" where none does.
func (f *Filter) Day() string { return f.day }

// Uses returns the keys of audience by which the campaign looks at a column: "numbers", "where", "consent".
func (f *Filter) Uses(column int) []string {
	var keys []string
	if slices.Contains(f.numbers, column) {
		keys = append(keys, "numbers")
	}
	if f.used[column] {
		keys = append(keys, "where")
	}
	if f.consent != nil && (column == f.consent.column || column == f.consent.date) {
		keys = append(keys, "consent")
	}
	return keys
}
