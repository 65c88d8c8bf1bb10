package filter

import (
	"strings"
	"testing"

	"github.com/expr-lang/expr"

	"sendoff/campaign"
)

// What is in expr's own language means the same here as in its machine.
func TestAgreesWithExpr(t *testing.T) {
	columns := campaign.Columns{Header: []string{"phone", "country", "points", "tier"}, ID: -1, Country: -1, Language: -1, TimeZone: -1}
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
	} {
		f, err := New(meaning(where), columns, testTime)
		if err != nil {
			t.Errorf("%s: %v", where, err)
			continue
		}
		judge, tally := f.Judge(), f.NewTally()
		for _, fields := range rows {
			want, err := expr.Eval(where, map[string]any{"country": fields[1], "points": values[fields[2]], "tier": fields[3]})
			if err != nil {
				t.Fatalf("%s: %v", where, err)
			}
			v := judge.Row(&campaign.Recipient{Fields: fields}, tally)
			if got := v.Reason == 0; got != want || v.Reason == campaign.Invalid {
				t.Errorf("%s of %v: %v, expr says %v", where, fields, v, want)
			}
		}
	}
}

// FuzzWhere: whatever stands there, it is compiled or refused with a place, and what is compiled judges every row.
func FuzzWhere(f *testing.F) {
	for _, where := range []string{
		`country == "GB" and points >= 100`, `not (tier in ["a", 'b']) or len(förnamn) % 2 == 0`, "tier matches `^[a-z]+$`", `today() - date(last_order) > 30`,
		`number(tier) / points > 1e3`, `column("in") == ""`, `filter(tier, {# > 1})`, `let x = 1; x`, `if points > 1 {1} else {2}`, `a?.b[1:2] ?? {"c": 1}`, `((((`, `"\u{41}" == b"x"`,
	} {
		f.Add(where)
	}
	f.Fuzz(func(t *testing.T, where string) {
		if len(where) > 1000 {
			return
		}
		filter, err := New(meaning(where), testColumns(), testTime)
		if err != nil {
			if p := err.(campaign.Problems)[0]; p.Line == 0 && where != "" || strings.TrimPrefix(p.Message, "where: ") == "" {
				t.Errorf("%q: %+v", where, p)
			}
			return
		}
		tally := filter.NewTally()
		filter.Judge().Row(testRow(), tally)
		filter.Judge().Row(&campaign.Recipient{}, tally)
		filter.Counts(tally)
		filter.Warnings(tally)
	})
}
