package forecast

import (
	"sendoff/campaign"
	"sendoff/internal/hours"
	"sendoff/internal/lint"
	"sendoff/internal/phone"
	"sendoff/internal/render"
)

// Gauge measures the rows of one campaign. It does not change.
type Gauge struct {
	campaign *campaign.Campaign
	renderer *render.Renderer
	linter   *lint.Linter
	columns  campaign.Columns
	numbers  *phone.Reader
	clock    *hours.Clock // nil: it decides nothing where people are
}

// NewGauge prepares what is measured of every row: what its SMS takes is up to the linter.
func NewGauge(c *campaign.Campaign, r *render.Renderer, l *lint.Linter, columns campaign.Columns, numbers *phone.Reader) *Gauge {
	return &Gauge{c, r, l, columns, numbers, nil}
}

// WithPlaces returns a gauge that measures besides where people are.
func (g Gauge) WithPlaces(clock *hours.Clock) *Gauge {
	g.clock = clock
	return &g
}

// Meter measures one row after the other. Each goroutine needs its own.
type Meter struct {
	*Gauge
	judge   *lint.Judge
	country string // what the last row's column says
	code    string // of that
}

// Meter returns a Meter.
func (g *Gauge) Meter() *Meter { return &Meter{Gauge: g, judge: g.linter.Judge()} }

// Country returns the country of a row: that of its number, or else of its country column; "" where nobody knows.
func (m *Meter) Country(r *campaign.Recipient) string {
	if !r.Address.IsZero() {
		return m.numbers.CountryOf(r.Address)
	}
	for _, other := range r.Others {
		if other.IsNumber() {
			return m.numbers.CountryOf(campaign.PhoneAddress(other.Reveal()))
		}
	}
	if cell := r.Field(m.columns.Country); cell != m.country {
		m.country, m.code = cell, m.numbers.CountryIn(cell)
	}
	return m.code
}

// Kind returns which line a row belongs to. What its SMS takes is not measured for that.
func (m *Meter) Kind(r *campaign.Recipient) Kind {
	k := Kind{Country: m.Country(r), Channel: m.renderer.First(r)}
	if i := m.renderer.Translation(r); i >= 0 {
		k.Language = m.campaign.Translations[i].Language
	}
	return k
}

// Row measures a row that can be rendered.
func (m *Meter) Row(r *campaign.Recipient) Slice { return m.Slice(r, m.judge.Measure(r)) }

// Slice returns what a row comes to of whose SMS the measure is. An SMS whose words are not known here, as those of a template that nobody has read, counts as one part.
func (m *Meter) Slice(r *campaign.Recipient, measure lint.Measure) Slice {
	k := m.Kind(r)
	s := Slice{Country: k.Country, Language: k.Language, First: k.Channel, Channels: m.renderer.Reached(r), Measure: measure}
	if m.clock != nil {
		s.Place = m.clock.Place(r)
	}
	if s.Parts == 0 && s.Channels.Has(campaign.SMS) {
		s.Parts, s.Supposed = 1, true
	}
	return s
}
