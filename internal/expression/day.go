package expression

import (
	"regexp"
	"strings"
	"time"

	"github.com/go-playground/locales"
)

// Day is a day of the calendar: so many after 1 January 1970.
type Day int

// DayOf returns the day that it is in the time's own zone.
func DayOf(t time.Time) Day {
	year, month, d := t.Date()
	return Day(time.Date(year, month, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}

func (d Day) String() string {
	return d.time().Format(time.DateOnly)
}

func (d Day) time() time.Time { return time.Unix(int64(d)*24*60*60, 0).UTC() }

// clock is the time of day behind a date. It is not looked at, but has to be one.
var clock = regexp.MustCompile(`^[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?(?: ?(?:Z|UTC|[+-]\d\d:?(?:\d\d)?))?$`)

// ReadDay reads 2026-01-31, 2026/01/31 and 31.01.2026, also with a time of day behind it. 01/02/2026 can be two days, so with slashes the
// year comes first.
func ReadDay(cell string) (Day, bool) {
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
	return DayOf(t), true
}

// small returns the number that a few digits are.
func small(digits string) int {
	n := 0
	for i := range len(digits) {
		n = n*10 + int(digits[i]-'0')
	}
	return n
}

// dayForm returns how a locale writes days in a form, or nil where there is no such form.
func dayForm(name string) func(*locale, Day) string {
	var write func(locales.Translator, time.Time) string
	switch name {
	case "short":
		write = locales.Translator.FmtDateShort
	case "medium":
		write = locales.Translator.FmtDateMedium
	case "long":
		write = locales.Translator.FmtDateLong
	case "full":
		write = locales.Translator.FmtDateFull
	default:
		return nil
	}
	return func(l *locale, d Day) string {
		t := d.time()
		text := plainly(write(l.days(), t))
		if rest, found := strings.CutPrefix(text, "cccc"); found { // of Finnish, which has another form of weekdays here than elsewhere
			text = strings.TrimSuffix(l.days().WeekdayWide(t.Weekday()), "na") + rest
		}
		return text
	}
}
