package filter

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
)

// testTime is in London on another day than in UTC.
var testTime = time.Date(2026, 3, 31, 23, 30, 0, 0, time.UTC)

// testColumns have the roles id and country, the latter in a column of another name.
func testColumns() campaign.Columns {
	return campaign.Columns{
		Header: []string{"Mobile", "Land", "points", "Tier", "Kund nr", "Förnamn", "Last order", "Points (2026)", "in"},
		Phone:  0, ID: 4, Country: 1, Language: -1, TimeZone: -1,
	}
}

// testRow is a row of these columns.
func testRow() *campaign.Recipient {
	return &campaign.Recipient{Fields: []string{"07700 900001", "GB", "1,204.50", " Gold ", "C-12", "Åsa", "2026-01-31", "7", ""}}
}

// load makes a campaign whose audience has these lines.
func load(t testing.TB, audience string) *campaign.Campaign {
	t.Helper()
	text := "name: test\nmessage_content_type: CONTENT_MARKETING\ntime_zone: Europe/London\nchannel_priority_order: [SMS]\nmessage: Hi\n" +
		"audience:\n  file: a.csv\n  " + strings.ReplaceAll(strings.TrimSpace(audience), "\n", "\n  ") + "\n"
	c, err := campaign.Parse("c.yaml", []campaign.Source{{Name: "c.yaml", Data: []byte(text)}})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return c
}

func mustNew(t testing.TB, c *campaign.Campaign) *Filter {
	t.Helper()
	f, err := New(c, testColumns(), testTime)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// meaning makes a campaign with an expression that stands in line 1 of its file, and with points as a number.
func meaning(where string) *campaign.Campaign {
	c := &campaign.Campaign{Path: "c.yaml", TimeZone: london()}
	c.Audience.Numbers = []campaign.ColumnName{{Name: "points"}}
	c.Audience.Where.Text = where
	for i := range []rune(where) {
		c.Audience.Where.Places = append(c.Audience.Where.Places, campaign.Place{Line: 1, Column: i + 1})
	}
	return c
}

func london() *time.Location {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err)
	}
	return zone
}

