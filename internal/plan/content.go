package plan

import (
	"slices"

	"sendoff/campaign"
	"sendoff/internal/forecast"
	"sendoff/internal/lint"
)

// content is what was found in the messages of rows.
type content struct {
	found     []foundRows // in the order in which they were first found
	addresses addressSet  // where somebody asks for them
}

type foundRows struct {
	what *lint.Finding
	tally
}

func (c *content) reset() {
	c.found = c.found[:0]
	c.addresses.reset()
}

// add takes over what a judge has found in a row.
func (c *content) add(line int, j *lint.Judge) {
	for _, f := range j.Found {
		c.of(f.Finding).add(line, f.Parts)
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

// forced returns what forces UCS-2 in the SMS of those who are sent to, and what that costs where all prices of theirs are known.
func (b *builder) forced() []Finding {
	counts, costs, texts := make(map[lint.Forcing]lint.Forced), make(map[lint.Forcing]campaign.Micros), 0
	unknown := make(map[lint.Forcing]bool)
	b.counted.All(func(s forecast.Slice, rows int, lines []int) {
		if s.Parts > 0 {
			texts += rows
		}
		if s.Forcing == (lint.Forcing{}) {
			return
		}
		n := counts[s.Forcing]
		n.Rows += rows
		n.Spared += rows * s.Spared
		n.Lines = append(n.Lines, lines...)
		counts[s.Forcing] = n
		cost, ok := b.spared(s, rows)
		if costs[s.Forcing], ok = add(costs[s.Forcing], cost, ok); !ok {
			unknown[s.Forcing] = true
		}
	})
	for what, n := range counts {
		slices.Sort(n.Lines)
		n.Lines = n.Lines[:min(len(n.Lines), mostLines)]
		if !unknown[what] {
			n.Cost = campaign.Money{Amount: costs[what], Currency: b.in.prices.Currency}.Up()
		}
		counts[what] = n
	}
	var findings []Finding
	for _, f := range b.in.linter.Forced(counts, texts) {
		findings = append(findings, Finding{Message: f.Message, Hint: f.Hint, Warning: true, Count: f.Rows, Of: texts, Lines: f.Lines})
	}
	return findings
}

// spared returns what the rows of a slice would cost less without what forces their SMS into UCS-2. It returns false where nobody knows.
func (b *builder) spared(s forecast.Slice, rows int) (campaign.Micros, bool) {
	if b.in.prices == nil {
		return 0, false
	}
	price, ok := b.in.prices.Find(s.Country, campaign.SMS)
	more, ok1 := price.Of(s.Parts)
	less, ok2 := price.Of(s.Parts - s.Spared)
	all, ok3 := (more - less).Times(rows)
	return all, ok && ok1 && ok2 && ok3
}

// add adds what is known to what was known.
func add(sum, cost campaign.Micros, ok bool) (campaign.Micros, bool) {
	if !ok {
		return sum, false
	}
	return sum.Plus(cost)
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
