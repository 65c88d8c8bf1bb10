package proposal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"sendoff/campaign"
	"sendoff/internal/forecast"
	"sendoff/internal/phone"
	"sendoff/internal/prose"
)

// CostLine is what somebody has to know of the cost who confirms a plan.
func CostLine(f *forecast.Forecast) string {
	var text string
	switch {
	case f == nil || f.Currency == "":
		text = "unknown: no prices.csv"
	case f.NoPrice > 0:
		text = fmt.Sprintf("at least %s, %s (%s, %s)", money(f, f.Cost.Low).Down(), WithoutPrice(f), f.PriceList, f.PriceDate)
	default:
		text = fmt.Sprintf("at most %s (%s, %s)", money(f, f.Cost.High).Up(), f.PriceList, f.PriceDate)
	}
	if f == nil || f.Parts.High == 0 {
		return text
	}
	text += "; " + prose.Counted(f.Parts.High, "SMS part", "SMS parts")
	if len(f.BeforeSMS) > 0 {
		text += " if " + f.WorstCase()
	}
	return text
}

func money(f *forecast.Forecast, amount campaign.Micros) campaign.Money {
	return campaign.Money{Amount: amount, Currency: f.Currency}
}

// WithoutPrice says how many people have no price, and where: 12 people in JM have no price.
func WithoutPrice(f *forecast.Forecast) string {
	var texts []string
	for _, g := range f.By(byCountry) {
		if g.NoPrice > 0 {
			texts = append(texts, prose.Counted(g.NoPrice, "person", "people")+" in "+forecast.CountryName(g.Name))
		}
	}
	slices.Reverse(texts) // the most first
	if f.NoPrice == 1 {
		return texts[0] + " has no price"
	}
	return prose.Listed(texts) + " have no price"
}

func byCountry(l forecast.Line) string  { return l.Country }
func byChannel(l forecast.Line) string  { return string(l.Channel) }
func byLanguage(l forecast.Line) string { return l.Language }

// cost says what the plan comes to.
func (p *Proposal) cost() []Row {
	f := p.Plan.Forecast
	if f == nil || f.Currency == "" {
		return []Row{{"cost", CostLine(f)}}
	}
	rows := []Row{{"cost", "estimated: " + CostLine(f)}}
	if f.IsComplete() && f.Cost.Low < f.Cost.High {
		rows = append(rows, Row{"", money(f, f.Cost.Low).Down() + " if everybody is reached on the channel that is tried first"})
	}
	return rows
}

// breakdown is a part of a forecast: a heading for each column, and rows with a note behind them.
type breakdown struct {
	Heading []string
	Rows    []breakdownRow
}

type breakdownRow struct {
	Cells []string
	Note  string
}

// breakdowns returns what the plan comes to by country, channel and language, the fewest people first, as far as there are several. Where there
// are no prices the languages' people stand elsewhere, and what is left is the countries.
func (p *Proposal) breakdowns() []breakdown {
	f := p.Plan.Forecast
	if f == nil {
		return nil
	}
	var all []breakdown
	for _, by := range []struct {
		title string
		key   func(forecast.Line) string
		none  string // what an empty key means
	}{{"country", byCountry, "unknown"}, {"tried first", byChannel, ""}, {"language", byLanguage, "the message itself"}} {
		groups := f.By(by.key)
		if len(groups) < 2 || by.title == "language" && f.Currency == "" {
			continue
		}
		t := breakdown{Heading: []string{by.title, "people"}}
		if f.Parts.High > 0 {
			t.Heading = append(t.Heading, "SMS parts")
		}
		if f.Currency != "" {
			t.Heading = append(t.Heading, "estimated "+f.Currency)
		}
		for _, g := range groups {
			row := breakdownRow{Cells: []string{cmp.Or(g.Name, by.none), prose.Thousands(g.People)}}
			if by.title == "country" && g.Name != "" {
				row.Cells[0] += " " + phone.CountryName(g.Name)
			}
			if f.Parts.High > 0 {
				row.Cells = append(row.Cells, partsOf(g.Parts))
			}
			if f.Currency != "" {
				row.Cells = append(row.Cells, costOf(g.Sum))
			}
			if by.title == "country" && slices.Contains(f.Dear, g.Name) {
				row.Note = "more than ten times the median price"
			}
			t.Rows = append(t.Rows, row)
		}
		all = append(all, t)
	}
	return all
}

