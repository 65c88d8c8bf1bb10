package phone

import (
	"testing"

	"github.com/nyaruka/phonenumbers"

	"sendoff/campaign"
)

// Both ways agree on the example numbers of every country; those that are assigned nowhere belong to the main country of their code.
func TestCountryOf(t *testing.T) {
	r, err := New("")
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for id := range phonenumbers.GetSupportedRegions() {
		for _, kind := range []phonenumbers.PhoneNumberType{phonenumbers.MOBILE, phonenumbers.FIXED_LINE} {
			example := phonenumbers.GetExampleNumberForType(id, kind)
			if example == nil {
				continue
			}
			address := campaign.PhoneAddress(phonenumbers.Format(example, phonenumbers.E164))
			if address.IsZero() {
				continue
			}
			asked++
			if got, want := r.CountryOf(address), phonenumbers.GetRegionCodeForNumber(example); got != want {
				t.Errorf("an example number of %s is of %q, and libphonenumber says %q", id, got, want)
			}
		}
	}
	if asked < 400 {
		t.Errorf("only %d numbers were asked about", asked)
	}
	for number, want := range map[string]string{
		"+447700900123": "GB", "+12025550123": "US", "+8701234567890": "", "+46701740605": "SE",
	} {
		if got := r.CountryOf(campaign.PhoneAddress(number)); got != want {
			t.Errorf("a number of %.4s is of %q, want %q", number, got, want)
		}
	}
	if got := r.CountryOf(campaign.Address{}); got != "" {
		t.Errorf("no number is of %q", got)
	}
}

func BenchmarkCountryOf(b *testing.B) {
	r, err := New("")
	if err != nil {
		b.Fatal(err)
	}
	for _, number := range []string{"+46701740605", "+447400123456", "+447700900123", "+12025550123"} {
		address := campaign.PhoneAddress(number)
		b.Run(number[:4], func(b *testing.B) {
			for b.Loop() {
				r.CountryOf(address)
			}
		})
	}
}
