package filter

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"sendoff/campaign"
	"sendoff/internal/expression"
	"sendoff/internal/prose"
)

// consent is what a row has to say for its person to be written to.
type consent struct {
	column         int
	yes            []string
	date           int            // -1: not asked
	oldest, newest expression.Day // of a date that holds
	dateName       string

	no, undated, old Verdict
}

// newConsent prepares what the campaign says of it.
func newConsent(of campaign.Consent, scope *expression.Scope, header []string, now time.Time) (*consent, campaign.Problems) {
	k := &consent{yes: make([]string, len(of.Yes)), date: -1}
	for i, word := range of.Yes {
		k.yes[i] = strings.TrimSpace(word)
	}
	refuse := func(column int, why string) Verdict {
		return Verdict{Reason: campaign.NoConsent, Detail: fmt.Sprintf("%s: %s", prose.Printable(header[column]), why)}
	}
	var problems, found campaign.Problems
	if k.column, problems = scope.Column(of.Column, "audience.consent"); problems == nil {
		k.no = refuse(k.column, "is no word for yes")
	}
	if of.Date.Name == "" {
		return k, problems
	}
	if k.date, found = scope.Column(of.Date, "audience.consent.date"); found == nil {
		k.dateName = header[k.date]
		k.undated = refuse(k.date, "is empty, so nobody knows how old the consent is")
		k.old = refuse(k.date, "is longer ago than "+of.MaxAge.String())
	}
	k.oldest = expression.DayOf(of.MaxAge.Before(now))
	k.newest = expression.DayOf(now) + 1 // which it is somewhere on earth already
	return k, append(problems, found...)
}

// Consents says what a row has to say for its person to be written to, or "" where nothing is asked.
func (f *Filter) Consents() string {
	c := f.consent
	if c == nil {
		return ""
	}
	words := make([]string, len(c.yes))
	for i, word := range c.yes {
		words[i] = strconv.Quote(word)
	}
	return "yes is said by " + strings.Join(words, ", ") + ", whatever the case of the letters; other words stand under audience: {consent: {yes: […]}}"
}

// judge says whether a row's person has agreed.
func (c *consent) judge(r *campaign.Recipient) Verdict {
	if !c.isYes(r.Field(c.column)) {
		return c.no
	}
	if c.date < 0 {
		return Verdict{}
	}
	cell := strings.TrimSpace(r.Field(c.date))
	given, ok := expression.ReadDay(cell)
	switch {
	case cell == "":
		return c.undated
	case !ok:
		return invalid(expression.BadDate(c.dateName))
	case given > c.newest:
		return invalid(expression.FutureDate(c.dateName))
	case given < c.oldest:
		return c.old
	}
	return Verdict{}
}

func (c *consent) isYes(cell string) bool {
	cell = strings.TrimSpace(cell)
	for _, word := range c.yes {
		if strings.EqualFold(cell, word) {
			return true
		}
	}
	return false
}
