package campaign

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Consent says by which columns somebody has agreed to get messages. The zero Consent asks for nothing.
type Consent struct {
	Column ColumnName
	Yes    []string   // the words of the column that mean yes; upper and lower case are the same
	Date   ColumnName // when it was given; empty: it is not asked
	MaxAge Age        // how long it holds
}

// usualYes are the words for yes where the campaign lists none.
func usualYes() []string {
	return []string{"yes", "y", "true", "1", "x", "ja", "j", "oui", "si", "sí", "sì", "sim", "tak", "kyllä"}
}

// Age is a number of days and of months of the calendar. The zero Age is no limit.
type Age struct {
	Months, Days int
}

// calendarAge reads a number of months or days, as in 24mo, 90d. Anything else is no limit.
func calendarAge(text string) Age {
	months, isMonths := strings.CutSuffix(text, "mo")
	if n, err := strconv.Atoi(months); isMonths && err == nil {
		return Age{Months: n}
	}
	n, _ := strconv.Atoi(strings.TrimSuffix(text, "d")) // 0 for what is no number
	return Age{Days: n}
}

// Before returns the day that is an age before a day. Where that month has no such day it is the month's last: a month before 31 March is
// 28 February.
func (a Age) Before(day time.Time) time.Time {
	year, month, d := day.Date()
	last := time.Date(year, month-time.Month(a.Months)+1, 0, 0, 0, 0, 0, day.Location()).Day()
	return time.Date(year, month-time.Month(a.Months), min(d, last)-a.Days, 0, 0, 0, 0, day.Location())
}

// String returns the age as a campaign file has it: "24mo" or "90d".
func (a Age) String() string {
	if a.Months > 0 {
		return fmt.Sprintf("%dmo", a.Months)
	}
	return fmt.Sprintf("%dd", a.Days)
}

func consent(n *node) Consent {
	if n == nil {
		return Consent{}
	}
	c := Consent{Column: columnName(n.get("column")), Date: columnName(n.get("date")), Yes: usualYes(), MaxAge: calendarAge(n.get("max_age").string())}
	if words := n.get("yes"); words != nil {
		c.Yes = nil
		for _, word := range words.list() {
			c.Yes = append(c.Yes, word.text)
		}
	}
	return c
}

// checkConsent refuses an age without the date that it is counted from, and one that never begins to count.
func checkConsent(n *node, _ Value, label string) {
	date, age := n.get("date"), n.get("max_age")
	switch {
	case age != nil && date == nil:
		age.fail("date: the column that says when it was given", "%s: max_age is counted from date, and there is none", label)
	case age == nil && date != nil:
		date.fail("max_age: 24mo", "%s: date says how old the consent is, and max_age is missing", label)
	}
}
