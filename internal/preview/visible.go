package preview

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible returns a text in which every character that a reader cannot see, or a terminal would obey, stands as something that can be seen: control
// characters as their pictures (␛), what turns the direction of writing and other marks without a shape as their code (<U+202E>). Line ends stay,
// and so does what belongs to letters and emoji.
func Visible(text string) string {
	if isPlain(text) {
		return text
	}
	var b strings.Builder
	last := rune(0)
	text = strings.ReplaceAll(text, "\r\n", "\n")
	for i, r := range text {
		switch {
		case r == '\n', r == 0xA0, unicode.IsPrint(r), joins(last, r, text[i:]):
			b.WriteRune(r)
		case r < ' ':
			b.WriteRune(0x2400 + r) // Control Pictures
		case r == 0x7F:
			b.WriteRune(0x2421)
		default:
			fmt.Fprintf(&b, "<U+%04X>", r)
		}
		last = r
	}
	return b.String()
}

func isPlain(text string) bool {
	for i := range len(text) {
		if b := text[i]; b >= utf8.RuneSelf || b < ' ' && b != '\n' || b == 0x7F {
			return false
		}
	}
	return true
}

// joins reports whether a character without a shape makes one of its neighbours: a joiner between letters or emoji, a tag behind a flag.
func joins(last, r rune, rest string) bool {
	const zeroWidthNonJoiner, zeroWidthJoiner, blackFlag = 0x200C, 0x200D, 0x1F3F4
	isTag := func(r rune) bool { return r >= 0xE0020 && r <= 0xE007F }
	switch {
	case r == zeroWidthJoiner, r == zeroWidthNonJoiner:
		_, size := utf8.DecodeRuneInString(rest)
		next, _ := utf8.DecodeRuneInString(rest[size:])
		return last >= utf8.RuneSelf && next >= utf8.RuneSelf && unicode.IsPrint(next)
	case isTag(r):
		return last == blackFlag || isTag(last)
	}
	return false
}
