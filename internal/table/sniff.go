package table

import (
	"bytes"
	"slices"
)

// sniffSize is how much of a file is looked at before it is read.
const sniffSize = 64 << 10

const (
	asUTF8  = `in Excel: Save As, "CSV UTF-8 (comma delimited)"; elsewhere export as UTF-8`
	onLines = "save the file again with line ends of Windows or Unix"
)

// sniff refuses files that are not lines of UTF-8 text, by the names that people know them by.
func (s *source) sniff(head []byte) error {
	switch {
	case s.isBlank(head):
		return s.problem("is empty", "the first line has to name the columns, and each further line is a person")
	case isUTF16(head):
		return s.problem("is in UTF-16", asUTF8)
	}
	if !bytes.ContainsRune(head, '\n') && bytes.ContainsRune(bytes.TrimRight(head, "\r"), '\r') {
		return s.problem("has line ends of old Macintosh files (CR alone)", onLines)
	}
	return nil
}

// isBlank reports whether there is nothing in the file, its first bytes being head.
func (s *source) isBlank(head []byte) bool {
	return len(bytes.TrimSpace(head)) == 0 && int64(len(head))+s.bomLen() >= s.size
}

// isUTF16 knows UTF-16 (and UTF-32) by its byte order mark, or by the zero bytes that every second byte of Latin text then is.
func isUTF16(head []byte) bool {
	if bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) {
		return true
	}
	return bytes.Count(head, []byte{0}) > len(head)/4
}

// delimiters are the characters that may stand between cells, the likeliest first.
var delimiters = [...]rune{',', ';', '\t', '|'}

// findDelimiter returns the delimiter that the header has most often outside quotes, a comma where it has none.
func findDelimiter(head []byte) rune {
	counts := make([]int, len(delimiters))
	inside := false
	for _, b := range bytes.TrimLeft(head, "\r\n") {
		if b == '"' {
			inside = !inside
		}
		if inside {
			continue
		}
		if b == '\n' {
			break
		}
		if i := slices.Index(delimiters[:], rune(b)); i >= 0 {
			counts[i]++
		}
	}
	return delimiters[slices.Index(counts, slices.Max(counts))]
}

// delimiterName is what people call a delimiter.
func delimiterName(delimiter rune) string {
	switch delimiter {
	case ';':
		return "semicolon"
	case '\t':
		return "tab"
	case '|':
		return "bar"
	}
	return "comma"
}
