package table

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// styles knows how the numbers of a workbook are displayed.
type styles struct {
	date1904 bool
	formats  []numberFormat // by the number of the style
	book     *excelize.File // with a cell for each format that excelize is asked about; nil until then
}

// numberFormat is how the numbers of a style are displayed.
type numberFormat struct {
	id     int
	code   string // empty: the usual one of this id
	kind   formatKind
	adds   bool // digits that the number does not have: leading zeros, a prefix
	inBook string
}

type formatKind uint8

const (
	general formatKind = iota // as many digits as there are
	date
	dateTime
	other // excelize knows
)

// newStyles reads a workbook's styles.
func newStyles(a *archive) (*styles, error) {
	var list struct {
		Codes []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Styles []struct {
			ID int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if a.styles != "" {
		if err := a.decode(a.styles, &list); err != nil {
			return nil, err
		}
	}
	codes := make(map[int]string, len(list.Codes))
	for _, c := range list.Codes {
		codes[c.ID] = c.Code
	}
	s := &styles{date1904: a.date1904, formats: make([]numberFormat, len(list.Styles))}
	for i, style := range list.Styles {
		s.formats[i] = newNumberFormat(style.ID, codes[style.ID])
	}
	return s, nil
}

func newNumberFormat(id int, code string) numberFormat {
	f := numberFormat{id: id, code: code, kind: other}
	if code == "" {
		f.kind = usualKind(id)
		return f
	}
	first, _, _ := strings.Cut(strings.ToLower(code), ";")
	bare, texts := placeholders(first)
	isDay, isTime := strings.ContainsAny(bare, "yd"), strings.ContainsAny(bare, "hs")
	switch {
	case strings.Contains(bare, "general") || code == "@":
		f.kind = general
	case isDay && isTime:
		f.kind = dateTime
	case isDay || strings.Contains(bare, "m") && !isTime && !isElapsed(first):
		f.kind = date
	case !strings.Contains(bare, "e"):
		whole, _, _ := strings.Cut(bare, ".")
		f.adds = strings.Count(whole, "0") > 1 || strings.ContainsAny(bare, "+123456789") || strings.ContainsAny(texts, "+0123456789")
	}
	return f
}

// isElapsed reports whether a section shows how long something took.
func isElapsed(section string) bool {
	return strings.Contains(section, "[h") || strings.Contains(section, "[m") || strings.Contains(section, "[s")
}

// usualKind returns the kind of a format that has no code in the file (ECMA-376 18.8.30).
func usualKind(id int) formatKind {
	switch {
	case id == 0 || id == 49:
		return general
	case id == 22:
		return dateTime
	case id >= 14 && id <= 17 || id >= 27 && id <= 31 || id == 36 || id >= 50 && id <= 54 || id == 57 || id == 58:
		return date
	}
	return other
}

// placeholders returns a section of a format without the texts in it, its colours and conditions; and the texts.
func placeholders(section string) (bare, texts string) {
	for section != "" {
		length, end := 1, ""
		switch section[0] {
		case '"':
			end = `"`
		case '[':
			end = "]"
		case '\\', '_', '*':
			length = min(2, len(section))
		default:
			bare += section[:1]
			section = section[1:]
			continue
		}
		if end != "" {
			inside, _, _ := strings.Cut(section[1:], end)
			length = min(len(section), len(inside)+2)
		}
		if section[0] == '"' || section[0] == '\\' {
			texts += section[1:length]
		}
		section = section[length:]
	}
	return bare, texts
}

// format returns how numbers of a style are displayed.
func (s *styles) format(style int) *numberFormat {
	if style < 0 || style >= len(s.formats) {
		return &numberFormat{}
	}
	return &s.formats[style]
}

// display returns a number as it is displayed; dates as in ISO 8601, since a spreadsheet shows them differently in every country.
func (s *styles) display(number string, f *numberFormat) string {
	switch f.kind {
	case date, dateTime:
		if text := s.date(number, f.kind); text != "" {
			return text
		}
	case other:
		if v, err := strconv.ParseFloat(number, 64); err != nil || math.IsNaN(v) || math.IsInf(v, 0) { // no number, for which excelize may look for ever
			return number
		}
		if text, err := s.ask(number, f); err == nil {
			return text
		}
	}
	return plainNumber(number)
}

// date returns a date for the number of days by which spreadsheets store it, or "" for what is none.
func (s *styles) date(number string, kind formatKind) string {
	days, err := strconv.ParseFloat(number, 64)
	const year10000 = 2958466
	if err != nil || days < 1 && !s.date1904 || days < 0 || days >= year10000 {
		return ""
	}
	t, err := excelize.ExcelDateToTime(days, s.date1904)
	if err != nil {
		return ""
	}
	if kind == dateTime {
		return t.Round(time.Second).Format(time.DateTime)
	}
	return t.Format(time.DateOnly)
}

// ask has excelize display a number, in a workbook that has nothing else in it.
func (s *styles) ask(number string, f *numberFormat) (text string, err error) {
	const sheet = "Sheet1"
	if s.book == nil {
		s.book = excelize.NewFile()
	}
	if f.inBook == "" {
		style := excelize.Style{NumFmt: f.id}
		if f.code != "" {
			style = excelize.Style{CustomNumFmt: &f.code}
		}
		id, err := s.book.NewStyle(&style)
		if err != nil {
			return "", fmt.Errorf("number format: %w", err)
		}
		cell := "A" + strconv.Itoa(id)
		if err := s.book.SetCellStyle(sheet, cell, cell, id); err != nil {
			return "", fmt.Errorf("number format: %w", err)
		}
		f.inBook = cell
	}
	err = s.book.SetCellDefault(sheet, f.inBook, number)
	if err == nil {
		text, err = s.book.GetCellValue(sheet, f.inBook)
	}
	return text, err
}

func (s *styles) close() error {
	if s == nil || s.book == nil {
		return nil
	}
	return s.book.Close()
}

// mostDigits is how many digits of a number a spreadsheet keeps.
const mostDigits = 15

// plainNumber writes a stored number with all its digits and no exponent: 447700900123 for 4.47700900123E+11, and 1.1 for
// 1.1000000000000001, which is how a file has it. What is no number stays as it is.
func plainNumber(stored string) string {
	if isDigits(stored) {
		return stored
	}
	v, err := strconv.ParseFloat(stored, 64)
	switch {
	case err != nil && !errors.Is(err, strconv.ErrRange) || math.IsNaN(v) || math.IsInf(v, 0) || math.Abs(v) >= 1e100:
		return stored
	case v == math.Trunc(v):
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', mostDigits, 64), 64) // of a number that was just written
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// isTooLong reports whether a number is whole and has more digits than a spreadsheet keeps, so that the last ones may have been lost.
func isTooLong(stored string) bool {
	v, err := strconv.ParseFloat(stored, 64)
	return err == nil && math.Abs(v) >= 1e15 && !math.IsInf(v, 0) && v == math.Trunc(v)
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
