package plan

import (
	"os"
	"slices"

	"sendoff/campaign"
	"sendoff/internal/calendar"
	"sendoff/internal/forecast"
	"sendoff/internal/hours"
	"sendoff/internal/prose"
)

// readHours makes the clock of a campaign for which it matters where people are: one with a window, or one of whom it is worth saying at which
// hours of their own it would reach people.
func (in *inputs) readHours(c *campaign.Campaign) (err error) {
	isSeen := c.MessageContentType == "CONTENT_MARKETING" && !c.Window.Any
	if !c.Window.IsSet() && !isSeen {
		return nil
	}
	if in.clock, err = hours.New(c, in.audience.Columns(), in.numbers); err != nil {
		return err
	}
	if file := c.Window.Holidays; file != "" && file != campaign.PublicHolidays {
		in.holidays, err = os.ReadFile(c.Resolve(file))
	}
	return err
}

// unknownHolidays warns of countries of which nobody here knows the public holidays that the campaign asks for.
func unknownHolidays(groups []calendar.Group, isKnown func(*hours.Place) bool) []Finding {
	people := map[string]int{}
	var countries []string
	for _, g := range groups {
		if isKnown(g.Place) {
			continue
		}
		if people[g.Place.Country] == 0 {
			countries = append(countries, g.Place.Country)
		}
		people[g.Place.Country] += g.People
	}
	if countries == nil {
		return nil
	}
	slices.SortStableFunc(countries, func(a, b string) int { return people[b] - people[a] })
	all, texts := 0, make([]string, len(countries))
	for i, country := range countries {
		all += people[country]
		texts[i] = forecast.CountryName(country) + " (" + prose.Thousands(people[country]) + ")"
	}
	return []Finding{{
		Message: "window: holidays: nobody here knows the public holidays of " + prose.Listed(texts) + ": " +
			prose.Counted(all, "person may", "people may") + " get a message on one",
		Hint: "list them in a file, with the columns country, date and name, and say holidays: FILE", Warning: true, Lines: []int{},
	}}
}
