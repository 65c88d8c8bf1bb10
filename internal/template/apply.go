package template

import (
	"fmt"
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/prose"
)

// Applied is a campaign that says of its templates all that goes out.
type Applied struct {
	Campaign *campaign.Campaign
	Needs    []Need            // the references in whose language the rows have a say
	Problems campaign.Problems // what does not fit, warnings among them
}

// Apply writes into a campaign's references what it leaves to the templates: the parameters, the language, the version. The columns are those of
// the audience: parameters that a campaign does not name are filled by what is called like them. References to templates that are not in s stay
// as they are.
func (s Set) Apply(c *campaign.Campaign, columns campaign.Columns) Applied {
	a := applier{Applied: Applied{Campaign: c}, answers: answers(c, columns)}
	if len(s) == 0 || len(c.TemplateReferences) == 0 {
		return a.Applied
	}
	next := *c
	next.Translations = slices.Clone(c.Translations)
	next.TemplateLanguages = nil
	for _, r := range c.TemplateReferences {
		old := referenceIn(c, r)
		id, known := literal(old.Get("template_id"))
		t := s.Find(id)
		if !known || t == nil {
			continue
		}
		if !t.Supposed {
			for _, language := range t.Languages() {
				if !slices.Contains(next.TemplateLanguages, language) {
					next.TemplateLanguages = append(next.TemplateLanguages, language)
				}
			}
		}
		message := replace(next.MessageFor(r.Translation), r.Path(), a.reference(r, t, old))
		if r.Translation < 0 {
			next.Message = message
		} else {
			next.Translations[r.Translation].Message = message
		}
	}
	a.Campaign = &next
	return a.Applied
}

// replace returns v with another value under a path of keys.
func replace(v campaign.Value, path []string, value campaign.Value) campaign.Value {
	if len(path) == 0 {
		return value
	}
	return v.With(path[0], replace(v.Get(path[0]), path[1:], value))
}

// applier makes an Applied.
type applier struct {
	Applied
	answers []string // what a placeholder can name
}

// answers returns the names of params, roles and columns.
func answers(c *campaign.Campaign, columns campaign.Columns) []string {
	names := []string{"phone"}
	for _, p := range c.Params {
		names = append(names, p.Name)
	}
	for _, role := range campaign.Roles {
		if columns.Role(role) >= 0 {
			names = append(names, role)
		}
	}
	return append(names, columns.Header...)
}

func has(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return campaign.Fold(n) == campaign.Fold(name) })
}

func (a *applier) note(r campaign.TemplateReference, warning bool, hint, format string, args ...any) {
	a.Problems = append(a.Problems, campaign.Problem{
		File: r.File, Line: r.Line, Column: r.Column, Warning: warning,
		Message: r.String() + ": " + fmt.Sprintf(format, args...), Hint: hint,
	})
}

// reference returns what goes out in the place of a reference to t.
func (a *applier) reference(r campaign.TemplateReference, t *Template, v campaign.Value) campaign.Value {
	if v.Get("language_code").Kind == campaign.Null && t.Default != "" {
		v = v.With("language_code", campaign.Literal(t.Default))
	}
	code := v.Get("language_code")
	language, isFixed := literal(code)
	version, _ := literal(v.Get("version"))
	languages := t.Languages() // that rows may ask for
	if isFixed {
		languages = []string{language}
	}
	var candidates []Translation
	for _, language := range languages {
		if tr, ok := t.Choose(language, version); ok {
			candidates = append(candidates, tr)
		}
	}
	if len(candidates) == 0 {
		a.untranslated(r, t, languages[0], version)
		return v
	}
	if newest := candidates[0].Version; version == Latest && newest != "" &&
		!slices.ContainsFunc(candidates, func(tr Translation) bool { return tr.Version != newest }) {
		v = v.With("version", campaign.Literal(newest))
	}
	implied := v.Get("parameters").Kind == campaign.Null
	if implied {
		v = a.fill(r, v, candidates)
	}
	if t.Supposed && !implied {
		return v // nobody knows
	}
	given := parameterNames(v)
	need := Need{Reference: r, Language: code.Text, Version: version, template: t, given: given, implied: implied, answers: a.answers}
	if !isFixed {
		a.Needs = append(a.Needs, need)
	} else if lack := need.lack(candidates[0]); lack != (Lack{}) {
		a.note(r, false, lack.Hint, "%s", strings.TrimPrefix(lack.Message, r.String()+": "))
	}
	if !implied {
		a.superfluous(r, t, given, candidates)
	}
	return v
}

// untranslated refuses a language, or a version, that the template does not have.
func (a *applier) untranslated(r campaign.TemplateReference, t *Template, language, version string) {
	if tr, ok := t.Choose(language, ""); ok {
		a.note(r, false, fmt.Sprintf(`write %q or "latest"`, tr.Version), "template %s has version %s in %s, and not %q", shown(t.ID), tr.Version, tr.Language, prose.Printable(version))
		return
	}
	a.note(r, false, "it has "+prose.Listed(t.Languages()), "template %s is not in %q", shown(t.ID), prose.Printable(language))
}

// fill gives a reference the parameters that its template takes, as far as a placeholder of that name has a value.
func (a *applier) fill(r campaign.TemplateReference, v campaign.Value, candidates []Translation) campaign.Value {
	parameters := campaign.Value{Kind: campaign.Object}
	for _, tr := range candidates {
		for _, variable := range tr.Variables {
			if has(a.answers, variable.Key) {
				text := campaign.Text{{Name: variable.Key, Line: r.Line, Column: r.Column}}
				parameters = parameters.With(variable.Key, campaign.Value{Kind: campaign.String, Text: text})
			}
		}
	}
	if len(parameters.Fields) == 0 {
		return v
	}
	return v.With("parameters", parameters)
}

// superfluous warns of parameters that the template does not take.
func (a *applier) superfluous(r campaign.TemplateReference, t *Template, given []string, candidates []Translation) {
	var keys []string
	for _, tr := range candidates {
		for _, variable := range tr.Variables {
			keys = append(keys, variable.Key)
		}
	}
	for _, name := range given {
		if slices.Contains(keys, name) {
			continue
		}
		hint := "it takes none"
		if len(keys) > 0 {
			hint = "it takes " + prose.Listed(slices.Compact(slices.Sorted(slices.Values(keys))))
		}
		a.note(r, true, hint, "template %s does not take %s", shown(t.ID), prose.Printable(name))
	}
}

// parameterNames returns the parameters of a reference.
func parameterNames(v campaign.Value) []string {
	var names []string
	for _, f := range v.Get("parameters").Fields {
		names = append(names, f.Name)
	}
	return names
}

// shown is a template's id as messages have it.
func shown(id string) string { return prose.Printable(id) }
