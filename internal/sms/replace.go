package sms

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Replacement returns what could stand in the place of a character so that a text with it stays in GSM 7-bit: the plain form of a quote, a
// dash, a space, a bullet, a letter of the Latin script or a variant of a form. It is "" where nobody would see that the character is left
// out. There is none for letters of other scripts, nor for pictures: what stands for these is for people to say.
func Replacement(r rune) (string, bool) {
	if Septets(r) > 0 {
		return string(r), true
	}
	switch {
	case unicode.Is(unicode.Zs, r), r == '\t':
		return " ", true
	case r == '\u2028', r == '\u2029', r == '\u0085', r == '\v':
		return "\n", true
	case IsUnseen(r), unicode.Is(unicode.Mn, r):
		return "", true
	}
	if s, ok := plain[r]; ok {
		return s, true
	}
	if unicode.IsLetter(r) && !unicode.In(r, unicode.Latin, unicode.Common) {
		return "", false
	}
	return decomposed(r)
}

// decomposed takes a character apart as Unicode does (its compatibility decomposition), and leaves the marks above and below letters out.
func decomposed(r rune) (string, bool) {
	var b strings.Builder
	whole := norm.NFKD.PropertiesString(string(r)).Decomposition()
	for _, part := range string(whole) {
		s, ok := plain[part]
		switch {
		case unicode.Is(unicode.Mn, part):
		case Septets(part) > 0:
			b.WriteRune(part)
		case ok:
			b.WriteString(s)
		default:
			return "", false
		}
	}
	s := b.String()
	return s, strings.TrimSpace(s) != ""
}

// IsUnseen reports whether a character shows as nothing of its own: a joiner, a mark of direction, the choice of a picture's variant, a
// character that controls.
func IsUnseen(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Cc, unicode.Variation_Selector) || r >= 0x1F3FB && r <= 0x1F3FF // the last are colours of skin
}

// plain are characters for which Unicode has no decomposition, or one that is further from what people mean.
var plain = map[rune]string{
	'‘': "'", '’': "'", '‚': "'", '‛': "'", '′': "'", '´': "'", '`': "'", 'ʼ': "'", 'ʻ': "'", 'ʹ': "'", '‹': "'", '›': "'", '＇': "'",
	'“': `"`, '”': `"`, '„': `"`, '‟': `"`, '″': `"`, '«': `"`, '»': `"`,
	'‐': "-", '‑': "-", '‒': "-", '–': "-", '—': "-", '―': "-", '−': "-", '⁃': "-",
	'•': "-", '·': "-", '‣': "-", '▪': "-", '●': "-", '◦': "-", '∙': "-", '■': "-",
	'…': "...", '⁄': "/", '÷': "/", '×': "x", '¦': "|", '±': "+/-", '→': "->", '←': "<-", '≤': "<=", '≥': ">=", '≈': "~", '∼': "~",
	'©': "(C)", '®': "(R)", '℗': "(P)", '¨': `"`,
	'Ł': "L", 'ł': "l", 'Đ': "D", 'đ': "d", 'Ð': "D", 'ð': "d", 'Þ': "Th", 'þ': "th", 'Œ': "OE", 'œ': "oe", 'ı': "i", 'Ħ': "H", 'ħ': "h",
	'Ŧ': "T", 'ŧ': "t", 'Ŋ': "NG", 'ŋ': "ng", 'ĸ': "k", 'ẞ': "SS", 'Ə': "A", 'ə': "a", 'Ɓ': "B", 'ɓ': "b", 'Ɗ': "D", 'ɗ': "d", 'Ƙ': "K", 'ƙ': "k",
	'Ő': "Ö", 'ő': "ö", 'Ű': "Ü", 'ű': "ü",
}
