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
//	503-after:to=001
//	400:to=+46
//
// At least one of the conditions all, RATE%, after=N, first=N, every=N and to=DIGITS is wanted, so that nobody breaks everything by
// leaving it out. on= takes the name of an operation. delay= takes seconds, or a duration as Go writes it; retry-after= does too, or
// date: and seconds for a date so far ahead; any other text becomes the header as it is.
func ParseFault(s string) (Fault, error) {
	f, err := parseFault(s)
	if err != nil {
		return Fault{}, fmt.Errorf("fault %q: %w", s, err)
	}
	return f, nil
}

func parseFault(s string) (Fault, error) {
	name, conditions, ok := strings.Cut(s, ":")
	if !ok {
		return Fault{}, errNoCondition
	}
	kind, err := parseKind(name)
	if err != nil {
		return Fault{}, err
	}
	f := Fault{Kind: kind}
	conditional := false
	for part := range strings.SplitSeq(conditions, ",") {
		condition, err := f.parsePart(strings.TrimSpace(part))
		if err != nil {
			return Fault{}, err
		}
		conditional = conditional || condition
	}
	switch wrong := kind.suits(f.On); {
	case !conditional:
		return Fault{}, errNoCondition
	case wrong != "":
		return Fault{}, errors.New(wrong)
	case f.To != "" && f.On != Send:
		return Fault{}, errors.New("to= is about on=send only")
	case f.Delay != 0 && !kinds[kind].delay:
		return Fault{}, errors.New("delay= is about delay, delay-after, slow-after and late-after only")
	}
	return f, nil
}

var errNoCondition = errors.New("no condition; want one of all, RATE%, after=N, first=N, every=N, to=DIGITS")

// ParseFaults reads a list of faults in their text form, one on a line. Empty lines, and what follows a # at the beginning of a line or
// after a space, mean nothing. The error names every line that is wrong.
func ParseFaults(text string) ([]Fault, error) {
	var faults []Fault
	var wrong []error
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(uncommented(line))
		if line == "" {
			continue
		}
		f, err := ParseFault(line)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("line %d: %w", n, err))
			continue
		}
		faults = append(faults, f)
	}
	return faults, errors.Join(wrong...)
}

// uncommented returns a line up to its comment.
func uncommented(line string) string {
	for i, c := range line {
		if c == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return line[:i]
		}
	}
	return line
}

// String returns the text form of f, of which [ParseFault] makes the same fault again.
func (f Fault) String() string {
	parts := []string{}
	add := func(wanted bool, key string, value any) {
		if wanted {
			parts = append(parts, key+fmt.Sprint(value))
		}
	}
	add(f.Rate != 0, "", percent(f.Rate)+"%")
	add(f.After != 0, "after=", f.After)
	add(f.First != 0, "first=", f.First)
	add(f.Every != 0, "every=", f.Every)
	add(f.To != "", "to=", f.To)
	add(len(parts) == 0, "", "all")
	add(f.On != Send, "on=", operations[f.On])
	switch {
	case f.RetryAfterText != "":
		add(true, "retry-after=", f.RetryAfterText)
	case f.RetryAfterDate:
		add(true, "retry-after=date:", f.RetryAfter)
	default:
		add(f.RetryAfter != 0, "retry-after=", f.RetryAfter)
	}
	add(f.Delay != 0, "delay=", f.Delay)
	return f.Kind.String() + ":" + strings.Join(parts, ",")
}

// percent returns a hundred times a rate, in all its digits.
func percent(rate float64) string {
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(rate, 'f', -1, 64), ".")
	fraction += "00"
	shifted := strings.TrimLeft(whole+fraction[:2], "0") + "." + fraction[2:]
	shifted = strings.TrimRight(strings.TrimRight(shifted, "0"), ".")
	if strings.HasPrefix(shifted, ".") {
		return "0" + shifted
	}
	return shifted
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
	case "to":
		f.To, err = parseDigits(key, value)
	case "retry-after":
		return false, f.parseRetryAfter(value)
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
	rate, err := strconv.ParseFloat(s+"e-2", 64) // a division would not give back every rate that was written down
	if err != nil || !(rate > 0 && rate <= 1) {
		return 0, errors.New("a rate is more than 0% and at most 100%")
	}
	return rate, nil
}

// parseDigits reads the end of an identity, or, behind a "+", its beginning.
func parseDigits(key, s string) (string, error) {
	if digits := strings.TrimPrefix(s, "+"); digits == "" || strings.Trim(digits, "0123456789") != "" {
		return "", fmt.Errorf("%s wants the last digits of a recipient, or + and the first", key)
	}
	return s, nil
}

// parseRetryAfter reads what the Retry-After header is to be: clients meet values that are no time at all.
func (f *Fault) parseRetryAfter(s string) (err error) {
	f.RetryAfter, f.RetryAfterDate, f.RetryAfterText = 0, false, ""
	if date, ok := strings.CutPrefix(s, "date:"); ok {
		f.RetryAfterDate = true
		f.RetryAfter, err = parseSeconds("retry-after=date:", date)
		return err
	}
	if f.RetryAfter, err = parseSeconds("retry-after", s); err != nil {
		f.RetryAfterText = s
	}
	if s == "" {
		return errors.New("retry-after wants seconds, date:SECONDS, or any other text to be sent as it is")
	}
	return nil
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

// Add adds what goes wrong with callbacks, as KIND:RATE%: lost, twice, late (with ,delay=DURATION), or mixed, which is of messages.
func (c *Callbacks) Add(text string) error {
	kind, conditions, _ := strings.Cut(text, ":")
	rate, delay, isDelayed := strings.Cut(conditions, ",")
	rates := map[string]*float64{"lost": &c.Lost, "twice": &c.Duplicate, "late": &c.Delayed, "mixed": &c.OutOfOrder}
	number, isRate := strings.CutSuffix(rate, "%")
	var err error
	switch {
	case rates[kind] == nil:
		err = errors.New("unknown kind; known are lost, twice, late, mixed")
	case !isRate:
		err = errors.New("want a rate behind the kind, such as 2%")
	default:
		*rates[kind], err = parseRate(number)
	}
	if value, found := strings.CutPrefix(delay, "delay="); err == nil && isDelayed {
		if !found || kind != "late" {
			err = fmt.Errorf("unknown condition %q", delay)
		} else {
			c.Delay, err = parseSeconds("delay", value)
		}
	}
	if err != nil {
		return fmt.Errorf("%q: %w", text, err)
	}
	return nil
}
