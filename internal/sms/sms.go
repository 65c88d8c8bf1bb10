// Package sms says how many parts an SMS has, and why, and what could stand in the place of characters that make it more.
//
// A text is sent in the GSM 7-bit default alphabet where that and its extension table have all of its characters (3GPP TS 23.038, sections
// 6.2.1 and 6.2.1.1), and in UCS-2 otherwise. One part takes 160 septets or 70 UTF-16 units; a longer text is sent in parts of 153 and 67,
// since each of them carries a header of 6 bytes that says which it is (3GPP TS 23.040, section 9.2.3.24.1). "A character represented by an
// escape-sequence shall not be split in the middle", says that section, and neither shall one of UCS-2. A character of two UTF-16 units is
// none of UCS-2 in the strict sense; those who send it all the same keep it whole, since half of one shows as nothing.
//
// ESC is in the default alphabet as the beginning of an escape sequence alone, not as a character: a text with one is sent in UCS-2. National
// shift tables (section 6.2.1.2) are not reckoned with: Sinch does not say that it uses them. Some gateways replace characters by themselves to
// stay in GSM 7-bit; where yours does, fewer parts are paid for than this package says, never more.
package sms

import "unicode/utf8"

// Encoding is the alphabet that a text is sent in.
type Encoding uint8

// The encodings.
const (
	GSM7 Encoding = iota
	UCS2
)

func (e Encoding) String() string { return [...]string{"GSM-7", "UCS-2"}[e] }

// Size is what a text takes.
type Size struct {
	Encoding Encoding
	Units    int // septets, or UTF-16 units
	Parts    int // of which each is paid for; 1 for an empty text
}

// How many units a message of one part and each of several parts take.
const (
	septetsAlone, septetsEach = 160, 153
	unitsAlone, unitsEach     = 70, 67
)

// Measure returns what a text takes. Bytes that are no UTF-8 count as U+FFFD.
func Measure(text string) Size {
	septets, characters := 0, 0
	for i := 0; i < len(text); characters++ {
		if b := text[i]; b < utf8.RuneSelf { // most of most texts
			n := int(ascii[b])
			if n == 0 {
				return measureUCS2(text)
			}
			septets += n
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		n := Septets(r)
		if n == 0 {
			return measureUCS2(text)
		}
		septets += n
		i += size
	}
	if septets <= septetsAlone || septets == characters {
		return Size{GSM7, septets, GSM7.Parts(septets)}
	}
	return Size{GSM7, septets, parts(text, septetsEach, Septets)}
}

func measureUCS2(text string) Size {
	units, characters := 0, 0
	for _, r := range text {
		units += width(r)
		characters++
	}
	if units <= unitsAlone || units == characters {
		return Size{UCS2, units, UCS2.Parts(units)}
	}
	return Size{UCS2, units, parts(text, unitsEach, width)}
}

// Parts returns how many parts so many units take where no character takes two of them.
func (e Encoding) Parts(units int) int {
	alone, each := septetsAlone, septetsEach
	if e == UCS2 {
		alone, each = unitsAlone, unitsEach
	}
	if units <= alone {
		return 1
	}
	return (units + each - 1) / each
}

// width returns how many UTF-16 units a character takes.
func width(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// parts packs characters, of which each stays whole, into parts of a size.
func parts(text string, size int, width func(rune) int) int {
	n, room := 1, size
	for _, r := range text {
		if w := width(r); w > room {
			n, room = n+1, size-w
		} else {
			room -= w
		}
	}
	return n
}

// Septets returns how many septets a character takes in the GSM 7-bit alphabet: 2 for one of its extension table, 0 for one that it lacks.
func Septets(r rune) int {
	if r >= 0 && r < utf8.RuneSelf {
		return int(ascii[r])
	}
	switch r {
	case '£', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', 'Ø', 'ø', 'Å', 'å', 'Δ', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ',
		'Æ', 'æ', 'ß', 'É', '¤', '¡', 'Ä', 'Ö', 'Ñ', 'Ü', '§', '¿', 'ä', 'ö', 'ñ', 'ü', 'à':
		return 1
	case '€':
		return 2
	}
	return 0
}

// ascii has the septets of each character of ASCII, by its byte.
var ascii = func() (septets [256]uint8) {
	for r := ' '; r <= '~'; r++ {
		septets[r] = 1
	}
	for _, r := range "^{}\\[~]|\f" {
		septets[r] = 2
	}
	septets['`'], septets['\n'], septets['\r'] = 0, 1, 1
	return septets
}()
