package template

import (
	"fmt"
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/prose"
)

// Need is a reference whose language depends on the row.
type Need struct {
	Reference campaign.TemplateReference
	Language  campaign.Text // the language_code
	Version   string

	template *Template
	given    []string // parameters that go out
	implied  bool     // the campaign leaves them to the template
	answers  []string // what placeholders can name
}

// Lack is what keeps the rows of a language from being sent. The zero Lack: nothing.
type Lack struct{ Message, Hint string }

// Lack returns what is missing for rows that ask for a language.
func (n Need) Lack(language string) Lack {
	tr, ok := n.template.Choose(language, n.Version)
	if ok {
		return n.lack(tr)
	}
	text := "the language of these rows" // which may not be one: then it is anybody's business
	if campaign.IsLanguage(language) {
		text = fmt.Sprintf("%q", language)
	}
	return Lack{
		Message: fmt.Sprintf("%s: template %s is not in %s", n.Reference, shown(n.template.ID), text),
		Hint:    "it has " + prose.Listed(n.template.Languages()) + "; audience: {languages: {…}} says which of them is meant, or the template needs a translation",
	}
}

// lack returns which variables of a translation get no value.
func (n Need) lack(tr Translation) Lack {
	var missing, hints []string
	others := n.answers
	if !n.implied {
		others = nil
		for _, name := range n.given { // one that the template takes was not meant for another
			if !slices.ContainsFunc(tr.Variables, func(v Variable) bool { return v.Key == name }) {
				others = append(others, name)
			}
		}
	}
	for _, variable := range tr.Variables {
		if slices.Contains(n.given, variable.Key) {
			continue
		}
		missing = append(missing, prose.Printable(variable.Key))
		if near := campaign.Nearest(variable.Key, others); near != "" {
			hints = append(hints, fmt.Sprintf("%s: did you mean %q?", prose.Printable(variable.Key), near))
		}
	}
	if missing == nil {
		return Lack{}
	}
	in := ""
	if tr.Language != "" {
		in = " in " + tr.Language
	}
	l := Lack{Message: fmt.Sprintf("%s: template %s%s takes %s, and parameters does not have it", n.Reference, shown(n.template.ID), in, strings.Join(missing, ", "))}
	if len(missing) > 1 {
		l.Message = strings.TrimSuffix(l.Message, "it") + "them"
	}
	if n.implied {
		l.Message = fmt.Sprintf("%s: template %s%s takes %s, and no param, role or column has that name", n.Reference, shown(n.template.ID), in, strings.Join(missing, ", "))
		hints = append(hints, `params: {`+missing[0]+`: {column: "…"}} gives it a value`)
	}
	l.Hint = strings.Join(hints, "; ")
	return l
}
