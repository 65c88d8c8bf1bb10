package cli

import (
	"context"
	"errors"

	"sendoff/campaign"
	"sendoff/internal/forecast"
	"sendoff/internal/lint"
	"sendoff/internal/phone"
	"sendoff/internal/prices"
	"sendoff/internal/proposal"
	"sendoff/internal/render"
	"sendoff/internal/runstore"
)

// checkMoney refuses to go on with a run whose limits nobody could hold, and says where its prices are not those of today.
func (r *runner) checkMoney(m runstore.Meta) error {
	f, list, err := forecast.Kept(m)
	if err != nil {
		return err
	}
	most := r.campaign.Limits.MaxCost
	switch {
	case most.IsZero():
	case list == nil:
		return inputErrorf("limits.max_cost is set now, and %s was planned without prices. Nothing was sent now", m.Key).
			hint("the prices of a run are frozen when it is planned: take limits.max_cost out again, or limit the parts: limits: {max_parts: …}")
	case most.Currency != list.Currency:
		return inputErrorf("limits.max_cost is in %s, and %s was planned with prices in %s. Nothing was sent now", most.Currency, m.Key, list.Currency)
	case f.NoPrice > 0:
		return inputErrorf("limits.max_cost is set now, and %s. Nothing was sent now", proposal.WithoutPrice(f)).
			hint("the prices of a run are frozen when it is planned: take limits.max_cost out again, or limit the parts: limits: {max_parts: …}")
	}
	if list == nil || r.campaign.Prices.File == "" {
		return nil
	}
	countries, err := phone.New("")
	if err != nil {
		return err
	}
	now, err := prices.Load(r.campaign.Resolve(r.campaign.Prices.File), r.campaign.Prices, countries, r.Now())
	if err != nil || now.SHA256 != list.SHA256 {
		r.say("%s has changed since the plan, or cannot be read: the cost is estimated by the prices of then (%s)", list.File, list.Date)
	}
	return nil
}

// gauge returns what knows country, channel and language of the people of a run, and what their messages come to.
func (r *runner) gauge(renderer *render.Renderer, columns campaign.Columns) (*forecast.Gauge, error) {
	countries, err := phone.New("")
	if err != nil {
		return nil, err
	}
	complete := r.complete()
	return forecast.NewGauge(complete, renderer, lint.New(complete, renderer, r.templates), columns, countries), nil
}

// findBudget finds out what the limits leave to spend; nil where there is none of the limits that hold while a run sends.
func (r *runner) findBudget(ctx context.Context) (*forecast.Budget, error) {
	limits, m := r.campaign.Limits, r.run.Meta()
	if limits.MaxCost.IsZero() && limits.MaxParts == 0 {
		return nil, nil
	}
	f, list, err := forecast.Kept(m)
	if err != nil {
		return nil, err
	}
	renderer, err := render.New(r.complete(), m.Columns, render.Identity{Day: m.Day})
	if err != nil {
		return nil, err
	}
	gauge, err := r.gauge(renderer, m.Columns)
	if err != nil {
		return nil, err
	}
	var spent forecast.Charge
	if r.run.Begun() {
		var largest forecast.Charge
		if f != nil { // an older version has planned without
			largest = f.Largest
		}
		said := r.sayIfLong("counting what is spent")
		spent, err = forecast.Spent(ctx, r.run, gauge, list, largest)
		said()
		if errors.Is(err, runstore.ErrErased) {
			err = nil // sending says so
		}
	}
	return forecast.NewBudget(gauge, list, limits, spent), err
}
