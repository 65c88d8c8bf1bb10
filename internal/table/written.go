package table

import (
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Certain returns the name of the encoding in which a short text can be written so that it is read again as what it is: that of a file where its first bytes say so, or
// somebody has; else UTF-8. Of ten names nobody could guess an encoding that the ten thousand they are of made plain.
func (i *Info) Certain() string {
	if e, _ := encodingNamed(i.Encoding); e != nil && (i.Confidence == 100 || e.order != nil) {
		return e.name
	}
	return utf8Text().name
}

// Encoder returns what writes UTF-8 text in an encoding of [Info]; "" is UTF-8. A character that it has not becomes a question mark, and a byte order mark nothing.
func Encoder(encoding string) func(text []byte) []byte {
	if e := writtenIn(encoding); !e.isUTF8() {
		return e.encode
	}
	return func(text []byte) []byte { return text }
}

// writtenIn returns an encoding of [Info].
func writtenIn(name string) *encoding {
	if name == "" || name == utf8Text().name { // the others take a while
		return utf8Text()
	}
	if e, _ := encodingNamed(name); e != nil {
		return e
	}
	return utf8Text()
}

func (e *encoding) encode(text []byte) []byte {
	var wide [2]uint16
	out := make([]byte, 0, 2*len(text))
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		if e.order != nil {
			for _, unit := range utf16.AppendRune(wide[:0], r) {
				out = append(out, 0, 0)
				e.order.PutUint16(out[len(out)-2:], unit)
			}
			continue
		}
		b, has := e.table.EncodeRune(r)
		switch {
		case has:
			out = append(out, b)
		case string(r) != mark:
			out = append(out, '?')
		}
	}
	return out
}

// Decode returns the text of what an [Encoder] has made, without a byte order mark.
func Decode(in io.Reader, encoding string) io.Reader {
	e := writtenIn(encoding)
	switch {
	case e.table != nil:
		return transform.NewReader(in, e.table.NewDecoder())
	case e.order == binary.ByteOrder(binary.BigEndian):
		return transform.NewReader(in, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder())
	case e.order != nil:
		return transform.NewReader(in, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
	}
	return transform.NewReader(in, unicode.UTF8BOM.NewDecoder())
}
