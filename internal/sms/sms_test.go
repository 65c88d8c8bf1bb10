package sms_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"sendoff/internal/sms"
)

func TestTextsOfTheStandard(t *testing.T) {
	table, err := os.ReadFile("testdata/parts.txt")
	if err != nil {
		t.Fatal(err)
	}
	texts := 0
	for line := range strings.Lines(string(table)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var encoding string
		var want sms.Size
		if _, err := fmt.Sscan(line, &encoding, &want.Units, &want.Parts); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		want.Encoding = sms.Encoding(slices.Index([]string{"GSM-7", "UCS-2"}, encoding))
		var pieces [][2]any
		if err := json.Unmarshal([]byte(line[strings.IndexByte(line, '['):]), &pieces); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		text := ""
		for _, p := range pieces {
			text += strings.Repeat(p[0].(string), int(p[1].(float64)))
		}
		if got := sms.Measure(text); got != want {
			t.Errorf("Measure(%q) = %+v, want %+v", text, got, want)
		}
		texts++
	}
	if texts < 200 {
		t.Errorf("the table has %d texts", texts)
	}
}

func TestBytesThatAreNoTextCountAsOneCharacterEach(t *testing.T) {
	if got, want := sms.Measure("a\xff\xfe"), (sms.Size{Encoding: sms.UCS2, Units: 3, Parts: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestReplacement(t *testing.T) {
	for _, tc := range []struct {
		of   string // each of these characters
		want string
	}{
		{"’‘‚´`′‹›ʼ", "'"}, {"“”„«»″", `"`}, {"–—−‑‐", "-"}, {"•·", "-"}, {"…", "..."},
		{"\u00a0\u202f\u2009\u3000\t\u2003", " "}, {"\u2028\u2029", "\n"},
		{"\u200b\u200d\ufeff\u00ad\ufe0f\u0301\x1b\x00\u202e", ""},
		{"áâãāăą", "a"}, {"ç", "c"}, {"ëêēęě", "e"}, {"Ł", "L"}, {"œ", "oe"}, {"ő", "ö"}, {"ế", "e"}, {"ğ", "g"}, {"ı", "i"}, {"ẞ", "SS"},
		{"Ａ𝐀𝓐", "A"}, {"ﬁ", "fi"}, {"½", "1/2"}, {"²", "2"}, {"™", "TM"}, {"①", "1"}, {"a", "a"}, {"€", "€"}, {"ö", "ö"},
	} {
		for _, r := range tc.of {
			if got, ok := sms.Replacement(r); got != tc.want || !ok {
				t.Errorf("Replacement(%q) = %q, %v, want %q", r, got, ok, tc.want)
			}
		}
	}
	for _, r := range "αΑΒБйя中あー한אعกΏ🙂🎉❤✓₿¢�⌘" {
		if got, ok := sms.Replacement(r); ok {
			t.Errorf("Replacement(%q) = %q, want none", r, got)
		}
	}
}

// Whatever stands in the place of a character is in the alphabet, and so costs what a plain text does.
func TestReplacementsNeedNoUCS2(t *testing.T) {
	for r := rune(0); r <= 0x1FFFF; r++ {
		if s, ok := sms.Replacement(r); ok && sms.Measure(s).Encoding != sms.GSM7 {
			t.Errorf("Replacement(%q) = %q", r, s)
		}
	}
}

func TestName(t *testing.T) {
	for _, tc := range []struct {
		of   rune
		want string
	}{
		{'’', "’ (a curly apostrophe, U+2019)"}, {'\u00a0', "a no-break space (U+00A0)"}, {'č', "č (a letter, U+010D)"}, {'🎉', "🎉 (an emoji, U+1F389)"},
		{'\u0301', "a mark on the letter before it (U+0301)"}, {'\x07', "a control character (U+0007)"}, {'⌘', "⌘ (U+2318)"},
	} {
		if got := sms.Name(tc.of); got != tc.want {
			t.Errorf("Name(%q) = %s, want %s", tc.of, got, tc.want)
		}
	}
}

func FuzzMeasure(f *testing.F) {
	f.Add("Hi €")
	f.Add(strings.Repeat("a", 152) + "{’🙂")
	f.Fuzz(func(t *testing.T, text string) {
		got := sms.Measure(text)
		units := len(utf16.Encode([]rune(text)))
		switch {
		case got.Encoding == sms.UCS2 && got.Units != units, got.Units < utf8.RuneCountInString(text):
			t.Errorf("%q takes %+v; it has %d units of UTF-16", text, got, units)
		case got.Parts < got.Encoding.Parts(got.Units), got.Parts > got.Encoding.Parts(got.Units+got.Parts):
			t.Errorf("%q takes %+v", text, got)
		}
	})
}

func BenchmarkMeasure(b *testing.B) {
	for _, tc := range []struct{ name, text string }{
		{"ASCII", strings.Repeat("Hi Anna, the spring sale is on. ", 4)},
		{"long", strings.Repeat("Hi Anna, the spring sale is on. ", 20)},
		{"GSM", strings.Repeat("Vårrean är här, för dig i Malmö. ", 4)},
		{"UCS2", strings.Repeat("Today’s offer: 20% off – only now ", 4)},
	} {
		b.Run(tc.name, func(b *testing.B) {
			b.SetBytes(int64(len(tc.text)))
			for b.Loop() {
				sms.Measure(tc.text)
			}
		})
	}
}
