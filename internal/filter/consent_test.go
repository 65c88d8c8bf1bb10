package filter

import (
	"testing"

	"sendoff/campaign"
)

func TestConsent(t *testing.T) {
	const dated = "consent: {column: Tier, date: Last order, max_age: 1mo}" // it is 1 April in London, so 1 March still holds
	for _, tc := range []struct{ audience, cell, date, want string }{
		{"consent: Tier", "yes", "", ""},
		{"consent: Tier", " YES ", "", ""},
		{"consent: Tier", "SÍ", "", ""},
		{"consent: Tier", "1", "", ""},
		{"consent: Tier", "no", "", "no_consent: Tier: is no word for yes"},
		{"consent: Tier", "", "", "no_consent: Tier: is no word for yes"},
		{"consent: Tier", "yes please", "", "no_consent: Tier: is no word for yes"},
		{"consent: {column: tier, yes: [opted in, 1, true]}", "Opted In", "", ""},
		{"consent: {column: tier, yes: [opted in, 1, true]}", "TRUE", "", ""},
		{"consent: {column: tier, yes: opted in}", "yes", "", "no_consent: Tier: is no word for yes"},
		{dated, "yes", "2026-03-01", ""},
		{dated, "yes", "01.03.2026 10:00", ""},
		{dated, "yes", "2026-02-28", "no_consent: Last order: is longer ago than 1mo"},
		{dated, "yes", "", "no_consent: Last order: is empty, so nobody knows how old the consent is"},
		{dated, "yes", "01/03/2026", "invalid: Last order: is not a date"},
		{dated, "yes", "2026-04-02", ""}, // somewhere it is that day
		{dated, "yes", "2026-04-03", "invalid: Last order: lies in the future"},
		{dated, "no", "nonsense", "no_consent: Tier: is no word for yes"},
		{dated + "\nwhere: country == \"IE\"", "no", "", `filtered: where: country == "IE"`},
	} {
		f := mustNew(t, load(t, tc.audience))
		r := testRow()
		r.Fields[3], r.Fields[6] = tc.cell, tc.date
		v := f.Judge().Row(r, f.NewTally())
		got := ""
		if v.Reason != 0 {
			got = v.Reason.String() + ": " + v.Detail
		}
		if got != tc.want {
			t.Errorf("%s, %q, %q: %s, want %s", tc.audience, tc.cell, tc.date, got, tc.want)
		}
		if (v.Reason == campaign.Invalid) == v.Fault.IsZero() {
			t.Errorf("%s, %q, %q: fault %v", tc.audience, tc.cell, tc.date, v.Fault)
		}
	}
	if f := mustNew(t, load(t, "consent: Tier")); f.Day() != "" {
		t.Errorf("the day %s decides, and nothing asks for it", f.Day())
	}
	if f := mustNew(t, load(t, dated)); f.Day() != "2026-04-01" {
		t.Errorf("the day is %q", f.Day())
	}
}
