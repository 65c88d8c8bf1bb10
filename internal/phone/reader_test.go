package phone

import (
	"errors"
	"fmt"
	"sync"
	"testing"
)

func TestRead(t *testing.T) {
	n := newReader(t, "")
	for _, tc := range []struct {
		cell, country string
		want          string
		finding       Finding
	}{
		{"+447700900123", "", "+447700900123", Unassigned},
		{"+44 7700 900-123", "", "+447700900123", Unassigned},
		{"(+44) 7700\u00a0900.123", "", "+447700900123", Unassigned},
		{"\u202a+44\u20117700\u2009900123\u202c ", "", "+447700900123", Unassigned},
		{"＋４４７７００９００１２３", "", "+447700900123", Unassigned},
		{"+٤٤٧٧٠٠٩٠٠١٢٣", "", "+447700900123", Unassigned},
		{"+44 (0)7700 900123", "", "+447700900123", Unassigned},
		{"0044 7700 900123", "", "+447700900123", Unassigned},
		{"0044 7700 900123", "US", "+447700900123", Unassigned},
		{"011 44 7700 900123", "US", "+447700900123", Unassigned},
		{"07700 900123", "GB", "+447700900123", Unassigned},
		{"07700 900123", " gb ", "+447700900123", Unassigned},
		{"7700900123", "GB", "+447700900123", Unassigned}, // a spreadsheet has taken the zero, which matters less
		{"701740605", "SE", "+46701740605", NoZero},
		{"70 174 06 05", "SE", "+46701740605", NoZero},
		{"701740605.0", "SE", "+46701740605", NoZero},
		{"46701740605", "SE", "+46701740605", OK}, // it has its calling code
		{"2025550123", "US", "+12025550123", OK},  // nobody writes another prefix there
		{"447700900123", "GB", "+447700900123", Unassigned},
		{"'07700900123", "GB", "+447700900123", Unassigned},
		{`="07700900123"`, "GB", "+447700900123", Unassigned},
		{"070-174 06 05", "SE", "+46701740605", OK},
		{"070/1740605", "SE", "+46701740605", OK},
		{"(202) 555-0123", "US", "+12025550123", OK},
		{"1-202-555-0123", "US", "+12025550123", OK},
		{"+1 202 555 0123", "SE", "+12025550123", OK},
		{"12025550123.0", "US", "+12025550123", Decimal},
		{"+447700900123.0", "", "+447700900123", Unassigned},
		{"12025550123,0", "US", "+12025550123", Decimal},
		{"12025550123.00", "US", "+12025550123", Decimal},
		{"12025550123,00", "US", "+12025550123", Decimal},
		{"+44 (0) 7700 900123", "", "+447700900123", Unassigned},
		{"0044(0)7700900123", "", "+447700900123", Unassigned},
		{"00 44 7700 900123", "SE", "+447700900123", Unassigned},
		{"+ 44 7700 900123", "", "+447700900123", Unassigned},
		{"+0044 7700 900123", "", "+447700900123", Unassigned},
		{"+44 07700 900123", "", "+447700900123", Unassigned},
		{"(0)70-174 06 05", "SE", "+46701740605", OK},
		{"070.174.06.05", "SE", "+46701740605", OK},
		{"070\u202f174\u200906\u00a005", "SE", "+46701740605", OK},
		{"０７０－１７４ ０６ ０５", "SE", "+46701740605", OK},
		{"tel:+447700900123", "", "+447700900123", Unassigned},
		{"TEL:+46-70-174-06-05", "", "+46701740605", OK},
		{"+44 20 7946 0123", "", "+442079460123", Landline},
		{"020 7946 0123", "GB", "+442079460123", Landline},
		{"2079460123", "GB", "+442079460123", Landline}, // that the zero is lost matters less

		{"", "GB", "", Empty},
		{" \u00a0-", "GB", "", Empty},
		{"+", "GB", "", TooShort},
		{"077OO900124", "GB", "", Letter}, // letters O; libphonenumber drops them and finds a number that nobody wrote
		{"07700 900123 privat", "GB", "", Letter},
		{"07700 900123 ext 5", "GB", "", Extension},
		{"07700 900123 Ext. 5", "GB", "", Extension},
		{"07700 900123 (ext 5)", "GB", "", Extension},
		{"+44 7700 900123 extension 123", "", "", Extension},
		{"+447700900123x123", "", "", Extension},
		{"+447700900123 #12", "", "", Extension},
		{"tel:+447700900123;ext=12", "", "", Extension},
		{"+447700900123 x", "", "", Letter},
		{"07700 9x0123", "GB", "", Letter}, // a slip: too little stands before it
		{"07700 x 07700900124", "GB", "", Letter},
		{"tel:", "", "", Letter},
		{"tel:07700900123;phone-context=+44", "", "", Two},
		{"#07700900123", "GB", "", Character},
		{"07700900123*", "GB", "", Character},
		{"07700 900123, 07700 900124", "GB", "", Two},
		{"07700 900123;07700 900124", "GB", "", Two},
		{"07700900123\n07700900124", "GB", "", Two},
		{"07700900123/07700900124", "GB", "", Two},
		{"07700900123/07700900124/07700900125", "GB", "", Two},
		{"07700 900123/4", "GB", "", Two},
		{"+447700900123+447700900124", "", "", Two},
		{"++447700900123", "", "", Two},
		{"4.479E+11", "GB", "", Scientific},
		{"-7700900100", "GB", "", Computed}, // +44-7700900144, which a spreadsheet took for a sum
		{"\u2212701740605", "SE", "", Computed},
		{"770090000.1", "GB", "", Computed},
		{"701740605,5", "SE", "", Computed},
		{"31.01.2026", "NO", "", Computed},
		{"2026-01-31", "SE", "", Computed},
		{"1/2/2026", "SE", "", Computed},
		{"070.174.0605", "SE", "+46701740605", OK},
		{"070-174 06 05", "SE", "+46701740605", OK},
		{"4,479e11", "GB", "", Scientific},
		{"4,47701E+11", "GB", "", Scientific},
		{"447,700,900,123", "GB", "", Grouped},
		{"7,700,900,123", "GB", "", Grouped},
		{"07700,900123", "GB", "", Two},
		{"07700900123,", "GB", "", Two},
		{" +4E+11 ", "GB", "", Scientific},
		{"07700 900123", "", "", National},
		{"7700900123", "", "", National},
		{"4670174060", "", "", National}, // too short to be taken for a number of +46
		{"447700900123", "", "", NoPlus},
		{"46701740605", "", "", NoPlus},
		{"12025550123", "", "", NoPlus},
		{"077009001234", "", "", National}, // no calling code begins with a zero
		{"99999999999", "", "", National},
		{"070 174 06 05", "Sweden", "+46701740605", OK},
		{"070 174 06 05", "Norrland", "", CountryUnknown},
		{"07700 900123", "UK", "+447700900123", Unassigned},
		{"07700 900123", "ZZ", "", CountryUnknown},
		{"+447700900123", "Norrland", "+447700900123", Unassigned}, // its country is in the number
		{"+999 123 4567", "", "", CallingCode},
		{"+0447700900123", "", "", CallingCode},
		{"+44 770", "", "", TooShort},
		{"+44 7700 900123 1234", "", "", TooLong},
		{"07700 9002", "GB", "", TooShort},  // its national zero would have to stay
		{"+44 7700 9001", "", "", TooShort}, // works from within an area at most
		{"123456789012345678901234567890", "GB", "", TooLong},
		{"(900) 555-0123", "US", "+19005550123", Kind},
		{"+1 500 555 0123", "", "+15005550123", Kind},
	} {
		address, finding := n.Read(tc.cell, tc.country)
		if address.Reveal() != tc.want || finding != tc.finding {
			t.Errorf("Read(%q, %q) = %s %q, want %s %q", tc.cell, tc.country, address.Reveal(), finding, tc.want, tc.finding)
		}
	}
}

