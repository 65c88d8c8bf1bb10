package plan

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"sendoff/campaign"
	"sendoff/internal/filter"
	"sendoff/internal/forecast"
	"sendoff/internal/hours"
	"sendoff/internal/lint"
	"sendoff/internal/phone"
	"sendoff/internal/prices"
	"sendoff/internal/render"
	"sendoff/internal/runstore"
	"sendoff/internal/seeds"
	"sendoff/internal/suppress"
	"sendoff/internal/template"
)

// inputs is what a plan is made of, opened and checked. All of it but the audience is safe for concurrent use.
type inputs struct {
	audience     source
	numbers      *phone.Reader
	filter       *filter.Filter
	lists        *suppress.Set
	seeds        *seeds.List        // nil where the campaign names none
	campaign     *campaign.Campaign // with what it leaves to its templates
	renderer     *render.Renderer
	linter       *lint.Linter
	warnings     []Finding // of the templates
	gauge        *forecast.Gauge
	clock        *hours.Clock  // nil: people may get messages at any hour, and nobody needs to know theirs
	holidays     []byte        // the file of the window's holidays
	prices       *prices.Table // nil: the campaign has none
	countries    []string      // audience.countries
	allowPremium bool
	needs        []template.Need // what rows ask of templates
	unlisted     bool            // the campaign names Sinch's opt-out list, on which contacts are not
	mobiles      bool            // only mobile phones can be reached on one of the campaign's channels
}

// open opens everything. What is wrong with several of them comes back together, and what is wrong with one leaves it nil.
func open(c Config) (*inputs, campaign.Problems, error) {
	in := &inputs{filter: new(filter.Filter)}
	country := c.Campaign.Audience.Country
	var err error
	var problems, ofAudience campaign.Problems
	c.report(Progress{Stage: ReadingLists})
	var own []campaign.OwnColumn // which columns of the lists are addresses depends on those of the audience
	if in.audience, err = openAudience(c); !ofAudience.Collect(err) {
		return in, nil, fmt.Errorf("plan: %w", err)
	}
	if in.audience != nil {
		own = in.audience.Columns().Own
	}
	in.lists, err = suppress.LoadFor(c.Campaign, c.Home, own, c.Now, c.Guard.Lists()...)
	if errors.Is(err, phone.ErrCountry) {
		in.close()
		in.audience = nil
		return in, campaign.Problems{{
			File: c.Campaign.Path, Line: c.Campaign.Audience.Line, Message: fmt.Sprintf("audience: no phone numbers belong to the country %q", country),
			Hint: "use a code of ISO 3166-1, such as GB or SE",
		}}, nil
	}
	if !problems.Collect(err) {
		return in, nil, fmt.Errorf("plan: %w", err)
	}
	if in.lists != nil {
		if c.OptOuts != nil {
			in.lists.AddOptOuts(c.OptOuts)
		}
		in.lists.AddSent(c.Sent)
	}
	if spec := c.Campaign.Seeds; spec.File != "" {
		if in.seeds, err = seeds.Load(c.Campaign.Resolve(spec.File), "", spec, c.Campaign); !problems.Collect(err) {
			return in, nil, fmt.Errorf("plan: %w", err)
		}
	}
	problems = append(problems, ofAudience...)
	c.report(Progress{Stage: ReadingRows})
	if in.hasColumns() {
		if err := in.prepare(c); !problems.Collect(err) {
			return in, nil, fmt.Errorf("plan: %w", err)
		}
	}
	return in, problems, nil
}

// hasColumns reports whether there can be rows.
func (in *inputs) hasColumns() bool {
	return in.audience != nil && len(in.audience.Columns().Header) > 0
}

