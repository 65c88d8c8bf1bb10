package campaign

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestLanguages(t *testing.T) {
	c := &Campaign{
		Translations: []Translation{{Language: "sv"}, {Language: "nb"}, {Language: "pt-BR"}, {Language: "he"}, {Language: "zh_Hant"}, {Language: "de"}, {Language: "x-pirate"}, {Language: "sr-Latn"}},
		Audience:     Audience{Languages: []LanguageName{{"Flämisch", "nl"}, {"1", "sv-FI"}, {"DE", "sv"}}},
	}
	l := NewLanguages(c)
	for _, tc := range []struct{ cell, tag, translation string }{
		{"", "", ""}, {" \t", "", ""}, {"-", "", ""}, {"xyz9", "", ""}, {"und", "", ""}, {"mul", "", ""}, {strings.Repeat("sv", 60), "", ""},
		{"sv", "sv", "sv"}, {" SV ", "sv", "sv"}, {"SWE", "sv", "sv"}, {"swe", "sv", "sv"}, {"Swedish", "sv", "sv"}, {"svenska", "sv", "sv"}, {"SVENSKA", "sv", "sv"},
		{"sv_SE", "sv-SE", "sv"}, {"sv-Latn-FI", "sv-Latn-FI", "sv"}, {"sv_SE.UTF-8", "sv", "sv"},
		{"se", "se", ""}, {"SE", "se", ""}, {"dk", "", ""}, // countries
		{"no", "no", "nb"}, {"NOR", "no", "nb"}, {"norsk", "no", "nb"}, {"nb-NO", "nb-NO", "nb"}, {"nn", "nn", ""},
		{"pt", "pt", ""}, {"PT_br", "pt-BR", "pt-BR"}, {"Portuguese", "pt", ""}, {"Brazilian Portuguese", "pt-BR", "pt-BR"},
		{"iw", "iw", "he"}, {"עברית", "he", "he"}, {"zh-Hant-TW", "zh-Hant-TW", "zh_Hant"}, {"繁體中文", "zh-Hant", "zh_Hant"}, {"zh-TW", "zh-TW", ""},
		{"ger", "ger", "de"}, {"deu", "de", "de"}, {"Deutsch", "de", "de"}, {"français", "fr", ""}, {"Francais", "fr", ""},
		{"x-pirate", "x-pirate", "x-pirate"}, {"sr", "sr", ""}, {"sr-Latn-ME", "sr-Latn-ME", "sr-Latn"},
		{"flämisch", "nl", ""}, {"1", "sv-FI", "sv"}, {"de", "sv", "sv"}, // as the campaign says
	} {
		got := l.Read(tc.cell)
		translation := ""
		if got.Translation >= 0 {
			translation = c.Translations[got.Translation].Language
		}
		if got.Tag != tc.tag || translation != tc.translation {
			t.Errorf("Read(%q) = %q, translation %q; want %q, %q", tc.cell, got.Tag, translation, tc.tag, tc.translation)
		}
		if again := l.Read(tc.cell); again != got {
			t.Errorf("Read(%q) a second time: %v", tc.cell, again)
		}
	}
}

func TestTemplateLanguages(t *testing.T) {
	l := NewLanguages(&Campaign{TemplateLanguages: []string{"en-US", "sv", "he"}})
	for cell, want := range map[string]string{"SWE": "sv", "sv_FI": "sv", "iw": "he", "en": "en", "en_us": "en-US", "Danish": "da", "?": ""} {
		if got := l.Read(cell); got.Tag != want || got.Translation != -1 {
			t.Errorf("Read(%q) = %v, want %q", cell, got, want)
		}
	}
}

func TestSpokenIn(t *testing.T) {
	c := &Campaign{Translations: []Translation{{Language: "sv-FI"}, {Language: "no"}}, TemplateLanguages: []string{"da"}}
	for cell, want := range map[string]string{"se": "sv-FI", "SWE": "sv-FI", "NO": "no", "dk": "da", "DE": "", "150": "", "": "", "sweden": ""} {
		if got := c.SpokenIn(cell); got != want {
			t.Errorf("SpokenIn(%q) = %q, want %q", cell, got, want)
		}
	}
}

// However many different cells there are, the memory of them is bounded, and right for whoever reads at the same time.
func TestLanguagesMemory(t *testing.T) {
	l := NewLanguages(&Campaign{Translations: []Translation{{Language: "sv"}}})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for i := range 2 * mostSeen {
				if got := l.Read(fmt.Sprintf("sv-x-%d", i)); got.Translation != 0 {
					t.Errorf("cell %d: %v", i, got)
				}
			}
		})
	}
	readers.Wait()
	if n := len(*l.seen.Load()); n > mostSeen {
		t.Errorf("%d cells are remembered", n)
	}
}

func BenchmarkLanguages(b *testing.B) {
	l := NewLanguages(&Campaign{Translations: []Translation{{Language: "sv"}, {Language: "de"}, {Language: "fr"}}})
	cells := []string{"sv", "SWE", "English", "", "de-AT", "Klingonska"}
	for i := 0; b.Loop(); i++ {
		l.Read(cells[i%len(cells)])
	}
}

func BenchmarkNewLanguages(b *testing.B) {
	c := &Campaign{Translations: []Translation{{Language: "sv"}, {Language: "pt-BR"}}}
	for b.Loop() {
		NewLanguages(c)
	}
}
