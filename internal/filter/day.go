package filter

import (
	"regexp"
	"strings"
	"time"
)

// day is a day of the calendar: so many after 1 January 1970.
type day int

func dayOf(t time.Time) day {
	year, month, d := t.Date()
	return day(time.Date(year, month, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}

func (d day) String() string {
	return time.Unix(int64(d)*24*60*60, 0).UTC().Format(time.DateOnly)
}

// clock is the time of day behind a date. It is not looked at, but has to be one.
var clock = regexp.MustCompile(`^[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?(?: ?(?:Z|UTC|[+-]\d\d:?(?:\d\d)?))?$`)

// readDay reads 2026-01-31, 2026/01/31 and 31.01.2026, also with a time of day behind it. 01/02/2026 can be two days, so with slashes the
// year comes first.
func readDay(cell string) (day, bool) {
	cell = strings.TrimSpace(cell)
	if len(cell) > 10 && !clock.MatchString(cell[10:]) || len(cell) < 10 {
		return 0, false
	}
	year, month, d := cell[:4], cell[5:7], cell[8:10]
	switch {
	case (cell[4] == '-' || cell[4] == '/') && cell[7] == cell[4]:
	case cell[2] == '.' && cell[5] == '.':
		year, month, d = cell[6:10], cell[3:5], cell[:2]
	default:
		return 0, false
	}
	if !isDigits(year) || !isDigits(month) || !isDigits(d) {
		return 0, false
	}
	t := time.Date(small(year), time.Month(small(month)), small(d), 0, 0, 0, 0, time.UTC)
	if t.Day() != small(d) || t.Month() != time.Month(small(month)) || small(year) < 1000 { // 30 February is another day to Date
		return 0, false
	}
	return dayOf(t), true
}

// small returns the number that a few digits are.
func small(digits string) int {
	n := 0
	for i := range len(digits) {
		n = n*10 + int(digits[i]-'0')
	}
	return n
}
