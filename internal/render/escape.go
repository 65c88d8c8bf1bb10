package render

import "unicode/utf8"

// appendEscaped appends s as it stands inside depth JSON strings, each in the text of the next (RFC 8259, section 7). At depth 0 it stands
// in none. Bytes that are no UTF-8 become U+FFFD, since JSON has no others.
func appendEscaped(dst []byte, s string, depth int) []byte {
	if depth == 0 {
		return append(dst, s...)
	}
	start := 0
	for i := 0; i < len(s); {
		b := s[i]
		if b >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(append(dst, s[start:i]...), "\uFFFD"...)
				start = i + 1
			}
			i += size
			continue
		}
		if b < ' ' || b == '"' || b == '\\' {
			dst = appendEscape(append(dst, s[start:i]...), b, depth)
			start = i + 1
		}
		i++
	}
	return append(dst, s[start:]...)
}

// appendEscape appends the escape of a character that needs one. A backslash doubles with every level, and the first level puts one before
// a quote: so there are 2^depth of them for a backslash, one less before a quote, and half as many before the letter of a control character.
func appendEscape(dst []byte, b byte, depth int) []byte {
	switch b {
	case '"':
		return append(appendBackslashes(dst, 1<<depth-1), '"')
	case '\\':
		return appendBackslashes(dst, 1<<depth)
	}
	dst = appendBackslashes(dst, 1<<(depth-1))
	switch b {
	case '\n':
		return append(dst, 'n')
	case '\r':
		return append(dst, 'r')
	case '\t':
		return append(dst, 't')
	}
	const hex = "0123456789abcdef"
	return append(dst, 'u', '0', '0', hex[b>>4], hex[b&15])
}

func appendBackslashes(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, '\\')
	}
	return dst
}

// characters counts the characters of JSON text. Inside a string an escape is the one character that it stands for.
func characters(text []byte, inString bool) int {
	n := 0
	for i := 0; i < len(text); i++ {
		if inString && text[i] == '\\' {
			i++
			if text[i] == 'u' {
				i += 4
			}
		}
		if utf8.RuneStart(text[i]) {
			n++
		}
	}
	return n
}
