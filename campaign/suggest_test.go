package campaign

import "testing"

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
		if got := nearest(tc.word, fieldNames(fileRules().fields)); got != tc.want {
			t.Errorf("nearest(%q) = %q, want %q", tc.word, got, tc.want)
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
