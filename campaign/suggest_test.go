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
