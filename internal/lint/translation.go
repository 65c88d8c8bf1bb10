package lint

import (
	"strings"
	"unicode/utf8"
)

// longText is how many characters of its own a text has that is not the same in two languages by chance.
const longText = 20

// compareTranslations looks for texts that nobody has translated.
func (l *Linter) compareTranslations() {
	if len(l.pages) == 0 {
		return
	}
	original := l.pages[0]
	texts := make(map[string]string) // by their places within the message
	for _, p := range original.places {
		texts[strings.TrimPrefix(p.path, original.name)] = p.text.String()
	}
	for _, translation := range l.pages[1:] {
		for _, p := range translation.places {
			own := 0
			for _, part := range p.text {
				own += utf8.RuneCountInString(part.Literal)
			}
			if p.kind == wordsPlace && own >= longText && texts[strings.TrimPrefix(p.path, translation.name)] == p.text.String() {
				l.found.state(l.found.warning("translate it, or remove the translation: whoever has none gets the message itself", "%s: the same text as in message", p))
			}
		}
	}
}
