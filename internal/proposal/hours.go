package proposal

import (
	"fmt"
	"strings"

	"sendoff/internal/calendar"
	"sendoff/internal/plan"
	"sendoff/internal/prose"
)

// Clock returns what is worth a look of the times at which people would be sent to, and who would come too late, for whoever is shown no calendar.
func (p *Proposal) Clock() []plan.Finding {
	var findings []plan.Finding
	for _, text := range p.late(p.calendar()) {
		findings = append(findings, remarkable(text, ""))
	}
	return append(findings, p.hours()...)
}

func remarkable(message, hint string) plan.Finding {
	return plan.Finding{Message: message, Hint: hint, Warning: true, Lines: []int{}}
}

// hours warns of hours at which people sleep or rest, where nobody has said that they are meant, and of people whose hours nobody knows.
func (p *Proposal) hours() (findings []plan.Finding) {
	if p.Plan.Places == nil {
		return nil
	}
	c, w := p.calendar(), p.Campaign.Window
	hint := `window: {days: mon-sat, from: "09:00", to: "19:00", zone: recipient} has them wait for their hours; window: any says that it is meant`
	if w.IsSet() {
		hint = "with zone: recipient everybody's own clock counts"
	}
	if people, from, to := together(c.Nights); people > 0 {
		text := fmt.Sprintf("%s would get it between %s and %s their time", prose.Counted(people, "person", "people"), ofDay(from), ofDay(to))
		findings = append(findings, remarkable(text+places(c.Nights, true), hint))
	}
	if people, _, _ := together(c.Sunday); people > 0 {
		findings = append(findings, remarkable(prose.Counted(people, "person", "people")+" would get it on a Sunday"+places(c.Sunday, false), hint))
	}
	unknown := 0
	for _, g := range p.Plan.Places {
		if !g.Place.IsKnown() {
			unknown += g.People
		}
	}
	if unknown > 0 {
		text := "nobody knows in which time zone " + prose.Counted(unknown, "person is", "people are")
		if w.IsSet() && w.Zone == nil {
			text += ": they wait for an hour that is right in all of them"
		}
		findings = append(findings, remarkable(text, "a column with the zone of each, such as Europe/London, says it: audience: {columns: {time_zone: …}}"))
	}
	return findings
}

// together returns how many people are sent to at night, between which minutes of the day.
func together(nights []calendar.Night) (people, from, to int) {
	for i, n := range nights {
		people += n.People
		if i == 0 || n.From < from {
			from = n.From
		}
		if i == 0 || n.To > to {
			to = n.To
		}
	}
	const day = 24 * 60
	return people, (from + day) % day, (to + day) % day
}

// mostPlaces is how many places a finding names.
const mostPlaces = 5

// places says where they are, and with their times when that is, the most people first: (9,000 in New York 21:00–22:10, 2,020 in Chicago 21:00–21:10).
func places(nights []calendar.Night, withTimes bool) string {
	byName := map[string][]calendar.Night{}
	var names []string
	for _, n := range nights {
		name := placeName(n.Place)
		if byName[name] == nil {
			names = append(names, name)
		}
		byName[name] = append(byName[name], n)
	}
	if len(names) == 1 {
		return " (" + names[0] + ")"
	}
	var texts []string
	rest := 0
	for i, name := range names {
		people, from, to := together(byName[name])
		if i >= mostPlaces {
			rest += people
			continue
		}
		text := prose.Thousands(people) + " in " + name
		if withTimes {
			text += " " + ofDay(from) + "–" + ofDay(to)
		}
		texts = append(texts, text)
	}
	if rest > 0 {
		texts = append(texts, prose.Thousands(rest)+" elsewhere")
	}
	return " (" + strings.Join(texts, ", ") + ")"
}
