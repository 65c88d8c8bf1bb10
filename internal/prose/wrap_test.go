package prose

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWrapped(t *testing.T) {
	for _, tc := range []struct {
		line        string
		hang, width int
		want        string
	}{
		{"", 4, 20, ""},
		{"  to        3 people", 12, 20, "  to        3 people"},
		{"  to        3 people    4 rows", 12, 24, "  to        3 people\n            4 rows"},
		{"one two three", 2, 7, "one two\n  three"},
		{"one two three", 2, 8, "one two\n  three"},
		{"ååå äää ööö", 0, 7, "ååå äää\nööö"},
		{"  label https://example.com/a/long/one and more", 4, 20, "  label\n    https://example.com/a/long/one\n    and more"},
		{"averyveryverylongword", 2, 8, "averyveryverylongword"},
		{"a b c d", 100, 4, "a b\n  c\n  d"},
		{"ends with a space ", 2, 17, "ends with a space"},
	} {
		if got := Wrapped(tc.line, tc.hang, tc.width); got != tc.want {
			t.Errorf("Wrapped(%q, %d, %d) =\n%s\nwant\n%s", tc.line, tc.hang, tc.width, got, tc.want)
		}
	}
}

// Whatever the text, no word is lost and no line is longer than it must be.
func FuzzWrapped(f *testing.F) {
	f.Add("  what      spring-sale-2026 · marketing · RCS, else SMS", 12, 30)
	f.Fuzz(func(t *testing.T, line string, hang, width int) {
		if hang < 0 || width < 1 || width > 200 || hang > 200 || strings.Contains(line, "\n") || !utf8.ValidString(line) {
			t.Skip()
		}
		got := Wrapped(line, hang, width)
		words := func(s string) string { return strings.Join(strings.Split(strings.ReplaceAll(s, "\n", " "), " "), "") }
		if words(got) != words(line) {
			t.Fatalf("Wrapped(%q, %d, %d) = %q", line, hang, width, got)
		}
		for l := range strings.Lines(got) {
			if l = strings.TrimSuffix(l, "\n"); utf8.RuneCountInString(l) > width && strings.Contains(strings.TrimSpace(l), " ") && hang == 0 && !strings.HasPrefix(l, " ") {
				if first, _, _ := strings.Cut(l, " "); utf8.RuneCountInString(first) <= width {
					t.Fatalf("Wrapped(%q, %d, %d) has the line %q", line, hang, width, l)
				}
			}
		}
	})
}
