package sms

import (
	"fmt"
	"unicode"
)

// Name returns a character as people know it: ’ (a curly apostrophe, U+2019). Of one that cannot be seen, the name alone.
func Name(r rune) string {
	name := names[r]
	switch {
	case name != "":
	case unicode.Is(unicode.Zs, r):
		name = "a wide or narrow space"
	case unicode.Is(unicode.Cc, r):
		name = "a control character"
	case IsUnseen(r):
		name = "a character that nobody sees"
	case unicode.Is(unicode.Mn, r):
		name = "a mark on the letter before it"
	case r >= 0x1F000 && r <= 0x1FAFF:
		name = "an emoji"
	case r >= 0x2600 && r <= 0x27BF:
		name = "a symbol"
	case unicode.IsLetter(r):
		name = "a letter"
	}
	code := fmt.Sprintf("U+%04X", r)
	if name != "" {
		code = name + ", " + code
	}
	if !unicode.IsPrint(r) || unicode.Is(unicode.Mn, r) {
		if name == "" {
			return code
		}
		return fmt.Sprintf("%s (U+%04X)", name, r)
	}
	return string(r) + " (" + code + ")"
}

var names = map[rune]string{
	'’': "a curly apostrophe", '‘': "a curly single quote", '‚': "a low single quote", '′': "a prime", '´': "an acute accent", '`': "a backtick",
	'“': "a curly quote", '”': "a curly quote", '„': "a low quote", '«': "an angle quote", '»': "an angle quote", '‹': "an angle quote", '›': "an angle quote",
	'–': "a dash", '—': "a long dash", '‑': "a hyphen that keeps lines together", '‐': "a hyphen", '−': "a minus sign",
	'…': "an ellipsis", '•': "a bullet", '·': "a middle dot", '×': "a times sign", '°': "a degree sign",
	'©': "a copyright sign", '®': "a registered sign", '™': "a trade mark sign", '²': "a raised 2", '½': "a half",
	'\u00A0': "a no-break space", '\u202F': "a narrow no-break space", '\u2009': "a thin space", '\u3000': "a full-width space", '\t': "a tab",
	'\u00AD': "a soft hyphen", '\u200B': "a zero-width space", '\u200D': "a joiner", '\uFEFF': "a byte order mark", '\uFE0F': "the mark of a coloured emoji",
	'\uFFFD': "what is left of a character that could not be read", '\x1b': "an escape character",
}
