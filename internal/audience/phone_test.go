package audience

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"sendoff/campaign"
)

func TestPhone(t *testing.T) {
	n := newNormaliser(t, "")
	for _, tc := range []struct {
		cell, country string
		want          string
		finding       Finding
	}{
		{"+447700900123", "", "+447700900123", PhoneUnassigned},
		{"+44 7700 900-123", "", "+447700900123", PhoneUnassigned},
		{"(+44) 7700\u00a0900.123", "", "+447700900123", PhoneUnassigned},
		{"\u202a+44\u20117700\u2009900123\u202c ", "", "+447700900123", PhoneUnassigned},
		{"＋４４７７００９００１２３", "", "+447700900123", PhoneUnassigned},
		{"+٤٤٧٧٠٠٩٠٠١٢٣", "", "+447700900123", PhoneUnassigned},
		{"+44 (0)7700 900123", "", "+447700900123", PhoneUnassigned},
		{"0044 7700 900123", "", "+447700900123", PhoneUnassigned},
		{"0044 7700 900123", "US", "+447700900123", PhoneUnassigned},
		{"011 44 7700 900123", "US", "+447700900123", PhoneUnassigned},
		{"07700 900123", "GB", "+447700900123", PhoneUnassigned},
		{"07700 900123", " gb ", "+447700900123", PhoneUnassigned},
		{"7700900123", "GB", "+447700900123", PhoneUnassigned}, // a spreadsheet has taken the zero
		{"447700900123", "GB", "+447700900123", PhoneUnassigned},
		{"'07700900123", "GB", "+447700900123", PhoneUnassigned},
		{`="07700900123"`, "GB", "+447700900123", PhoneUnassigned},
		{"070-174 06 05", "SE", "+46701740605", OK},
		{"070/1740605", "SE", "+46701740605", OK},
		{"(202) 555-0123", "US", "+12025550123", OK},
		{"1-202-555-0123", "US", "+12025550123", OK},
		{"+1 202 555 0123", "SE", "+12025550123", OK},
		{"12025550123.0", "US", "+12025550123", PhoneDecimal},
		{"+447700900123.0", "", "+447700900123", PhoneUnassigned},

		{"", "GB", "", PhoneEmpty},
		{" \u00a0-", "GB", "", PhoneEmpty},
		{"+", "GB", "", PhoneTooShort},
		{"077OO900124", "GB", "", PhoneLetter}, // letters O; libphonenumber drops them and finds a number that nobody wrote
		{"07700 900123 ext 5", "GB", "", PhoneLetter},
		{"tel:+447700900123", "", "", PhoneLetter},
		{"#07700900123", "GB", "", PhoneCharacter},
		{"07700900123*", "GB", "", PhoneCharacter},
		{"07700 900123, 07700 900124", "GB", "", PhoneTwo},
		{"07700 900123;07700 900124", "GB", "", PhoneTwo},
		{"07700900123\n07700900124", "GB", "", PhoneTwo},
		{"07700900123/07700900124", "GB", "", PhoneTwo},
		{"07700900123/07700900124/07700900125", "GB", "", PhoneTwo},
		{"07700 900123/4", "GB", "", PhoneTwo},
		{"+447700900123+447700900124", "", "", PhoneTwo},
		{"++447700900123", "", "", PhoneTwo},
		{"4.479E+11", "GB", "", PhoneScientific},
		{"4,479e11", "GB", "", PhoneScientific},
		{" +4E+11 ", "GB", "", PhoneScientific},
		{"07700 900123", "", "", PhoneNational},
		{"07700 900123", "Sweden", "", CountryUnknown},
		{"07700 900123", "UK", "", CountryUnknown},
		{"07700 900123", "ZZ", "", CountryUnknown},
		{"+447700900123", "Sweden", "+447700900123", PhoneUnassigned}, // its country is in the number
		{"+999 123 4567", "", "", PhoneCallingCode},
		{"+0447700900123", "", "", PhoneCallingCode},
		{"+44 770", "", "", PhoneTooShort},
		{"+44 7700 900123 1234", "", "", PhoneTooLong},
		{"07700 9002", "GB", "", PhoneTooShort},  // its national zero would have to stay
		{"+44 7700 9001", "", "", PhoneTooShort}, // works from within an area at most
		{"123456789012345678901234567890", "GB", "", PhoneTooLong},
		{"(900) 555-0123", "US", "+19005550123", PhoneKind},
		{"+1 500 555 0123", "", "+15005550123", PhoneKind},
	} {
		address, finding := n.Phone(tc.cell, tc.country)
		if address.Reveal() != tc.want || finding != tc.finding {
			t.Errorf("Phone(%q, %q) = %s %q, want %s %q", tc.cell, tc.country, address.Reveal(), finding, tc.want, tc.finding)
		}
	}
}

