package proposal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/filter"
	"sendoff/internal/plan"
	"sendoff/internal/prose"
)

// what says what is sent: the run, the kind of message, the channels.
func (p *Proposal) what() Row {
	return Row{"what", p.Run.Key + " · " + contentType(p.Campaign.MessageContentType) + " · " + channels(p.Campaign)}
}

func contentType(name string) string {
	return strings.ToLower(strings.TrimPrefix(name, "CONTENT_"))
}

func channels(c *campaign.Campaign) string {
	names := make([]string, len(c.ChannelPriorityOrder))
	for i, ch := range c.ChannelPriorityOrder {
		names[i] = string(ch)
	}
	text := strings.Join(names, ", else ")
	if sender := c.ChannelProperties.Get("SMS_SENDER"); sender.Kind == campaign.String {
		text += fmt.Sprintf(" from %q", sender.Text)
	}
	return text
}

// to says how many people get it, and how many rows are left out. The list that names these is added where there will be one.
func (p *Proposal) to(list string) []Row {
	text := prose.Counted(p.Plan.Eligible, "person", "people") + "    " + prose.Counted(p.Plan.Rows, "row", "rows")
	if out := LeftOut(p.Plan); out != "" {
		text += "; left out: " + out + list
	}
	rows := []Row{{"to", text}}
	for i, line := range Where(p.Plan.Where) {
		rows = append(rows, Row{[]string{"where", ""}[min(i, 1)], line})
	}
	return rows
}

// Where says in a line each how many rows the terms of audience.where leave.
func Where(terms []filter.Count) []string {
	width, digits := 0, 0
	for _, t := range terms {
		width, digits = max(width, len([]rune(t.Term))), max(digits, len(prose.Thousands(t.Alone)))
	}
	lines := make([]string, len(terms))
	for i, t := range terms {
		lines[i] = fmt.Sprintf("%-*s   %*s alone   %*s left", width, t.Term, digits, prose.Thousands(t.Alone), digits, prose.Thousands(t.Left))
	}
	return lines
}

// readAs says how the audience was read, where that was a guess.
func (p *Proposal) readAs() []Row {
	if encoding := Encoding(p.Plan.File); p.Plan.File.Confidence < 100 && encoding != "" {
		return []Row{{"read as", encoding}}
	}
	return nil
}

// words says who gets it in which language, and whose words a template's are.
func (p *Proposal) words() []Row {
	var rows []Row
	if len(p.Plan.Languages) > 0 {
		rows = append(rows, Row{"languages", Languages(p.Plan)})
	}
	for _, t := range p.Run.Templates {
		rows = append(rows, Row{"template", Template(t)})
	}
	return rows
}

// seeds says who gets it within the run besides those who are counted.
func (p *Proposal) seeds() []Row {
	when := map[campaign.SeedTime]string{campaign.SeedsFirst: "before everybody else", campaign.SeedsFirstAndLast: "before everybody else and at the end"}[p.Campaign.Seeds.InRun]
	if when == "" {
		return nil
	}
	return []Row{{"seeds", fmt.Sprintf("%s of %s, %s; not counted above", prose.Counted(len(p.Plan.Seeds.People), "person", "people"), p.Plan.Seeds.Name, when)}}
}

// warnings says how many kinds of warnings there are, and in how many rows; nothing where there are none.
func (p *Proposal) warnings() []Row {
	kinds, rows := 0, 0
	for _, f := range p.all() {
		if f.Warning {
			kinds++
			rows += f.Count
		}
	}
	text := prose.Counted(kinds, "kind", "kinds")
	switch {
	case kinds == 0:
		return nil
	case rows > 0 && kinds == 1:
		text += " in " + prose.Counted(rows, "row", "rows")
	case rows > 0: // a row can have several
		text += " in up to " + prose.Counted(min(rows, p.Plan.Rows), "row", "rows")
	}
	return []Row{{"warnings", text + ": " + p.Check}}
}

// limits says how few and how many people the campaign and its profile allow, and what these may come to.
func (p *Proposal) limits() []Row {
	var parts []string
	least, most := p.Campaign.Limits.MinRecipients, p.Guard.Most(p.Campaign.Limits.MaxRecipients)
	if least > 0 {
		parts = append(parts, "at least "+prose.Counted(least, "recipient", "recipients"))
	}
	if most > 0 {
		parts = append(parts, "at most "+prose.Counted(most, "recipient", "recipients"))
	}
	if most := p.Campaign.Limits.MaxCost; !most.IsZero() {
		parts = append(parts, "at most "+most.Down())
	}
	if most := p.Campaign.Limits.MaxParts; most > 0 {
		parts = append(parts, "at most "+prose.Counted(most, "SMS part", "SMS parts"))
	}
	return []Row{{"limits", cmp.Or(strings.Join(parts, ", "), "none")}}
}

// approval says who has to say yes, and how far the code goes.
func (p *Proposal) approval() []Row {
	var rows []Row
	if p.Approval {
		rows = append(rows, Row{"approval", "required: run wants the code, and the name of whoever has approved it"})
	}
	if p.Code == "" {
		return rows
	}
	var limits []string
	if p.Plan.Day != "" {
		limits = append(limits, "holds on "+p.Plan.Day+" alone, since who is meant depends on the day")
	}
	if p.Campaign.IsDated() {
		limits = append(limits, "is of the run key "+p.Run.Key+", and another day has another one")
	}
	if p.Destination.AppID == "" {
		limits = append(limits, "does not say through what it goes, so it does not do where approval is required")
	}
	if limits != nil {
		rows = append(rows, Row{"code", strings.Join(limits, "; ")})
	}
	return rows
}

// findings returns what was found: the warnings, or what rows are left out for.
func (p *Proposal) findings(warnings bool) []plan.Finding {
	var found []plan.Finding
	for _, f := range p.all() {
		if f.Warning == warnings {
			found = append(found, f)
		}
	}
	return found
}

// all returns what was found in the campaign's file, then what was found in what it becomes.
func (p *Proposal) all() []plan.Finding {
	all := []plan.Finding{} // not nil: JSON has a list, be it empty
	for _, w := range p.Campaign.Warnings {
		all = append(all, plan.Finding{Message: fmt.Sprintf("%s:%d:%d: %s", w.File, w.Line, w.Column, w.Message), Hint: w.Hint, Warning: true, Lines: []int{}})
	}
	return slices.Concat(all, p.Plan.Findings, p.hours())
}

// FindingText says what was found, and where, unless it is about all rows.
func FindingText(f plan.Finding) string {
	rows := prose.Lines(f.Count, f.Lines)
	switch {
	case f.Count == 0:
		return f.Message
	case f.Of > 0: // the message says how many there are
		_, rows, _ = strings.Cut(rows, ", ")
	}
	return f.Message + ": " + rows
}
