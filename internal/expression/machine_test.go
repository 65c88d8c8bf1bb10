package expression

import (
	"strings"
	"testing"
	"time"

	"github.com/expr-lang/expr"

	"sendoff/campaign"
)

// What is in expr's own language means the same here as in its machine.
func TestAgreesWithExpr(t *testing.T) {
	columns := campaign.Columns{Header: []string{"phone", "country", "points", "tier"}, ID: -1, Country: -1, Language: -1, TimeZone: -1}
	c := &campaign.Campaign{TimeZone: time.UTC}
	c.Audience.Numbers = []campaign.ColumnName{{Name: "points"}}
	scope, _ := NewScope(c, columns, 0)
	rows := [][]string{{"", "GB", "1204.5", "Gold"}, {"", "IE", "0", ""}, {"", "", "-3", "gold 2"}, {"", "SE", "100", "ÅÄÖ"}}
	values := map[string]float64{"1204.5": 1204.5, "0": 0, "-3": -3, "100": 100}
	for _, where := range []string{
		`country == "GB"`, `country != "GB" and points >= 0`, `country == "IE" || points < 100 && tier == ""`, `not (country == "GB" or points > 1)`,
		`not (country == "GB") or points > 1`, `!(points >= 100) == (tier == "")`, `0 <= points < 101`, `points <= 100`, `points > -3`, `points == 100`,
		`points in [0, 100]`, `points not in [0, 100]`, `country in ["GB", "IE"]`, `country not in ["GB", ""]`, `-points < 3`, `+points != -3`,
		`points + 3 * 2 - 1 == 5`, `(points + 3) * 2 == 0`, `points / 4 >= 25`, `points - -3 > 0`, `2 - 1 - 1 == points`,
		`tier contains "old"`, `tier not contains "old"`, `tier startsWith "G"`, `tier endsWith "2"`, "tier matches `^[A-Z]`", `tier not matches "o."`,
		`lower(tier) == "gold"`, `upper(tier) endsWith "2"`, `trim(" x ") == "x"`, `len(tier) == 3`, `len(trim(tier)) * 2 > points`,
		`country == tier`, `true`, `not true or country == "GB"`, `country | lower() == "gb"`, `tier == 'Gold'`,
		`points > 1 ? tier == "Gold" : country != "SE"`, `(points > 1 ? "a" : "b") == "a"`, `country + "-" + tier == "GB-Gold"`, `replace(tier, "o", "0") == "G0ld"`,
	} {
		condition, problems := scope.Condition("x", written(where))
		if problems != nil {
			t.Errorf("%s: %v", where, problems)
			continue
		}
		for _, fields := range rows {
			answer, err := expr.Eval(where, map[string]any{"country": fields[1], "points": values[fields[2]], "tier": fields[3]})
			if err != nil {
				t.Fatalf("%s: %v", where, err)
			}
			want := "no"
			if answer == true {
				want = "yes"
			}
			if got := judged(condition, &campaign.Recipient{Fields: fields}); got != want {
				t.Errorf("%s of %v: %s, expr says %v", where, fields, got, answer)
			}
		}
	}
}

// FuzzExpression: whatever stands there, it is compiled or refused with a place, and what is compiled has a value or a fault for every row.
func FuzzExpression(f *testing.F) {
	for _, text := range []string{
		`country == "GB" and points >= 100`, `not (tier in ["a", 'b']) or len(förnamn) % 2 == 0`, "tier matches `^[a-z]+$`", `today() - date(last_order) > 30`,
		`number(tier) / points > 1e3`, `column("in") == ""`, `filter(tier, {# > 1})`, `let x = 1; x`, `if points > 1 {1} else {2}`, `a?.b[1:2] ?? {"c": 1}`, `((((`, `"\u{41}" == b"x"`,
		`money(points * 1e300, "GBP", "sv") + title(förnamn)`, `points > 1 ? format(-points, 10, tier) : day(today(), "full", "fi")`, `round(points / 3, 2)`,
		`plural(points, "a", 'b') + replace(tier, "o", upper(tier)) + urlencode(first(trim(country)))`, `money(points, tier)`,
	} {
		f.Add(text)
	}
	s := testScope(f)
	check := func(t *testing.T, text string, problems campaign.Problems) {
		for _, p := range problems {
			if p.Line == 0 && text != "" || strings.TrimPrefix(p.Message, "x: ") == "" {
				t.Errorf("%q: %+v", text, p)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1000 {
			return
		}
		e := written(text)
		condition, problems := s.Condition("x", e)
		if check(t, text, problems); problems == nil {
			judged(condition, testRow())
			judged(condition, &campaign.Recipient{})
		}
		value, problems := s.Text("x", e)
		if check(t, text, problems); problems == nil {
			for _, r := range []*campaign.Recipient{testRow(), {}} {
				if made, fault := value.Of(r, "sv", ""); fault.IsZero() && strings.ContainsAny(made, "\u00a0\u202f") && !strings.ContainsAny(text, "\\\u00a0\u202f") {
					t.Errorf("%q: %q", text, made)
				}
			}
		}
	})
}
