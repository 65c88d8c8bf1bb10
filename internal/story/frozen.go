package story

import (
	"strings"
	"time"

	"sendoff/campaign"
	"sendoff/internal/forecast"
	"sendoff/internal/hours"
	"sendoff/internal/ledger"
	"sendoff/internal/lint"
	"sendoff/internal/phone"
	"sendoff/internal/plan"
	"sendoff/internal/preview"
	"sendoff/internal/prices"
	"sendoff/internal/prose"
	"sendoff/internal/render"
	"sendoff/internal/runstore"
	"sendoff/internal/template"
)

// frozen is the campaign of a run as it was frozen, and what can be made of it again.
type frozen struct {
	campaign  *campaign.Campaign // nil where this version cannot read it any more; then the rest is too
	templates template.Set
	renderer  *render.Renderer
	meter     *forecast.Meter
	clock     *hours.Clock   // nil: it has no window, or nobody knows any more which days are off
	prices    *prices.Table  // nil: it has none
	zone      *time.Location // the campaign's; nil: it names none, or cannot be read
}

func (f *frozen) read(m runstore.Meta) {
	if err := f.load(m); err != nil {
		*f = frozen{zone: f.zone}
	}
}

func (f *frozen) load(m runstore.Meta) error {
	c, err := campaign.Parse(m.CampaignFile, m.Sources)
	if err != nil {
		return err
	}
	f.zone = c.TimeZone
	if f.templates, err = plan.Templates(m); err != nil {
		return err
	}
	f.campaign = f.templates.Apply(c, m.Columns).Campaign
	f.renderer, err = render.New(f.campaign, m.Columns, render.Identity{RunID: m.RunID, RunKey: m.Key, Day: m.Day})
	if err != nil {
		return err
	}
	numbers, err := phone.New("")
	if err != nil {
		return err
	}
	f.meter = forecast.NewGauge(f.campaign, f.renderer, lint.New(f.campaign, f.renderer, f.templates), m.Columns, numbers).Meter()
	if f.campaign.Window.IsSet() {
		f.clock, _ = hours.New(f.campaign, m.Columns, numbers) // its file of holidays may be gone
	}
	_, f.prices, err = forecast.Kept(m)
	return err
}

// text returns what a person reads on a channel, in one line.
func (f *frozen) text(r *campaign.Recipient, channel campaign.Channel) string {
	message := f.campaign.MessageFor(f.renderer.Translation(r))
	for _, s := range preview.Screens(message, f.templates, f.renderer, r, []campaign.Channel{channel}) {
		if line := s.Line(); line != "" {
			return line
		}
	}
	return f.renderer.Text(r)
}

// cost estimates what a message on a channel costs; nil where nobody knows.
func (f *frozen) cost(r *campaign.Recipient, channel campaign.Channel) *Cost {
	if f.prices == nil {
		return nil
	}
	slice := f.meter.Row(r)
	price, known := f.prices.Find(slice.Country, channel)
	amount, counts := price.Of(max(slice.Parts, 1))
	if !known || !counts {
		return nil
	}
	c := &Cost{Currency: f.prices.Currency, Amount: amount, PriceList: f.prices.File, PriceDate: f.prices.Date}
	if channel == campaign.SMS {
		c.Parts = slice.Parts
	}
	return c
}

// halted returns what a start has said of the people of a row to whom it sent no more.
func (f *frozen) halted(r *campaign.Recipient, all []runstore.Halt) (runstore.Halt, bool) {
	if f.meter == nil {
		return runstore.Halt{}, false
	}
	kind := f.meter.Kind(r)
	of := map[string]string{"country": kind.Country, "channel": string(kind.Channel), "language": kind.Language}
	for _, h := range all {
		if name, known := of[h.By]; known && name == h.Name {
			return h, true
		}
	}
	return runstore.Halt{}, false
}

// keptBack returns until when somebody gets no messages at a time, on their own clock, and where they are; zero where they may get one then.
func (f *frozen) keptBack(r *campaign.Recipient, at time.Time) (until time.Time, name string) {
	if f.clock == nil {
		return time.Time{}, ""
	}
	place := f.clock.Place(r)
	span := f.clock.Next(place, at)
	if span.IsZero() || !span.From.After(at) {
		return time.Time{}, ""
	}
	from, _ := place.Local(span.From)
	return from, place.String()
}

// details says whatever else there is to know of a row, for whoever asks on.
func (t *Teller) details(e *Entry, r *campaign.Recipient, le *ledger.Entry) {
	isSent := e.Verdict != NotSent && e.Verdict != NotYetSent && e.Verdict != Expired && e.Verdict != Forgotten
	if isSent || e.Verdict == NotYetSent {
		e.AskedFirst = t.asked()
	}
	if isSent {
		t.sending(e, r, le)
	}
	if t.meta.Seeds != "" {
		e.NoText = "as a seed they get what the first person gets who is sent to"
		return
	}
	if t.frozen.campaign == nil {
		if isSent {
			e.NoText = "the text cannot be shown: this version of sendoff cannot read the campaign of this run any more"
		}
		return
	}
	audience := &t.frozen.campaign.Audience
	e.Where = audience.Where.Text
	e.Consent = t.consent(r, audience.Consent)
	if !r.HasAddress() || r.Erased() {
		if isSent {
			e.NoText = "text erased"
		}
		return
	}
	if i := t.frozen.renderer.Translation(r); i >= 0 {
		e.Language = t.frozen.campaign.Translations[i].Language
	}
	channel := campaign.Channel(e.Channel)
	if channel.Index() < 0 {
		channel = t.frozen.renderer.First(r)
	}
	if isSent || e.Verdict == NotYetSent {
		e.Text = t.frozen.text(r, channel)
	}
	if isSent && e.Verdict != Rejected {
		e.Cost = t.frozen.cost(r, channel)
	}
}

// sending says which start has sent a message, and what has delayed it.
func (t *Teller) sending(e *Entry, r *campaign.Recipient, le *ledger.Entry) {
	left := le.Time
	if !le.Begun.IsZero() {
		left = le.Begun
	}
	start := started(&t.meta, left)
	if start == nil {
		return
	}
	e.Started, e.Epoch = start.Time, start.Epoch
	if until, name := t.frozen.keptBack(r, start.Time); !until.IsZero() && !until.After(left) {
		e.KeptBack = "until " + until.Format("Mon 2 Jan 15:04 MST") + ", when their hours begin (" + name + ")"
	}
}

// consent says what a row shows of it.
func (t *Teller) consent(r *campaign.Recipient, c campaign.Consent) string {
	var shown []string
	for _, column := range []string{c.Column.Name, c.Date.Name} {
		for i, name := range t.meta.Columns.Header {
			if column != "" && campaign.Fold(name) == campaign.Fold(column) {
				shown = append(shown, prose.Printable(name)+": "+prose.Printable(r.Field(i)))
			}
		}
	}
	return strings.Join(shown, ", ")
}
