package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"sendoff/campaign"
)

// dialect is how the rows of a text are written.
type dialect struct {
	delimiter rune
	isTold    bool
	isNamed   bool              // the first line says sep=; and is no row
	isCRLF    bool              // the first line ends in CR LF
	unnamed   int               // columns at the end that hold nothing
	spare     int               // cells that the rows have behind those of the columns, all empty
	problem   campaign.Problems // why the header cannot be found
}

// delimiters are the characters that may stand between cells, the likeliest first.
var delimiters = [...]rune{',', ';', '\t', '|'}

// sampleRows is how many rows at the beginning are looked at.
const sampleRows = 100

// sample is the first rows of a text as one delimiter divides them, without those that are nobody. None where it cannot read the header.
type sample []sampleRow

type sampleRow struct {
	line  int
	cells []string
}

// findDialect looks at the first rows.
func (t *text) findDialect(told rune) (dialect, error) {
	d := dialect{delimiter: told, isTold: told != 0}
	if end := bytes.IndexByte(t.start, '\n'); end > 0 {
		d.isCRLF = t.start[end-1] == '\r'
	}
	named, err := t.namedDelimiter()
	if err != nil {
		return d, err
	}
	if named != 0 {
		if d.isTold && told != named {
			return d, t.source.problem(fmt.Sprintf("is said to be separated by %s, but its first line says %s", campaign.DelimiterName(told), campaign.DelimiterName(named)),
				"take the delimiter out of the campaign: the line that says sep= is obeyed")
		}
		d.delimiter, d.isTold, d.isNamed = named, true, true
	}
	samples := make(map[rune]sample)
	for _, delimiter := range delimiters {
		if delimiter == d.delimiter || !d.isTold && (delimiter == ',' || bytes.ContainsRune(t.start, delimiter)) {
			samples[delimiter] = t.sample(delimiter, d.isNamed)
		}
	}
	if !d.isTold {
		d.delimiter, d.problem = t.choose(samples)
	}
	if p := t.leadIn(samples, d.delimiter); p != nil {
		d.problem = p
	}
	d.findSpare(samples[d.delimiter])
	return d, nil
}

