package phone

import (
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/nyaruka/phonenumbers"

	"sendoff/campaign"
)

func TestZonesOf(t *testing.T) {
	n := newReader(t, "")
	for _, tc := range []struct{ number, country, want string }{
		{"+447700900123", "GB", "Europe/London Europe/Guernsey Europe/Isle_of_Man Europe/Jersey"}, // nobody has it, so it may be of any of these
		{"+12125550123", "US", "America/New_York"},
		{"+13125550123", "US", "America/Chicago"},
		{"+12045550123", "CA", "America/Winnipeg"},
		{"+14415550123", "BM", "Atlantic/Bermuda"},
		{"+61255501234", "AU", "Australia/Sydney"}, // an area code
		{"+46701740605", "SE", "Europe/Stockholm"},
	} {
		country, zones := n.ZonesOf(campaign.PhoneAddress(tc.number))
		if got := strings.Join(zones, " "); country != tc.country || got != tc.want {
			t.Errorf("%s is in %q, %q, want %q, %q", tc.number, country, got, tc.country, tc.want)
		}
	}
	tollFree := phonenumbers.Format(phonenumbers.GetExampleNumberForType("CA", phonenumbers.TOLL_FREE), phonenumbers.E164)
	if _, zones := n.ZonesOf(campaign.PhoneAddress(tollFree)); !slices.Contains(zones, "America/St_Johns") || !slices.Contains(zones, "America/Puerto_Rico") {
		t.Errorf("a toll-free number of North America is in %q", zones)
	}
	satellite := phonenumbers.Format(phonenumbers.GetExampleNumberForNonGeoEntity(881), phonenumbers.E164)
	if country, zones := n.ZonesOf(campaign.PhoneAddress(satellite)); country != "" || zones != nil {
		t.Errorf("a satellite phone is in %q, %q", country, zones)
	}
	if country, zones := n.ZonesOf(campaign.Address{}); country != "" || zones != nil {
		t.Errorf("no number is in %q, %q", country, zones)
	}
}

// A mobile number without an area code may be anywhere in its country.
func TestZonesOfMobileNumbers(t *testing.T) {
	n := newReader(t, "")
	for id, want := range map[string]string{"AU": "Australia/Perth", "RU": "Asia/Kamchatka", "ES": "Atlantic/Canary", "PT": "Atlantic/Azores", "CL": "Pacific/Easter", "NZ": "Pacific/Chatham"} {
		example := phonenumbers.GetExampleNumberForType(id, phonenumbers.MOBILE)
		country, zones := n.ZonesOf(campaign.PhoneAddress(phonenumbers.Format(example, phonenumbers.E164)))
		if country != id || !strings.Contains(strings.Join(zones, " "), want) {
			t.Errorf("a mobile number of %s is in %q, %q, which lacks %s", id, country, zones, want)
		}
	}
}

// Every country has zones, and every name is one.
func TestZonesAreKnown(t *testing.T) {
	n := newReader(t, "")
	names := make(map[string]bool)
	for id := range phonenumbers.GetSupportedRegions() {
		example := phonenumbers.GetExampleNumber(id)
		_, zones := n.ZonesOf(campaign.PhoneAddress(phonenumbers.Format(example, phonenumbers.E164)))
		if len(zones) == 0 && len(phonenumbers.Format(example, phonenumbers.E164)) > 8 {
			t.Errorf("nobody knows the time zones of %s", id)
		}
		for _, zone := range append(zones, n.CountryZones(id)...) {
			names[zone] = true
		}
	}
	for name := range names {
		if _, err := time.LoadLocation(name); err != nil {
			t.Error(err)
		}
	}
}

func BenchmarkZonesOf(b *testing.B) {
	for _, number := range []string{"+447700900123", "+12125550123", "+12045550123", "+12505550123"} {
		b.Run(number[:5], func(b *testing.B) {
			n, address := newReader(b, ""), campaign.PhoneAddress(number)
			n.ZonesOf(address)
			b.ReportAllocs()
			for b.Loop() {
				n.ZonesOf(address)
			}
		})
	}
}
