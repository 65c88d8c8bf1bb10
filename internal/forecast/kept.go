package forecast

import (
	"encoding/json"
	"fmt"

	"sendoff/internal/prices"
	"sendoff/internal/runstore"
)

// Keep makes a forecast, and the prices behind it, the run's. These may be nil.
func Keep(m *runstore.Meta, f *Forecast, list *prices.Table) (err error) {
	m.Prices = nil
	if list != nil {
		if m.Prices, err = json.Marshal(list); err != nil {
			return fmt.Errorf("keep prices: %w", err)
		}
	}
	if m.Forecast, err = json.Marshal(f); err != nil {
		return fmt.Errorf("keep forecast: %w", err)
	}
	return nil
}

// Kept returns the forecast of a run and the prices behind it; nil for what it has not.
func Kept(m runstore.Meta) (f *Forecast, list *prices.Table, err error) {
	if m.Forecast != nil {
		if err := json.Unmarshal(m.Forecast, &f); err != nil {
			return nil, nil, fmt.Errorf("read forecast: %w", err)
		}
	}
	if m.Prices != nil {
		if err := json.Unmarshal(m.Prices, &list); err != nil {
			return nil, nil, fmt.Errorf("read prices: %w", err)
		}
	}
	return f, list, nil
}
