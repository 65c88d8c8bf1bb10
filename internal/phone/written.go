package phone

import (
	"strings"
	"unicode"
)

// mostDigits is how many digits a cell may hold: an E.164 number, what one dials for abroad before it, and room to say "too long".
const mostDigits = 24

// written is a number as it stands in a cell, reduced to what matters.
type written struct {
	buffer        [mostDigits]byte
	length        int
	international bool // it begins with a plus sign, or with 00
	decimal       bool // it ended in ".0"
	slash         int  // how many digits stand before the slash, 0: there is none
}

// digits returns the digits, without what said that the number is international.
func (w *written) digits() string {
	digits := w.buffer[:w.length]
	if w.international && w.length >= 2 && digits[0] == '0' && digits[1] == '0' {
		digits = digits[2:]
	}
	return string(digits)
}

// read takes the digits out of a cell. It refuses everything that would have to be guessed; what people put between digits
// and what spreadsheets put around them is dropped.
func (w *written) read(cell string) Finding {
	if w.canonical(cell) {
		return OK
	}
	cell = unwrapped(cell)
	if isScientific(cell) {
		return Scientific
	}
	if isGrouped(cell) {
		return Grouped
	}
	cell, w.decimal = withoutDecimals(cell)
	if isComputed(cell) {
		return Computed
	}
	for i, r := range cell {
		if finding := w.add(r); finding != OK {
			if isExtension(cell[i:]) && w.length >= fewestBeforeExtension {
				return Extension
			}
			return finding
		}
	}
	return w.judge()
}

// isComputed reports whether a cell is what a spreadsheet has made of a number: a sum that begins with a minus, a fraction, or a date.
func isComputed(cell string) bool {
	if rest, isNegative := strings.CutPrefix(strings.Replace(cell, "\u2212", "-", 1), "-"); isNegative {
		return rest != "" && '0' <= rest[0] && rest[0] <= '9'
	}
	first, rest, separator := cutDigits(cell)
	second, third, again := cutDigits(rest)
	switch {
	case separator == '.' || separator == ',':
		if len(first) >= 6 && len(second) <= 3 && isDigits(second) && third == "" && again == 0 {
			return true
		}
	case separator != '-' && separator != '/':
		return false
	}
	isYear := func(s string) bool { return len(s) == 4 && isDigits(s) && (s[:2] == "19" || s[:2] == "20") }
	isDay := func(s string) bool { return (len(s) == 1 || len(s) == 2) && isDigits(s) }
	return again == separator && isDay(second) && (isDay(first) && isYear(third) || isYear(first) && isDay(third))
}

// cutDigits cuts a text behind the digits that it begins with, and behind the character that follows them.
func cutDigits(text string) (digits, rest string, separator byte) {
	for i := 0; i < len(text); i++ {
		if text[i] < '0' || text[i] > '9' {
			return text[:i], text[i+1:], text[i]
		}
	}
	return text, "", 0
}

// canonical reads the form that exports from other systems mostly have, a plus sign and ASCII digits, without looking at runes.
func (w *written) canonical(cell string) bool {
	if len(cell) < 2 || len(cell) > mostDigits || cell[0] != '+' || cell[1] == '0' || !isDigits(cell[1:]) {
		return false
	}
	w.length = copy(w.buffer[:], cell[1:])
	w.international = true
	return true
}

func (w *written) add(r rune) Finding {
	if value, isDigit := digitValue(r); isDigit {
		if w.length == mostDigits {
			return w.tooMany()
		}
		w.buffer[w.length] = '0' + value
		w.length++
		return OK
	}
	switch r {
	case '+', '＋':
		if w.international || w.length > 0 {
			return Two
		}
		w.international = true
		return OK
	case '/':
		if w.slash > 0 {
			return Two
		}
		w.slash = w.length
		return OK
	case ',', ';', '|', '&', '\n', '\r':
		return Two
	}
	switch {
	case isFiller(r):
		return OK
	case unicode.IsLetter(r):
		return Letter
	}
	return Character
}

func (w *written) judge() Finding {
	if w.length == 0 {
		if w.international {
			return TooShort
		}
		return Empty
	}
	if w.slash > 0 && slashSeparates(w.slash, w.length-w.slash) {
		return Two
	}
	if !w.international && w.length > 2 && w.buffer[0] == '0' && w.buffer[1] == '0' {
		w.international = true
	}
	return OK
}

func (w *written) tooMany() Finding {
	if w.slash > 0 {
		return Two
	}
	return TooLong
}

// slashSeparates tells "0171/1234567", where the slash ends the area code, from "4940123456/457" and "07700900123/07700900124",
// where it stands between two numbers: a whole number before it, and after it another or another ending.
func slashSeparates(before, after int) bool { return before >= 7 && (after < 4 || after >= 7) }

