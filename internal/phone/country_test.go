package phone

import (
	"testing"

	"golang.org/x/text/language"
)

func TestRegionOf(t *testing.T) {
	n := newReader(t, "")
	for _, tc := range []struct{ cell, want string }{
		{"GB", "GB"},
		{"se", "SE"},
		{"GBR", "GB"},
		{"swe", "SE"},
		{"UK", "GB"},
		{"U.K.", "GB"},
		{"USA", "US"},
		{"U.S.", "US"},
		{"Sweden", "SE"},
		{"SVERIGE", "SE"},
		{"Schweden", "SE"},
		{"Suède", "SE"},
		{"Suede", "SE"}, // accents are lost on the way
		{"Szwecja", "SE"},
		{"Ruotsi", "SE"},
		{"Σουηδία", "SE"},
		{"United Kingdom", "GB"},
		{"Vereinigtes Königreich", "GB"},
		{"Royaume-Uni", "GB"},
		{"Storbritannia", "GB"},
		{"Storbritannien", "GB"},
		{"Wielka Brytania", "GB"},
		{"England", "GB"},
		{"Deutschland", "DE"},
		{"Österreich", "AT"},
		{"Schweiz", "CH"},
		{"Suisse", "CH"},
		{"Svizzera", "CH"},
		{"België", "BE"},
		{"Belgique", "BE"},
		{"Česko", "CZ"},
		{"Czech Republic", "CZ"},
		{"Magyarország", "HU"},
		{"Türkiye", "TR"},
		{"Turkey", "TR"},
		{"Bosnia & Herzegovina", "BA"},
		{"Bosnia and Herzegovina", "BA"},
		{"Brasil", "BR"},
		{"日本", "JP"},
		{"Россия", "RU"},

		{"", ""},
		{" ", ""},
		{"ZZ", ""},
		{"ZZZ", ""},
		{"826", ""}, // a code of the UN's statisticians; 358 is one of theirs, and the calling code of another country
		{"+44", ""},
		{"D", ""}, // as on cars
		{"GER", ""},
		{"Congo", ""}, // two countries
		{"Korea", ""},
		{"Norrland", ""},
		{"Sweden, Norway", ""},
		{"Europe", ""},
	} {
		if got := n.regionOf(tc.cell); got != tc.want {
			t.Errorf("regionOf(%q) = %q, want %q", tc.cell, got, tc.want)
		}
	}
}

// TestCountryNamesAreComplete wants a code of three letters and more than one name for every country.
func TestCountryNamesAreComplete(t *testing.T) {
	n := newReader(t, "")
	names := make(map[string]int)
	for _, id := range n.names() {
		names[id]++
	}
	for _, id := range regions() {
		if got := n.regionOf(language.MustParseRegion(id).ISO3()); got != id {
			t.Errorf("the code of three letters of %s is read as %q", id, got)
		}
		if names[id] < 3 {
			t.Errorf("%s has %d names", id, names[id])
		}
	}
}
