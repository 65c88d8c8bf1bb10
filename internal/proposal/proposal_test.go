package proposal

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/filter"
	"sendoff/internal/forecast"
	"sendoff/internal/plan"
	"sendoff/internal/preview"
	"sendoff/internal/runstore"
	"sendoff/internal/table"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden holds what was written against a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// writeJSON holds a result against a file of testdata.
func writeJSON(t *testing.T, name string, result any) {
	t.Helper()
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(result); err != nil {
		t.Fatal(err)
	}
	golden(t, name, out.Bytes())
}

func TestMain(m *testing.M) {
	time.Local = time.UTC // what stands in golden files is a local clock's
	m.Run()
}

var testTime = time.Date(2026, 11, 23, 9, 5, 20, 0, time.UTC)

func testCampaign(t *testing.T, more string) *campaign.Campaign {
	t.Helper()
	c, err := campaign.Parse("spring/campaign.yaml", []campaign.Source{{Data: []byte(`name: spring-sale-2026
message_content_type: CONTENT_MARKETING
time_zone: Europe/London
audience: audience.csv
channel_priority_order: [RCS, SMS]
channel_properties: {SMS_SENDER: Acme}
limits: {max_recipients: 60000}
message: "Hi ${name}"
` + more)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// spring is the proposal of a large and harmless campaign.
func spring(t *testing.T) *Proposal {
	p := &Proposal{
		Campaign: testCampaign(t, "suppress: [optouts.csv, {sinch: opt_outs}, {runs: 'spring-*'}]\npace: {rate: 20}\n"), Audience: "audience.csv", Now: testTime, Version: "v0",
		Plan: &plan.Plan{
			Rows: 50214, Eligible: 48213, BadNumbers: 180,
			Skipped: map[campaign.SkipReason]int{campaign.Suppressed: 1204, campaign.Duplicate: 611, campaign.Invalid: 186},
			Where:   []filter.Count{{Term: `country == "GB"`, Alone: 50001, Left: 50001}, {Term: "points >= 100", Alone: 49000, Left: 48900}},
			File:    table.Info{Format: table.CSV, Encoding: "Windows-1252", Confidence: 93, Delimiter: ';'},
			Columns: campaign.Columns{Header: []string{"Mobile", "CustomerNo", "Name"}, Phone: 0, ID: 1, Language: -1, Country: -1, TimeZone: -1},
			Findings: []plan.Finding{
				{Message: "phone: possible, but no number of this kind is assigned", Hint: "sent to all the same", Warning: true, Count: 1200, Lines: []int{2, 3, 4, 5, 6}},
				{Message: "phone: has a letter in it", Hint: "look for the letter O in place of a zero", Count: 180, Lines: []int{25, 26}},
				{Message: "row: number of cells is not that of the header", Count: 6, Lines: []int{99}},
				{Message: "optouts.csv: rows without an address or id were passed over", Warning: true, Count: 107, Lines: []int{12}},
			},
			Samples: []plan.Sample{
				{Line: 2, Text: "Spring sale, Anna / Your 1,204 points are worth £14.45 until Sunday. > Shop now"},
				{Line: 31, Text: "Spring sale, there / Your 3 points are worth £0.04 until Sunday. > Shop now", Note: "no first name"},
				{Line: 877, Text: "Spring sale, Maximiliane-Charlotte / Your 12,004 points are worth £144.05 until Sunday. > Shop now", Note: "longest"},
				{Line: 6, Text: "Vårrea, Maja / Dina 415 poäng räknas dubbelt till och med söndag. > Handla nu", Note: "in sv"},
			},
			Digest: strings.Repeat("0123456789abcdef", 4),
		},
		Run: runstore.Meta{
			Key: "spring-sale-2026", Planned: testTime, CampaignDigest: "c0ffee", AudienceDigest: "facade", PlanDigest: strings.Repeat("0123456789abcdef", 4),
			Rows: 50214, Eligible: 48213, AudienceFile: "audience.csv",
			Lists: []runstore.List{
				{File: "optouts.csv", Modified: testTime.Add(-24 * time.Hour), SHA256: "862d718b15730ceac9", Entries: 12404, Ignored: 1, Matches: 1000},
				{Sinch: []string{"OPT_OUT_ALL", "OPT_OUT_MARKETING"}, Read: testTime.Add(-7 * time.Minute), Entries: 318, Matches: 204},
				{Runs: "spring-*", Keys: []string{"spring-1"}, Entries: 5},
			},
		},
		Through:     `app "Acme Production" (01HZ…ABCD) · project 6f1b…0b11 · region eu`,
		Destination: runstore.Destination{ProjectID: "6f1b", AppID: "01HZX3V8N6J9T5QK2M4R7WABCD", Region: "eu"},
		Approval:    true, Check: "sendoff check spring",
	}
	for i, s := range p.Plan.Samples {
		p.Plan.Samples[i].Row = phones(s.Text)
	}
	p.Code = CodeOf(p.Plan.Digest, p.Run.Key, p.Destination)
	return p
}

// phones is a text as RCS and SMS show it.
func phones(text string) preview.Row {
	message := campaign.Value{Kind: campaign.Object}.With("text_message", campaign.Value{Kind: campaign.Object}.With("text", campaign.Literal(text)))
	return preview.Row{Screens: preview.Unfilled(message, nil, []campaign.Channel{campaign.RCS, campaign.SMS})}
}

func TestScreen(t *testing.T) {
	p := spring(t)
	p.Rate = 20
	p.Remark = []Row{{"storage", "Sinch keeps the texts for 1 day; within that time a lost answer can be looked up"}}
	var out bytes.Buffer
	p.Screen(&out, 120)
	golden(t, "screen.golden", out.Bytes())
	for _, width := range []int{40, 80} {
		out.Reset()
		p.Screen(&out, width)
		for line := range strings.Lines(out.String()) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > width {
				t.Errorf("at a width of %d there is a line of %d characters: %s", width, n, line)
			}
		}
	}
}

func TestText(t *testing.T) {
	p := spring(t)
	var out bytes.Buffer
	p.Text(&out, 80)
	golden(t, "spring.golden", out.Bytes())

	// Nothing is known, and nobody is left out.
	p = &Proposal{
		Campaign: testCampaign(t, "suppress: none\n"), Audience: "audience.csv", Now: testTime,
		Plan: &plan.Plan{Rows: 1, Eligible: 1, Columns: campaign.Columns{Header: []string{"phone"}, ID: -1, Language: -1, Country: -1, TimeZone: -1},
			Day: "2026-11-23"},
		Run: runstore.Meta{Key: "one", Planned: testTime, Rows: 1, Eligible: 1}, Through: "nobody says: neither a profile nor SINCH_* do",
		Late: testTime.Add(-time.Minute),
	}
	p.Code = CodeOf("", "one", p.Destination)
	out.Reset()
	p.Text(&out, 80)
	golden(t, "one.golden", out.Bytes())
}

// hostile is what a spreadsheet can hold, as a sample has it.
const hostile = `Hi </p><script>alert("x")</script> <img src=//example.com/x onerror='y'> {{.Code}} &amp; 😀 [2J`

func TestHTML(t *testing.T) {
	p := spring(t)
	var out bytes.Buffer
	if err := p.HTML(&out); err != nil {
		t.Fatal(err)
	}
	golden(t, "spring.html", out.Bytes())

	p.Plan.Samples[0].Row = phones(hostile)
	p.Audience = "</title><script>\x1b[2J\u202e.csv"
	p.Run.Key = `"><script>`
	p.Run.Lists[0].File = "<b>\u202e"
	p.Plan.Findings[0].Message, p.Plan.Findings[0].Hint = "<i>", `<a href="javascript:x">`
	p.Through = "</dd><style>"
	out.Reset()
	if err := p.HTML(&out); err != nil {
		t.Fatal(err)
	}
	page := out.String()
	for _, pattern := range []string{`<script`, `<img`, `<i>`, `<a `, `\x1b`, "\u202e", `</dd><style>`, `(?i)https?://`, `<[a-z]+ [^>]*\b(src|href|on[a-z]+)=`, `url\(`, `@import`} {
		if m := regexp.MustCompile(pattern).FindStringIndex(page); m != nil {
			t.Errorf("the page has %s: …%s…", pattern, page[max(0, m[0]-40):min(len(page), m[1]+40)])
		}
	}
	for _, want := range []string{"&lt;/p&gt;&lt;script&gt;", "😀", "{{.Code}} &amp;amp;", "default-src &#39;none&#39;"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has not %s", want)
		}
	}
}

func TestResult(t *testing.T) {
	p := spring(t)
	writeJSON(t, "spring.json", p.Result())
	if counted := Counted(p.Plan, p.Run); counted.Samples != nil || counted.Code != "" {
		t.Error("a plan that nobody proposes has samples or a code")
	}
}

// Whoever signs reads every limit that the code covers.
func TestLimits(t *testing.T) {
	p := spring(t)
	p.Campaign.Limits = campaign.Limits{MinRecipients: 1, MaxCost: campaign.Money{Amount: 2_500_500_000, Currency: "EUR"}, MaxParts: 60_000}
	if got, want := p.limits()[0].Text, "at least 1 recipient, at most EUR 2,500.50, at most 60,000 SMS parts"; got != want {
		t.Errorf("limits are %q, want %q", got, want)
	}
	if got, want := *p.Result().Limits, (Limits{Least: 1, Cost: "2500.5 EUR", Parts: 60_000}); got != want {
		t.Errorf("limits are %+v, want %+v", got, want)
	}
}

// Without prices what is left to tell of languages stands elsewhere.
func TestBreakdownsWithoutPrices(t *testing.T) {
	p := spring(t)
	parts := func(n int) forecast.Sum { return forecast.Sum{People: n, Parts: forecast.Parts{High: n}} }
	p.Plan.Forecast = &forecast.Forecast{Sum: parts(3), Lines: []forecast.Line{
		{Country: "GB", Channel: campaign.RCS, Sum: parts(2)}, {Country: "", Channel: campaign.RCS, Language: "sv", Sum: parts(1)},
	}}
	want := []breakdown{{[]string{"country", "people", "SMS parts"}, []breakdownRow{{Cells: []string{"unknown", "1", "up to 1"}}, {Cells: []string{"GB United Kingdom", "2", "up to 2"}}}}}
	if diff := cmp.Diff(want, p.breakdowns()); diff != "" {
		t.Errorf("breakdowns (-want +got):\n%s", diff)
	}
}

func TestLeftOut(t *testing.T) {
	for _, tc := range []struct {
		skipped map[campaign.SkipReason]int
		numbers int
		want    string
	}{
		{nil, 0, ""},
		{map[campaign.SkipReason]int{campaign.Invalid: 1}, 1, "1 bad number"},
		{map[campaign.SkipReason]int{campaign.Invalid: 1}, 0, "1 unusable row"},
		{map[campaign.SkipReason]int{campaign.Invalid: 1186, campaign.Duplicate: 611, campaign.Suppressed: 1204}, 1180,
			"1,204 opted out, 1,180 bad numbers, 611 duplicates, 6 unusable rows"},
		{map[campaign.SkipReason]int{campaign.AlreadySent: 2, campaign.Filtered: 2, campaign.MissingValue: 1, campaign.NoConsent: 1, campaign.NotListed: 1, campaign.Expired: 9}, 0,
			"9 expired, 2 not meant, 2 sent to before, 1 not listed, 1 without a value, 1 without consent"},
	} {
		if got := LeftOut(&plan.Plan{Skipped: tc.skipped, BadNumbers: tc.numbers}); got != tc.want {
			t.Errorf("LeftOut(%v) = %q, want %q", tc.skipped, got, tc.want)
		}
	}
}

func TestWhen(t *testing.T) {
	p := spring(t)
	for _, tc := range []struct {
		people int
		rate   float64
		pace   campaign.Rate
		late   time.Duration
		now    bool
		want   string
	}{
		{48213, 20, campaign.Rate{}, 0, true, "now, 20 a second: 09:05–09:46 Europe/London"},
		{1, 20, campaign.Rate{}, 0, true, "now, 20 a second: 09:05–09:06 Europe/London"},
		{2_000_000, 20, campaign.Rate{}, 0, true, "now, 20 a second: 23 Nov 09:05 – 24 Nov 12:52 Europe/London"},
		{1200, 0, campaign.Rate{PerSecond: 10}, 0, false, "10 a second: about 2 minutes; begun now, 09:05–09:08 Europe/London"},
		{1200, 0, campaign.Rate{Percent: 50}, 0, false, "rate 50%, which is 10 a second for most apps: about 2 minutes; begun now, 09:05–09:08 Europe/London"},
		{1200, 20, campaign.Rate{}, 40 * time.Second, true,
			"now, 20 a second: 09:05–09:06 Europe/London | about 400 people would be too late (not_after Mon 09:06): they will be skipped as expired"},
		{1200, 20, campaign.Rate{}, time.Hour, true, "now, 20 a second: 09:05–09:07 Europe/London | not after 23 Nov 2026 10:05 UTC"},
	} {
		p.Plan.Eligible, p.Rate, p.Campaign.Pace.Rate, p.Late = tc.people, tc.rate, tc.pace, time.Time{}
		if tc.late > 0 {
			p.Late = testTime.Add(tc.late)
		}
		var got []string
		for _, r := range p.when(tc.now) {
			got = append(got, r.Text)
		}
		if got := strings.Join(got, " | "); got != tc.want {
			t.Errorf("%+v: %s\nwant %s", tc, got, tc.want)
		}
	}
}
