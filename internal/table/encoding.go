package table

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// encoding is how text is written in bytes.
type encoding struct {
	name  string           // as people know it
	table *charmap.Charmap // of an encoding of a byte for each character
	order binary.ByteOrder // of UTF-16
}

// isUTF8 reports whether nothing needs to be decoded.
func (e *encoding) isUTF8() bool { return e.table == nil && e.order == nil }

// utf8Text is the encoding that all others are turned into.
func utf8Text() *encoding { return &encoding{name: "UTF-8"} }

func utf16Text(order binary.ByteOrder) *encoding {
	if order == binary.ByteOrder(binary.BigEndian) {
		return &encoding{name: "UTF-16 BE", order: order}
	}
	return &encoding{name: "UTF-16 LE", order: order}
}

// encodingNamed returns the encoding of a name as people write it. ISO-8859-1 is read as Windows-1252, as browsers do: where they
// differ, the one has control characters that nobody means. UTF-16 without an order is nil with ok.
func encodingNamed(name string) (e *encoding, ok bool) {
	folded := strings.NewReplacer("-", "", "_", "", " ", "", ".", "").Replace(strings.ToLower(name))
	switch folded {
	case "utf8", "utf8bom", "utf8sig", "ascii", "usascii":
		return utf8Text(), true
	case "utf16", "unicode", "ucs2":
		return nil, true
	case "utf16le":
		return utf16Text(binary.LittleEndian), true
	case "utf16be":
		return utf16Text(binary.BigEndian), true
	case "iso88591", "latin1", "ansi", "westerneuropean":
		folded = "windows1252"
	case "latin2":
		folded = "iso88592"
	case "latin9", "latin0":
		folded = "iso885915"
	case "mac", "macroman":
		folded = "macintosh"
	}
	for _, prefix := range []string{"cp", "win", "ibm", "codepage", "windowscp"} {
		if number, found := strings.CutPrefix(folded, prefix); found && strings.Trim(number, "0123456789") == "" {
			folded = "windows" + number
			if len(number) == len("850") {
				folded = "ibmcodepage" + number
			}
			break
		}
	}
	for _, e := range charmap.All {
		if table, isTable := e.(*charmap.Charmap); isTable && table.DecodeByte('A') == 'A' && table != charmap.XUserDefined {
			if folded == strings.NewReplacer("-", "", " ", "").Replace(strings.ToLower(table.String())) {
				return &encoding{name: tableName(table), table: table}, true
			}
		}
	}
	return nil, false
}

// tableName is the name by which people know an encoding, which they may write in a campaign.
func tableName(table *charmap.Charmap) string {
	if table == charmap.Macintosh {
		return "Mac Roman"
	}
	name := strings.Replace(strings.Replace(table.String(), "IBM Code Page ", "CP", 1), "ISO ", "ISO-", 1)
	return strings.Replace(name, "Windows ", "Windows-", 1)
}

// decode appends the text of src to dst, and returns how many bytes of src that took. What is left of it is incomplete where ok, and
// no text in this encoding where not.
func (e *encoding) decode(dst, src []byte) (_ []byte, taken int, ok bool) {
	if e.order != nil {
		return e.decodeUTF16(dst, src)
	}
	for i, b := range src {
		if b < utf8.RuneSelf {
			dst = append(dst, b)
			continue
		}
		r := e.rune(b)
		if r == utf8.RuneError {
			return dst, i, false
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst, len(src), true
}

// rune returns the character of a byte, or [utf8.RuneError] where there is none. The control characters above ASCII are none: no text
// that people have written holds them.
func (e *encoding) rune(b byte) rune {
	if r := e.table.DecodeByte(b); r < utf8.RuneSelf && b < utf8.RuneSelf || r >= 0xa0 {
		return r
	}
	return utf8.RuneError
}

func (e *encoding) decodeUTF16(dst, src []byte) (_ []byte, taken int, ok bool) {
	for ; taken+2 <= len(src); taken += 2 {
		r := rune(e.order.Uint16(src[taken:]))
		if r < utf8.RuneSelf {
			dst = append(dst, byte(r))
			continue
		}
		if utf16.IsSurrogate(r) {
			if taken+4 > len(src) {
				return dst, taken, true
			}
			if r = utf16.DecodeRune(r, rune(e.order.Uint16(src[taken+2:]))); r == utf8.RuneError {
				return dst, taken, false
			}
			taken += 2
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst, taken, true
}

// sniffUTF knows UTF-16 and UTF-32 by their byte order marks, or by the zero bytes that the halves of Latin letters, digits and
// delimiters are. The encoding is nil where it is neither.
func sniffUTF(head []byte) (e *encoding, confidence int, isUTF32 bool) {
	switch {
	case hasAny(head, "\xff\xfe\x00\x00", "\x00\x00\xfe\xff"):
		return nil, 0, true
	case hasAny(head, "\xff\xfe"):
		return utf16Text(binary.LittleEndian), 100, false
	case hasAny(head, "\xfe\xff"):
		return utf16Text(binary.BigEndian), 100, false
	}
	text := strings.TrimRight(string(head), "\x00") // a file may be padded with them
	var zeros [4]int
	for i := range len(text) {
		if text[i] == 0 {
			zeros[i%4]++
		}
	}
	const byUTF16 = 97 // percent: nothing else looks so, but nothing says it
	even, odd, most := zeros[0]+zeros[2], zeros[1]+zeros[3], len(text)/2
	switch {
	case even+odd > most+most/4:
		return nil, 0, true
	case !strings.Contains(text[:min(len(text), 16)], "\x00"): // it begins as something else
	case odd*4 > most && even*20 < odd:
		return utf16Text(binary.LittleEndian), byUTF16, false
	case even*4 > most && odd*20 < even:
		return utf16Text(binary.BigEndian), byUTF16, false
	}
	return nil, 0, false
}
