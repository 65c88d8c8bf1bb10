package campaign

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// ParseShare reads a share as campaign files and flags have it: a number, or a percentage.
func ParseShare(text string) (Share, error) {
	if !shareFormat().pattern.MatchString(text) {
		return Share{}, errors.New("wants a number or a percentage, such as 100 or 5%")
	}
	if percent, ok := percentage(text); ok {
		return Share{Percent: percent}, nil
	}
	n, _ := strconv.Atoi(text) // the format has seen to it that it is a number
	return Share{Count: n}, nil
}

// Exceeds reports whether n of all are more than the share.
func (s Share) Exceeds(n, all int) bool {
	if s.Percent != 0 {
		return float64(n)*100 > s.Percent*float64(all)
	}
	return n > s.Count
}

// ParseAge reads an age as campaign files and flags have it: a number of minutes, hours or days, such as 90m, 20h or 60d.
func ParseAge(text string) (time.Duration, error) {
	if !ageFormat().pattern.MatchString(text) {
		return 0, errors.New("wants an age such as 90m, 20h or 60d")
	}
	return age(text), nil
}

// ParseKeep reads an age after which something is erased: a number of hours or days, such as 20h or 90d.
func ParseKeep(text string) (time.Duration, error) {
	if !keepFormat().pattern.MatchString(text) {
		return 0, errors.New("wants hours or days, such as 20h or 90d (not minutes: m reads like months)")
	}
	return age(text), nil
}

// FormatAge writes an age, of whole minutes, as [ParseAge] reads it.
func FormatAge(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d%day == 0:
		return fmt.Sprintf("%dd", d/day)
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dm", d/time.Minute)
}

// ParseRate reads a rate as campaign files and flags have it: auto, a number per second, or a percentage.
func ParseRate(text string) (Rate, error) {
	if !rateFormat().pattern.MatchString(text) {
		return Rate{}, errors.New("wants auto, a number per second or a percentage, such as auto, 20 or 80%")
	}
	var r Rate
	if percent, ok := percentage(text); ok {
		r.Percent = percent
	} else if text != "auto" {
		r.PerSecond, _ = strconv.ParseFloat(text, 64) // the format has seen to it that it is a number
	}
	return r, nil
}
