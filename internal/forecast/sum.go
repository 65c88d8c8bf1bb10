package forecast

import (
	"sendoff/campaign"
	"sendoff/internal/prices"
)

// Sum is how many people there are and what they come to.
type Sum struct {
	People  int   `json:"people"`
	Parts   Parts `json:"sms_parts"`
	Cost    Cost  `json:"cost_estimated,omitzero"`
	NoPrice int   `json:"people_without_price,omitempty"` // of whom one of the channels has no price in their country
}

// Parts are those of SMS: of the people who are tried by SMS first, and of all who can be.
type Parts struct {
	Low  int `json:"low"`
	High int `json:"high"`
}

// Cost is what people cost if everybody is reached on the channel that is tried first, and if everybody is on the dearest of theirs. A
// channel without a price adds nothing.
type Cost struct {
	Low  campaign.Micros `json:"low"`
	High campaign.Micros `json:"high"`
}

// Charge is what one person comes to at most.
type Charge struct {
	Cost  campaign.Micros `json:"cost"`
	Parts int             `json:"sms_parts"`
}

// one returns what one person of a slice comes to, and their channels that have no price. The list may be nil. It returns false where the
// cost is more than can be counted.
func one(s Slice, list *prices.Table) (sum Sum, missing []campaign.Channel, ok bool) {
	sum = Sum{People: 1, Parts: Parts{High: s.Parts}}
	if s.First == campaign.SMS {
		sum.Parts.Low = s.Parts
	}
	if list == nil {
		return sum, nil, true
	}
	for _, c := range campaign.Channels {
		if !s.Channels.Has(c) {
			continue
		}
		price, found := list.Find(s.Country, c)
		if !found {
			missing = append(missing, c)
			continue
		}
		cost, ok := price.Of(s.Parts)
		if !ok {
			return sum, nil, false
		}
		sum.Cost.High = max(sum.Cost.High, cost)
		if c == s.First {
			sum.Cost.Low = cost
		}
	}
	if len(missing) > 0 {
		sum.NoPrice = 1
	}
	return sum, missing, true
}

// times returns what so many people come to, of whom each comes to s. It returns false where that is more than can be counted.
func (s Sum) times(n int) (Sum, bool) {
	low, ok := s.Cost.Low.Times(n)
	high, ok2 := s.Cost.High.Times(n)
	return Sum{n * s.People, Parts{n * s.Parts.Low, n * s.Parts.High}, Cost{low, high}, n * s.NoPrice}, ok && ok2
}

// plus adds two sums. It returns false where that is more than can be counted.
func (s Sum) plus(o Sum) (Sum, bool) {
	low, ok := s.Cost.Low.Plus(o.Cost.Low)
	high, ok2 := s.Cost.High.Plus(o.Cost.High)
	return Sum{s.People + o.People, Parts{s.Parts.Low + o.Parts.Low, s.Parts.High + o.Parts.High}, Cost{low, high}, s.NoPrice + o.NoPrice}, ok && ok2
}
