package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ParseFault reads the text form of a fault, kind:condition,condition,…, such as
//
//	429:every=10,retry-after=2
//	reset-after:2%
//	401:first=1,after=100
//	404:all,on=app
//
// At least one of the conditions all, RATE%, after=N, first=N and every=N is wanted, so that nobody breaks everything by leaving
// it out. on= takes send, token, app, get or list; retry-after= and delay= take seconds, or a duration as Go writes it.
func ParseFault(s string) (Fault, error) {
	name, conditions, ok := strings.Cut(s, ":")
	if !ok {
		return Fault{}, fmt.Errorf("fault %q: no condition; want one of all, RATE%%, after=N, first=N, every=N", s)
	}
	kind, err := parseKind(name)
	if err != nil {
		return Fault{}, fmt.Errorf("fault %q: %w", s, err)
	}
	f := Fault{Kind: kind}
	conditional := false
	for part := range strings.SplitSeq(conditions, ",") {
		condition, err := f.parsePart(strings.TrimSpace(part))
		if err != nil {
			return Fault{}, fmt.Errorf("fault %q: %w", s, err)
		}
		conditional = conditional || condition
	}
	if !conditional {
		return Fault{}, fmt.Errorf("fault %q: no condition; want one of all, RATE%%, after=N, first=N, every=N", s)
	}
	return f, nil
}

// parseKind returns the kind with a name.
func parseKind(name string) (Kind, error) {
	var known []string
	for kind := noFault + 1; int(kind) < len(kinds); kind++ {
		if kinds[kind].name == name {
			return kind, nil
		}
		known = append(known, kinds[kind].name)
	}
	return noFault, fmt.Errorf("unknown kind; known are %s", strings.Join(known, ", "))
}

// parsePart sets what one part of the text form says, and reports whether it is a condition.
func (f *Fault) parsePart(part string) (condition bool, err error) {
	if part == "all" {
		return true, nil
	}
	if rate, ok := strings.CutSuffix(part, "%"); ok {
		f.Rate, err = parseRate(rate)
		return true, err
	}
	key, value, _ := strings.Cut(part, "=")
	switch key {
	case "after":
		f.After, err = parseCount(key, value)
	case "first":
		f.First, err = parseCount(key, value)
	case "every":
		f.Every, err = parseCount(key, value)
	case "on":
		f.On, err = parseOperation(value)
		return false, err
	case "retry-after":
		f.RetryAfter, err = parseSeconds(key, value)
		return false, err
	case "delay":
		f.Delay, err = parseSeconds(key, value)
		return false, err
	default:
		return false, fmt.Errorf("unknown condition %q", part)
	}
	return true, err
}

// parseRate reads a percentage.
func parseRate(s string) (float64, error) {
	percent, err := strconv.ParseFloat(s, 64)
	if err != nil || !(percent > 0 && percent <= 100) {
		return 0, errors.New("a rate is more than 0% and at most 100%")
	}
	return percent / 100, nil
}

// parseCount reads a number of requests.
func parseCount(key, s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s wants a number from 1", key)
	}
	return n, nil
}

// parseSeconds reads a time.
func parseSeconds(key, s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		d, err = time.ParseDuration(s + "s")
	}
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%s wants seconds, or a duration such as 500ms", key)
	}
	return d, nil
}

// parseOperation returns the operation with a name.
func parseOperation(name string) (Operation, error) {
	i := slices.Index(operations[:], name)
	if i < 0 {
		return 0, fmt.Errorf("unknown operation %q; known are %s", name, strings.Join(operations[:], ", "))
	}
	return Operation(i), nil
}
