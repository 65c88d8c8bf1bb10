package prices

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sendoff/campaign"
	"sendoff/internal/phone"
)

var today = time.Date(2026, 10, 15, 9, 0, 0, 0, time.UTC)

func load(t *testing.T, text string, spec campaign.PriceList) (*Table, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "prices.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, today, today.AddDate(0, 0, -1)); err != nil {
		t.Fatal(err)
	}
	countries, err := phone.New("")
	if err != nil {
		t.Fatal(err)
	}
	spec.File = "prices.csv"
	return Load(path, spec, countries, today)
}

func TestLoad(t *testing.T) {
	const sms, rcs = campaign.SMS, campaign.RCS
	for _, tc := range []struct {
		name, text string
		date       string
		want       []Price
	}{
		{"comma", "country;channel;price;per;currency\nGB;sms;0,07;;EUR\n*;SMS;0,125;message;eur\n;rcs;0;;EUR\n", "2026-10-14", []Price{
			{"", rcs, 0, Message, ""}, {"", sms, 125_000, Message, ""}, {"GB", sms, 70_000, Part, ""}}},
		{"point", "Price,Currency,Channel,Country,note\n0.000001,SEK,RCS,se,the least there is\n1234.5,SEK,SMS,SE,\n", "2026-10-14", []Price{
			{"SE", rcs, 1, Message, ""}, {"SE", sms, 1_234_500_000, Part, ""}}},
		{"the newest that is not in the future", "country,channel,price,currency,valid_from\n" +
			"GB,SMS,0.01,EUR,2026-01-01\nGB,SMS,0.02,EUR,01.10.2026\nGB,SMS,0.03,EUR,2026-10-16\nGB,SMS,0.04,EUR,\nIE,SMS,0.05,EUR,2026-12-01\n", "2026-10-01", []Price{
			{"GB", sms, 20_000, Part, "2026-10-01"}}},
		{"today", "country,channel,price,currency,date\nGB,SMS,1,EUR,2026-10-15\n", "2026-10-15", []Price{{"GB", sms, 1_000_000, Part, "2026-10-15"}}},
		{"another price shows the sign", "country,channel,price,currency\nGB,SMS,\"1,250\",EUR\nGB,RCS,\"0,5\",EUR\n", "2026-10-14", []Price{
			{"GB", rcs, 500_000, Message, ""}, {"GB", sms, 1_250_000, Part, ""}}},
		{"JSON", `{"country": "GB", "channel": "SMS", "price": 1.250, "currency": "EUR"}` + "\n", "2026-10-14", []Price{{"GB", sms, 1_250_000, Part, ""}}},
	} {
		got, err := load(t, tc.text, campaign.PriceList{})
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if diff := cmp.Diff(tc.want, got.Prices); diff != "" || got.Date != tc.date {
			t.Errorf("%s, of %s (-want +got):\n%s", tc.name, got.Date, diff)
		}
		kept, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		var again *Table
		if err := json.Unmarshal(kept, &again); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(got, again, cmp.AllowUnexported(Table{}, place{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s, kept (-want +got):\n%s", tc.name, diff)
		}
	}
	if got, err := load(t, "country,channel,price,currency\nGB,SMS,\"1,250\",EUR\n", campaign.PriceList{Decimal: ","}); err != nil || got.Prices[0].Amount != 1_250_000 {
		t.Errorf("a decimal sign that the campaign names: %+v, %v", got, err)
	}
}

// A price list that is not right in every line is not used at all.
func TestLoadFailsClosed(t *testing.T) {
	const header = "country,channel,price,per,currency,valid_from\n"
	for _, tc := range []struct{ text, want string }{
		{"", "prices.csv: "},
		{"country,channel,currency\n", ":1: this price list has no column price | its columns are country, channel, currency"},
		{"country,channel,price,currency,date,valid_from\n", ":1: this price list has two columns for valid_from"},
		{header, ": no price in this list holds today"},
		{header + "GB,SMS,0.07,,EUR,2026-10-16\n", ": no price in this list holds today"},
		{header + "United Kingdom,SMS,0.07,,EUR,\n", ":2: country: the two-letter code of the country is wanted | write its code: GB"},
		{header + "UK,SMS,0.07,,EUR,\n", ":2: country: the two-letter code of the country is wanted | write its code: GB"},
		{header + "Atlantis,SMS,0.07,,EUR,\n", ":2: country: no country has this code | a two-letter code such as GB or SE; * stands for every other country"},
		{header + "GB,WHATSAP,0.07,,EUR,\n", ":2: channel: there is no such channel | did you mean WHATSAPP?"},
		{header + "GB,RCS,0.07,part,EUR,\n", ":2: per: only an SMS has parts | write message"},
		{header + "GB,SMS,0.07,text,EUR,\n", ":2: per: part or message is wanted"},
		{header + "GB,SMS,0.07,,€,\n", ":2: currency: the code of a currency is wanted | three letters, such as EUR or GBP"},
		{header + "GB,SMS,0.07,,EUR,\nSE,SMS,0.7,,SEK,\n", ":3: currency: the lines above are in EUR | all prices of a list have one currency: nothing is converted here"},
		{header + "GB,SMS,0.07,,EUR,soon\n", ":2: valid_from: a date is wanted | such as 2026-01-31 or 31.01.2026"},
		{header + "GB,SMS,,,EUR,\n", ":2: price: there is none"},
		{header + "GB,SMS,€0.07,,EUR,\n", ":2: price: a number is wanted"},
		{header + "GB,SMS,-0.07,,EUR,\n", ":2: price: a number is wanted"},
		{header + "GB,SMS,1e-2,,EUR,\n", ":2: price: a number is wanted"},
		{header + "GB,SMS,0.0000001,,EUR,\n", ":2: price: has more than six decimal places"},
		{header + "GB,SMS,99999999999999,,EUR,\n", ":2: price: is more than can be counted"},
		{header + "GB,SMS,0.07,,EUR,\nSE,SMS,\"0,07\",,EUR,\n", ":3: price: a number is wanted"},
		{header + "GB,SMS,\"0,07\",,EUR,\nSE,SMS,1.250,,EUR,\n", ":3: price: a number is wanted"},
		{header + "GB,SMS,\"1.250,50\",,EUR,\n", ":2: price: a number is wanted"},
		{header + "GB,SMS,12,,EUR,\nSE,SMS,1.250,,EUR,\n", ":3: price: the sign in it may be a decimal sign, or one of thousands, and no other price tells"},
		{header + "GB,SMS,0.07,,EUR,\ngb,sms,0.08,,EUR,\n", ":3: this price stands here twice: same country, same channel, same day"},
		{header + "*,SMS,0.07,,EUR,\n,SMS,0.07,,EUR,\n", ":3: this price stands here twice"},
		{header + "GB,SMS,0.07,,EUR,,more,and more\n", ":2: "},
	} {
		_, err := load(t, tc.text, campaign.PriceList{})
		var problems campaign.Problems
		if !errors.As(err, &problems) || len(problems) != 1 {
			t.Errorf("%q: %v, want one problem", tc.text, err)
			continue
		}
		got := problems[0].Error() + " | " + problems[0].Hint
		if !strings.Contains(got, tc.want) {
			t.Errorf("%q: %s, want %s", tc.text, got, tc.want)
		}
	}
}

func TestFind(t *testing.T) {
	table, err := load(t, "country,channel,price,currency\nGB,SMS,0.03,EUR\n*,SMS,0.5,EUR\nGB,RCS,0.02,EUR\n", campaign.PriceList{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		country string
		channel campaign.Channel
		parts   int
		want    campaign.Micros
		found   bool
	}{
		{"GB", campaign.SMS, 3, 90_000, true}, {"JM", campaign.SMS, 1, 500_000, true}, {"", campaign.SMS, 2, 1_000_000, true},
		{"GB", campaign.RCS, 3, 20_000, true}, {"JM", campaign.RCS, 1, 0, false}, {"GB", campaign.WhatsApp, 1, 0, false},
	} {
		price, found := table.Find(tc.country, tc.channel)
		cost, ok := price.Of(tc.parts)
		if found != tc.found || cost != tc.want || !ok {
			t.Errorf("%s to %q: %v, %v, want %v, %v", tc.channel, tc.country, cost, found, tc.want, tc.found)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("country,channel,price,per,currency,valid_from\nGB,SMS,0.07,part,EUR,2026-01-01\n")
	f.Add("country;channel;price;currency\n*;RCS;0,07;SEK\n")
	countries, err := phone.New("")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "prices.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		table, err := Load(path, campaign.PriceList{File: "prices.csv"}, countries, today)
		if err != nil {
			return
		}
		for _, p := range table.Prices {
			if again, err := campaign.ParseMicros(p.Amount.String()); err != nil || again != p.Amount {
				t.Errorf("%d is written %s, and read %d, %v", p.Amount, p.Amount, again, err)
			}
		}
	})
}
