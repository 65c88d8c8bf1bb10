package report

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/forecast"
	"sendoff/internal/ledger"
	"sendoff/internal/lint"
	"sendoff/internal/phone"
	"sendoff/internal/prices"
	"sendoff/internal/render"
	"sendoff/internal/runstore"
)

// price gives a frozen run what planning gives one whose campaign sends a text by SMS and has prices.
func (r *testRun) price(message string) {
	r.t.Helper()
	r.priceAll("channel_priority_order: [SMS]\nmessage: \""+message+"\"\n", `{"country": "GB", "channel": "SMS", "price": "0.031", "per": "part"}`)
}

// say gives a frozen run a campaign, without prices.
func (r *testRun) say(text string) {
	source := campaign.Source{Name: "campaign.yaml", Data: []byte("name: priced\nmessage_content_type: CONTENT_MARKETING\naudience: a.csv\nsuppress: none\n" + text)}
	r.update(func(m *runstore.Meta) { m.Sources = []campaign.Source{source} })
}

// priceAll is price with the end of a campaign file and with prices.
func (r *testRun) priceAll(text, all string) {
	r.t.Helper()
	r.say(text)
	m := r.Meta()
	c, err := campaign.Parse("campaign.yaml", m.Sources)
	if err != nil {
		r.t.Fatal(err)
	}
	renderer, err := render.New(c, m.Columns, render.Identity{})
	if err != nil {
		r.t.Fatal(err)
	}
	numbers, err := phone.New("")
	if err != nil {
		r.t.Fatal(err)
	}
	var list *prices.Table
	if err := json.Unmarshal([]byte(`{"file": "prices.csv", "date": "2026-01-01", "currency": "EUR", "prices": [`+all+`]}`), &list); err != nil {
		r.t.Fatal(err)
	}
	snapshot, err := r.OpenSnapshot()
	if err != nil {
		r.t.Fatal(err)
	}
	defer snapshot.Close()
	var tally forecast.Tally
	meter, entries := forecast.NewGauge(c, renderer, lint.New(c, renderer, nil), m.Columns, numbers).Meter(), r.Ledger.Reader()
	for frame := range snapshot.Frames() {
		rows, err := snapshot.Frame(frame)
		if err != nil {
			r.t.Fatal(err)
		}
		for _, row := range rows {
			e, err := entries.Entry(uint32(row.Row))
			if err != nil {
				r.t.Fatal(err)
			}
			if e.State != ledger.Skipped {
				tally.Add(tally.ID(meter.Row(&row)), row.Row, row.Line)
			}
		}
	}
	f, err := forecast.New(c, &tally, list)
	if err != nil {
		r.t.Fatal(err)
	}
	r.update(func(m *runstore.Meta) {
		m.Labels = []campaign.Label{{Name: "cost_centre", Value: "4711"}}
		if err := forecast.Keep(m, f, list); err != nil {
			r.t.Fatal(err)
		}
	})
}

// What was accepted is counted of the rows; of somebody whose data was erased there is no country any more.
func TestCosts(t *testing.T) {
	r := newRun(t, false)
	r.freeze([]string{"CustomerNo", "Mobile", "Name"}, people(5, "Ann"))
	r.price("Hi ${Name}")
	r.start()
	for row := range 4 {
		r.send(row, ledger.Result{State: ledger.Accepted, MessageID: "01FC66621XXXXX119Z80000001"})
	}
	r.end(runstore.Stopped, 7, "stopped on request")
	if rep := r.collect(); rep.Costs == nil || rep.Costs.Accepted != nil || rep.Costs.High != 155_000 {
		t.Errorf("before anybody has counted: %+v", rep.Costs)
	}
	costs := func() string {
		r.write(Options{})
		content, err := os.ReadFile(r.Path(runstore.CostsName))
		if err != nil {
			t.Fatal(err)
		}
		_, lines, _ := strings.Cut(string(content), "\n")
		return lines
	}
	if diff := cmp.Diff("GB,SMS,,5,5,5,0.155,0.155,4,4,4,0.124,0.124,0.031,part,EUR,2026-01-01,,,,4711\n", costs()); diff != "" {
		t.Errorf("costs.csv (-want +got):\n%s", diff)
	}
	report, err := os.ReadFile(r.Path(runstore.ReportName))
	if err != nil || !strings.Contains(string(report), `"accepted": {
      "low": "0.124",`) {
		t.Errorf("report.json: %s, %v", report, err)
	}
	// A version of the program that knows another country for these numbers has a line for them.
	kept := r.Meta()
	r.update(func(m *runstore.Meta) {
		m.Forecast = json.RawMessage(strings.Replace(string(m.Forecast), `"GB"`, `"GG"`, 1))
	})
	if diff := cmp.Diff("GB,SMS,,0,0,0,0,0,4,4,4,0.124,0.124,0.031,part,EUR,2026-01-01,,,,4711\n"+
		"GG,SMS,,5,5,5,0.155,0.155,0,0,0,0,0,,,EUR,2026-01-01,,,,4711\n", costs()); diff != "" {
		t.Errorf("costs.csv of another version's forecast (-want +got):\n%s", diff)
	}
	r.update(func(m *runstore.Meta) { m.Forecast = kept.Forecast })
	forget := func(row int, keeps bool) {
		var costs json.RawMessage
		if keeps {
			costs = forecast.WithErased(r.Run, []int{row})
		}
		if err := r.Forget([]int{row}, costs, testTime); err != nil {
			t.Fatal(err)
		}
	}
	forget(4, true) // nobody has sent to them
	forget(1, true)
	if diff := cmp.Diff("GB,SMS,,5,5,5,0.155,0.155,3,3,3,0.093,0.093,0.031,part,EUR,2026-01-01,,,,4711\n"+
		"erased,,,,,,,,1,1,1,0.031,0.031,,,EUR,2026-01-01,,,,4711\n", costs()); diff != "" {
		t.Errorf("costs.csv without somebody (-want +got):\n%s", diff)
	}
	if got := r.writtenReport().Costs; *got.Accepted != (forecast.Cost{Low: 124_000, High: 124_000}) || got.Erased != 0 {
		t.Errorf("without somebody: %v", got)
	}
	// An older version has kept nothing of them.
	forget(2, false)
	if diff := cmp.Diff("GB,SMS,,5,5,5,0.155,0.155,2,2,2,0.062,0.062,0.031,part,EUR,2026-01-01,,,,4711\n"+
		"erased,,,,,,,,2,,,,,,,,,,,,4711\n", costs()); diff != "" {
		t.Errorf("costs.csv of an older version (-want +got):\n%s", diff)
	}
	want := "estimated EUR 0.07 for the accepted, 0.16 for everybody; without 2 messages to people whose data was erased (prices.csv, 2026-01-01)"
	if got := r.writtenReport().Costs.String(); got != want {
		t.Errorf("of an older version: %s", got)
	}
}
