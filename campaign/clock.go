package campaign

import (
	"fmt"
	"sort"
	"strings"
	"time"
)

// hasDay reports whether a run key has a part that depends on the day.
func hasDay(key string) bool {
	return strings.Contains(key, "{date}") || strings.Contains(key, "{week}") || strings.Contains(key, "{month}")
}

// IsDated reports whether the run key depends on the day, the week or the month.
func (c *Campaign) IsDated() bool { return hasDay(c.RunKey) }

// Key returns the key of a run that begins at now: RunKey with {date} as 2026-03-28, {week} as 2026-W13 (ISO 8601) and {month} as 2026-03,
// in the campaign's time zone.
func (c *Campaign) Key(now time.Time) string {
	if c.TimeZone != nil {
		now = now.In(c.TimeZone)
	}
	year, week := now.ISOWeek()
	return strings.NewReplacer(
		"{date}", now.Format(time.DateOnly), "{week}", fmt.Sprintf("%d-W%02d", year, week), "{month}", now.Format("2006-01"),
	).Replace(c.RunKey)
}

// Zone returns the time zone in which people are told times: the campaign's, or that of this machine.
func (c *Campaign) Zone() *time.Location {
	if c.TimeZone != nil {
		return c.TimeZone
	}
	return time.Local
}

// CheckRunKey returns what is wrong with a run key that does not come from a file, or nil.
func CheckRunKey(key string) error {
	if f := runKeyFormat(); !f.pattern.MatchString(key) {
		return fmt.Errorf("%s; %s", f.want, f.hint)
	}
	return nil
}

// Deadline says when it is too late to send, as the file has it: "21:00", "2026-03-28 21:00", "never", or nothing.
type Deadline string

const neverTooLate = "never"

// TooLate returns when it is too late to begin a message of a run that was begun at a time, or the zero time where it never is. Where the file
// says nothing, and every day has a run of its own, that is the end of its day: tomorrow has its own people.
func (c *Campaign) TooLate(begun time.Time) time.Time {
	if c.NotAfter == "" && c.TimeZone != nil && strings.Contains(c.RunKey, "{date}") {
		return endOfDay(begun.In(c.TimeZone))
	}
	return c.moment(c.NotAfter, begun)
}

// TooEarly returns until when it is too early to begin a message of a run that was begun at a time, or the zero time where it never is.
func (c *Campaign) TooEarly(begun time.Time) time.Time { return c.moment(c.NotBefore, begun) }

// ExpiresAt returns when all messages of a run that was begun at a time expire; the zero time where they never do, or each does at its own time.
func (c *Campaign) ExpiresAt(begun time.Time) time.Time { return c.moment(c.Expires.Until, begun) }

// moment returns when a deadline is, of a run that was begun at a time; the zero time where there is none.
func (c *Campaign) moment(d Deadline, begun time.Time) time.Time {
	if d == "" || d == neverTooLate || c.TimeZone == nil {
		return time.Time{}
	}
	day, clock, dated := strings.Cut(strings.Replace(string(d), "T", " ", 1), " ")
	if !dated {
		day, clock = begun.In(c.TimeZone).Format(time.DateOnly), string(d)
	}
	t, err := time.ParseInLocation(time.DateOnly+" 15:04", day+" "+clock, c.TimeZone)
	if err != nil {
		return time.Time{} // the file was refused
	}
	return t
}

// endOfDay returns the first second of another date than t's, where t is. That need not be midnight, which some days do not have.
func endOfDay(t time.Time) time.Time {
	t = t.Truncate(time.Second)
	date := t.Format(time.DateOnly)
	after := func(n int) time.Time { return t.Add(time.Duration(n) * time.Second) }
	return after(sort.Search(2*24*60*60, func(n int) bool { return after(n).Format(time.DateOnly) != date }))
}

// Expiry says for how long a message is worth getting: until a time of day or a day with a time, as a [Deadline] says it, or for so long after
// it was sent. The zero Expiry is for ever.
type Expiry struct {
	Until Deadline
	After time.Duration
}

func expiry(text string) Expiry {
	if after := age(text); after > 0 {
		return Expiry{After: after}
	}
	return Expiry{Until: Deadline(text)}
}

// String returns the expiry as a campaign file has it: "21:00", "2026-03-28 21:00" or "4h"; "" where there is none.
func (e Expiry) String() string {
	if e.After > 0 {
		return FormatAge(e.After)
	}
	return string(e.Until)
}
