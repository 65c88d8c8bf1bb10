package plan

import (
	"fmt"

	"sendoff/internal/prose"
	"sendoff/internal/runstore"
	"sendoff/internal/template"
)

// Kept returns a template in the form in which a run keeps it.
func Kept(t *template.Template) runstore.Template {
	k := runstore.Template{ID: t.ID, Version: t.Version, SHA256: t.Digest(), Supposed: t.Supposed}
	k.JSON, _ = t.MarshalJSON() // which it came from
	if t.Supposed {
		return k
	}
	k.Translations = make(map[string]string)
	for _, tr := range t.Translations {
		if _, older := k.Translations[tr.Language]; !older {
			k.Translations[tr.Language] = tr.Version
		}
	}
	return k
}

// Templates returns the templates that a run was planned with.
func Templates(m runstore.Meta) (template.Set, error) {
	var set template.Set
	for _, k := range m.Templates {
		t, err := template.Parse(k.JSON)
		if err != nil {
			return nil, err
		}
		set = append(set, t)
	}
	return set, nil
}

// unreadTemplates says which templates nobody has looked at, and why.
func unreadTemplates(c Config) []Finding {
	var findings []Finding
	for _, id := range template.IDs(c.Campaign) {
		if c.TemplatesUnread != "" && c.Templates.Find(id) == nil {
			findings = append(findings, Finding{
				Message: fmt.Sprintf("template %s was not read (%s), so nobody knows whether it is there, in which languages, and what it takes", prose.Printable(id), prose.Printable(c.TemplatesUnread)),
				Hint:    "sendoff run reads it before it sends; sendoff doctor with the campaign does so now", Warning: true, Lines: []int{},
			})
		}
	}
	return findings
}
