package campaign

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with an input file, and where. Line and Column count from 1, the column in characters;
// 0 means that it concerns the whole file or line. The message never holds a person's data: the position is enough.
type Problem struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"` // what to do about it
	Warning bool   `json:"warning,omitempty"`
}

// Error returns file:line:column: message, without the hint.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
		if p.Column > 0 {
			fmt.Fprintf(&b, ":%d", p.Column)
		}
	}
	b.WriteString(": ")
	if p.Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(p.Message)
	return b.String()
}

// Problems is everything that was found wrong, as one error.
type Problems []Problem

// Error lists the problems a line each, hints below them, at most 20.
func (ps Problems) Error() string {
	const most = 20
	var b strings.Builder
	for i, p := range ps {
		if i == most {
			fmt.Fprintf(&b, "\n… and %d more", len(ps)-most)
			break
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(p.Error())
		if p.Hint != "" {
			b.WriteString("\n    hint: " + p.Hint)
		}
	}
	return b.String()
}

// Sort orders the problems by file and position.
func (ps Problems) Sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// Collect takes err over where it is Problems. It reports false for any other error.
func (ps *Problems) Collect(err error) bool {
	var found Problems
	if errors.As(err, &found) {
		*ps = append(*ps, found...)
		return true
	}
	return err == nil
}

// Err returns the problems as an error, sorted, or nil where none is more than a warning.
func (ps Problems) Err() error {
	for _, p := range ps {
		if !p.Warning {
			ps.Sort()
			return ps
		}
	}
	return nil
}