// unwrapped takes off what spreadsheets use to keep a number from being rounded (an apostrophe before it, ="…" around it)
// and the spaces at both ends, and the scheme tel: (RFC 3966).
func unwrapped(cell string) string {
	cell = strings.TrimFunc(cell, isSpace)
	if inner, found := strings.CutPrefix(cell, `="`); found {
		if inner, found = strings.CutSuffix(inner, `"`); found {
			cell = strings.TrimFunc(inner, isSpace)
		}
	}
	const scheme = "tel:"
	if len(cell) > len(scheme) && strings.EqualFold(cell[:len(scheme)], scheme) {
		return cell[len(scheme):]
	}
	return strings.TrimPrefix(cell, "'")
}

// withoutDecimals cuts off the decimals that a spreadsheet has given to a number, which are zeros, and reports whether there were any.
// Where anything else but digits stands before them, they may be part of the number.
func withoutDecimals(cell string) (string, bool) {
	point := strings.LastIndexAny(cell, ".,")
	if point < 0 {
		return cell, false
	}
	if zeros := cell[point+1:]; zeros != "0" && zeros != "00" || !isDigits(strings.TrimPrefix(cell[:point], "+")) {
		return cell, false
	}
	return cell[:point], true
}

// isGrouped reports whether a cell is a number such as 447,700,900,123, which no two telephone numbers look like.
func isGrouped(cell string) bool {
	group, rest, hasGroups := strings.Cut(cell, ",")
	if !hasGroups || !isDigits(group) || len(group) > 3 {
		return false
	}
	groups := 1
	for ; hasGroups; groups++ {
		group, rest, hasGroups = strings.Cut(rest, ",")
		if !isDigits(group) || len(group) != 3 {
			return false
		}
	}
	return groups > 2
}

// fewestBeforeExtension is how many digits stand before an extension. A cell with fewer has a slip or a placeholder in it.
const fewestBeforeExtension = 7

// isExtension reports whether what stands behind a number is an extension: x12, ext. 12, #12, or ;ext=12 as RFC 3966 has it.
func isExtension(rest string) bool {
	const mostDigits = 7
	rest = strings.ToLower(rest) // may change its length
	digits := strings.TrimLeft(rest, ";#extnsio")
	switch rest[:len(rest)-len(digits)] {
	case "x", "ext", "extn", "extension", "#", ";ext":
		digits = strings.TrimRight(strings.TrimLeft(digits, ".:= "), ") ")
		return isDigits(digits) && len(digits) <= mostDigits
	}
	return false
}

// isScientific reports whether a cell is a number such as 4.479E+11 or 4,479e11.
func isScientific(cell string) bool {
	mantissa, exponent, found := strings.Cut(strings.ToUpper(cell), "E")
	if !found || !isDigits(strings.TrimPrefix(exponent, "+")) {
		return false
	}
	whole, fraction, hasFraction := strings.Cut(strings.Replace(mantissa, ",", ".", 1), ".")
	return isDigits(strings.TrimPrefix(whole, "+")) && (!hasFraction || isDigits(fraction))
}

// isDigits reports whether s is one ASCII digit or more and nothing else.
func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// digitValue returns the value of a decimal digit of any script. Unicode keeps the ten digits of a script together,
// beginning with zero, so a digit's place in its range gives its value.
func digitValue(r rune) (byte, bool) {
	if r < 0x80 {
		return byte(r - '0'), '0' <= r && r <= '9'
	}
	for _, ranges := range unicode.Nd.R16 {
		if rune(ranges.Lo) <= r && r <= rune(ranges.Hi) {
			return byte((r - rune(ranges.Lo)) % 10), true
		}
	}
	for _, ranges := range unicode.Nd.R32 {
		if rune(ranges.Lo) <= r && r <= rune(ranges.Hi) {
			return byte((r - rune(ranges.Lo)) % 10), true
		}
	}
	return 0, false
}

// isFiller reports whether r may stand between digits without meaning anything: spaces, brackets, dots, and the hyphens
// and dashes that word processors make of a hyphen. Marks that are not seen (direction, zero width) come along when a number is
// copied from a web page or an address book.
func isFiller(r rune) bool {
	switch r {
	case '-', '(', ')', '[', ']', '.', '\u2212', '\ufe63', '\uff0d', '\uff08', '\uff09', '\uff0e':
		return true
	}
	return isSpace(r) && r != '\n' && r != '\r' || '\u2010' <= r && r <= '\u2015'
}

// isSpace reports whether a character is one of those that cannot be seen.
func isSpace(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }

// IsWritten reports whether a cell holds digits as numbers have them, whether or not they are one.
func IsWritten(cell string) bool {
	var w written
	return w.read(cell) == OK && w.length >= 5
}