func TestNormalise(t *testing.T) {
	n := newNormaliser(t, "GB")
	for _, tc := range []struct {
		cells   []string
		want    string
		finding Finding
	}{
		{[]string{"07700 900123", ""}, "+447700900123", PhoneUnassigned},
		{[]string{"07700 900123"}, "+447700900123", PhoneUnassigned},
		{[]string{"070 174 06 05", "se"}, "+46701740605", OK},
		{[]string{"+1 900 555 0123", ""}, "", PhoneKind},
		{nil, "", PhoneEmpty},
	} {
		r := campaign.Recipient{Address: campaign.PhoneAddress("+12025550123"), Fields: tc.cells}
		if finding := n.Normalise(&r); finding != tc.finding || r.Address.Reveal() != tc.want {
			t.Errorf("Normalise(%q) = %v with %s, want %v with %s", tc.cells, finding, r.Address.Reveal(), tc.finding, tc.want)
		}
	}
}

func TestNewNormaliserRefusesCountry(t *testing.T) {
	for _, country := range []string{"Sweden", "UK", "ZZ", "X", "åä", "001"} {
		if _, err := NewNormaliser(country, campaign.Columns{}); !errors.Is(err, ErrCountry) {
			t.Errorf("NewNormaliser(%q) = %v, want ErrCountry", country, err)
		}
	}
}

// TestNormaliserIsShared lets many goroutines meet at numbering plans that none of them has compiled yet.
func TestNormaliserIsShared(t *testing.T) {
	n := newNormaliser(t, "")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for _, number := range []string{"+447700900123", "+12025550123", "+46701740605"} {
				if address, _ := n.Phone(number, ""); address.Reveal() != number {
					t.Errorf("Phone(%s) = %s", number, address.Reveal())
				}
			}
		})
	}
	group.Wait()
}

func TestFindingTexts(t *testing.T) {
	seen := map[string]bool{"": true}
	for f := OK + 1; f < findings; f++ {
		if text := f.String(); seen[text] || text == (findings).String() {
			t.Errorf("finding %d has text %q, want one of its own", f, text)
		} else {
			seen[text] = true
		}
		if f.IsWarning() == f.IsProblem() {
			t.Errorf("finding %d is a warning: %t, a problem: %t", f, f.IsWarning(), f.IsProblem())
		}
	}
	if OK.IsProblem() || OK.IsWarning() || OK.String() != "" {
		t.Error("OK says something")
	}
}

// FuzzPhone wants an address or a problem, and of an address that reading it again changes nothing.
func FuzzPhone(f *testing.F) {
	for _, cell := range []string{"+447700900123", "07700 900123", "+44 (0)7700 900123", "4.479E+11", `="07700900123"`, "0046701740605", "(202) 555-0123", "٠٧٧٠٠٩٠٠١٢٣"} {
		f.Add(cell, "GB")
		f.Add(cell, "")
	}
	n := newNormaliser(f, "US")
	f.Fuzz(func(t *testing.T, cell, country string) {
		address, finding := n.Phone(cell, country)
		if hasAddress := !finding.IsProblem() || finding == PhoneKind; hasAddress == address.IsZero() {
			t.Fatalf("Phone(%q, %q) = %s %v", cell, country, address.Reveal(), finding)
		}
		if address.IsZero() {
			return
		}
		again, findingAgain := n.Phone(address.Reveal(), "")
		if finding == PhoneDecimal {
			finding = OK
		}
		if again != address || findingAgain != finding {
			t.Fatalf("Phone(%q, %q) = %s %v, and of that %s %v", cell, country, address.Reveal(), finding, again.Reveal(), findingAgain)
		}
	})
}

func ExampleNormaliser_Phone() {
	n, err := NewNormaliser("GB", campaign.Columns{})
	if err != nil {
		panic(err)
	}
	for _, cell := range []string{"07700 900123", "077OO900123"} {
		address, finding := n.Phone(cell, "")
		fmt.Printf("%v|%v\n", address, finding)
	}
	// Output:
	// +44 77·····123|phone: possible, but no number of this kind is assigned
	// |phone: has a letter in it
}
