package render

import (
	"fmt"

	"sendoff/internal/expression"
	"sendoff/internal/prose"
)

// Reason says why a recipient has no body.
type Reason uint8

// The reasons.
const (
	// Skip: a value is missing whose param says on_empty: skip. The recipient is left out.
	Skip Reason = iota + 1
	// MissingValue: a value is missing that has no default. Nobody may be sent to before that is mended.
	MissingValue
	// NotANumber: a value stands where the API takes a number, and is not written as JSON writes one.
	NotANumber
	// OutOfRange: a number of degrees is beyond Limit.
	OutOfRange
	// TooLong: a text has more than Limit characters.
	TooLong
	// Failed: a param's expression has no value for the row, which is unusable.
	Failed
	// NoAddress: the row has no address for any channel of the campaign.
	NoAddress
)

// RowError says why a recipient has no body. It holds no value.
type RowError struct {
	Reason Reason
	Name   string           // the placeholder, or for TooLong the field of the request
	Limit  int              // of OutOfRange and TooLong
	Fault  expression.Fault // of Failed
}

func (e *RowError) Error() string {
	name := prose.Printable(e.Name)
	switch e.Reason {
	case TooLong:
		return fmt.Sprintf("%s: more than the %d characters that the API takes", name, e.Limit)
	case NotANumber:
		return fmt.Sprintf("${%s}: not a number", name)
	case Failed:
		return fmt.Sprintf("${%s}: %s", name, e.Fault)
	case NoAddress:
		return "row: has no address for any channel of the campaign"
	case OutOfRange:
		return fmt.Sprintf("${%s}: not a number from %d to %d", name, -e.Limit, e.Limit)
	}
	return fmt.Sprintf("${%s}: no value", name)
}

// Hint returns what the campaign's author can do about it.
func (e *RowError) Hint() string {
	switch e.Reason {
	case TooLong:
		if e.Name == metadataField {
			return "shorten the texts under metadata; sendoff's own part, which names the run and the row, needs about 100 characters"
		}
		return "shorten the text, or the values in it"
	case NotANumber, OutOfRange:
		return "write numbers with a point and without separators, such as 59.33"
	case Failed:
		return e.Fault.Hint()
	case NoAddress:
		return ""
	}
	return fmt.Sprintf(`say what is meant: params: {%s: {default: "…"}} fills it in, on_empty: skip leaves such rows out`, prose.Printable(e.Name))
}
