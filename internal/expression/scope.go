package expression

import (
	"fmt"
	"slices"
	"strings"

	"sendoff/campaign"
)

// Scope is what the expressions of a campaign can name: the columns of its audience, and the day. Any number of goroutines can use what was
// compiled in it.
type Scope struct {
	names   names
	numbers []int // columns of audience.numbers
	decimal byte
	day     Day
	noZone  bool // nobody could say which day it is
	file    string
	locales localesByTag
	prices  prices
}

// NewScope makes the scope of a campaign and an audience with these columns; the day is what today() is. The problems are names in
// audience.numbers that are none of a column which can hold numbers; without these the scope can be used.
func NewScope(c *campaign.Campaign, columns campaign.Columns, day Day) (*Scope, campaign.Problems) {
	s := &Scope{names: newNames(columns), decimal: '.', day: day, noZone: c.TimeZone == nil, file: c.FileName(), locales: newLocales()}
	if c.Audience.Decimal == "," {
		s.decimal = ','
	}
	var problems campaign.Problems
	for _, name := range c.Audience.Numbers {
		i, found := s.Column(name, "audience.numbers")
		problems = append(problems, found...)
		switch {
		case found != nil || slices.Contains(s.numbers, i):
		case i == columns.Phone:
			problems = append(problems, s.problem(name.Place, "remove it", "audience.numbers: %q holds phone numbers, which nobody counts with", name.Name))
		default:
			s.numbers = append(s.numbers, i)
		}
	}
	return s, problems
}

// Column finds a column that the campaign names under a key, or returns the problem that there is none.
func (s *Scope) Column(name campaign.ColumnName, key string) (int, campaign.Problems) {
	i, ok := s.names.column(name.Name)
	if !ok {
		return -1, campaign.Problems{s.problem(name.Place, s.names.hint(name.Name), "%s: there is no column %q", key, name.Name)}
	}
	return i, nil
}

// Numbers returns the columns that hold numbers.
func (s *Scope) Numbers() []int { return s.numbers }

// CheckNumbers returns why one of the columns that hold numbers holds none in a row.
func (s *Scope) CheckNumbers(r *campaign.Recipient) Fault {
	for _, i := range s.numbers {
		if _, fault := s.number(r, i); !fault.IsZero() {
			return fault
		}
	}
	return Fault{}
}

// number reads the number in a cell.
func (s *Scope) number(r *campaign.Recipient, i int) (float64, Fault) {
	cell := r.Field(i)
	x, ok := readNumber(cell, s.decimal)
	switch {
	case ok:
		return x, Fault{}
	case strings.TrimSpace(cell) == "":
		return 0, Fault{kind: emptyNumber, what: s.names.header[i]}
	}
	return 0, Fault{badNumber, s.names.header[i], s.decimal}
}

func (s *Scope) problem(p campaign.Place, hint, format string, args ...any) campaign.Problem {
	return campaign.Problem{File: s.file, Line: p.Line, Column: p.Column, Message: fmt.Sprintf(format, args...), Hint: hint}
}
