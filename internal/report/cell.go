package report

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// guard returns a cell in which no spreadsheet finds a formula: an apostrophe stands before each place where one would begin.
func guard(cell string) string {
	if !hasSign(cell) {
		return cell
	}
	if strings.IndexByte("\t\r\n", cell[0]) >= 0 { // some drop these before they look
		return "'" + guardAt(cell, elsewhere)
	}
	return guardAt(cell, elsewhere)
}

// elsewhere is what divides lines into cells in spreadsheets of other countries, and ends them.
const elsewhere = ";\t\r\n"

// guardAt is guard where parts of a cell begin behind each of separators.
func guardAt(cell, separators string) string {
	if !hasSign(cell) {
		return cell
	}
	var b strings.Builder
	for rest := cell; rest != ""; {
		part := rest
		if i := strings.IndexAny(rest, separators); i >= 0 {
			part = rest[:i+1]
		}
		if computes(strings.TrimFunc(strings.TrimRight(part, separators), isBlank)) {
			b.WriteByte('\'')
		}
		b.WriteString(part)
		rest = rest[len(part):]
	}
	return b.String()
}

// unguard undoes [guard]. An apostrophe that stood before a formula in the audience already is taken for ours.
func unguard(cell string) string {
	if !strings.Contains(cell, "'") {
		return cell
	}
	if len(cell) > 1 && cell[0] == '\'' && strings.IndexByte("\t\r\n", cell[1]) >= 0 {
		cell = cell[1:]
	}
	return unguardAt(cell, elsewhere)
}

// unguardAt undoes [guardAt].
func unguardAt(cell, separators string) string {
	if !strings.Contains(cell, "'") {
		return cell
	}
	var b strings.Builder
	for rest := cell; rest != ""; {
		part := rest
		if i := strings.IndexAny(rest, separators); i >= 0 {
			part = rest[:i+1]
		}
		rest = rest[len(part):]
		if bare, isGuarded := strings.CutPrefix(part, "'"); isGuarded && computes(strings.TrimFunc(strings.TrimRight(bare, separators), isBlank)) {
			part = bare
		}
		b.WriteString(part)
	}
	return b.String()
}

// guardPhone is guard for the cell of a phone number. The reader of audiences drops white space around a number first, and then
// one apostrophe, so there must be none in between; within a number a tab means the same to it as a space. Line breaks are left,
// since they separate two numbers.
func guardPhone(cell string) string {
	if guard(cell) == cell {
		return cell
	}
	return guard(strings.ReplaceAll(strings.TrimFunc(cell, isBlank), "\t", " "))
}

// hasSign reports whether a cell holds anything that guard looks for. Most do not.
func hasSign(cell string) bool {
	for i := 0; i < len(cell); i++ {
		switch cell[i] {
		case '=', '+', '-', '@', '\t', '\r', '\n', 0xEF: // 0xEF begins the full-width signs
			return true
		}
	}
	return false
}

// computes reports whether a spreadsheet would compute text, which begins with no white space. Full-width signs count, since
// spreadsheets take them for the others where such are common.
func computes(text string) bool {
	sign, size := utf8.DecodeRuneInString(text)
	switch sign {
	case '@', '＠':
		return true
	case '=', '＝':
		inner, isQuoted := strings.CutPrefix(text[size:], `"`)
		return !isQuoted || !strings.HasSuffix(inner, `"`) || strings.Count(inner, `"`) > 1
	case '+', '-', '＋', '－':
		return strings.IndexFunc(strings.TrimLeft(text, "+-＋－"), isNotNumeric) >= 0
	}
	return false
}

// isNotNumeric reports whether r cannot stand in a number that is nothing but a number. Masked digits can.
func isNotNumeric(r rune) bool {
	switch r {
	case ' ', '\u00a0', '\u202f', '.', ',', '%', '·':
		return false
	}
	return r < '0' || r > '9'
}

// isBlank reports whether r is not seen: white space, and marks of direction or of zero width.
func isBlank(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }
