package plan

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
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

// recount makes the forecast again of the rows that are really sent.
func recount(t *testing.T, c *campaign.Campaign, run *runstore.Run) *forecast.Forecast {
	t.Helper()
	m := run.Meta()
	renderer, err := render.New(c, m.Columns, render.Identity{})
	if err != nil {
		t.Fatal(err)
	}
	numbers, err := phone.New("")
	if err != nil {
		t.Fatal(err)
	}
	list, err := prices.Load(c.Resolve(c.Prices.File), c.Prices, numbers, testTime)
	if err != nil {
		t.Fatal(err)
	}
	meter := forecast.NewGauge(c, renderer, lint.New(c, renderer, nil), m.Columns, numbers).Meter()
	var tally forecast.Tally
	entries := run.Ledger.Reader()
	for _, r := range frozen(t, run) {
		e, err := entries.Entry(uint32(r.Row))
		if err != nil {
			t.Fatal(err)
		}
		if e.State != ledger.Skipped {
			tally.Add(tally.ID(meter.Row(&r)), r.Row, r.Line)
		}
	}
	f, err := forecast.New(c, &tally, list)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Whoever loses as a duplicate is taken back, with their parts, their money, their language and their country: in memory or on disk, with one
// address or several.
func TestForecastIsThatOfTheRowsThatAreSent(t *testing.T) {
	const lines = `prices: prices.csv
message: "Hi ${text}"
translations: {sv: "Hej, här är ${text}", de: "Hallo"}
`
	for seed := range uint64(6) {
		random := rand.New(rand.NewPCG(seed, 7))
		people := 1 + random.IntN(300)
		var rows strings.Builder
		rows.WriteString("phone,whatsapp,language,text\n")
		for range 1500 {
			number := []string{"+4477009%05d", "+467017400%02d", "+1212555%04d"}[random.IntN(3)]
			limit := []int{1000, 100, 100}[slices.Index([]string{"+4477009%05d", "+467017400%02d", "+1212555%04d"}, number)]
			first, other := random.IntN(min(people, limit)), ""
			if strings.HasPrefix(number, "+1") {
				first += 100
			}
			if seed%2 == 1 && random.IntN(3) == 0 {
				other = fmt.Sprintf("+4477009%05d", random.IntN(people))
			}
			text := strings.Repeat([]string{"a", "é", "’"}[random.IntN(3)], random.IntN(400))
			fmt.Fprintf(&rows, "%s,%s,%s,x%s\n", fmt.Sprintf(number, first), other, []string{"sv", "en", "de-AT", ""}[random.IntN(4)], text)
		}
		dir := t.TempDir()
		write(t, dir, "audience.csv", rows.String())
		write(t, dir, "prices.csv", "country,channel,price,currency\nGB,SMS,0.031,EUR\n*,SMS,0.5,EUR\nGB,RCS,0.04,EUR\nSE,RCS,0.039,EUR\n*,WHATSAPP,0.0123,EUR\n")
		order := "channel_priority_order: [RCS, SMS]\naudience: audience.csv\n"
		if seed%2 == 1 {
			order = "channel_priority_order: [WHATSAPP, SMS]\naudience: {file: audience.csv, columns: {phone: phone, whatsapp: whatsapp}}\n"
		}
		c := severalCampaign(t, dir, strings.Replace(order+lines, `message: "Hi ${text}"`+"\n", "", 1)+"\nsuppress: none")
		run := mustAcquire(t, filepath.Join(t.TempDir(), "run"))
		p := mustBuild(t, c, run)
		want := recount(t, c, run)
		if diff := cmp.Diff(want, p.Forecast); diff != "" {
			t.Fatalf("seed %d (-recounted +planned):\n%s", seed, diff)
		}
		if p.Forecast.People != p.Eligible || p.Skipped[campaign.Duplicate] == 0 {
			t.Errorf("seed %d: a forecast for %d of %d people, %d duplicates", seed, p.Forecast.People, p.Eligible, p.Skipped[campaign.Duplicate])
		}
		kept, list, err := forecast.Kept(run.Meta())
		if err != nil || list == nil {
			t.Fatalf("seed %d: prices %v, %v", seed, list, err)
		}
		if diff := cmp.Diff(p.Forecast, kept); diff != "" {
			t.Errorf("seed %d: kept (-planned +kept):\n%s", seed, diff)
		}
		var sum forecast.Sum
		for _, l := range p.Forecast.Lines {
			sum.People, sum.Parts.Low, sum.Parts.High = sum.People+l.People, sum.Parts.Low+l.Parts.Low, sum.Parts.High+l.Parts.High
			sum.Cost.Low, sum.Cost.High, sum.NoPrice = sum.Cost.Low+l.Cost.Low, sum.Cost.High+l.Cost.High, sum.NoPrice+l.NoPrice
		}
		if sum != p.Forecast.Sum {
			t.Errorf("seed %d: the lines come to %+v, the forecast to %+v", seed, sum, p.Forecast.Sum)
		}
	}
}

func TestLimitsOfMoney(t *testing.T) {
	const audience = "phone,country\n+447700900001,\n+447700900002,\n+447700900001,\n+46701740601,\n+18765550101,\n+18765550102,\n"
	for _, tc := range []struct {
		name, lines, prices string
		want                []string // nil: the plan is made
	}{
		{"enough", "limits: {max_cost: 1.6 EUR, max_parts: 5}", "*,SMS,0.1\n*,RCS,0.32\n", nil},
		{"too much", "limits: {max_cost: 1.599999 EUR}", "*,SMS,0.1\n*,RCS,0.32\n", []string{
			"campaign.yaml: the messages would cost up to EUR 1.60 (estimated), and limits.max_cost is EUR 1.59 | most of it is 2 messages to GB, RCS first: EUR 0.64"}},
		{"too many parts", "limits: {max_parts: 4}", "*,SMS,0.1\n", []string{
			"campaign.yaml: 5 SMS parts would be sent if nobody has RCS, and limits.max_parts is 4 | most of it is 2 messages to GB, RCS first: EUR 0.20"}},
		{"a price is missing", "limits: {max_cost: 99 EUR}", "GB,SMS,0.1\n*,RCS,0.1\nSE,SMS,0.1\n", []string{
			"prices.csv: there is no price for SMS to JM; limits.max_cost needs one (2 rows, lines 6, 7 of the audience) | " +
				"add a line for SMS, or * for every other country; audience: {countries: […]} leaves people out"}},
		{"a price is missing, and nobody limits the cost", "limits: {max_parts: 5}", "GB,SMS,0.1\n*,RCS,0.1\nSE,SMS,0.1\n", nil},
		{"another currency", "limits: {max_cost: 99 SEK}", "*,SMS,0.1\n", []string{
			"campaign.yaml: limits.max_cost is in SEK, and prices.csv has prices in EUR | nothing is converted here: say the limit in the currency of the prices"}},
		{"left out", "limits: {max_cost: 0.5 EUR}\naudience: {file: audience.csv, countries: [GB, se]}", "GB,SMS,0.1\nSE,SMS,0.1\n*,RCS,0.01\n", nil},
	} {
		dir := t.TempDir()
		write(t, dir, "audience.csv", audience)
		write(t, dir, "prices.csv", "country,channel,price,currency\n"+strings.ReplaceAll(tc.prices, "\n", ",EUR\n"))
		lines := tc.lines + "\nprices: prices.csv\nmessage: Hi\n"
		if !strings.Contains(lines, "audience:") {
			lines += "audience: audience.csv\n"
		}
		run := mustAcquire(t, filepath.Join(dir, "run"))
		p, err := Build(t.Context(), config(testCampaign(t, dir, lines), run))
		var problems campaign.Problems
		if err != nil && !problems.Collect(err) {
			t.Fatal(err)
		}
		var got []string
		for _, problem := range problems {
			got = append(got, strings.ReplaceAll(problem.Error(), dir+string(filepath.Separator), "")+" | "+problem.Hint)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
		switch tc.name {
		case "left out":
			if p.Skipped[campaign.OtherCountry] != 2 || p.Eligible != 3 {
				t.Errorf("%s: %v, %d people", tc.name, p.Skipped, p.Eligible)
			}
			if diff := cmp.Diff("country 0 audience.countries: JM is not among them", skips(t, run, 6)[4]); diff != "" {
				t.Error(diff)
			}
		case "a price is missing, and nobody limits the cost":
			last := p.Findings[len(p.Findings)-1]
			if last.Message != "prices.csv: there is no price for SMS to JM: the cost is not known" || last.Count != 2 || !last.Warning || !slices.Equal(last.Lines, []int{6, 7}) {
				t.Errorf("%s: %+v", tc.name, last)
			}
		}
	}
}

// People without a number are of the country in their row.
func TestCountryOfTheRow(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", "messenger,country\n1000000001,GB\n1000000002,Sweden\n1000000003,\n1000000004,Atlantis\n")
	c := severalCampaign(t, dir, "channel_priority_order: [MESSENGER]\nsuppress: none\naudience: {file: audience.csv, columns: {messenger: messenger, country: country}}")
	p := mustBuild(t, c, mustAcquire(t, filepath.Join(dir, "run")))
	var got []string
	for _, l := range p.Forecast.Lines {
		got = append(got, fmt.Sprintf("%q %d", l.Country, l.People))
	}
	if diff := cmp.Diff([]string{`"" 2`, `"GB" 1`, `"SE" 1`}, got); diff != "" {
		t.Error(diff)
	}
	if p.Forecast.Parts != (forecast.Parts{}) {
		t.Errorf("parts of SMS that nobody is sent: %+v", p.Forecast.Parts)
	}
}
