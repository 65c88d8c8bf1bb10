package render

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/prose"
)

// source is where a placeholder's value comes from.
type source struct {
	name        string              // the param's, the role's or the column's own: not as a placeholder writes it
	column      int                 // where isAddress is not set
	isAddress   bool                // the normalised address rather than its cell
	languages   *campaign.Languages // the tag that the cell stands for rather than the cell, where it stands for one; may be nil
	fallback    string
	hasFallback bool
	skip        bool // the param says on_empty: skip
}

// raw returns the value as the row has it. isEmpty tells that it is only white space.
func (s *source) raw(r *campaign.Recipient) (value string, isEmpty bool) {
	if s.isAddress {
		value = r.Address.Reveal()
	} else {
		value = r.Field(s.column)
		if s.languages != nil {
			value = cmp.Or(s.languages.Read(value).Tag, value)
		}
	}
	return value, strings.TrimSpace(value) == ""
}

// value returns what stands for the placeholder, or why nothing does.
func (s *source) value(r *campaign.Recipient) (string, *RowError) {
	value, isEmpty := s.raw(r)
	switch {
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

// newSources collects what an audience and a campaign offer. The problems are params whose column nobody has. Where nobody asks for values the
// languages may be nil.
func newSources(c *campaign.Campaign, columns campaign.Columns, languages *campaign.Languages) (sources, campaign.Problems) {
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
	for _, p := range c.Params {
		cell, known := cells[campaign.Fold(p.Column)]
		if !known {
			problems = append(problems, campaign.Problem{
				File: c.FileName(), Line: p.Line, Column: p.ColumnPos,
				Message: fmt.Sprintf("param %s: there is no column %q", p.Name, p.Column),
				Hint:    hint(cells, p.Column, columns.Header),
			})
			continue
		}
		param := *cell
		param.name, param.fallback, param.hasFallback, param.skip = p.Name, p.Default, p.HasDefault, p.OnEmpty == campaign.OnEmptySkip
		all[campaign.Fold(p.Name)] = &param
	}
	for _, p := range c.Params { // its own problem stands for those of its placeholders
		if name := campaign.Fold(p.Name); all[name] == nil {
			all[name] = &source{name: p.Name, column: -1}
		}
	}
	return all, problems
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
