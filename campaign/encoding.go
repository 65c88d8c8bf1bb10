package campaign

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// The encodings that a campaign file is read in, by the names that people know them by.
const (
	encodingUTF8        = "UTF-8"
	encodingUTF16       = "UTF-16"
	encodingWindows1252 = "Windows-1252"
)

// decodeText returns the text of a file without its byte order mark, every line ending in "\n" alone, and the encoding that it was in.
// Where ok is false, the text ends before the first byte that means nothing in that encoding.
//
// UTF-16 is known by its mark, or by the zero byte beside the first character, which in YAML and JSON is ASCII (YAML 1.2, section 5.2).
// What is neither that nor UTF-8 is taken to be Windows-1252, since that is what older editors on Windows write.
func decodeText(data []byte) (text, encoding string, ok bool) {
	text, encoding, ok = decode(data)
	text = strings.TrimPrefix(text, "\ufeff")
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.ReplaceAll(text, "\r", "\n"), encoding, ok
}

func decode(data []byte) (text, encoding string, ok bool) {
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), len(data) > 1 && data[0] != 0 && data[1] == 0:
		text, ok = decodeUTF16(data, binary.LittleEndian)
		return text, encodingUTF16, ok
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}), len(data) > 1 && data[0] == 0 && data[1] != 0:
		text, ok = decodeUTF16(data, binary.BigEndian)
		return text, encodingUTF16, ok
	case utf8.Valid(data):
		return string(data), encodingUTF8, true
	}
	text, ok = decodeWindows1252(data)
	return text, encodingWindows1252, ok
}

func decodeUTF16(data []byte, order binary.ByteOrder) (string, bool) {
	var b strings.Builder
	for len(data) >= 2 {
		r, size := rune(order.Uint16(data)), 2
		if utf16.IsSurrogate(r) {
			if len(data) < 4 {
				return b.String(), false
			}
			if r = utf16.DecodeRune(r, rune(order.Uint16(data[2:]))); r == utf8.RuneError {
				return b.String(), false
			}
			size = 4
		}
		b.WriteRune(r)
		data = data[size:]
	}
	return b.String(), len(data) == 0
}

// windows1252 is what the bytes 0x80 to 0x9f mean (Unicode Consortium, mapping table cp1252); the other bytes mean the character of
// the same number, and a space means nothing at all.
const windows1252 = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ"

func decodeWindows1252(data []byte) (string, bool) {
	upper := []rune(windows1252)
	var b strings.Builder
	for _, c := range data {
		r := rune(c)
		if c >= 0x80 && c <= 0x9f {
			if r = upper[c-0x80]; r == ' ' {
				return b.String(), false
			}
		}
		b.WriteRune(r)
	}
	return b.String(), true
}
