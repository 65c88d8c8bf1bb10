package campaign

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold returns the form in which names of columns, params and roles are compared: case folded, without spaces, "_" and "-".
func Fold(name string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\u00a0', '_', '-':
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// FoldFurther returns the form in which a name is compared with what it is usually called: letters and digits alone, in lower case
// and without accents. "N° de téléphone" gives "nodetelephone", "Customer #" and "Customer no." both give "customerno".
//
// Too much falls together in it for it to say that two names are the same: that is for [Fold].
func FoldFurther(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(name) {
		switch r = unicode.ToLower(r); r {
		case 'ß':
			b.WriteString("ss")
		case 'æ':
			b.WriteString("ae")
		case 'œ':
			b.WriteString("oe")
		case 'ø', '°': // N° is written with the sign for degrees as often as with the letter º
			b.WriteByte('o')
		case 'ł':
			b.WriteByte('l')
		case 'đ', 'ð':
			b.WriteByte('d')
		case 'ı':
			b.WriteByte('i')
		case 'ς':
			b.WriteRune('σ')
		case '#':
			b.WriteString("no")
		default:
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}
