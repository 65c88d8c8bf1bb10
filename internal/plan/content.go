package plan

import (
	"sendoff/campaign"
	"sendoff/internal/lint"
)

// content is what was found in the messages of rows.
type content struct {
	found     []foundRows  // in the order in which they were first found
	sms       int          // rows that may get an SMS
	forced    []forcedRows // of these, those that need UCS-2
	addresses addressSet   // where somebody asks for them
}

type foundRows struct {
	what *lint.Finding
	tally
}

type forcedRows struct {
	what lint.Forcing
	tally
}

func (c *content) reset() {
	c.found, c.forced, c.sms = c.found[:0], c.forced[:0], 0
	c.addresses.reset()
}

// add takes over what a judge has found in a row.
func (c *content) add(line int, m lint.Measure, j *lint.Judge) {
	for _, f := range j.Found {
		c.of(f.Finding).add(line, f.Parts)
	}
	if m.Parts > 0 {
		c.sms++
	}
	if m.Forcing != (lint.Forcing{}) {
		c.forcedBy(m.Forcing).add(line, m.Spared)
	}
	for _, a := range j.Addresses {
		c.addresses.add(a, line)
	}
}

// of returns the tally of a finding.
func (c *content) of(what *lint.Finding) *tally {
	for i := range c.found {
		if c.found[i].what == what {
			return &c.found[i].tally
		}
	}
	c.found = append(c.found, foundRows{what: what})
	return &c.found[len(c.found)-1].tally
}

// forcedBy returns the tally of what forces UCS-2.
func (c *content) forcedBy(what lint.Forcing) *tally {
	for i := range c.forced {
		if c.forced[i].what == what {
			return &c.forced[i].tally
		}
	}
	c.forced = append(c.forced, forcedRows{what: what})
	return &c.forced[len(c.forced)-1].tally
}

// ofContent returns the warnings about the campaign's texts, and about what forces its SMS into UCS-2. Those about rows are remarks.
func (b *builder) ofContent() []Finding {
	var findings []Finding
	for _, f := range b.in.linter.Static() {
		if !f.Refuses {
			findings = append(findings, Finding{Message: f.Message, Hint: f.Hint, Warning: true, Lines: []int{}})
		}
	}
	return append(findings, b.forced()...)
}

// forced returns what forces UCS-2. Rows that another one makes duplicates are counted too, and nobody knows prices.
func (b *builder) forced() []Finding {
	counts := make(map[lint.Forcing]lint.Forced)
	for _, f := range b.content.forced {
		counts[f.what] = lint.Forced{Rows: f.count, Spared: f.parts, Lines: f.lines}
	}
	var findings []Finding
	for _, f := range b.in.linter.Forced(counts, b.content.sms) {
		findings = append(findings, Finding{Message: f.Message, Hint: f.Hint, Warning: true, Count: f.Rows, Of: b.content.sms, Lines: f.Lines})
	}
	return findings
}

// refusing returns what is wrong with the campaign's texts, whoever gets them.
func (b *builder) refusing() campaign.Problems {
	var problems campaign.Problems
	for _, f := range b.in.linter.Static() {
		if f.Refuses {
			problems = append(problems, campaign.Problem{File: b.config.Campaign.Path, Message: f.Message, Hint: f.Hint})
		}
	}
	return problems
}