// namedDelimiter returns the delimiter of a first line such as sep=; which Excel writes and obeys, or 0.
func (t *text) namedDelimiter() (rune, error) {
	line, _, _ := bytes.Cut(t.start, []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	if bytes.HasPrefix(line, []byte(`"`)) {
		line = bytes.Trim(line, `"`)
	}
	if len(line) < len("sep=") || !strings.EqualFold(string(line[:len("sep=")]), "sep=") {
		return 0, nil
	}
	if name := []rune(string(line[len("sep="):])); len(name) == 1 && slices.Contains(delimiters[:], name[0]) {
		return name[0], nil
	}
	return 0, t.source.problemAt(1, 1, "says with sep= what stands between the cells, but not comma, semicolon, tab or bar", "export the file with one of these")
}

// sample divides the first rows by a delimiter.
func (t *text) sample(delimiter rune, skipFirst bool) sample {
	rows := csv.NewReader(bytes.NewReader(t.start))
	rows.Comma, rows.FieldsPerRecord = delimiter, -1
	var s sample
	for range sampleRows {
		record, err := rows.Read()
		var malformed *csv.ParseError
		switch {
		case errors.As(err, &malformed) && len(s) == 0:
			return nil
		case errors.As(err, &malformed):
			continue
		case err != nil: // the end
			if !t.isAll && len(s) > 1 {
				s = s[:len(s)-1] // it may go on
			}
			return s
		case skipFirst:
			skipFirst = false
		case !isNobody(record):
			line, _ := rows.FieldPos(0)
			s = append(s, sampleRow{line, record})
		}
	}
	return s
}

// fit returns the share of rows that have as many cells as the row at the given place; more where the others are empty.
func (s sample) fit(header int) float64 {
	want, fits, rest := len(s[header].cells), 0, s[header+1:]
	for _, row := range rest {
		if len(row.cells) >= want && isNobody(row.cells[want:]) {
			fits++
		}
	}
	if len(rest) == 0 {
		return 1
	}
	return float64(fits) / float64(len(rest))
}

// choose returns the delimiter by which most rows have as many cells as the header; of several the one that makes the most cells.
func (t *text) choose(samples map[rune]sample) (rune, campaign.Problems) {
	best, rival := rune(0), rune(0)
	bestFit, bestWidth := 0.0, 0
	for _, delimiter := range delimiters {
		s := samples[delimiter]
		if len(s) == 0 || len(s[0].cells) < 2 {
			continue
		}
		fit, width := s.fit(0), len(s[0].cells)
		switch {
		case best == 0 || fit > bestFit || fit == bestFit && width > bestWidth:
			best, rival, bestFit, bestWidth = delimiter, 0, fit, width
		case fit == bestFit && width == bestWidth:
			rival = delimiter
		}
	}
	switch {
	case rival != 0:
		return best, t.source.problem(fmt.Sprintf("could be separated by %s or by %s: the first lines fit both", campaign.DelimiterName(best), campaign.DelimiterName(rival)),
			fmt.Sprintf("say which is meant: audience: {delimiter: %s}, or --delimiter %s", campaign.DelimiterName(best), campaign.DelimiterName(best)))
	case best != 0:
		return best, nil
	}
	for _, delimiter := range delimiters {
		if s := samples[delimiter]; len(s) > 1 && s.divided() > (len(s)-1)/2 {
			return delimiter, t.source.problemAt(s[0].line, 1,
				fmt.Sprintf("the header has one column, but most lines below it have several, separated by %s", campaign.DelimiterName(delimiter)),
				"put a line above them that names each column; where one column is meant, say a delimiter that is not in it: audience: {delimiter: tab}")
		}
	}
	return ',', nil
}

// divided counts the rows below the first that have several cells.
func (s sample) divided() int {
	n := 0
	for _, row := range s[1:] {
		if len(row.cells) > 1 {
			n++
		}
	}
	return n
}

// leadIn finds out whether titles stand above the header, and says where it is.
func (t *text) leadIn(samples map[rune]sample, chosen rune) campaign.Problems {
	s := samples[chosen]
	if len(s) == 0 || len(s[0].cells) > 1 && s[0].filled() > 1 && s.fit(0) >= 0.5 {
		return nil
	}
	const deepest = 10
	for _, delimiter := range delimiters {
		s := samples[delimiter]
		for i := 1; i < min(len(s)-1, deepest); i++ {
			if row := s[i]; row.filled() > max(1, s[0].filled()) && row.looksLikeNames() && s.fit(i) >= 0.8 {
				return t.source.problemAt(s[0].line, 1, "this line is no header: the lines below it have more cells",
					fmt.Sprintf("line %d looks like the header: delete what stands above it", row.line))
			}
		}
	}
	return nil
}

// filled counts the cells in which something stands.
func (r sampleRow) filled() int {
	n := 0
	for _, cell := range r.cells {
		if !isNobody([]string{cell}) {
			n++
		}
	}
	return n
}

// looksLikeNames reports whether a row may be a header: every cell has another text, and none is a number, an address or a date.
func (r sampleRow) looksLikeNames() bool {
	seen := make(map[string]bool)
	for _, cell := range r.cells {
		name := campaign.Fold(cell)
		digits := 0
		for _, c := range name {
			if unicode.IsDigit(c) {
				digits++
			}
		}
		if name != "" && (seen[name] || digits > 5 || strings.ContainsRune(cell, '@')) {
			return false
		}
		seen[name] = true
	}
	return true
}

// findSpare finds cells at the ends of all rows that hold nothing, as a delimiter behind the last cell makes them. Where one of them
// holds something in a later row, that row is a bad one.
func (d *dialect) findSpare(s sample) {
	if len(s) == 0 {
		return
	}
	header, rest := s[0].cells, s[1:]
	named := len(header)
	for named > 1 && isNobody(header[named-1:]) {
		named--
	}
	hasNothing := func(row sampleRow) bool { return isNobody(row.cells[min(named, len(row.cells)):]) }
	if slices.ContainsFunc(rest, func(row sampleRow) bool { return !hasNothing(row) }) {
		return
	}
	if d.unnamed = len(header) - named; d.unnamed > 0 {
		d.spare = d.unnamed
		return
	}
	if len(rest) == 0 {
		return
	}
	spare := len(rest[0].cells) - named
	if spare > 0 && !slices.ContainsFunc(rest, func(row sampleRow) bool { return len(row.cells) != named+spare }) {
		d.spare = spare
	}
}