func costOf(s forecast.Sum) string {
	switch {
	case s.NoPrice == s.People:
		return "no price"
	case s.NoPrice > 0:
		return "at least " + s.Cost.Low.Down()
	case s.Cost.Low == s.Cost.High:
		return s.Cost.High.Up()
	}
	return spread(s.Cost.Low.Down(), s.Cost.High.Up())
}

func partsOf(p forecast.Parts) string {
	if p.Low == 0 && p.High > 0 {
		return "up to " + prose.Thousands(p.High)
	}
	return spread(prose.Thousands(p.Low), prose.Thousands(p.High))
}

func spread(low, high string) string {
	if low == high {
		return low
	}
	return low + "–" + high
}

// breakdown writes a breakdown, the first column to the left and the others to the right.
func (w writer) breakdown(t breakdown) {
	widths := make([]int, len(t.Heading))
	all := append([]breakdownRow{{Cells: t.Heading}}, t.Rows...)
	for _, row := range all {
		for i, cell := range row.Cells {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range all {
		line := fmt.Sprintf("  %-*s", widths[0], row.Cells[0])
		for i, cell := range row.Cells[1:] {
			line += fmt.Sprintf("   %*s", widths[i+1], cell)
		}
		if row.Note != "" {
			line += "   " + row.Note
		}
		fmt.Fprintln(w.to, strings.TrimRight(prose.Printable(line), " "))
	}
}

// Forecast is what a plan comes to, for machines. What is not known is not there.
type Forecast struct {
	Currency  string             `json:"currency,omitempty"`
	PriceList string             `json:"price_list,omitempty"`
	PriceDate string             `json:"price_date,omitempty"`
	NoPrice   int                `json:"people_without_price,omitempty"`
	Parts     forecast.Parts     `json:"sms_parts"`
	Cost      *forecast.Cost     `json:"cost_estimated,omitempty"`
	Missing   []forecast.Missing `json:"missing_prices,omitempty"`
	Dear      []string           `json:"dear_countries,omitempty"`
	Countries []Group            `json:"countries"`
	Channels  []Group            `json:"channels"` // that are tried first
	Languages []Group            `json:"languages"`
}

// Group is the people of one country, channel or language.
type Group struct {
	Name    string         `json:"name"` // empty: nobody knows the country; the message itself
	People  int            `json:"people"`
	Parts   forecast.Parts `json:"sms_parts"`
	Cost    *forecast.Cost `json:"cost_estimated,omitempty"`
	NoPrice int            `json:"people_without_price,omitempty"`
}

func costs(f *forecast.Forecast) *Forecast {
	if f == nil {
		return nil
	}
	cost := func(s forecast.Sum) *forecast.Cost {
		if f.Currency == "" {
			return nil
		}
		return &s.Cost
	}
	groups := func(key func(forecast.Line) string) []Group {
		all := []Group{}
		for _, g := range f.By(key) {
			all = append(all, Group{g.Name, g.People, g.Parts, cost(g.Sum), g.NoPrice})
		}
		return all
	}
	return &Forecast{
		Currency: f.Currency, PriceList: f.PriceList, PriceDate: f.PriceDate, NoPrice: f.NoPrice, Parts: f.Parts, Cost: cost(f.Sum),
		Missing: f.Missing, Dear: f.Dear, Countries: groups(byCountry), Channels: groups(byChannel), Languages: groups(byLanguage),
	}
}
