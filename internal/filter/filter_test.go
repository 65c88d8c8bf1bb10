package filter

import (
	"errors"
	"fmt"
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

func TestWhere(t *testing.T) {
	for _, tc := range []struct{ where, want string }{
		{`country == "GB"`, "yes"},
		{`Land == "GB"`, "yes"},
		{`country == "gb"`, "no"},
		{`lower(country) == "gb"`, "yes"},
		{`country != "GB"`, "no"},
		{`"GB" == country`, "yes"},
		{`country == Land`, "yes"},
		{`tier == "Gold"`, "yes"}, // without the spaces around it
		{`kund_nr == "C-12" and kundnr == "C-12" and id == "C-12"`, "yes"},
		{`förnamn == "Åsa" and Förnamn startsWith "Å"`, "yes"},
		{`column("Points (2026)") == "7" and column("in") == ""`, "yes"},
		{`points == 1204.5`, "yes"},
		{`points >= 1204.5 and points <= 1204.5`, "yes"},
		{`points > 1204.5`, "no"},
		{`points < 1204.5`, "no"},
		{`1000 < points < 2000`, "yes"},
		{`1000 < points < 1200`, "no"},
		{`-points < -1000 and +points > 0`, "yes"},
		{`points * 2 - 409 == 2000 and points / 2 + 0.75 == 603`, "yes"},
		{`points % 2 == 0.5`, "yes"},
		{`number(column("Points (2026)")) % 4 == 3`, "yes"},
		{`number(points) > 1`, "yes"},
		{`number(kund_nr) > 1`, "invalid: Kund nr: is not a number"},
		{`points / (number(column("Points (2026)")) - 7) > 1`, `invalid: points / (number(column("Points (2026)")) - 7) > 1: a division by zero`},
		{`1 / points > 0 and 1 % (points - points) == 0`, "invalid: 1 % (points - points) == 0: a division by zero"},
		{`points * 1e300 * 1e300 > 1`, "invalid: points * 1e300 * 1e300 > 1: a number that is too large"},
		{`kund_nr contains "-1" and kund_nr endsWith "12" and not (kund_nr startsWith "c")`, "yes"},
		{"kund_nr matches `^C-\\d+$`", "yes"},
		{"kund_nr not matches `^C-\\d+$`", "no"},
		{`country in ["IE", "GB"]`, "yes"},
		{`country not in ["IE", "GB"]`, "no"},
		{`country in ["IE"]`, "no"},
		{`points in [1, 1204.5] and points not in [-1204.5]`, "yes"},
		{`upper(förnamn) == "ÅSA" and trim(" x ") == "x" and len(förnamn) == 3`, "yes"},
		{`country == "IE" or country == "GB"`, "yes"},
		{`country == "IE" || !(country == "IE") && true`, "yes"},
		{`(country == "GB") == (points > 5)`, "yes"},
		{`date(last_order) == date("2026-01-31")`, "yes"},
		{`date(last_order) < today() and date(last_order) >= date("31.01.2026")`, "yes"},
		{`today() == date("2026-04-01")`, "yes"}, // in London, where it is tomorrow already
		{`today() - date(last_order) == 60`, "yes"},
		{`date(kund_nr) < today()`, "invalid: Kund nr: is not a date"},
		{`number(kund_nr) > 1 and country == "IE"`, "invalid: Kund nr: is not a number"},
		{`country == "IE" and number(kund_nr) > 1`, "no"}, // it is not asked any more
		{`country == "GB" or number(kund_nr) > 1`, "yes"},
		{`country == "IE" or number(kund_nr) > 1`, "invalid: Kund nr: is not a number"},
	} {
		f, err := New(meaning(tc.where), testColumns(), testTime)
		if err != nil {
			t.Errorf("%s: %v", tc.where, err)
			continue
		}
		v := f.Judge().Row(testRow(), f.NewTally())
		got := v.Reason.String()
		switch v.Reason {
		case 0:
			got = "yes"
		case campaign.Filtered:
			got = "no"
		case campaign.Invalid:
			got = "invalid: " + v.Detail
		}
		if got != tc.want {
			t.Errorf("%s: %s, want %s", tc.where, got, tc.want)
		}
	}
}

func TestWhereProblems(t *testing.T) {
	const example = `such as country == "GB" and points >= 100, with texts in quotes`
	for _, tc := range []struct{ where, want string }{
		{`tier == "x" and cuntry == "GB"`, `17: there is no column cuntry | did you mean country? the columns are mobile, land, points, tier, kund_nr, förnamn, last_order, column("Points (2026)"), column("in")`},
		{`country == GB`, `12: there is no column GB | a text stands in quotes: "GB"; the columns are`},
		{`phone == "x"`, `1: there is no column phone | `},
		{`country == null`, `12: there is no column null | for an empty cell, write == ""`},
		{`country == nil`, `12: this is not possible in where | for an empty cell, write == ""`},
		{`tier >= 100`, `6: tier is text, and 100 is a number | add it to audience.numbers: [Tier]`},
		{`100 <= kund_nr`, `5: 100 is a number, and kund_nr is text | add it to audience.numbers: [Kund nr]`},
		{`tier == 100`, `6: tier is text, and 100 is a number | add it to audience.numbers: [Tier], or compare texts: "100"`},
		{`lower(tier) < 3`, `13: lower(tier) is text, and 3 is a number | number(lower(tier)) reads a text as a number`},
		{`points == "100"`, `8: points is a number, and "100" is text | numbers stand without quotes`},
		{`tier > "5"`, `6: tier and "5" are text, which has no order | add it to audience.numbers: [Tier]; a day is compared as date(tier)`},
		{`tier == true`, `6: tier is text, and true is true or false | compare it with a text, such as tier == "yes"`},
		{`date(tier) > "2026-01-01"`, `12: date(tier) is a date, and "2026-01-01" is text | date("2026-01-01") reads it as a date`},
		{`today() > 5`, `9: today() is a date, and 5 is a number`},
		{`country`, `1: country is text, and neither true nor false | compare it with something, such as country == "yes"`},
		{`tier == "x" or points`, `16: points is a number, and or takes true or false | compare it with something, such as points == 100`},
		{`not country == "GB"`, `1: country is text, and not takes true or false | put what is denied in brackets: not (country == "yes")`},
		{`country in "GB"`, `12: in wants a list | such as country in ["GB", "IE"]; for a part of a text there is contains`},
		{`country in ["GB", 5]`, `19: country is text, and 5 is a number | put it in quotes: "5"`},
		{`points in ["5"]`, `12: points is a number, and "5" is text | numbers stand without quotes`},
		{`country in []`, `12: the list is empty | such as`},
		{`country in ["GB", tier]`, `19: a list holds texts or numbers as they are | such as ["GB", "IE"]`},
		{`points contains "1"`, `1: points is a number, and contains takes texts`},
		{`tier matches "[A"`, `14: this is no regular expression | the syntax is that of RE2`},
		{`tier matches kund_nr`, `14: matches wants a regular expression in quotes | such as`},
		{`points + tier > 1`, `10: tier is text, and + takes numbers | add it to audience.numbers: [Tier]`},
		{`date(tier) + 30 > today()`, `1: date(tier) is a date, and + takes numbers | one date - another is a number of days`},
		{`date("soon") < today()`, `1: this text is no date`},
		{`lower(points) == "x"`, `7: points is a number, and lower takes a text`},
		{`lower() == "x"`, `1: lower takes one text`},
		{`column(tier) == "x"`, `1: column takes the name of a column in quotes | such as column("Points (2026)")`},
		{`now() > today()`, `1: there is no function now | the functions are lower, upper, trim, len, number, date, today, column`},
		{`filter([1], # > 0) == 1`, `1: there is no function filter | `},
		{`$env["tier"] == "x"`, `5: this is not possible in where | ` + example},
		{`tier.x == "x"`, `6: this is not possible in where`},
		{`(tier ?? "x") == "x"`, `7: ?? is not possible in where`},
		{`points ** 2 > 4`, `8: ** is not possible in where`},
		{`tier == "x" ? true : false`, `26: this is not possible in where`},
		{`let x = 1; x == 1`, `5: this is not possible in where`},

		{`country = "GB"`, `9: "=" is not expected here | to compare, write ==`},
		{`country == "GB`, `12: the quote that opens here is not closed`},
		{`country == "GB" AND tier == "x"`, `17: "AND" is not expected here | write it in lower case: and`},
		{`(country == "GB"`, `1: the bracket that opens here is not closed`},
		{`country == "GB" and`, `19: something is missing after this | ` + example},
		{`country == “GB”`, `12: '“' cannot stand here | texts stand in straight quotes: "GB"`},
		{`points > 1,000`, `11: "," is not expected here | numbers are written without separators and with a point: 1204.50`},
		{`tier <> "x"`, `7: ">" is not expected here | for not equal, write !=`},
		{`tier is null`, `6: "is" is not expected here | for an empty cell, write == ""`},
		{`tier like "x"`, `6: "like" is not expected here | write contains`},
		{`tier matches "^\d"`, "17: a \"\\\" in a text begins an escape | write it twice, or put the text in backticks: `^\\d+$`"},
	} {
		_, err := New(meaning(tc.where), testColumns(), testTime)
		var problems campaign.Problems
		if !errors.As(err, &problems) {
			t.Errorf("%s: %v, want problems", tc.where, err)
			continue
		}
		p := problems[0]
		column, rest, _ := strings.Cut(tc.want, ": ")
		message, hint, _ := strings.Cut(rest, " | ")
		if p.Message != "where: "+message || !strings.HasPrefix(p.Hint, hint) || p.File != "c.yaml" || p.Line != 1 || fmt.Sprint(p.Column) != column {
			t.Errorf("%s:\n got %d:%d: %s | %s\nwant 1:%s: %s | %s", tc.where, p.Line, p.Column, p.Message, p.Hint, column, message, hint)
		}
	}
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

// An expression of the greatest length is read in no time, however it is nested.
func TestNested(t *testing.T) {
	for _, where := range []string{
		strings.Repeat("(", 4900) + "true" + strings.Repeat(")", 4900), strings.Repeat("not ", 2400) + "true",
		strings.Repeat("0 < (", 900) + "points" + strings.Repeat(") < 1", 900), "points" + strings.Repeat(" + points", 1000) + " > 1",
	} {
		_, err := New(meaning(where), testColumns(), testTime)
		if wanted := strings.HasPrefix(where, "0"); (err != nil) != wanted {
			t.Errorf("%.20s…: %v", where, err)
		}
	}
}

func TestTodayWantsAZone(t *testing.T) {
	c := meaning("today() > date(last_order)")
	c.TimeZone = nil
	if _, err := New(c, testColumns(), testTime); err == nil || !strings.Contains(err.Error(), "time_zone is wanted too") {
		t.Errorf("got %v", err)
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

// Terms are what stands between the outermost ands, as it was written.
func TestTerms(t *testing.T) {
	for where, want := range map[string]string{
		`tier == "a and b" and (tier == "c" and tier == "d")`:         `tier == "a and b" | (tier == "c" and tier == "d")`,
		`tier == "a" && tier not in ["b", "c"] and not (tier == "d")`: `tier == "a" | tier not in ["b", "c"] | not (tier == "d")`,
		`tier == "a" and tier == "b" or tier == "c"`:                  `tier == "a" and tier == "b" or tier == "c"`,
		`(tier == "a" and tier == "b")`:                               `(tier == "a" and tier == "b")`,
		"tier == \"a\"\n    and   tier\n    == \"b\"":                 `tier == "a" | tier == "b"`,
		`kund_nr == "447700900001" and kund_nr == "12"`:               `kund_nr == "…" | kund_nr == "12"`,
	} {
		f := mustNew(t, meaning(where))
		var terms []string
		for _, c := range f.Counts(f.NewTally()) {
			terms = append(terms, c.Term)
		}
		if got := strings.Join(terms, " | "); got != want {
			t.Errorf("%s: %s", where, got)
		}
	}
}

// Nothing is said of a row's values, nor of a person's number in the expression.
func TestNothingOfARowIsSaid(t *testing.T) {
	const secret = "447700900001"
	for _, where := range []string{
		`number(kund_nr + "x") > 1`, `kund_nr == ` + secret, secret + ` == kund_nr`, `kund_nr > "` + secret + `"`, `x` + secret + ` == ""`,
		`kund_nr "` + secret + `"`, `kund_nr ` + secret, `f` + secret + `()`, `kund_nr in [` + secret + `]`,
	} {
		if _, err := New(meaning(where), testColumns(), testTime); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", where, err)
		}
	}
	f := mustNew(t, meaning(`number(kund_nr) > 1 or kund_nr == "`+secret+`"`))
	r := testRow()
	r.Fields[4] = "x" + secret
	tally := f.NewTally()
	if v := f.Judge().Row(r, tally); v.Reason != campaign.Invalid || strings.Contains(v.Detail+v.Fault.Hint(), secret) {
		t.Errorf("%+v", v)
	}
	if w := f.Warnings(tally); strings.Contains(w.Error(), secret) {
		t.Error(w)
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

// What may be somebody's number or address is not shown again, however it is written.
func TestDiscreet(t *testing.T) {
	for text, want := range map[string]string{
		`phone != "+44 7700 900 002"`:                `phone != "…"`,
		`email == 'anna@example.com' or tier == "x"`: `email == "…" or tier == "x"`,
		"a == `077-00-90` and b == \"12345\"":        "a == \"…\" and b == \"12345\"",
		`a == "\"" and b == "07 70 09"`:              `a == "\"" and b == "…"`,
		`date(last) > date("2026-01-31")`:            `date(last) > date("2026-01-31")`,
		"a == \"\x1b[2J\"":                           `a == "·[2J"`,
	} {
		if got := discreet(text); got != want {
			t.Errorf("discreet(%s) = %s, want %s", text, got, want)
		}
	}
}
