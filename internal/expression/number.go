package expression

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// readNumber reads a number as people and spreadsheets write it: 1204, -12.5, 1,204.50; with a decimal comma -12,5, 1.204,50, 1 204,50. Digits
// are grouped by three, all with the same sign. Anything that would have to be guessed is no number: 1,20 where the sign is a point.
func readNumber(cell string, decimal byte) (number float64, ok bool) {
	cell = strings.TrimSpace(cell)
	digits, negative := cutSign(cell)
	whole, fraction, hasFraction := strings.Cut(digits, string(rune(decimal)))
	if hasFraction && !isDigits(fraction) {
		return 0, false
	}
	mantissa, ok := readWhole(whole, decimal)
	if !ok {
		return 0, false
	}
	number = float64(mantissa)
	if hasFraction {
		if number, ok = addFraction(mantissa, fraction); !ok {
			return 0, false
		}
	}
	if negative {
		number = -number
	}
	return number, true
}

func cutSign(s string) (rest string, negative bool) {
	if rest, found := strings.CutPrefix(s, "-"); found {
		return rest, true
	}
	if rest, found := strings.CutPrefix(s, "\u2212"); found { // a minus sign as typesetters have it
		return rest, true
	}
	return strings.TrimPrefix(s, "+"), false
}

// mostDigits is how many digits before the decimal sign a number may have: with more of them two numbers could look equal that are not.
const mostDigits = 15

// readWhole reads the digits before the decimal sign.
func readWhole(s string, decimal byte) (n uint64, ok bool) {
	var separator rune
	digits, group := 0, 0 // so many in all, and since the last separator
	for i := 0; i < len(s); {
		if c := s[i]; c >= '0' && c <= '9' {
			n = n*10 + uint64(c-'0')
			digits, group, i = digits+1, group+1, i+1
			if digits > mostDigits {
				return 0, false
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		isFirst := separator == 0
		if !groups(r, decimal) || !isFirst && (r != separator || group != 3) || isFirst && (group == 0 || group > 3) {
			return 0, false
		}
		separator, group, i = r, 0, i+size
	}
	return n, digits > 0 && (separator == 0 || group == 3)
}

// groups reports whether r may stand between groups of digits.
func groups(r rune, decimal byte) bool {
	switch r {
	case ' ', '\u00a0', '\u2009', '\u202f', '\'', '\u2019':
		return true
	case '.', ',':
		return byte(r) != decimal
	}
	return false
}

// exactPowers are the powers of ten that a float64 holds exactly.
var exactPowers = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// addFraction returns the number nearest to whole.fraction. Where both parts of the quotient are exact one division finds it, as in strconv, and
// nothing is allocated.
func addFraction(whole uint64, fraction string) (float64, bool) {
	const exact = 1 << 53
	mantissa, i := whole, 0
	for ; i < len(fraction) && mantissa < exact/10; i++ {
		mantissa = mantissa*10 + uint64(fraction[i]-'0')
	}
	if i == len(fraction) && i < len(exactPowers) {
		return float64(mantissa) / exactPowers[i], true
	}
	number, err := strconv.ParseFloat(strconv.FormatUint(whole, 10)+"."+fraction, 64)
	return number, err == nil
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