// All that is wrong is said at once.
func TestProblemsTogether(t *testing.T) {
	c := load(t, "numbers: [pionts, Mobile]\nwhere: tier > 5 and x == \"y\"\nconsent: {column: ok, date: when, max_age: 3mo}")
	_, err := New(c, testColumns(), testTime)
	var problems campaign.Problems
	if !errors.As(err, &problems) {
		t.Fatal(err)
	}
	var got []string
	for _, p := range problems {
		got = append(got, p.Error())
	}
	want := []string{
		`c.yaml:8:13: audience.numbers: there is no column "pionts"`,
		`c.yaml:8:21: audience.numbers: "Mobile" holds phone numbers, which nobody counts with`,
		`c.yaml:9:15: where: tier is text, and 5 is a number`,
		`c.yaml:9:23: where: there is no column x`,
		`c.yaml:10:21: audience.consent: there is no column "ok"`,
		`c.yaml:10:31: audience.consent.date: there is no column "when"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestNumberColumns(t *testing.T) {
	for _, tc := range []struct{ audience, cell, want string }{
		{"numbers: points", "12", ""},
		{"numbers: [points]", "1,204.5", ""},
		{"numbers: [points]\ndecimal: \",\"", "1.204,5", ""},
		{"numbers: [points]", "", "points: is empty, and audience.numbers has it as a number"},
		{"numbers: [points]", " ", "points: is empty, and audience.numbers has it as a number"},
		{"numbers: [points]", "twelve", "points: is not a number"},
		{"numbers: [points]", "1.204,5", "points: is not a number"},
		{"where: tier == \"Gold\"", "twelve", ""},
	} {
		f := mustNew(t, load(t, tc.audience))
		r := testRow()
		r.Fields[2] = tc.cell
		if v := f.Judge().Row(r, f.NewTally()); v.Detail != tc.want || (v.Reason == campaign.Invalid) != (tc.want != "") {
			t.Errorf("%s, %q: %+v, want %q", tc.audience, tc.cell, v, tc.want)
		}
	}
}

func TestCounts(t *testing.T) {
	f := mustNew(t, meaning(`country in ["XX", "GB", "IE", "GB"] and (tier == "gold" or tier != "none")  and points / number(column("Points (2026)")) > 10 and today() > date(last_order)`))
	tally, sum := f.NewTally(), f.NewTally()
	judge := f.Judge()
	for _, fields := range [][]string{
		{"", "GB", "100", "Gold", "", "", "2026-01-01", "5"},
		{"", "IE", "100", "Gold", "", "", "2026-01-01", "50"},  // the third term says no
		{"", "SE", "100", "Gold", "", "", "2026-01-01", "5"},   // the first
		{"", "GB", "100", "Gold", "", "", "2026-01-01", "0"},   // the third fails
		{"", "SE", "100", "Gold", "", "", "2026-01-01", "0"},   // it would, but is not asked
		{"", "GB", "100", "Gold", "", "", "2027-01-01", "5"},   // the last
		{"", "GB", "none", "Gold", "", "", "2026-01-01", "10"}, // not readable
	} {
		judge.Row(&campaign.Recipient{Fields: fields}, tally)
		sum.Add(tally)
		tally.Reset()
	}
	want := []Count{
		{`country in ["XX", "GB", "IE", "GB"]`, 4, 4}, {`(tier == "gold" or tier != "none")`, 6, 4},
		{`points / number(column("Points (2026)")) > 10`, 3, 2}, {"today() > date(last_order)", 5, 1},
	}
	if diff := cmp.Diff(want, f.Counts(sum)); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	if f.Day() != "2026-04-01" {
		t.Errorf("day %q", f.Day())
	}
	var warnings []string
	for _, w := range f.Warnings(sum) {
		warnings = append(warnings, w.Error()+" | "+w.Hint)
	}
	wantWarnings := []string{
		`c.yaml:1:9: warning: where: in no row country is "XX" | upper and lower case differ; lower(country) is the same for both`,
		`c.yaml:1:47: warning: where: in no row tier is "gold" | upper and lower case differ; lower(tier) is the same for both`,
		`c.yaml:1:65: warning: where: in no row tier is "none" | upper and lower case differ; lower(tier) is the same for both`,
	}
	if diff := cmp.Diff(wantWarnings, warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	if f.Nobody(sum) != nil {
		t.Error("somebody is left")
	}
}

func TestNobody(t *testing.T) {
	f := mustNew(t, meaning(`country == "GB" and points >= 10 and tier == "x"`))
	tally := f.NewTally()
	for _, fields := range [][]string{{"", "GB", "5"}, {"", "IE", "15"}, {"", "IE", "15"}} {
		f.Judge().Row(&campaign.Recipient{Fields: fields}, tally)
	}
	p := f.Nobody(tally)
	if len(p) != 2 || p[0].Error() != "c.yaml:1:21: where: nobody is left after points >= 10" || p[0].Hint != "alone it holds for 2 rows" || !p[1].Warning {
		t.Errorf("%v", p)
	}
}

// A text that a row has is never said to be in none, whether or not the expression comes to it there.
func TestWarningsOfTextsBehindOthers(t *testing.T) {
	f := mustNew(t, meaning(`tier == "gold" or country == "SE" or country in ["NO", "FI"] and number(points) > 5`))
	tally := f.NewTally()
	for _, fields := range [][]string{
		{"", "SE", "5", "gold"},     // the first term says it all
		{"", "NO", "much", "steel"}, // points is not a number
	} {
		f.Judge().Row(&campaign.Recipient{Fields: fields}, tally)
	}
	w := f.Warnings(tally)
	if len(w) != 1 || w[0].Message != `where: in no row country is "FI"` {
		t.Errorf("warnings: %v", w)
	}
	tally.Reset()
	if w := f.Warnings(tally); w != nil {
		t.Errorf("of no row: %v", w)
	}
}

// Nothing is said of a row's values, nor of a person's number in the expression.
func TestNothingOfARowIsSaid(t *testing.T) {
	const secret = "447700900001"
	f := mustNew(t, meaning(`number(kund_nr) > 1 or kund_nr == "`+secret+`"`))
	r := testRow()
	r.Fields[4] = "x" + secret
	tally := f.NewTally()
	if v := f.Judge().Row(r, tally); v.Reason != campaign.Invalid || strings.Contains(v.Detail+v.Fault.Hint(), secret) {
		t.Errorf("%+v", v)
	}
	if w := f.Warnings(tally); len(w) != 1 || strings.Contains(w.Error(), secret) {
		t.Error(w)
	}
}

// A row at which a text cannot be compared is invalid, and not one that has another text.
func TestComparisonThatFails(t *testing.T) {
	for where, want := range map[string]string{
		`format(number(kund_nr), 0) == "5"`:                     "invalid: Kund nr: is not a number",
		`country == "IE" and format(number(kund_nr), 0) == "5"`: `filtered: where: country == "IE"`,
		`country == "GB" or format(number(kund_nr), 0) != "5"`:  "",
		`(tier == "Gold" ? "a" : "b") == "a"`:                   "",
	} {
		f := mustNew(t, meaning(where))
		v := f.Judge().Row(testRow(), f.NewTally())
		got := ""
		if v.Reason != 0 {
			got = v.Reason.String() + ": " + v.Detail
		}
		if got != want {
			t.Errorf("%s: %q, want %q", where, got, want)
		}
	}
}
