package campaign

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Contact stands in the place of a channel where a person is known by the id of a Sinch contact. It is no channel of the API.
const Contact Channel = "CONTACT"

// Identity is where a message goes on one channel: an id that the channel gave the person, a phone number of the channel's own, or,
// for [Contact], the id of a contact. However it is printed, it is masked, as an [Address] is.
type Identity struct {
	Channel Channel // empty: a number, on every phone channel
	number  bool    // the text is a phone number in E.164 form
	text    *string // behind a pointer, so that nothing that passes Format by (%p, a field that is not exported) shows it
}

// maxIdentityChars is far above the longest ids of any channel.
const maxIdentityChars = 512

// IdentityError says why a text is no id. It holds nothing of the text.
type IdentityError uint8

// What can be wrong with an id.
const (
	IdentityEmpty IdentityError = iota + 1
	IdentityDestroyed
	IdentityCharacter
	IdentityTooLong
	IdentityPlaceholder
)

func (e IdentityError) Error() string {
	switch e {
	case IdentityEmpty:
		return "is empty"
	case IdentityDestroyed:
		return "a spreadsheet has replaced the id by a rounded figure such as 1.2E+15"
	case IdentityCharacter:
		return "has a space or a control character in it"
	case IdentityPlaceholder:
		return "holds what stands for no id, such as NULL, n/a, - or 0, which counts as empty"
	}
	return fmt.Sprintf("is longer than %d characters", maxIdentityChars)
}

// Hint says what to do about it, or nothing where the error says it all.
func (e IdentityError) Hint() string {
	if e == IdentityDestroyed {
		return "format the column as text and export again; the id is lost in this file"
	}
	return ""
}

// IsNone reports whether the cell names nobody, rather than somebody whose id cannot be read.
func (e IdentityError) IsNone() bool { return e == IdentityEmpty || e == IdentityPlaceholder }

// ReadIdentity reads an id as it stands in a cell. What surrounds it goes: spaces, and what keeps a spreadsheet from taking it for a number
// or a formula, an apostrophe before it or ="…" around it. The id itself is never changed.
// The error is an [IdentityError].
func ReadIdentity(c Channel, cell string) (Identity, error) {
	id := strings.TrimFunc(cell, unseen)
	if inner, isText := strings.CutPrefix(id, `="`); isText && strings.HasSuffix(inner, `"`) {
		id = strings.TrimSuffix(inner, `"`)
	}
	id = strings.TrimPrefix(id, "'")
	switch {
	case id == "":
		return Identity{}, IdentityEmpty
	case isPlaceholder(id):
		return Identity{}, IdentityPlaceholder
	case isRounded(id):
		return Identity{}, IdentityDestroyed
	case !utf8.ValidString(id) || strings.ContainsFunc(id, unseen):
		return Identity{}, IdentityCharacter
	case utf8.RuneCountInString(id) > maxIdentityChars:
		return Identity{}, IdentityTooLong
	}
	id = strings.Clone(id) // the cell shares its memory with a whole batch of rows
	return Identity{Channel: c, text: &id}, nil
}

// NumberIdentity makes an Identity of a number: on one phone channel, or with an empty channel on all of them.
func NumberIdentity(c Channel, number Address) Identity {
	text := number.Reveal()
	return Identity{Channel: c, number: true, text: &text}
}

// ParseIdentity reads what [Identity.Stored] has written.
func ParseIdentity(text string) (Identity, bool) {
	name, id, _ := strings.Cut(text, ":")
	c := Channel(name)
	switch {
	case strings.HasPrefix(text, "+"):
		number := PhoneAddress(text)
		return NumberIdentity("", number), !number.IsZero()
	case c.ByPhone():
		number := PhoneAddress(id)
		return NumberIdentity(c, number), !number.IsZero()
	}
	return Identity{Channel: c, text: &id}, (c == Contact || c.Index() >= 0) && id != ""
}

// Stored returns the form that snapshots and full lists have: +447700900123, WHATSAPP:+447700900123, MESSENGER:1234567890, CONTACT:01F….
// It is not masked.
func (i Identity) Stored() string {
	if i.Channel == "" {
		return i.Reveal()
	}
	return string(i.Channel) + ":" + i.Reveal()
}

// Reveal returns the number in E.164 form, or the id, unmasked: for requests to Sinch and lists meant to hold people's data.
func (i Identity) Reveal() string {
	if i.text == nil {
		return ""
	}
	return *i.text
}

// IsNumber reports whether it is a phone number.
func (i Identity) IsNumber() bool { return i.number }

// Key returns an integer that identifies the person. That of a number is [Address.Key]: phone channels are one space. That of an id
// is 63 bits of a SHA-256 of channel and id below a top bit that no number's key has. Among a million ids two have the same key
// by a chance of 5·10⁻⁸, among a hundred million by 5·10⁻⁴.
func (i Identity) Key() uint64 {
	if i.number {
		return PhoneAddress(i.Reveal()).Key()
	}
	var b [128]byte
	sum := sha256.Sum256(append(append(append(b[:0], i.Channel...), 0), i.Reveal()...))
	return binary.BigEndian.Uint64(sum[:]) | 1<<63
}

// String returns the identity masked: a number as [Address.String] does, of an id its last three characters where there are nine or more.
func (i Identity) String() string {
	masked := "·····"
	if id := []rune(i.Reveal()); i.number {
		masked = PhoneAddress(i.Reveal()).String()
	} else if len(id) >= 9 {
		masked += string(id[len(id)-3:])
	}
	return strings.TrimSpace(string(i.Channel) + " " + masked)
}

// Format prints the masked form whatever the verb.
func (i Identity) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, i.String()) }

// LogValue gives loggers the masked form.
func (i Identity) LogValue() slog.Value { return slog.StringValue(i.String()) }

// MarshalText encodes the masked form.
func (i Identity) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// Equal reports whether both are the same address on the same channel.
func (i Identity) Equal(other Identity) bool { return i.Stored() == other.Stored() }

// isPlaceholder reports whether a text is what databases, programs and spreadsheets write where there is nothing.
func isPlaceholder(s string) bool {
	switch strings.ToLower(s) {
	case "null", "(null)", "<null>", `\n`, "nil", "none", "(none)", "undefined", "nan", "n/a", "na", "-", "--", "–", "—", "0",
		"#n/a", "#ref!", "#value!", "#name?", "#null!":
		return true
	}
	return false
}

// isRounded reports whether a text is what is left of a long number that went through a floating-point one: 1.23457E+15, 1,23457E15,
// 1E+15, 1234567890.0. With neither point nor plus sign, as in 12E34, it is an id: some have hexadecimal digits.
func isRounded(s string) bool {
	if mantissa, exponent, found := strings.Cut(strings.ToUpper(s), "E"); found {
		exponent, hasPlus := strings.CutPrefix(exponent, "+")
		whole, fraction, hasPoint := strings.Cut(strings.Replace(mantissa, ",", ".", 1), ".")
		return (hasPlus || hasPoint) && onlyDigits(whole) && (fraction == "" || onlyDigits(fraction)) && onlyDigits(exponent)
	}
	whole, found := strings.CutSuffix(s, ".0")
	return found && onlyDigits(whole)
}

func onlyDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// unseen reports whether r is a space, a control character, or a mark that is not seen.
func unseen(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}
