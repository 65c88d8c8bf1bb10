package phone

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"sendoff/campaign"
)

// byLibrary judges a number by libphonenumber alone: Parse, IsPossibleNumber, GetNumberType.
func byLibrary(number, region string) (string, Finding) {
	parsed, err := phonenumbers.Parse(number, region)
	if err != nil {
		return "", Length
	}
	// A number that works only from within its own area is possible to the library, and too short to us.
	if phonenumbers.IsPossibleNumberWithReason(parsed) != phonenumbers.IS_POSSIBLE {
		return "", Length
	}
	text := phonenumbers.Format(parsed, phonenumbers.E164)
	switch phonenumbers.GetNumberType(parsed) {
	case phonenumbers.PREMIUM_RATE, phonenumbers.SHARED_COST, phonenumbers.PERSONAL_NUMBER:
		return text, Kind
	case phonenumbers.FIXED_LINE:
		return text, Landline
	case phonenumbers.TOLL_FREE, phonenumbers.PAGER, phonenumbers.UAN, phonenumbers.VOICEMAIL:
		return text, Service
	case phonenumbers.UNKNOWN:
		// The library leaves a national zero where too little would be left without it; to us nobody has written that number.
		main := phonenumbers.GetRegionCodeForCountryCode(int(parsed.GetCountryCode()))
		prefix := phonenumbers.GetNddPrefixForRegion(main, true)
		if strings.HasPrefix(prefix, "0") && strings.HasPrefix(phonenumbers.GetNationalSignificantNumber(parsed), prefix) {
			return "", Length
		}
		return text, Unassigned
	}
	return text, OK
}

// compare holds our reading of a number against the library's.
func compare(t *testing.T, n *Reader, number, region string) {
	t.Helper()
	address, finding := n.Read(number, region)
	if region == "" {
		region = phonenumbers.UNKNOWN_REGION
	}
	text, want := byLibrary(number, region)
	if finding == Ambiguous {
		if again, _ := byLibrary(text, phonenumbers.UNKNOWN_REGION); text != "" && again == text {
			t.Errorf("Phone(%s, %s) = %v, and libphonenumber reads its own %s the same way", number, region, finding, text)
		}
		return
	}
	if finding == NoZero { // about how it is written, which the library does not judge
		finding = OK
	}
	if finding.IsProblem() && finding != Kind {
		finding, address = Length, campaign.Address{}
	}
	if campaign.PhoneAddress(text).IsZero() { // fewer digits than an address has, or more
		text, want = "", Length
	}
	if finding != want || address.Reveal() != text {
		t.Errorf("Phone(%s, %s) = %s %v, libphonenumber says %s %v", number, region, address.Reveal(), finding, text, want)
	}
}

// examples returns example numbers of every kind for a region, from the library's metadata.
func examples(region string) []*phonenumbers.PhoneNumber {
	var found []*phonenumbers.PhoneNumber
	for kind := phonenumbers.FIXED_LINE; kind <= phonenumbers.VOICEMAIL; kind++ {
		if number := phonenumbers.GetExampleNumberForType(region, kind); number != nil {
			found = append(found, number)
		}
	}
	return found
}

func regions() []string {
	return slices.Sorted(maps.Keys(phonenumbers.GetSupportedRegions()))
}

// TestEveryPlanCompiles makes sure of what Reader.plan takes for granted.
func TestEveryPlanCompiles(t *testing.T) {
	metadata, err := metadataByKey()
	if err != nil {
		t.Fatal(err)
	}
	for code := range phonenumbers.GetSupportedCallingCodes() {
		plan, err := newNumbering(code, metadata)
		if err != nil {
			t.Errorf("newNumbering(%d): %v", code, err)
			continue
		}
		if len(plan.regions) == 0 {
			t.Errorf("newNumbering(%d) has no regions", code)
		}
	}
}

// TestBothWaysAgree reads numbers of every country and every kind, and numbers that differ from them in a digit or a length, and
// wants what libphonenumber would have made of them.
func TestBothWaysAgree(t *testing.T) {
	n := newReader(t, "")
	random := rand.New(rand.NewPCG(1, 2))
	for _, region := range regions() {
		for _, example := range examples(region) {
			text := phonenumbers.Format(example, phonenumbers.E164)
			compare(t, n, text, "")
			compare(t, n, digitsOf(phonenumbers.Format(example, phonenumbers.NATIONAL)), region)
			for range 2 {
				compare(t, n, mutated(random, text), "")
				compare(t, n, mutated(random, digitsOf(phonenumbers.Format(example, phonenumbers.NATIONAL))), region)
			}
		}
	}
	codes := slices.Sorted(maps.Keys(phonenumbers.GetSupportedCallingCodes()))
	for _, code := range codes {
		for range 10 {
			compare(t, n, fmt.Sprintf("+%d%s", code, randomDigits(random, 4+random.IntN(10))), "")
		}
	}
}

// TestWritesZero holds what countries are asked a zero of against how the library writes their numbers.
func TestWritesZero(t *testing.T) {
	metadata, err := metadataByKey()
	if err != nil {
		t.Fatal(err)
	}
	for _, region := range regions() {
		example := phonenumbers.GetExampleNumberForType(region, phonenumbers.MOBILE)
		if example == nil || !writesZero(metadata[region]) {
			continue
		}
		if national := digitsOf(phonenumbers.Format(example, phonenumbers.NATIONAL)); national[0] != '0' {
			t.Errorf("%s is asked a zero of, and libphonenumber writes its mobile numbers without one", region)
		}
	}
	for region, want := range map[string]bool{
		"GB": true, "SE": true, "DE": true, "FR": true, "NL": true, "IE": true, "FI": true, "AU": true,
		"US": false, "IT": false, "ES": false, "DK": false, "IN": false, "CN": false, "BR": false,
	} {
		if got := writesZero(metadata[region]); got != want {
			t.Errorf("%s is asked a zero of: %t, want %t", region, got, want)
		}
	}
}

func FuzzBothWaysAgree(f *testing.F) {
	f.Add("390612345678", false, "IT")
	f.Add("447700900123", true, "GB")
	f.Add("07700900123", false, "GB")
	f.Add("12025550123", false, "US")
	f.Add("1151234567890", false, "AR")
	n := newReader(f, "")
	f.Fuzz(func(t *testing.T, digits string, plus bool, region string) {
		if !isDigits(digits) || len(digits) > mostDigits || strings.HasPrefix(digits, "00") {
			t.Skip("not digits alone")
		}
		if plus {
			compare(t, n, "+"+digits, "")
		} else if n.regionOf(region) == region && region != "" {
			compare(t, n, digits, region)
		}
	})
}

func digitsOf(s string) string { return phonenumbers.NormalizeDigitsOnly(s) }

// mutated returns the number with a digit replaced, added or taken away, its first three characters untouched.
func mutated(random *rand.Rand, number string) string {
	if len(number) < 6 {
		return number
	}
	at := 3 + random.IntN(len(number)-3)
	switch random.IntN(4) {
	case 0:
		return number[:at] + number[at+1:]
	case 1:
		return number[:at] + randomDigits(random, 1) + number[at:]
	}
	return number[:at] + randomDigits(random, 1) + number[at+1:]
}

func randomDigits(random *rand.Rand, n int) string {
	digits := make([]byte, n)
	for i := range digits {
		digits[i] = byte('0' + random.IntN(10))
	}
	return string(digits)
}

func newReader(t testing.TB, country string) *Reader {
	t.Helper()
	n, err := New(country)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
