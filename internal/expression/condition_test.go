package expression

import (
	"fmt"
	"strings"
	"testing"
	"time"

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

// testScope has points as a number.
func testScope(t testing.TB) *Scope {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	c := &campaign.Campaign{Path: "c.yaml", TimeZone: zone}
	c.Audience.Numbers = []campaign.ColumnName{{Name: "points"}}
	s, problems := NewScope(c, testColumns(), DayOf(testTime.In(zone)))
	if problems != nil {
		t.Fatal(problems)
	}
	return s
}

// written is an expression that stands in line 1 of its file.
func written(text string) campaign.Expression {
	e := campaign.Expression{Text: text}
	for i := range []rune(text) {
		e.Places = append(e.Places, campaign.Place{Line: 1, Column: i + 1})
	}
	return e
}

// judged says what a condition is for a row: "yes", "no", or "fails: " and the fault.
func judged(c *Condition, r *campaign.Recipient) string {
	row := Row{Recipient: r}
	row.Compare(c)
	for i := range c.Terms {
		holds, fault := c.Terms[i].Holds(&row)
		switch {
		case !fault.IsZero():
			return "fails: " + fault.String()
		case !holds:
			return "no"
		}
	}
	return "yes"
}

// checkProblem compares the first problem with COLUMN: MESSAGE | HINT, of which the hint may be only the beginning.
func checkProblem(t *testing.T, text string, problems campaign.Problems, want string) {
	t.Helper()
	if len(problems) == 0 {
		t.Errorf("%s: no problem, want %s", text, want)
		return
	}
	p := problems[0]
	column, rest, _ := strings.Cut(want, ": ")
	message, hint, _ := strings.Cut(rest, " | ")
	if p.Message != "x: "+message || !strings.HasPrefix(p.Hint, hint) || p.File != "c.yaml" || p.Line != 1 || fmt.Sprint(p.Column) != column {
		t.Errorf("%s:\n got %d:%d: %s | %s\nwant 1:%s: %s | %s", text, p.Line, p.Column, p.Message, p.Hint, column, message, hint)
	}
}

func TestCondition(t *testing.T) {
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
		{`number(kund_nr) > 1`, "fails: Kund nr: is not a number"},
		{`points / (number(column("Points (2026)")) - 7) > 1`, `fails: points / (number(column("Points (2026)")) - 7) > 1: a division by zero`},
		{`1 / points > 0 and 1 % (points - points) == 0`, "fails: 1 % (points - points) == 0: a division by zero"},
		{`points * 1e300 * 1e300 > 1`, "fails: points * 1e300 * 1e300 > 1: a number that is too large"},
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
		{`date(kund_nr) < today()`, "fails: Kund nr: is not a date"},
		{`number(kund_nr) > 1 and country == "IE"`, "fails: Kund nr: is not a number"},
		{`country == "IE" and number(kund_nr) > 1`, "no"}, // it is not asked any more
		{`country == "GB" or number(kund_nr) > 1`, "yes"},
		{`country == "IE" or number(kund_nr) > 1`, "fails: Kund nr: is not a number"},
	} {
		c, problems := testScope(t).Condition("x", written(tc.where))
		if problems != nil {
			t.Errorf("%s: %v", tc.where, problems)
			continue
		}
		if got := judged(c, testRow()); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.where, got, tc.want)
		}
	}
}

func TestConditionProblems(t *testing.T) {
	const example = `such as country == "GB" and points >= 100, with texts in quotes`
	for _, tc := range []struct{ where, want string }{
		{`tier == "x" and cuntry == "GB"`, `17: there is no column cuntry | did you mean country? the columns are mobile, land, points, tier, kund_nr, förnamn, last_order, column("Points (2026)"), column("in")`},
		{`country == GB`, `12: there is no column GB | a text stands in quotes: "GB"; the columns are`},
		{`phone == "x"`, `1: there is no column phone | `},
		{`country == null`, `12: there is no column null | for an empty cell, write == ""`},
		{`country == nil`, `12: this is not possible in an expression | for an empty cell, write == ""`},
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
		{`points + tier > 1`, `10: tier is text, and + takes numbers | add it to audience.numbers: [Tier]; to join texts, write the number as one: format(points, 0)`},
		{`date(tier) + 30 > today()`, `1: date(tier) is a date, and + takes numbers | one date - another is a number of days`},
		{`date("soon") < today()`, `1: this text is no date`},
		{`lower(points) == "x"`, `7: points is a number, and lower takes a text | format(points, 0) writes a number as text`},
		{`lower() == "x"`, `1: lower takes a text | such as lower(country)`},
		{`column(tier) == "x"`, `1: column takes the name of a column in quotes | such as column("Points (2026)")`},
		{`now() > today()`, `1: there is no function now | the functions are lower, upper, title`},
		{`filter([1], # > 0) == 1`, `1: there is no function filter | `},
		{`$env["tier"] == "x"`, `5: this is not possible in an expression | ` + example},
		{`tier.x == "x"`, `6: this is not possible in an expression`},
		{`(tier ?? "x") == "x"`, `7: ?? is not possible in an expression`},
		{`points ** 2 > 4`, `8: ** is not possible in an expression`},
		{`tier == "x" ? true : "no"`, `22: true is true or false, and "no" is text`},
		{`tier ? true : false`, `1: tier is text, and ? takes true or false | compare it with something, such as tier == "yes"`},
		{`if true {true} else {false}`, `1: if is not possible in an expression | such as points >= 100 ? "gold"`},
		{`let x = 1; x == 1`, `5: this is not possible in an expression`},

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
		_, problems := testScope(t).Condition("x", written(tc.where))
		checkProblem(t, tc.where, problems, tc.want)
	}
}

