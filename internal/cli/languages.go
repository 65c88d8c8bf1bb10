package cli

import (
	"strings"

	"sendoff/campaign"
	"sendoff/internal/plan"
	"sendoff/internal/prose"
)

// describeLanguages says who gets which translation.
func describeLanguages(p *plan.Plan) string {
	var texts []string
	for _, l := range p.Languages {
		if l.Language != "" {
			texts = append(texts, l.Language+" "+prose.Thousands(l.Rows))
			continue
		}
		text := "the default message " + prose.Thousands(l.Rows)
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
			text += ": " + strings.Join(values, ", ")
		}
		texts = append(texts, text)
	}
	text := strings.Join(texts, "; ")
	if p.Skipped[campaign.Duplicate] > 0 {
		text += " (duplicates among them)"
	}
	return text
}
