package report

import (
	"encoding/csv"
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
	Erased   int            `json:"people_erased,omitempty"` // accepted, and not in Accepted: their data was erased before it was known
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
	return fmt.Sprintf("estimated %s %s%s (%s, %s)", c.Currency, text, withoutErased(c.Erased), c.PriceList, c.PriceDate)
}

// withoutErased says that so many accepted messages are missing from a cost.
func withoutErased(n int) string {
	if n == 0 {
		return ""
	}
	return "; without " + prose.Counted(n, "message", "messages") + " to people whose data was erased"
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

// SettledCost is what the messages come to that were handed to a channel, by prices and no longer by guesses: each accepted message counts once, at the price of
// the channel that its receipts name, whether it arrived there or failed, since an SMS is paid when it is handed on; and at that of the channel that is tried first
// where no receipt has come. An attempt on another channel before that counts nothing. What is paid stands on Sinch's invoice.
type SettledCost struct {
	Currency string `json:"currency"`
	forecast.Settled
	Erased    int    `json:"people_erased,omitempty"` // not in Settled: their data was erased before it was known
	PriceList string `json:"price_list"`
	PriceDate string `json:"price_date"`
}

// SettledCost says in words what the messages come to, and of how many nothing final was heard; "" where that is not known.
func (r *Report) SettledCost() string {
	if r.CostSettled == nil {
		return ""
	}
	text := r.CostSettled.String()
	if r.Delivery != nil && r.Pending > 0 {
		text += "; " + prose.Thousands(r.Pending) + " of them pending"
	}
	return text
}

// String says it in words: settled EUR 1,204.50 for 48,206 messages, by the channels that receipts name (prices.csv, 2026-10-01).
func (c *SettledCost) String() string {
	text := c.Cost.Up()
	if c.NoPrice > 0 {
		text = "at least " + c.Cost.Down()
	}
	text = fmt.Sprintf("settled %s %s for %s, by the channels that receipts name", c.Currency, text, prose.Counted(c.People, "message", "messages"))
	if c.NoPrice > 0 {
		text += "; " + prose.Counted(c.NoPrice, "message has", "messages have") + " no price"
	}
	return fmt.Sprintf("%s%s (%s, %s)", text, withoutErased(c.Erased), c.PriceList, c.PriceDate)
}

// writeCosts writes costs.csv, and gives the report what the accepted messages come to, where the run has prices and its campaign can be read.
func writeCosts(r *runstore.Run, rep *Report, s *survey, o Options) error {
	m := r.Meta()
	f, list, err := forecast.Kept(m)
	if err != nil || f == nil || list == nil || rep.Costs == nil || !s.isPriced {
		return err
	}
	lines, erased := f.Outcomes(&s.account, list)
	kept, err := forecast.KeptErased(m)
	if err != nil || kept.Accepted.People > erased { // as where people were erased again, whom a snapshot from before that had brought back
		kept = forecast.Erased{}
	}
	missing := erased - kept.Accepted.People
	rep.Costs.Accepted, rep.Costs.Erased = &forecast.Cost{Low: kept.Accepted.Cost.Low, High: kept.Accepted.Cost.High}, missing
	settled := SettledCost{Settled: kept.Settled, Erased: missing, Currency: list.Currency, PriceList: list.File, PriceDate: list.Date}
	for _, l := range lines { // no more than the forecast, which could be counted
		rep.Costs.Accepted.Low += l.Accepted.Cost.Low
		rep.Costs.Accepted.High += l.Accepted.Cost.High
		settled.Settled = settled.Plus(l.Settled)
	}
	if rep.Delivery != nil {
		rep.CostSettled = &settled
	}
	if o.Redact {
		return nil
	}
	err = durable.WriteFile(r.Path(runstore.CostsName), func(w io.Writer) error {
		if _, err := io.WriteString(w, byteOrderMark); err != nil {
			return err
		}
		out := csv.NewWriter(w)
		for _, cells := range costLines(m, f, list, lines, erased, kept, rep.Delivery != nil) {
			_ = out.Write(cells) // what keeps it from writing comes out of Error
		}
		out.Flush()
		return out.Error()
	})
	if err != nil {
		return fmt.Errorf("write costs: %w", err)
	}
	return nil
}

// costColumns are those of costs.csv. Labels stand behind them. What is planned and accepted stands by the channel that is tried first, what is settled by
// the one that receipts name.
var costColumns = [...]string{
	"country", "channel", "language", "planned_people", "planned_sms_parts_low", "planned_sms_parts_high",
	"planned_cost_low_estimated", "planned_cost_high_estimated", "accepted_people", "accepted_sms_parts_low", "accepted_sms_parts_high",
	"accepted_cost_low_estimated", "accepted_cost_high_estimated", "price", "per", "currency", "price_date",
	"settled_people", "settled_sms_parts", "settled_cost",
}

func costLines(m runstore.Meta, f *forecast.Forecast, list *prices.Table, lines []forecast.Outcome, erased int, kept forecast.Erased, collected bool) [][]string {
	header, labels := costColumns[:], []string(nil)
	for _, l := range m.Labels {
		header, labels = append(header[:len(header):len(header)], "label_"+l.Name), append(labels, guard(l.Value))
	}
	all := [][]string{header}
	for i, l := range f.Lines {
		cells := append([]string{l.Country, string(l.Channel), l.Language}, append(sumCells(l.Sum), sumCells(lines[i].Accepted)...)...)
		price, known := list.Find(l.Country, l.Channel)
		if known {
			cells = append(cells, price.Amount.String(), string(price.Per), list.Currency, list.Date)
		} else {
			cells = append(cells, "", "", list.Currency, list.Date)
		}
		cells = append(cells, settledCells(lines[i].Settled, collected)...)
		all = append(all, append(cells, labels...))
	}
	if erased > 0 {
		cells := make([]string, len(costColumns))
		cells[0], cells[8] = erasedName, strconv.Itoa(erased)
		if kept.Accepted.People == erased {
			copy(cells[8:], sumCells(kept.Accepted))
			cells[15], cells[16] = list.Currency, list.Date
			copy(cells[17:], settledCells(kept.Settled, collected))
		}
		all = append(all, append(cells, labels...))
	}
	return all
}

// settledCells are empty where no receipts are collected. The cost is, where that of some people is not known.
func settledCells(s forecast.Settled, collected bool) []string {
	cells := make([]string, 3)
	if collected {
		cells[0], cells[1] = strconv.Itoa(s.People), strconv.Itoa(s.Parts)
		if s.NoPrice == 0 {
			cells[2] = s.Cost.String()
		}
	}
	return cells
}

// sumCells leaves the cost empty where that of some people is not known.
func sumCells(s forecast.Sum) []string {
	cells := []string{strconv.Itoa(s.People), strconv.Itoa(s.Parts.Low), strconv.Itoa(s.Parts.High), "", ""}
	if s.NoPrice == 0 {
		cells[3], cells[4] = s.Cost.Low.String(), s.Cost.High.String()
	}
	return cells
}
