package sinch_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"sendoff/internal/sinch"
)

func TestRedact(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"", ""},
		{"Invalid argument", "Invalid argument"},
		{"12345", "12345"},
		{"123456", "…"},
		{"+447700900123", "+…"},
		{"to +447700900123, from 12345", "to +…, from 12345"},
		{"a123456b1234567", "a…b…"},
		{"44\u200b7700\u200b900123", "…"},
		{"44\x0077009", "…"},
		{"٠١٢٣٤٥٦", "…"},
		{" two\r\n\tlines\u2028", "two lines"},
		{"\x1b[31mred\x1b[0m\u202e", "[31mred[0m"},
		{"caf\xe9", "caf\ufffd"},
		{strings.Repeat("å", 300), strings.Repeat("å", 300)},
		{strings.Repeat("å", 301), strings.Repeat("å", 299) + "…"},
		{strings.Repeat("å", 298) + "447700900123", strings.Repeat("å", 298) + "…"},
	} {
		if got := sinch.Redact(tc.in); got != tc.want {
			t.Errorf("Redact(%q) = %q, want %q", tc.in, got, tc.want)
		}
	}
}

func FuzzRedact(f *testing.F) {
	f.Add("to +447700900123")
	f.Add(strings.Repeat("x", 297) + "123456")
	f.Add("\x1b[2J\u202e \n")
	digits := regexp.MustCompile(`\p{Nd}{6}`)
	f.Fuzz(func(t *testing.T, text string) {
		got := sinch.Redact(text)
		switch {
		case digits.MatchString(got):
			t.Errorf("Redact(%q) = %q holds a number", text, got)
		case utf8.RuneCountInString(got) > 300:
			t.Errorf("Redact(%q) is %d characters long", text, utf8.RuneCountInString(got))
		case strings.ContainsFunc(got, unicode.IsControl):
			t.Errorf("Redact(%q) = %q holds control characters", text, got)
		case sinch.Redact(got) != got:
			t.Errorf("Redact(%q) = %q, and once more %q", text, got, sinch.Redact(got))
		}
	})
}
