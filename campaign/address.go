package campaign

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Address is where a message goes: a phone number in E.164 form. However it is printed, it is masked;
// only [Address.Reveal] gives the number itself, so that a search for that name finds every place that uses it.
// The zero Address belongs to a row whose number could not be read.
type Address struct {
	// The digits, behind them zeros. They are no string, so that not even a verb that passes Format by (%p) shows a number.
	digits [15]byte
}

// PhoneAddress makes an Address of a number that is already in E.164 form, "+" and 8 to 15 digits.
// Anything else gives the zero Address: reading numbers as people write them is the audience's work.
func PhoneAddress(e164 string) Address {
	if len(e164) < 9 || len(e164) > 16 || e164[0] != '+' || e164[1] == '0' {
		return Address{}
	}
	for i := 1; i < len(e164); i++ {
		if e164[i] < '0' || e164[i] > '9' {
			return Address{}
		}
	}
	var a Address
	copy(a.digits[:], e164[1:])
	return a
}

// IsZero reports whether there is no address.
func (a Address) IsZero() bool { return a == Address{} }

// Reveal returns the number in E.164 form, unmasked: for requests to Sinch, the snapshot and lists meant to hold people's data.
// That of the zero Address is empty.
func (a Address) Reveal() string {
	if a.IsZero() {
		return ""
	}
	return "+" + string(a.digits[:a.len()])
}

// Key returns the number's digits as an integer, which identifies the person on every phone channel.
// E.164 numbers have at most 15 digits and never begin with 0, so no two numbers share a key. The zero Address has key 0.
func (a Address) Key() uint64 {
	var key uint64
	for _, digit := range a.digits[:a.len()] {
		key = key*10 + uint64(digit-'0')
	}
	return key
}

// len returns how many digits the number has.
func (a *Address) len() int {
	if i := bytes.IndexByte(a.digits[:], 0); i >= 0 {
		return i
	}
	return len(a.digits)
}

// String returns the number masked: country code, the next two digits and the last three, as in "+44 77·····123". Of a short number
// fewer are shown: two digits at least are hidden, three where there are six.
func (a Address) String() string {
	if a.IsZero() {
		return ""
	}
	digits := string(a.digits[:a.len()])
	code := callingCodeLen(digits)
	tail := len(digits) - 3
	head := max(code, min(code+2, tail-3))
	return "+" + digits[:code] + " " + digits[code:head] + strings.Repeat("·", tail-head) + digits[tail:]
}

// Format prints the masked form whatever the verb, so that no %#v or %x can leak a number.
func (a Address) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, a.String()) }

// LogValue gives loggers the masked form.
func (a Address) LogValue() slog.Value { return slog.StringValue(a.String()) }

// MarshalText encodes the masked form, so that an Address inside a JSON document leaks nothing.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// callingCodeLen is the number of digits of the country code that digits begin with (ITU-T E.164, list of assigned codes:
// zones 1 and 7 have one digit, the pairs below two, all others three).
func callingCodeLen(digits string) int {
	switch digits[0] {
	case '1', '7':
		return 1
	}
	switch digits[:2] {
	case "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49",
		"51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66",
		"81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98":
		return 2
	}
	return 3
}
