package expression

import (
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
)

// title writes a name with capitals at the beginning of its words, behind hyphens, and behind the apostrophes of O'Neill and D'Angelo. Words
// that have both cases already (McDonald) are not made small first.
func title(text string, l *locale) string {
	options := []cases.Option{}
	if isMixed(text) {
		options = append(options, cases.NoLower)
	}
	runes := []rune(cases.Title(l.tag, options...).String(text))
	for i, r := range runes {
		if (r == '\'' || r == '’') && i > 0 && unicode.IsLetter(runes[i-1]) && isName(runes[i+1:]) {
			runes[i+1] = unicode.ToTitle(runes[i+1])
		}
	}
	return string(runes)
}

// isMixed reports whether a capital stands behind a small letter.
func isMixed(text string) bool {
	wasLower := false
	for _, r := range text {
		if wasLower && unicode.IsUpper(r) {
			return true
		}
		wasLower = unicode.IsLower(r)
	}
	return false
}

// isName reports whether what follows an apostrophe is a name, and not the end of a word as in Ann's. In Cyrillic it divides no words: Мар'яна.
func isName(rest []rune) bool {
	n := 0
	for n < len(rest) && unicode.Is(unicode.Latin, rest[n]) {
		n++
	}
	return n > 2
}

// first returns the first word.
func first(text string) string {
	words := strings.Fields(text)
	if len(words) == 0 {
		return ""
	}
	return words[0]
}

// urlEncode writes a text as it stands in the query or the path of an address.
func urlEncode(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}
