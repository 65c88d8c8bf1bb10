package prices

import (
	"cmp"
	"encoding/json"
	"slices"

	"sendoff/campaign"
)

// Table is the prices of a list that hold on one day. It does not change. Its JSON form is what a run keeps of it.
type Table struct {
	File     string  `json:"file"` // as the campaign writes it
	SHA256   string  `json:"sha256"`
	Date     string  `json:"date"` // the newest valid_from among the prices, else the day on which the file was written
	Currency string  `json:"currency"`
	Prices   []Price `json:"prices"` // by country, then by channel

	index map[place]int
}

// Price is what a message, or a part of an SMS, costs.
type Price struct {
	Country string           `json:"country"` // empty: every country that has no price of its own
	Channel campaign.Channel `json:"channel"`
	Amount  campaign.Micros  `json:"price"`
	Per     Per              `json:"per"`
	From    string           `json:"valid_from,omitempty"` // 2026-10-01
}

// Per says what a price is of.
type Per string

// What a price may be of.
const (
	Part    Per = "part" // of an SMS
	Message Per = "message"
)

type place struct {
	country string
	channel campaign.Channel
}

func newTable(t Table) *Table {
	slices.SortFunc(t.Prices, func(a, b Price) int {
		return cmp.Or(cmp.Compare(a.Country, b.Country), cmp.Compare(a.Channel, b.Channel))
	})
	t.index = make(map[place]int, len(t.Prices))
	for i, p := range t.Prices {
		t.index[place{p.Country, p.Channel}] = i
	}
	return &t
}

// Find returns the price of messages to a country on a channel: the country's own, else that of every other one. A country that nobody knows is "".
func (t *Table) Find(country string, channel campaign.Channel) (Price, bool) {
	i, ok := t.index[place{country, channel}]
	if !ok {
		i, ok = t.index[place{"", channel}]
	}
	if !ok {
		return Price{}, false
	}
	return t.Prices[i], true
}

// Of returns what a message of so many parts costs. It returns false where that is more than can be counted.
func (p Price) Of(parts int) (campaign.Micros, bool) {
	if p.Per == Part {
		return p.Amount.Times(parts)
	}
	return p.Amount, true
}

// UnmarshalJSON reads what a run has kept.
func (t *Table) UnmarshalJSON(b []byte) error {
	type plain Table
	var kept plain
	if err := json.Unmarshal(b, &kept); err != nil {
		return err
	}
	*t = *newTable(Table(kept))
	return nil
}
