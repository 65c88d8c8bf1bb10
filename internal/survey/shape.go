package survey

import (
	"strings"
	"unicode"
)

// mostCharacters is how much of a cell's shape is shown.
const mostCharacters = 16

// shape returns what a cell looks like without what it says: its first letter, a dot for every other letter and a 9 for every digit,
// with its spaces and punctuation: "A···", "9999-99-99", "a···.·······@·······.···". A letter that stands alone is hidden too, and so is
// a first one of a script in which one character can be a whole name.
func shape(cell string) string {
	var b strings.Builder
	written, shown := 0, false
	runes := []rune(cell)
	for i, r := range runes {
		if written == mostCharacters {
			b.WriteRune('…')
			break
		}
		switch {
		case unicode.IsDigit(r):
			r = '9'
		case !shown && hasCase(r) && i+1 < len(runes) && unicode.IsLetter(runes[i+1]):
			shown = true
		case r > unicode.MaxASCII || unicode.IsLetter(r) || unicode.IsControl(r):
			shown = shown || unicode.IsLetter(r)
			r = '·'
		}
		b.WriteRune(r)
		written++
	}
	return b.String()
}

// hasCase reports whether r is of an alphabet with upper and lower case: Latin, Greek, Cyrillic and a few more.
func hasCase(r rune) bool { return unicode.IsUpper(r) || unicode.IsLower(r) }