// An expression of the greatest length is read in no time, however it is nested.
func TestNested(t *testing.T) {
	for _, where := range []string{
		strings.Repeat("(", 4900) + "true" + strings.Repeat(")", 4900), strings.Repeat("not ", 2400) + "true",
		strings.Repeat("0 < (", 900) + "points" + strings.Repeat(") < 1", 900), "points" + strings.Repeat(" + points", 1000) + " > 1",
		strings.Repeat("true ? ", 900) + "true" + strings.Repeat(" : false", 900),
	} {
		_, problems := testScope(t).Condition("x", written(where))
		if wanted := strings.HasPrefix(where, "0"); (problems != nil) != wanted {
			t.Errorf("%.20s…: %v", where, problems)
		}
	}
}

func TestTodayWantsAZone(t *testing.T) {
	s := testScope(t)
	s.noZone = true
	if _, problems := s.Condition("x", written("today() > date(last_order)")); len(problems) != 1 || !strings.Contains(problems[0].Message, "time_zone is wanted too") {
		t.Errorf("got %v", problems)
	}
}

// Terms are what stands between the outermost ands, as it was written.
func TestTerms(t *testing.T) {
	for where, want := range map[string]string{
		`tier == "a and b" and (tier == "c" and tier == "d")`:         `tier == "a and b" | (tier == "c" and tier == "d")`,
		`tier == "a" && tier not in ["b", "c"] and not (tier == "d")`: `tier == "a" | tier not in ["b", "c"] | not (tier == "d")`,
		`tier == "a" and tier == "b" or tier == "c"`:                  `tier == "a" and tier == "b" or tier == "c"`,
		`tier == "a" and tier == "b" ? true : tier == "c"`:            `tier == "a" and tier == "b" ? true : tier == "c"`,
		`(tier == "a" and tier == "b")`:                               `(tier == "a" and tier == "b")`,
		"tier == \"a\"\n    and   tier\n    == \"b\"":                 `tier == "a" | tier == "b"`,
		`kund_nr == "447700900001" and kund_nr == "12"`:               `kund_nr == "…" | kund_nr == "12"`,
	} {
		c, problems := testScope(t).Condition("x", written(where))
		if problems != nil {
			t.Errorf("%s: %v", where, problems)
		}
		var terms []string
		for _, term := range c.Terms {
			terms = append(terms, term.Source)
		}
		if got := strings.Join(terms, " | "); got != want {
			t.Errorf("%s: %s", where, got)
		}
	}
}

// No problem repeats what may be a person's number.
func TestProblemsAreDiscreet(t *testing.T) {
	const secret = "447700900001"
	for _, where := range []string{
		`number(kund_nr + "x") > ` + secret + "x", `kund_nr == ` + secret, secret + ` == kund_nr`, `kund_nr > "` + secret + `"`, `x` + secret + ` == ""`,
		`kund_nr "` + secret + `"`, `kund_nr ` + secret, `f` + secret + `()`, `kund_nr in [` + secret + `]`, `money(points, "` + secret + `") == ""`,
		`format(points, ` + secret + `) == ""`, `format(points, 1, "` + secret + `") == ""`,
	} {
		_, problems := testScope(t).Condition("x", written(where))
		if problems == nil || strings.Contains(problems.Error(), secret) {
			t.Errorf("%s: %v", where, problems)
		}
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
		if got := Discreet(text); got != want {
			t.Errorf("Discreet(%s) = %s, want %s", text, got, want)
		}
	}
}
