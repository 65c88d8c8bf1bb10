package render

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/expression"
	"sendoff/internal/prose"
)

// source is where a placeholder's value comes from.
type source struct {
	name        string              // the param's, the role's or the column's own: not as a placeholder writes it
	column      int                 // where isAddress is not set and there is no expression
	isAddress   bool                // the normalised address rather than its cell
	languages   *campaign.Languages // the tag that the cell stands for rather than the cell, where it stands for one; may be nil
	expr        *expression.Text    // nil: it is no expression's
	fallback    string
	hasFallback bool
	skip        bool // the param says on_empty: skip
}

// language is what a message's readers read: the row's own language, or that of the translation where the row's is not known.
type language struct {
	languages   *campaign.Languages // read the column's cells
	column      int                 // of the audience, or -1
	translation string              // "": the message is none
}

// of returns the row's own language: a tag, or the cell that is none.
func (l language) of(r *campaign.Recipient) string {
	cell := r.Field(l.column)
	return cmp.Or(l.languages.Read(cell).Tag, cell)
}

// raw returns the value as the row has it, or as it is made of the row for those who read a language. isEmpty tells that it is only white space.
func (s *source) raw(r *campaign.Recipient, l language) (value string, isEmpty bool, fault expression.Fault) {
	switch {
	case s.expr != nil:
		value, fault = s.expr.Of(r, l.of(r), l.translation)
	case s.isAddress:
		value = r.Address.Reveal()
	default:
		value = r.Field(s.column)
		if s.languages != nil {
			value = cmp.Or(s.languages.Read(value).Tag, value)
		}
	}
	return value, strings.TrimSpace(value) == "", fault
}

// value returns what stands for the placeholder, or why nothing does.
func (s *source) value(r *campaign.Recipient, l language) (string, *RowError) {
	value, isEmpty, fault := s.raw(r, l)
	switch {
	case !fault.IsZero():
		return "", &RowError{Reason: Failed, Name: s.name, Fault: fault}
	case !isEmpty:
		return value, nil
	case s.hasFallback:
		return s.fallback, nil
	case s.skip:
		return "", &RowError{Reason: Skip, Name: s.name}
	}
	return "", &RowError{Reason: MissingValue, Name: s.name}
}

// sources are what placeholders can name, by folded name. A param hides a role of its name, and a role a column.
type sources map[string]*source

// newSources collects what an audience and a campaign offer on a day. The problems are params whose column nobody has, and expressions that
// cannot be used. Where nobody asks for values the languages may be nil.
func newSources(c *campaign.Campaign, columns campaign.Columns, languages *campaign.Languages, today expression.Day) (sources, campaign.Problems) {
	cells := make(sources)
	for i, name := range columns.Header {
		cells[campaign.Fold(name)] = &source{name: name, column: i}
	}
	for _, role := range campaign.Roles {
		if i := columns.Role(role); i >= 0 {
			cells[campaign.Fold(role)] = &source{name: role, column: i}
		}
	}
	cells["phone"] = &source{name: "phone", isAddress: true}
	if language := cells["language"]; columns.Language >= 0 {
		language.languages = languages
	}

	all, problems := maps.Clone(cells), campaign.Problems(nil)
	var scope *expression.Scope
	for _, p := range c.Params {
		param := source{column: -1} // which answers the placeholders of a param that has a problem of its own
		switch cell, known := cells[campaign.Fold(p.Column)]; {
		case p.Expr.Text != "":
			if scope == nil {
				scope, _ = expression.NewScope(c, columns, today) // what is wrong with audience.numbers is no problem of the message
			}
			var found campaign.Problems
			param.expr, found = scope.Text("params."+p.Name+".expr", p.Expr)
			problems = append(problems, found...)
		case known:
			param = *cell
		default:
			problems = append(problems, campaign.Problem{
				File: c.FileName(), Line: p.Line, Column: p.ColumnPos,
				Message: fmt.Sprintf("param %s: there is no column %q", p.Name, p.Column),
				Hint:    hint(cells, p.Column, columns.Header),
			})
		}
		param.name, param.fallback, param.hasFallback, param.skip = p.Name, p.Default, p.HasDefault, p.OnEmpty == campaign.OnEmptySkip
		all[campaign.Fold(p.Name)] = &param
	}
	return all, problems
}

// askForDay reports whether a param looks at the day.
func (s sources) askForDay() bool {
	for _, source := range s {
		if source.expr != nil && source.expr.Day {
			return true
		}
	}
	return false
}

// columns returns the columns that the value comes from, or is made of.
func (s *source) columns(all campaign.Columns) []int {
	switch {
	case s.expr != nil:
		return s.expr.Columns
	case s.isAddress:
		return []int{all.Phone}
	}
	return []int{s.column}
}

// unanswered returns a problem for every placeholder in v that names nothing. The file is the one that v was read from.
func (s sources) unanswered(v campaign.Value, file string, header []string) campaign.Problems {
	var problems campaign.Problems
	v.Texts(func(t campaign.Text) bool {
		for _, p := range t {
			if p.Name == "" || s[campaign.Fold(p.Name)] != nil {
				continue
			}
			problems = append(problems, campaign.Problem{
				File: file, Line: p.Line, Column: p.Column,
				Message: fmt.Sprintf("nothing is called ${%s}: no param, no role, no column of the audience", p.Name),
				Hint:    hint(s, p.Name, header),
			})
		}
		return true
	})
	return problems
}

// messageFile returns the name of the file that the default message was read from.
func messageFile(c *campaign.Campaign) string {
	if c.MessageFile == "" {
		return c.FileName()
	}
	return c.Resolve(c.MessageFile)
}

// hint names what was probably meant, and the columns that there are, or the first of them.
func hint(known sources, name string, header []string) string {
	columns := "the columns are " + prose.Listed(header)
	var names []string
	for _, folded := range slices.Sorted(maps.Keys(known)) {
		names = append(names, known[folded].name)
	}
	if near := campaign.Nearest(name, names); near != "" {
		return fmt.Sprintf("did you mean %q? %s", near, columns)
	}
	return columns
}
