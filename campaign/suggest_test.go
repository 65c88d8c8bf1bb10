package campaign

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	for _, tc := range []struct{ word, want string }{
		{"nmae", "name"},
		{"Name", "name"},
		{"chanel_priority_order", "channel_priority_order"},
		{"channelPriorityOrder", "channel_priority_order"},
		{"audiance", "audience"},
		{"colour", ""},
		{"", ""},
	} {
		if got := Nearest(tc.word, fieldNames(fileRules().fields)); got != tc.want {
			t.Errorf("Nearest(%q) = %q, want %q", tc.word, got, tc.want)
		}
	}
}

func TestNearestOfColumns(t *testing.T) {
	columns := []string{"Phone", "First name", "Customer No", "Customer number of old", "a", "Mobil nr", ""}
	for _, tc := range []struct{ word, want string }{
		{"frist_name", "First name"},
		{"custumerno", "Customer No"},
		{"firts", ""},
		{"first", "First name"}, // a part of it
		{"name", "First name"},
		{"phone of customer", "Phone"}, // it is a part
		{"customer", "Customer No"},    // a part of two: of the shorter
		{"mobil", "Mobil nr"},
		{"no", ""}, // too short to be a part
		{"b", ""},  // nothing in common
		{"_", ""},
		{strings.Repeat("phone", 20), ""},
	} {
		if got := Nearest(tc.word, columns); got != tc.want {
			t.Errorf("Nearest(%q) = %q, want %q", tc.word, got, tc.want)
		}
	}
}

func TestNearestWithoutAccents(t *testing.T) {
	columns := []string{"Förnamn", "Prénom", "Ağırlık", "Číslo zákazníka", "Straße", "Fo\u0308rening"}
	for _, tc := range []struct{ word, want string }{
		{"Fornamn", "Förnamn"},
		{"prenom", "Prénom"},
		{"agirlik", "Ağırlık"}, // three letters of seven
		{"cislo_zakaznika", "Číslo zákazníka"},
		{"strasse", "Straße"},
		{"förening", "Fo\u0308rening"}, // looks the same
	} {
		if got := Nearest(tc.word, columns); got != tc.want {
			t.Errorf("Nearest(%q) = %q, want %q", tc.word, got, tc.want)
		}
	}
}

func TestMisspelt(t *testing.T) {
	known := []string{"Language", "Land", "Country", "Kundennummer"}
	for _, tc := range []struct{ word, want string }{
		{"Langauge", "Language"},
		{"Kundennumer", "Kundennummer"},
		{"contry", "Country"},
		{"Band", ""}, // too short for a slip
		{"Language school", ""},
		{"Lagnaugge", ""}, // two slips
		{"", ""},
	} {
		if got := Misspelt(tc.word, known); got != tc.want {
			t.Errorf("Misspelt(%q) = %q, want %q", tc.word, got, tc.want)
		}
	}
}

func TestFoldFurther(t *testing.T) {
	for _, tc := range []struct{ name, want string }{
		{"N° de téléphone", "nodetelephone"},
		{"Nº cliente", "nocliente"},
		{"№", "no"},
		{"Customer #", "customerno"},
		{"Tel. (mobil)", "telmobil"},
		{"Country/Region", "countryregion"},
		{"Straße", "strasse"},
		{"Kjøretøy", "kjoretoy"},
		{"MÜŞTERİ NUMARASI", "musterinumarasi"},
		{"Müşteri numarası", "musterinumarasi"},
		{"Αριθμός", "αριθμοσ"},
		{"ΑΡΙΘΜΟΣ", "αριθμοσ"},
		{"Ｔｅｌ", "tel"},
		{"Fo\u0308rnamn", "fornamn"},
		{" –★ ", ""},
	} {
		if got := FoldFurther(tc.name); got != tc.want {
			t.Errorf("FoldFurther(%q) = %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestEditDistance(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "ab", 2}, {"ab", "", 2}, {"abc", "abc", 0}, {"abc", "axc", 1}, {"abc", "acb", 1}, {"kitten", "sitting", 3}, {"ö", "o", 1}} {
		if got := editDistance(tc.a, tc.b); got != tc.want {
			t.Errorf("editDistance(%q, %q) = %d, want %d", tc.a, tc.b, got, tc.want)
		}
	}
}
