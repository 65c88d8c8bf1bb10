package hours

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/phone"
)

const holidayWindow = `window: {from: "09:00", to: "19:00", holidays: `

func TestPublicHolidays(t *testing.T) {
	for _, tc := range []struct {
		country string
		year    int
		want    string
	}{
		{"GB", 2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-25 12-26 12-27 12-28"},
		{"US", 2026, "01-01 01-19 02-16 05-25 06-19 07-03 07-04 09-07 10-12 11-11 11-26 12-25"},
		{"DE", 2027, "01-01 03-26 03-29 05-01 05-06 05-17 10-03 12-25 12-26"},
		{"FR", 2026, "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25"},
		{"FR", 2027, "01-01 03-29 05-01 05-06 05-08 05-17 07-14 08-15 11-01 11-11 12-25"},
		{"ES", 2026, "01-01 01-06 04-03 05-01 08-15 10-12 11-01 12-06 12-08 12-25"},
		{"IT", 2027, "01-01 01-06 03-28 03-29 04-25 05-01 06-02 08-15 10-04 11-01 12-08 12-25 12-26"},
		{"NL", 2026, "01-01 04-05 04-06 04-27 05-05 05-14 05-24 05-25 12-25 12-26"}, // Good Friday is none
		{"CA", 2026, "01-01 04-03 05-18 07-01 09-07 09-30 10-12 11-11 12-25 12-26 12-28"},
		{"AU", 2027, "01-01 01-26 03-26 03-29 04-25 12-25 12-26 12-27 12-28"},
		{"GB", 2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-26 12-28"},
		{"DE", 2026, "01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26"},
		{"SE", 2026, "01-01 01-06 04-03 04-05 04-06 05-01 05-14 05-24 06-06 06-19 06-20 10-31 12-24 12-25 12-26 12-31"},
		{"US", 2027, "01-01 01-18 02-15 05-31 06-18 06-19 07-04 07-05 09-06 10-11 11-11 11-25 12-24 12-25 12-31"}, // the last for the year after
		{"FI", 2026, "01-01 01-06 04-03 04-05 04-06 05-01 05-14 05-24 06-19 06-20 10-31 12-06 12-24 12-25 12-26"},
		{"PT", 2026, "01-01 04-03 04-05 04-25 05-01 06-04 06-10 08-15 10-05 11-01 12-01 12-08 12-25"},
		{"EE", 2026, "01-01 02-24 04-03 04-05 05-01 05-24 06-23 06-24 08-20 12-24 12-25 12-26"},
		{"HU", 2026, "01-01 03-15 04-03 04-05 04-06 05-01 05-24 05-25 08-20 10-23 11-01 12-25 12-26"},
		{"AU", 2026, "01-01 01-26 04-03 04-06 04-25 12-25 12-26 12-28"},
		{"PL", 2024, "01-01 01-06 03-31 04-01 05-01 05-03 05-19 05-30 08-15 11-01 11-11 12-25 12-26"}, // without Christmas Eve
		{"XX", 2026, ""},
	} {
		var got []string
		for _, h := range PublicHolidays(tc.country, tc.year) {
			got = append(got, h.Date.Format("01-02"))
		}
		if diff := cmp.Diff(strings.Fields(tc.want), slices.Compact(got)); diff != "" && len(got)+len(tc.want) > 0 {
			t.Errorf("%s %d (-want +got):\n%s", tc.country, tc.year, diff)
		}
	}
	for country, day := range map[string]string{"NZ": "2026-07-10", "RO": "2026-01-07", "BR": "2026-11-20", "IT": "2026-10-04", "PL": "2026-12-24", "RU": "2026-01-05"} {
		at, _ := time.Parse(time.DateOnly, day)
		if !slices.ContainsFunc(PublicHolidays(country, 2026), func(h Holiday) bool { return h.Date.Equal(at) }) {
			t.Errorf("%s has no holiday on %s", country, day)
		}
	}
}

// Every country has holidays with names in every year, and libphonenumber knows it.
func TestPublicHolidaysOfAllCountries(t *testing.T) {
	numbers, err := phone.New("")
	if err != nil {
		t.Fatal(err)
	}
	for _, country := range PublicCountries() {
		if numbers.CountryIn(country) != country {
			t.Errorf("%s is no country", country)
		}
		for year := 2026; year < 2031; year++ {
			all := PublicHolidays(country, year)
			if len(all) < 7 || slices.ContainsFunc(all, func(h Holiday) bool { return h.Name == "" || h.Date.Year() != year || h.Country != country }) {
				t.Errorf("%s in %d: %v", country, year, all)
			}
		}
	}
}

func TestNextLeavesOutPublicHolidays(t *testing.T) {
	c := newClock(t, holidayWindow+"public}\n")
	for _, tc := range []struct{ number, at, from string }{
		{"+447700900123", "2026-12-25T00:00:00Z", "2026-12-27T09:00:00Z"},
		{"+447700900123", "2026-12-27T20:00:00Z", "2026-12-29T09:00:00Z"}, // the substitute for Boxing Day
		{"+46701740605", "2026-06-18T20:00:00Z", "2026-06-21T07:00:00Z"},
		{"+12125550123", "2026-11-26T12:00:00Z", "2026-11-27T14:00:00Z"},
		{"+12045550123", "2026-11-26T12:00:00Z", "2026-11-26T15:00:00Z"}, // Canada
	} {
		if got := c.Next(c.Place(row(tc.number, "", "")), date(t, tc.at)); !got.From.Equal(date(t, tc.from)) {
			t.Errorf("%s… at %s: %v, want %s", tc.number[:4], tc.at, got.From, tc.from)
		}
	}
	for country, want := range map[string]bool{"GB": true, "IN": false, "": false} {
		if got := c.HolidaysKnown(c.Place(row("", "", country))); got != want {
			t.Errorf("HolidaysKnown in %q = %v", country, got)
		}
	}
	if without := newClock(t, `window: {from: "09:00", to: "19:00"}`+"\n"); !without.HolidaysKnown(without.Place(row("", "", "IN"))) {
		t.Error("holidays that nobody asks for are unknown")
	}
}

// fromFile makes the clock of a campaign whose file of holidays holds a text.
func fromFile(t testing.TB, text string) (*Clock, error) {
	t.Helper()
	c := parse(t, holidayWindow+"off.csv}\n")
	c.Path = filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(c.Resolve("off.csv"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return New(c, columns, nil)
}

func TestHolidaysOfAFile(t *testing.T) {
	c, err := fromFile(t, "Country,Date,Name\nGB,2026-06-15,Works outing\nse,06-16,\n,2026-06-17,For all\n*,02-29,Leap day\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ country, at, from string }{
		{"GB", "2026-06-15T00:00:00Z", "2026-06-16T08:00:00Z"},
		{"GB", "2026-06-16T20:00:00Z", "2026-06-18T08:00:00Z"},
		{"GB", "2027-06-15T00:00:00Z", "2027-06-15T08:00:00Z"}, // it was once
		{"GB", "2026-12-25T00:00:00Z", "2026-12-25T09:00:00Z"}, // the file takes the place of the public ones
		{"SE", "2027-06-16T00:00:00Z", "2027-06-17T07:00:00Z"},
		{"SE", "2028-02-29T00:00:00Z", "2028-03-01T08:00:00Z"},
	} {
		if got := c.Next(c.Place(row("", "", tc.country)), date(t, tc.at)); !got.From.Equal(date(t, tc.from)) {
			t.Errorf("%s at %s: %v, want %s", tc.country, tc.at, got.From, tc.from)
		}
	}
	if !c.HolidaysKnown(c.Place(row("", "", "IN"))) {
		t.Error("a day off for all is not known in India")
	}
}

// A holiday in one of somebody's zones is one.
func TestHolidayInAnyZone(t *testing.T) {
	c, err := fromFile(t, "country,date\n,2026-06-16\n")
	if err != nil {
		t.Fatal(err)
	}
	c.week = newWeek([]campaign.Hours{{Days: [7]bool{true, true, true, true, true, true, true}, To: 24 * 60}})
	at := date(t, "2026-06-15T12:00:00Z")
	p := c.Place(row("", "", "US"))
	first := c.Next(p, at)
	then := c.Next(p, first.To)
	if want := (Span{date(t, "2026-06-16T04:00:00Z"), date(t, "2026-06-17T10:00:00Z")}); first.To != want.From || then.From != want.To {
		t.Errorf("it is off from %v to %v, want %v", first.To, then.From, want) // from midnight in New York to midnight in Honolulu
	}
}

func TestBrokenHolidays(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"country,date\nGB,25/12/2026\n", "off.csv:2: date: a day is wanted"},
		{"country,date\nGB,02-30\n", "off.csv:2: date: a day is wanted"},
		{"country,date\nGB,\n", "off.csv:2: date: a day is wanted"},
		{"country,date\nGB,12-25 12-26\n", "off.csv:2: date: a day is wanted"},
		{"country;date\nGB;01.05.2026\nGB;5/1/2026\nGB;46143\nGB;25-Dec\n", "off.csv:5: date: a day is wanted"}, // what spreadsheets make of it
		{"country,date\nAtlantis,12-25\n", "off.csv:2: country: no country has this code"},
		{"country,date\nSweden,12-25\n", "off.csv:2: country: the two-letter code of the country is wanted"},
		{"land,date\nGB,12-25\n", "off.csv:1: this file has no column country"},
		{"country,date,name\n", "off.csv:1: this file has no holidays"},
		{"", ""},
	} {
		_, err := fromFile(t, tc.text)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%q: %v, want %s", tc.text, err, tc.want)
		}
	}
	if _, err := New(parse(t, holidayWindow+"nowhere.csv}\n"), columns, nil); err == nil || !strings.Contains(err.Error(), "nowhere.csv: there is no such file") {
		t.Errorf("a file that is missing: %v", err)
	}
}

// Whatever a file holds, it is taken or refused with lines that it has; and a day that is taken is one of the calendar.
func FuzzHolidays(f *testing.F) {
	f.Add("country,date,name\nGB,2026-12-25,Christmas\n,12-25,\n")
	f.Add("date;country\n02-29;SE\n")
	f.Add("country,date\nGB,0000-01-01\n")
	numbers, err := phone.New("")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "off.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		h, err := readHolidays(path, numbers)
		if err != nil {
			return
		}
		for day := range h.days {
			year := day.year
			if year == 0 {
				year = 2000
			}
			if !h.has(day.country, time.Date(year, day.month, day.day, 0, 0, 0, 0, time.UTC)) || day.day < 1 || day.month < 1 {
				t.Errorf("%v is no day off", day)
			}
		}
	})
}
