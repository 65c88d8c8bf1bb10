package proposal

import (
	"cmp"
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/plan"
	"sendoff/internal/prose"
)

// reason is why rows are left out, in words.
type reason struct {
	rows int
	text string
}

// words are what people call the rows that are left out for a reason: one of them, and several.
var words = map[campaign.SkipReason][2]string{
	campaign.Invalid:      {"unusable row", "unusable rows"},
	campaign.Duplicate:    {"duplicate", "duplicates"},
	campaign.Suppressed:   {"opted out", "opted out"},
	campaign.AlreadySent:  {"sent to before", "sent to before"},
	campaign.Filtered:     {"not meant", "not meant"},
	campaign.MissingValue: {"without a value", "without a value"},
	campaign.NotListed:    {"not listed", "not listed"},
	campaign.NoConsent:    {"without consent", "without consent"},
}

// reasons returns why rows are left out, most of them first.
func reasons(p *plan.Plan) []reason {
	var all []reason
	add := func(rows int, one, many string) {
		if rows > 0 {
			all = append(all, reason{rows, strings.TrimPrefix(prose.Counted(rows, one, many), prose.Thousands(rows)+" ")})
		}
	}
	for skip, rows := range p.Skipped {
		name, known := words[skip]
		if !known {
			name[0] = strings.ReplaceAll(skip.String(), "_", " ")
			name[1] = name[0]
		}
		if skip == campaign.Invalid {
			numbers := min(p.BadNumbers, rows)
			add(numbers, "bad number", "bad numbers")
			rows -= numbers
		}
		add(rows, name[0], name[1])
	}
	slices.SortFunc(all, func(a, b reason) int { return cmp.Or(cmp.Compare(b.rows, a.rows), cmp.Compare(a.text, b.text)) })
	return all
}

// LeftOut says how many rows a plan leaves out and why: 1,204 opted out, 611 duplicates. It is empty where there are none.
func LeftOut(p *plan.Plan) string {
	var parts []string
	for _, r := range reasons(p) {
		parts = append(parts, prose.Thousands(r.rows)+" "+r.text)
	}
	return strings.Join(parts, ", ")
}
