package campaign

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestConsentAge(t *testing.T) {
	for _, tc := range []struct{ age, day, want string }{
		{"1d", "2026-03-01", "2026-02-28"},
		{"730d", "2026-03-28", "2024-03-28"},
		{"1mo", "2026-03-28", "2026-02-28"},
		{"1mo", "2026-03-31", "2026-02-28"},
		{"1mo", "2028-03-31", "2028-02-29"},
		{"24mo", "2028-02-29", "2026-02-28"},
		{"13mo", "2026-01-31", "2024-12-31"},
		{"11mo", "2026-10-31", "2025-11-30"},
	} {
		age := calendarAge(tc.age)
		if age.String() != tc.age {
			t.Errorf("%s is read as %s", tc.age, age)
		}
		day, err := time.Parse(time.DateOnly, tc.day)
		if err != nil {
			t.Fatal(err)
		}
		if got := age.Before(day.Add(23 * time.Hour)).Format(time.DateOnly); got != tc.want {
			t.Errorf("%s before %s is %s, want %s", tc.age, tc.day, got, tc.want)
		}
	}
	for _, wrong := range []string{"", "24", "24m", "0mo", "2y", "20h", "-1d", "1mo "} {
		if consentAgeFormat().pattern.MatchString(wrong) {
			t.Errorf("%q is taken", wrong)
		}
	}
}

func TestLoadChosen(t *testing.T) {
	c, err := Load("testdata/ok/chosen.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := Audience{
		File: "audience.csv", MaxBadRows: Share{Percent: 5}, Line: 5, Channels: []Channel{SMS},
		Numbers: []ColumnName{{"Points", Place{6, 13}}, {"2026", Place{6, 21}}},
		Decimal: ",",
		Consent: Consent{
			Column: ColumnName{"SMS ok", Place{9, 21}}, Yes: []string{"yes", "ja", "1", "true"}, Date: ColumnName{"Since", Place{9, 60}}, MaxAge: Age{Months: 24},
		},
	}
	got := c.Audience
	if got.Where.Text != `country == "GB" and points >= 100` || got.Where.At(20) != (Place{8, 30}) {
		t.Errorf("where = %+v", got.Where)
	}
	got.Where = Expression{}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("audience (-want +got):\n%s", diff)
	}
	if short := parse(t, "message: Hi\n"); short.Audience.Consent.Yes != nil {
		t.Errorf("without consent: %+v", short.Audience.Consent)
	}
}
