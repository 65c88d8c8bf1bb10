package forecast

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/prices"
)

// Forecast is what a plan comes to. Its JSON form is what a run keeps of it; it holds no personal data.
type Forecast struct {
	Sum
	Currency  string             `json:"currency,omitempty"` // empty: there are no prices, and nothing is known of the cost
	PriceList string             `json:"price_list,omitempty"`
	PriceDate string             `json:"price_date,omitempty"`
	BeforeSMS []campaign.Channel `json:"tried_before_sms,omitempty"`
	Lines     []Line             `json:"lines"` // by country, channel and language
	Missing   []Missing          `json:"missing_prices,omitempty"`
	Dear      []string           `json:"dear_countries,omitempty"` // where a message costs more than ten times the median
	Largest   Charge             `json:"largest"`                  // that any one person comes to
}

// Line is what the people come to who go to one country, first on one channel, in one language.
type Line struct {
	Country  string           `json:"country"`  // empty: nobody knows
	Channel  campaign.Channel `json:"channel"`  // that is tried first
	Language string           `json:"language"` // of the translation; empty: the message itself
	Sum
}

// Missing is a price that people need and the list has not.
type Missing struct {
	Country string           `json:"country"` // empty: nobody knows theirs
	Channel campaign.Channel `json:"channel"`
	People  int              `json:"people"`
	Lines   []int            `json:"lines"` // of the first of them
}

// Kind is which line people belong to.
type Kind struct {
	Country  string
	Channel  campaign.Channel
	Language string
}

// Kind returns which people the line is about.
func (l Line) Kind() Kind { return Kind{l.Country, l.Channel, l.Language} }

// New makes a forecast of what was counted. The prices may be nil. The error says that the cost is more than can be counted.
func New(c *campaign.Campaign, t *Tally, list *prices.Table) (*Forecast, error) {
	f := &Forecast{Lines: []Line{}}
	if i := slices.Index(c.ChannelPriorityOrder, campaign.SMS); i > 0 {
		f.BeforeSMS = c.ChannelPriorityOrder[:i]
	}
	if list != nil {
		f.Currency, f.PriceList, f.PriceDate = list.Currency, list.File, list.Date
	}
	sums := map[Kind]Sum{}
	var each []priced
	for _, n := range t.counts {
		if n.rows == 0 {
			continue
		}
		s := n.slice
		of, missing, ok := one(s, list)
		all, ok2 := of.times(n.rows)
		var ok3, ok4 bool
		key := s.Kind()
		sums[key], ok3 = sums[key].plus(all)
		f.Sum, ok4 = f.Sum.plus(all)
		if !ok || !ok2 || !ok3 || !ok4 {
			return nil, fmt.Errorf("the estimated cost %w", campaign.ErrTooMuch)
		}
		f.Largest = Charge{max(f.Largest.Cost, of.Cost.High), max(f.Largest.Parts, s.Parts)}
		for _, channel := range missing {
			f.miss(s.Country, channel, n)
		}
		each = append(each, priced{s.Country, of.Cost.High, n.rows, len(missing) == 0})
	}
	for key, sum := range sums {
		f.Lines = append(f.Lines, Line{key.Country, key.Channel, key.Language, sum})
	}
	f.sort()
	slices.SortFunc(f.Missing, func(a, b Missing) int {
		return cmp.Or(cmp.Compare(a.Country, b.Country), cmp.Compare(a.Channel.Index(), b.Channel.Index()))
	})
	if list != nil {
		f.Dear = dear(each)
	}
	return f, nil
}

// sort puts the lines in their order.
func (f *Forecast) sort() {
	slices.SortFunc(f.Lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.Country, b.Country), cmp.Compare(a.Channel.Index(), b.Channel.Index()), cmp.Compare(a.Language, b.Language))
	})
}

// miss notes that rows need a price that there is not.
func (f *Forecast) miss(country string, channel campaign.Channel, n count) {
	i := slices.IndexFunc(f.Missing, func(m Missing) bool { return m.Country == country && m.Channel == channel })
	if i < 0 {
		i = len(f.Missing)
		f.Missing = append(f.Missing, Missing{Country: country, Channel: channel})
	}
	m := &f.Missing[i]
	m.People += n.rows
	for _, p := range n.first {
		m.Lines = append(m.Lines, p.line)
	}
	slices.Sort(m.Lines)
	m.Lines = m.Lines[:min(len(m.Lines), mostLines)]
}

// IsComplete reports whether the cost of everybody is known.
func (f *Forecast) IsComplete() bool { return f.Currency != "" && f.NoPrice == 0 }

// By returns the lines put together by what key says of them, the fewest people first.
func (f *Forecast) By(key func(Line) string) []Group {
	var groups []Group
	for _, l := range f.Lines {
		name := key(l)
		i := slices.IndexFunc(groups, func(g Group) bool { return g.Name == name })
		if i < 0 {
			i = len(groups)
			groups = append(groups, Group{Name: name})
		}
		groups[i].Sum, _ = groups[i].Sum.plus(l.Sum) // it is part of one that could be counted
	}
	slices.SortStableFunc(groups, func(a, b Group) int { return cmp.Compare(a.People, b.People) })
	return groups
}

// Group is lines put together.
type Group struct {
	Name string
	Sum
}

// Dominant returns the line with the highest cost, or with the most parts where no cost is known.
func (f *Forecast) Dominant() Line {
	return slices.MaxFunc(f.Lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.Cost.High, b.Cost.High), cmp.Compare(a.Parts.High, b.Parts.High))
	})
}

// priced is what messages of one slice cost at most.
type priced struct {
	country string
	cost    campaign.Micros
	rows    int
	known   bool
}

// dear returns the countries where a message costs more than ten times the median of all messages.
func dear(each []priced) []string {
	each = slices.DeleteFunc(each, func(p priced) bool { return !p.known })
	slices.SortFunc(each, func(a, b priced) int { return cmp.Compare(a.cost, b.cost) })
	rows := 0
	for _, p := range each {
		rows += p.rows
	}
	var median campaign.Micros
	left := (rows + 1) / 2
	for _, p := range each {
		median = p.cost
		if left -= p.rows; left <= 0 {
			break
		}
	}
	const tenTimes = 10
	most, ok := median.Times(tenTimes)
	if !ok {
		return nil
	}
	var countries []string
	for _, p := range each {
		if p.cost > most && median > 0 && !slices.Contains(countries, p.country) {
			countries = append(countries, p.country)
		}
	}
	slices.Sort(countries)
	return countries
}

// WorstCase says when everybody who can be tried by SMS gets one: nobody has RCS; or, where SMS is tried first, that everybody does.
func (f *Forecast) WorstCase() string {
	if len(f.BeforeSMS) == 0 {
		return "everybody gets one"
	}
	names := make([]string, len(f.BeforeSMS))
	for i, c := range f.BeforeSMS {
		names[i] = string(c)
	}
	return "nobody has " + strings.Join(names, " or ")
}
