package filter

import (
	"slices"
	"time"

	"sendoff/campaign"
	"sendoff/internal/expression"
)

// Filter says of a row whether it is meant. It does not change; each goroutine has a [Judge] of its own. The zero Filter means everybody.
type Filter struct {
	scope   *expression.Scope // nil: the zero Filter's
	where   expression.Condition
	no      []Verdict // by term of where
	consent *consent  // nil: not asked
	day     string
	file    string // the campaign's

	language int // the column of the rows' languages, or -1
}

// New prepares what a campaign says about whom of an audience it means, for one with these columns and a plan that is made now. What is wrong
// comes back as [campaign.Problems], with their positions in the campaign's file.
func New(c *campaign.Campaign, columns campaign.Columns, now time.Time) (*Filter, error) {
	zone := c.TimeZone
	if zone == nil {
		zone = time.UTC
	}
	now = now.In(zone)
	today := expression.DayOf(now)
	scope, problems := expression.NewScope(c, columns, today)
	f := &Filter{scope: scope, file: c.FileName(), language: columns.Language}
	if c.Audience.Where.Text != "" {
		where, found := scope.Condition("where", c.Audience.Where)
		problems = append(problems, found...)
		f.where = *where
	}
	for _, term := range f.where.Terms {
		f.no = append(f.no, Verdict{Reason: campaign.Filtered, Detail: "where: " + term.Source})
	}
	if c.Audience.Consent.Column.Name != "" {
		var found campaign.Problems
		f.consent, found = newConsent(c.Audience.Consent, scope, columns.Header, now)
		problems = append(problems, found...)
	}
	if f.where.Day || c.Audience.Consent.Date.Name != "" {
		f.day = today.String()
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return f, nil
}

// Day returns the day that decides with, as 2026-03-28, or "" where none does.
func (f *Filter) Day() string { return f.day }

// Uses returns the keys of audience by which the campaign looks at a column: "numbers", "where", "consent".
func (f *Filter) Uses(column int) []string {
	var keys []string
	if f.scope != nil && slices.Contains(f.scope.Numbers(), column) {
		keys = append(keys, "numbers")
	}
	if slices.Contains(f.where.Columns, column) {
		keys = append(keys, "where")
	}
	if f.consent != nil && (column == f.consent.column || column == f.consent.date) {
		keys = append(keys, "consent")
	}
	return keys
}
