package plan

import (
	"fmt"
	"slices"

	"sendoff/campaign"
	"sendoff/internal/forecast"
	"sendoff/internal/prose"
)

// overspent refuses a plan that may cost more, or have more parts of SMS, than the campaign's limits allow, or of which nobody can say so.
func (b *builder) overspent() (problems campaign.Problems) {
	f, limits := b.forecast, b.config.Campaign.Limits
	refuse := func(hint, format string, args ...any) {
		problems = append(problems, campaign.Problem{File: b.config.Campaign.Path, Message: fmt.Sprintf(format, args...), Hint: hint})
	}
	if most := limits.MaxParts; most > 0 && f.Parts.High > most {
		refuse(mostOf(f), "%s would be sent if %s, and limits.max_parts is %s",
			prose.Counted(f.Parts.High, "SMS part", "SMS parts"), f.WorstCase(), prose.Thousands(most))
	}
	most := limits.MaxCost
	if most.IsZero() || b.in.prices == nil {
		return problems
	}
	for _, m := range f.Missing {
		problems = append(problems, campaign.Problem{
			File: b.in.prices.File, Message: missing(m) + "; limits.max_cost needs one (" + prose.Lines(m.People, m.Lines) + " of the audience)",
			Hint: fmt.Sprintf("add a line for %s, or * for every other country; audience: {countries: […]} leaves people out", m.Channel),
		})
	}
	if f.Cost.High > most.Amount {
		refuse(mostOf(f), "the messages would cost up to %s (estimated), and limits.max_cost is %s",
			campaign.Money{Amount: f.Cost.High, Currency: f.Currency}.Up(), most.Down())
	}
	return problems
}

// mostOf says which country and channel make the most of a forecast.
func mostOf(f *forecast.Forecast) string {
	l := f.Dominant()
	text := fmt.Sprintf("most of it is %s to %s, %s first", prose.Counted(l.People, "message", "messages"), forecast.CountryName(l.Country), l.Channel)
	if f.Currency == "" {
		return text + ": " + prose.Counted(l.Parts.High, "part", "parts")
	}
	return text + ": " + campaign.Money{Amount: l.Cost.High, Currency: f.Currency}.Up()
}

func missing(m forecast.Missing) string {
	return fmt.Sprintf("there is no price for %s to %s", m.Channel, forecast.CountryName(m.Country))
}

// unpriced warns of people who have no price, where no limit refuses them, and of those whose SMS may have more parts than are counted.
func (b *builder) unpriced() (findings []Finding) {
	supposed := Finding{
		Message: "the words of the SMS are not known here: each counts as one part, and may have more, and cost more", Warning: true,
		Hint: "write them: explicit_channel_omni_message: {SMS: {text_message: {text: \"…\"}}}",
	}
	b.counted.All(func(s forecast.Slice, rows int, lines []int) {
		if s.Supposed {
			supposed.Count += rows
			supposed.Lines = append(supposed.Lines, lines...)
		}
	})
	if supposed.Count > 0 && b.in.campaign.Message.Kind != campaign.Null { // there is none where somebody only looks at a campaign that is broken
		slices.Sort(supposed.Lines)
		supposed.Lines = supposed.Lines[:min(len(supposed.Lines), mostLines)]
		findings = append(findings, supposed)
	}
	if !b.config.Campaign.Limits.MaxCost.IsZero() { // then it is a problem
		return findings
	}
	for _, m := range b.forecast.Missing {
		findings = append(findings, Finding{
			Message: b.in.prices.File + ": " + missing(m) + ": the cost is not known", Warning: true, Count: m.People, Lines: m.Lines,
			Hint: "add a line for it, or * for every other country",
		})
	}
	return findings
}
