package proposal

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sendoff/internal/plan"
	"sendoff/internal/prose"
	"sendoff/internal/runstore"
)

// Languages says who gets which translation.
func Languages(p *plan.Plan) string {
	var texts []string
	for _, l := range p.Languages {
		if l.Language != "" {
			texts = append(texts, l.Language+" "+prose.Thousands(l.People))
			continue
		}
		text := "the default message " + prose.Thousands(l.People)
		var values []string
		for _, v := range l.Values {
			name := v.Value
			if name == "" {
				name = "(empty)"
			}
			values = append(values, name+" "+prose.Thousands(v.Rows))
		}
		if l.Others > 0 {
			values = append(values, "others "+prose.Thousands(l.Others))
		}
		if len(values) > 0 {
			text += " (rows: " + strings.Join(values, ", ") + ")"
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "; ")
}

// Template says which template it is, in which versions.
func Template(t runstore.Template) string {
	text := prose.Printable(t.ID)
	if t.Supposed {
		return text + ": not known to the sandbox"
	}
	if t.Version > 0 {
		text += fmt.Sprintf(", version %d", t.Version)
	}
	var languages []string
	for _, language := range slices.Sorted(maps.Keys(t.Translations)) {
		name := language
		if v := t.Translations[language]; v != "" {
			name += " v" + v
		}
		languages = append(languages, name)
	}
	return text + ": " + prose.Listed(languages)
}
