package campaign

import (
	"errors"
	"strconv"
)

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
