package forecast

import (
	"fmt"
	"sync"

	"sendoff/campaign"
	"sendoff/internal/prices"
	"sendoff/internal/prose"
)

// Budget is what a run may spend, and has spent. It is safe for concurrent use.
type Budget struct {
	gauge  *Gauge
	prices *prices.Table // nil: only parts are counted
	limits campaign.Limits

	mu    sync.Mutex // guards what follows
	spent Charge
}

// NewBudget returns the budget that limits leave, of which some is spent. With a limit of the cost it needs the prices.
func NewBudget(g *Gauge, list *prices.Table, limits campaign.Limits, spent Charge) *Budget {
	return &Budget{gauge: g, prices: list, limits: limits, spent: spent}
}

// Meter returns a Meter for [Budget.Charge].
func (b *Budget) Meter() *Meter { return b.gauge.Meter() }

// Charge returns what a message to somebody comes to at most. The error says that it has no price, where the cost is limited.
func (b *Budget) Charge(m *Meter, r *campaign.Recipient) (Charge, error) {
	s := m.Row(r)
	sum, missing, ok := one(s, b.prices)
	switch {
	case !ok:
		return Charge{}, fmt.Errorf("row %d: the estimated cost %w", r.Row, campaign.ErrTooMuch)
	case len(missing) > 0 && !b.limits.MaxCost.IsZero():
		return Charge{}, fmt.Errorf("row %d: there is no price for %s to %s", r.Row, missing[0], CountryName(s.Country))
	}
	return Charge{sum.Cost.High, sum.Parts.High}, nil
}

// Take spends a charge. The error says in words that a limit does not allow it; then nothing is spent.
func (b *Budget) Take(c Charge) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	cost, ok := b.spent.Cost.Plus(c.Cost)
	parts := b.spent.Parts + c.Parts
	if most := b.limits.MaxCost; !most.IsZero() && (!ok || cost > most.Amount) {
		return fmt.Errorf("the next message may bring the estimated cost above limits.max_cost: %s of %s is spent; raise it to go on",
			campaign.Money{Amount: b.spent.Cost, Currency: most.Currency}.Up(), most.Up())
	}
	if most := b.limits.MaxParts; most > 0 && parts > most {
		return fmt.Errorf("the next message may bring the SMS parts above limits.max_parts: %s of %s are spent; raise it to go on", prose.Thousands(b.spent.Parts), prose.Thousands(most))
	}
	b.spent = Charge{cost, parts}
	return nil
}

// GiveBack takes back a charge of a message that was not taken.
func (b *Budget) GiveBack(c Charge) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spent = Charge{b.spent.Cost - c.Cost, b.spent.Parts - c.Parts}
}

// CountryName is what people call a country: its code.
func CountryName(code string) string {
	if code == "" {
		return "an unknown country"
	}
	return code
}
