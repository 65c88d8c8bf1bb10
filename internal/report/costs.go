package report

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"

	"sendoff/campaign"
	"sendoff/internal/durable"
	"sendoff/internal/forecast"
	"sendoff/internal/prices"
	"sendoff/internal/prose"
	"sendoff/internal/runstore"
)

// Costs are what a run comes to, estimated by its price list: low if everybody is reached on the channel that is tried first, high if everybody
// is on the dearest of theirs.
type Costs struct {
	Currency  string          `json:"currency"`
	Low       campaign.Micros `json:"low"`
	High      campaign.Micros `json:"high"`
	NoPrice   int             `json:"people_without_price,omitempty"` // there is more to pay than Low for them
	PriceList string          `json:"price_list"`
	PriceDate string          `json:"price_date"`
	// Accepted is the same of those whose message Sinch has taken; nil where nobody has counted them since the run went on.
	Accepted *forecast.Cost `json:"accepted,omitempty"`
}

// String says it in words: estimated EUR 10.00–16.00 for the accepted, EUR 12.00–19.20 for everybody (prices.csv, 2026-10-01).
func (c *Costs) String() string {
	text := spread(c.Low, c.High) + " for everybody"
	switch accepted := c.Accepted; {
	case c.NoPrice > 0:
		text = "at least " + c.Low.Down() + " for everybody; " + prose.Counted(c.NoPrice, "person has", "people have") + " no price"
	case accepted != nil:
		text = spread(accepted.Low, accepted.High) + " for the accepted, " + text
	}
	return fmt.Sprintf("estimated %s %s (%s, %s)", c.Currency, text, c.PriceList, c.PriceDate)
}

func spread(low, high campaign.Micros) string {
	if low == high {
		return high.Up()
	}
	return low.Down() + "–" + high.Up()
}

// costsOf returns what a run comes to; nil where it has no prices.
func costsOf(f *forecast.Forecast) *Costs {
	if f == nil || f.Currency == "" {
		return nil
	}
	return &Costs{Currency: f.Currency, Low: f.Cost.Low, High: f.Cost.High, NoPrice: f.NoPrice, PriceList: f.PriceList, PriceDate: f.PriceDate}
}

// writeCosts writes costs.csv, and returns what the accepted messages come to; nil where the run has no prices. Where the data of its people was
// erased, an earlier costs.csv stays as it is.
func writeCosts(r *runstore.Run) (*forecast.Cost, error) {
	m := r.Meta()
	f, list, err := forecast.Kept(m)
	if err != nil || f == nil || list == nil {
		return nil, err
	}
	accepted, erased, err := f.Accepted(context.Background(), r, list)
	if errors.Is(err, runstore.ErrErased) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("write costs: %w", err)
	}
	err = durable.WriteFile(r.Path(runstore.CostsName), func(w io.Writer) error {
		if _, err := io.WriteString(w, byteOrderMark); err != nil {
			return err
		}
		lines := csv.NewWriter(w)
		for _, cells := range costLines(m, f, list, accepted, erased) {
			_ = lines.Write(cells) // what keeps it from writing comes out of Error
		}
		lines.Flush()
		return lines.Error()
	})
	if err != nil {
		return nil, fmt.Errorf("write costs: %w", err)
	}
	var all forecast.Cost
	for _, sum := range accepted {
		all.Low, all.High = all.Low+sum.Cost.Low, all.High+sum.Cost.High // no more than the forecast, which could be counted
	}
	return &all, nil
}

// costColumns are those of costs.csv. Labels stand behind them.
var costColumns = [...]string{
	"country", "channel", "language", "planned_people", "planned_sms_parts_low", "planned_sms_parts_high",
	"planned_cost_low_estimated", "planned_cost_high_estimated", "accepted_people", "accepted_sms_parts_low", "accepted_sms_parts_high",
	"accepted_cost_low_estimated", "accepted_cost_high_estimated", "price", "per", "currency", "price_date",
}

func costLines(m runstore.Meta, f *forecast.Forecast, list *prices.Table, accepted []forecast.Sum, erased int) [][]string {
	header, labels := costColumns[:], []string(nil)
	for _, l := range m.Labels {
		header, labels = append(header[:len(header):len(header)], "label_"+l.Name), append(labels, guard(l.Value))
	}
	all := [][]string{header}
	for i, l := range f.Lines {
		cells := append([]string{l.Country, string(l.Channel), l.Language}, append(sumCells(l.Sum), sumCells(accepted[i])...)...)
		price, known := list.Find(l.Country, l.Channel)
		if known {
			cells = append(cells, price.Amount.String(), string(price.Per), list.Currency, list.Date)
		} else {
			cells = append(cells, "", "", list.Currency, list.Date)
		}
		all = append(all, append(cells, labels...))
	}
	if erased > 0 {
		cells := make([]string, len(costColumns))
		cells[0], cells[8] = "erased", strconv.Itoa(erased)
		all = append(all, append(cells, labels...))
	}
	return all
}

// sumCells leaves the cost empty where that of some people is not known.
func sumCells(s forecast.Sum) []string {
	cells := []string{strconv.Itoa(s.People), strconv.Itoa(s.Parts.Low), strconv.Itoa(s.Parts.High), "", ""}
	if s.NoPrice == 0 {
		cells[3], cells[4] = s.Cost.Low.String(), s.Cost.High.String()
	}
	return cells
}