// prepare makes what depends on the audience's columns.
func (in *inputs) prepare(c Config) (err error) {
	columns := in.audience.Columns()
	in.allowPremium = c.Campaign.Audience.AllowPremium
	_, in.unlisted = c.Campaign.OptOuts()
	in.mobiles = slices.ContainsFunc(c.Campaign.ChannelPriorityOrder, isForMobiles)
	if in.numbers, err = phone.New(c.Campaign.Audience.Country); err != nil {
		return err
	}
	var problems campaign.Problems
	if in.filter, err = filter.New(c.asked(), columns, c.Now); !problems.Collect(err) {
		return err
	}
	applied := c.Templates.Apply(c.Campaign, columns)
	in.campaign, in.needs = applied.Campaign, applied.Needs
	for _, p := range applied.Problems {
		if p.Warning {
			in.warnings = append(in.warnings, Finding{Message: p.Message, Hint: p.Hint, Warning: true, Lines: []int{}})
		} else {
			problems = append(problems, p)
		}
	}
	in.renderer, err = render.New(in.campaign, columns, c.identity())
	if !problems.Collect(err) {
		return err
	}
	if err := in.readHours(c.Campaign); !problems.Collect(err) {
		return err
	}
	if in.renderer != nil {
		in.measure(c.Templates)
		if c.Addresses {
			in.linter.CollectAddresses()
		}
	}
	if err := in.readPrices(c); !problems.Collect(err) {
		return err
	}
	return problems.Err()
}

// measure makes what looks at rendered rows.
func (in *inputs) measure(known template.Set) {
	in.linter = lint.New(in.campaign, in.renderer, known)
	in.gauge = forecast.NewGauge(in.campaign, in.renderer, in.linter, in.audience.Columns(), in.numbers).WithPlaces(in.clock)
}

// lack returns what the templates of a row's message cannot do.
func (in *inputs) lack(r *campaign.Recipient) template.Lack {
	if len(in.needs) == 0 {
		return template.Lack{}
	}
	translation := in.renderer.Language(r).Translation
	for _, need := range in.needs {
		if need.Reference.Translation != translation {
			continue
		}
		language, err := in.renderer.Fill(need.Language, r)
		if err != nil {
			continue // the row has been rendered with it
		}
		if lack := need.Lack(language); lack != (template.Lack{}) {
			return lack
		}
	}
	return template.Lack{}
}

// day returns the day that decides who is meant or what is sent, or "" where none does.
func (in *inputs) day() string { return cmp.Or(in.renderer.Day(), in.filter.Day()) } // what is sent again has that of the first time

// readPrices reads the price list, and the countries that are meant.
func (in *inputs) readPrices(c Config) (err error) {
	for _, country := range c.Campaign.Audience.Countries {
		if in.numbers.CountryIn(country) != country {
			return campaign.Problems{{
				File: c.Campaign.Path, Line: c.Campaign.Audience.Line, Message: fmt.Sprintf("audience: countries: no phone numbers belong to the country %q", country),
				Hint: "use codes of ISO 3166-1, such as GB or SE",
			}}
		}
	}
	in.countries = c.Campaign.Audience.Countries
	spec, most := c.Campaign.Prices, c.Campaign.Limits.MaxCost
	if spec.File == "" {
		return nil
	}
	now := c.Now.UTC()
	if zone := c.Campaign.TimeZone; zone != nil {
		now = now.In(zone)
	}
	if in.prices, err = prices.Load(c.Campaign.Resolve(spec.File), spec, in.numbers, now); err != nil {
		return err
	}
	if !most.IsZero() && most.Currency != in.prices.Currency {
		return campaign.Problems{{File: c.Campaign.Path, Message: fmt.Sprintf("limits.max_cost is in %s, and %s has prices in %s", most.Currency, spec.File, in.prices.Currency),
			Hint: "nothing is converted here: say the limit in the currency of the prices"}}
	}
	return nil
}

// isForMobiles reports whether a channel reaches mobile phones alone. The others are apps, which people can use with the number of a landline.
func isForMobiles(c campaign.Channel) bool {
	return c == campaign.SMS || c == campaign.MMS || c == campaign.RCS
}

func (in *inputs) close() {
	if in.audience != nil {
		_ = in.audience.Close() // nothing was written to it
	}
}

// listsWith returns the suppression lists with how many rows each of them left out.
func (in *inputs) listsWith(matches []int) []runstore.List {
	var lists []runstore.List
	for i, l := range in.lists.Lists() {
		if l.Runs != "" || l.Sinch != nil {
			lists = append(lists, runstore.List{Runs: l.Runs, Keys: l.Keys, Sinch: l.Sinch, Read: l.Read, Entries: l.Entries, Matches: matches[i]})
			continue
		}
		lists = append(lists, runstore.List{
			File: l.File, Folder: l.Folder, Modified: l.ModTime, SHA256: hex.EncodeToString(l.SHA256[:]),
			Entries: l.Entries, Ignored: l.Unreadable, Only: l.Only, Matches: matches[i],
		})
	}
	return lists
}
