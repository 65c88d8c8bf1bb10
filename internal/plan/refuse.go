package plan

import (
	"fmt"

	"sendoff/campaign"
	"sendoff/internal/prose"
)

// fewRows is how small an audience may be for a share of bad rows to say nothing.
const fewRows = 20

// refusal returns why nothing may be sent, or nil.
func (b *builder) refusal() error {
	problems, ofRows := b.stops()
	if ofRows {
		problems = append(problems, b.remarks.problems(b.config.audienceName(), subject.isInvalid)...)
	}
	return problems.Err()
}

// stops returns what keeps the plan from being sent, and whether that is that too many rows are invalid.
func (b *builder) stops() (problems campaign.Problems, ofRows bool) {
	problems = append(b.refusing(), b.remarks.problems(b.config.audienceName(), subject.refuses)...)
	var bad campaign.Problems
	// Rows that refuse the plan count as people here: mended, they are. That nobody is left may be allowed; that no row can be used is another
	// matter, however few there are.
	switch people := b.eligible + b.remarks.unrendered(); {
	case people > 0:
		bad = b.badRows()
		problems = append(problems, b.limits(people)...)
		problems = append(problems, b.overspent()...)
	case b.config.Campaign.Audience.AllowEmpty && (b.rows == 0 || b.skipped[campaign.Invalid] < b.rows):
		bad = b.badRows()
	default:
		bad = b.nobody()
	}
	return append(problems, bad...), len(bad) > 0
}

// nobody says why there is nobody to send to.
func (b *builder) nobody() campaign.Problems {
	if b.rows == 0 && b.config.AudienceRuns != nil {
		return campaign.Problems{{File: b.config.audienceName(), Message: "that is nobody, so there is nobody to send to"}}
	}
	if b.rows == 0 {
		return campaign.Problems{{File: b.config.audienceName(), Message: "has a header and no rows, so there is nobody to send to",
			Hint: "the export may have failed; where that is as it should be: audience: {allow_empty: true}, or --allow-empty"}}
	}
	problems := campaign.Problems{{
		File:    b.config.audienceName(),
		Message: fmt.Sprintf("0 of %s can be sent to: %s", prose.Counted(b.rows, "row", "rows"), prose.Breakdown(byName(b.skipped))),
	}}
	if b.skipped[campaign.NoConsent] > 0 {
		problems[0].Hint = b.in.filter.Consents()
	}
	if b.skipped[campaign.Filtered] > 0 {
		problems = append(problems, b.in.filter.Nobody(b.chosen)...)
	}
	return problems
}

// badRows refuses an audience of which so much cannot be used that it is probably not the right one.
func (b *builder) badRows() campaign.Problems {
	invalid, most := b.skipped[campaign.Invalid], b.config.Campaign.Audience.MaxBadRows
	if !most.Exceeds(invalid, b.rows) || most.Percent != 0 && b.rows < fewRows {
		return nil
	}
	return campaign.Problems{{
		File:    b.config.audienceName(),
		Message: fmt.Sprintf("%s of %s rows cannot be used, and audience.max_bad_rows is %s", prose.Thousands(invalid), prose.Thousands(b.rows), most),
		Hint:    "the file may not be the one that was meant; otherwise mend the rows, or say how many may be left out: audience: {max_bad_rows: …}",
	}}
}

// mostRecipients is how many people may get a message; 0: no limit.
func (c Config) mostRecipients() int { return c.Guard.Most(c.Campaign.Limits.MaxRecipients) }

// Most returns the smaller of a campaign's limit and the guard's own; 0: no limit.
func (g Guard) Most(limit int) int {
	if limit == 0 || g.MaxRecipients > 0 && g.MaxRecipients < limit {
		return g.MaxRecipients
	}
	return limit
}

// limits refuses more people than campaign and guard allow, and fewer.
func (b *builder) limits(people int) campaign.Problems {
	l, g, most := b.config.Campaign.Limits, b.config.Guard, b.config.mostRecipients()
	switch {
	case most > 0 && people > most && most == l.MaxRecipients:
		return b.limit(people, b.config.Campaign.Path, "limits.max_recipients", most)
	case most > 0 && people > most:
		return b.limit(people, g.File, "max_recipients of "+g.Name, most)
	case people < l.MinRecipients:
		return b.limit(people, b.config.Campaign.Path, "limits.min_recipients", l.MinRecipients)
	}
	return nil
}

func (b *builder) limit(people int, file, name string, limit int) campaign.Problems {
	return campaign.Problems{{
		File:    file,
		Message: fmt.Sprintf("%s would get a message, and %s is %s", prose.Counted(people, "person", "people"), name, prose.Thousands(limit)),
		Hint:    "the audience may not be the one that was meant; otherwise change the limit",
	}}
}
