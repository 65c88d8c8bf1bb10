package table

import (
	"fmt"
	"testing"

	"golang.org/x/text/encoding/charmap"
)

// namesIn are what lists of people in several languages hold beyond ASCII.
func namesIn(language string) []string {
	return map[string][]string{
		"Swedish":    {"Åsa", "Håkan", "Jörgen", "Malmö", "Förnamn", "Växjö"},
		"Danish":     {"Søren", "Åse", "Kærsgård", "København"},
		"German":     {"Müller", "Köln", "Straße", "Schröder", "Österreich"},
		"French":     {"François", "Hélène", "Prénom", "Zoë", "Benoît"},
		"Spanish":    {"Núñez", "José", "María", "Málaga", "Muñoz"},
		"Portuguese": {"João", "São Paulo", "Conceição", "Luís"},
		"many":       {"Zoë", "Åsa", "O’Brien", "Müller", "“Bo”", "5 €", "Søren", "José", "François"},
		"Polish":     {"Łukasz", "Małgorzata", "Wałęsa", "Kraków", "Imię", "Świętochłowice"},
		"Czech":      {"Dvořák", "Příjmení", "Jiří", "Plzeň", "Kateřina", "Lukáš", "Žižkov"},
		"Hungarian":  {"Erzsébet", "László", "Győr", "Szűcs", "Balázs"},
		"Turkish":    {"Yılmaz", "Şahin", "Çelik", "İzmir", "Öztürk", "Ağaoğlu"},
		"Russian":    {"Иван", "Мария", "Москва", "Имя"},
		"Greek":      {"Γιώργος", "Μαρία", "Αθήνα"},
	}[language]
}

// guessOf judges words that are written in an encoding, and reports whether they would be read as they are.
func guessOf(t *testing.T, table *charmap.Charmap, words ...string) (g guess, isRight bool) {
	t.Helper()
	var e evidence
	var written []byte
	text := ""
	for i, word := range words {
		text += fmt.Sprintf("%d;%s;x\r\n", i, word)
	}
	written, err := table.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", table, err)
	}
	e.add(written)
	if g = e.judge(); g.encoding == nil {
		return g, false
	}
	read, _, _ := g.decode(nil, written)
	return g, string(read) == text
}

// TestGuess wants lists of a few names to be read as they were written, with confidence.
func TestGuess(t *testing.T) {
	western := []string{"Swedish", "Danish", "German", "French", "Spanish", "Portuguese"}
	for _, tc := range []struct {
		table     *charmap.Charmap
		languages []string
	}{
		{charmap.Windows1252, append(western, "many")},
		{charmap.ISO8859_15, western},
		{charmap.Macintosh, append(western, "many")},
		{charmap.CodePage850, western},
		{charmap.Windows1250, []string{"Polish", "Czech", "Hungarian", "German"}},
		{charmap.ISO8859_2, []string{"Polish", "Czech", "Hungarian"}},
		{charmap.Windows1254, []string{"Turkish"}},
		{charmap.Windows1251, []string{"Russian"}},
		{charmap.KOI8R, []string{"Russian"}},
		{charmap.Windows1253, []string{"Greek"}},
	} {
		for _, language := range tc.languages {
			if g, isRight := guessOf(t, tc.table, namesIn(language)...); !isRight || g.confidence < sureEnough || g.confidence > 99 {
				t.Errorf("%s in %s is taken for %+v", language, tc.table, g)
			}
		}
	}
}

// TestGuessOfOneWord wants no single word to be read wrongly: it may be too little to tell by.
func TestGuessOfOneWord(t *testing.T) {
	sure := 0
	for _, table := range []*charmap.Charmap{charmap.Windows1252, charmap.Windows1250, charmap.ISO8859_2, charmap.ISO8859_15, charmap.Macintosh,
		charmap.CodePage850, charmap.Windows1254, charmap.Windows1251, charmap.Windows1253, charmap.KOI8R} {
		for _, language := range []string{"Swedish", "Danish", "German", "French", "Spanish", "Portuguese", "many", "Polish", "Czech", "Hungarian", "Turkish",
			"Russian", "Greek"} {
			for _, word := range namesIn(language) {
				if _, err := table.NewEncoder().String(word); err != nil {
					continue
				}
				g, isRight := guessOf(t, table, word)
				if g.confidence < sureEnough {
					continue
				}
				sure++
				if !isRight {
					t.Errorf("%s in %s is taken for %s, %d %%", word, table, g.name, g.confidence)
				}
			}
		}
	}
	if sure < 100 {
		t.Errorf("%d words alone show their encoding, want more", sure)
	}
}
