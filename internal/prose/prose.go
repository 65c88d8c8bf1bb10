// Package prose writes numbers, ids and names as they stand in sentences for people.
package prose

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Thousands writes n with separators: 48,213.
func Thousands[T ~int | ~int64](n T) string {
	s := strconv.FormatInt(int64(n), 10)
	first := 0
	if n < 0 {
		first = 1
	}
	for i := len(s) - 3; i > first; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Counted writes n with the noun that fits it: 1 person, 48,213 people.
func Counted[T ~int | ~int64](n T, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Thousands(n) + " " + many
}

// Breakdown lists counts with what they count, most first, then by name: 3 duplicate, 3 suppressed, 2 missing value. A "_" in a
// name is written as a space.
func Breakdown(counts map[string]int) string {
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	for i, name := range names {
		names[i] = Thousands(counts[name]) + " " + strings.ReplaceAll(name, "_", " ")
	}
	return strings.Join(names, ", ")
}

// Lines says how many rows there are and in which lines the first of them stand: 24 rows, lines 2, 3, 4, 5, 8, …
func Lines(count int, first []int) string {
	lines := make([]string, len(first))
	for i, line := range first {
		lines[i] = strconv.Itoa(line)
	}
	text := Counted(count, "row, line ", "rows, lines ") + strings.Join(lines, ", ")
	if count > len(first) {
		text += ", …"
	}
	return text
}

// Quoted lists names that can have spaces or commas in them: "phone", "first name".
func Quoted(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = strconv.Quote(name)
	}
	return Listed(quoted)
}

// Shorten writes the beginning and the end of a long id: 01HZ…BCDE.
func Shorten(id string) string {
	if len(id) <= 10 {
		return id
	}
	return id[:4] + "…" + id[len(id)-4:]
}

// Printable writes a text of a file, such as the name of a column, without what a terminal would obey: on one line, and with a dot for every
// character that cannot be seen.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) && r != ' ' {
			return '·'
		}
		return r
	}, text)
}

// Listed lists names as they may be printed, the first twenty: phone, name, city and 9,977 more.
func Listed(names []string) string {
	const most = 20
	shown := make([]string, min(len(names), most))
	for i := range shown {
		shown[i] = Printable(names[i])
	}
	text := strings.Join(shown, ", ")
	if more := len(names) - len(shown); more > 0 {
		text += " and " + Thousands(more) + " more"
	}
	return text
}

// Bytes writes an amount of data as people say it: 1.4 GB, 12 MB.
func Bytes(n int64) string {
	if n >= 1e9 {
		return strconv.FormatFloat(float64(n)/1e9, 'f', 1, 64) + " GB"
	}
	return Thousands((n+999_999)/1_000_000) + " MB"
}

// Moment writes a time as a person's own clock and calendar have it: 22 Nov 2026 09:05 GMT.
func Moment(t time.Time) string { return t.Local().Format("2 Jan 2006 15:04 MST") }

// Age writes how old something is, to the minute: 26 h 5 min, 3 days 2 h.
func Age(d time.Duration) string {
	days, hours, minutes := int(d.Hours())/24, int(d.Hours()), int(d.Minutes())%60
	parts := []string{Counted(days, "day", "days"), strconv.Itoa(hours%24) + " h"}
	zero := hours%24 == 0
	if days < 2 {
		parts, zero = []string{strconv.Itoa(hours) + " h", strconv.Itoa(minutes) + " min"}, minutes == 0
	}
	switch {
	case zero:
		parts = parts[:1]
	case parts[0] == "0 h":
		parts = parts[1:]
	}
	return strings.Join(parts, " ")
}

// Lasting writes how long something takes, rounded up, as precisely as anybody can tell: 21 s, 64 minutes, 2 h 5 min.
func Lasting(d time.Duration) string {
	switch seconds, minutes := (d+time.Second-1)/time.Second, (d+time.Minute-1)/time.Minute; {
	case seconds <= 100:
		return strconv.Itoa(int(seconds)) + " s"
	case minutes <= 100:
		return strconv.Itoa(int(minutes)) + " minutes"
	default:
		return Age(minutes * time.Minute)
	}
}

// About writes an estimate with the two digits that can be believed: 96,000.
func About[T ~int | ~int64](n T) string {
	unit := T(1)
	for n/unit >= 100 {
		unit *= 10
	}
	return Thousands((n + unit/2) / unit * unit)
}