func TestNewRefusesCountry(t *testing.T) {
	for _, country := range []string{"Sweden", "UK", "ZZ", "X", "åä", "001"} {
		if _, err := New(country); !errors.Is(err, ErrCountry) {
			t.Errorf("New(%q) = %v, want ErrCountry", country, err)
		}
	}
}

// TestReaderIsShared lets many goroutines meet at numbering plans that none of them has compiled yet.
func TestReaderIsShared(t *testing.T) {
	n := newReader(t, "")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for _, number := range []string{"+447700900123", "+12025550123", "+46701740605"} {
				if address, _ := n.Read(number, ""); address.Reveal() != number {
					t.Errorf("Read(%s) = %s", number, address.Reveal())
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
	}
	if OK.IsProblem() || OK.String() != "" {
		t.Error("OK says something")
	}
}

// FuzzRead wants an address or a problem, and of an address that reading it again changes nothing.
func FuzzRead(f *testing.F) {
	for _, cell := range []string{"+447700900123", "07700 900123", "+44 (0)7700 900123", "4.479E+11", `="07700900123"`, "0046701740605", "(202) 555-0123", "٠٧٧٠٠٩٠٠١٢٣",
		"7700900123", "701740605", "447700900123", "tel:+447700900123", "tel:+447700900123;ext=12", "+447700900123 x12", "447,700,900,123", "12025550123,0",
		"12025550123.00", "4,47701E+11", "0044(0)7700900123", "+ 44 7700 900123", "020 7946 0123", "０７０－１７４ ０６ ０５", "\xcc"} {
		f.Add(cell, "GB")
		f.Add(cell, "")
		f.Add(cell, "Sweden")
	}
	n := newReader(f, "US")
	f.Fuzz(func(t *testing.T, cell, country string) {
		address, finding := n.Read(cell, country)
		if hasAddress := !finding.IsProblem() || finding == Kind; hasAddress == address.IsZero() {
			t.Fatalf("Read(%q, %q) = %s %v", cell, country, address.Reveal(), finding)
		}
		if address.IsZero() {
			return
		}
		again, findingAgain := n.Read(address.Reveal(), "")
		if finding == Decimal || finding == NoZero {
			finding = OK
		}
		if again != address || findingAgain != finding {
			t.Fatalf("Read(%q, %q) = %s %v, and of that %s %v", cell, country, address.Reveal(), finding, again.Reveal(), findingAgain)
		}
	})
}

func ExampleReader_Read() {
	n, err := New("GB")
	if err != nil {
		panic(err)
	}
	for _, cell := range []string{"07700 900123", "077OO900123"} {
		address, finding := n.Read(cell, "")
		fmt.Printf("%v|%v\n", address, finding)
	}
	// Output:
	// +44 77·····123|phone: possible, but no number of this kind is assigned
	// |phone: has a letter in it
}
