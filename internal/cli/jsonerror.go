package cli

import (
	"errors"
	"slices"
	"strings"

	"sendoff/campaign"
)

// errorResult is an error for machines.
type errorResult struct {
	Schema int       `json:"schema"`
	Error  errorJSON `json:"error"`
}

// errorJSON says what is wrong and what to do, as people are told on standard error.
type errorJSON struct {
	Code     int               `json:"code"` // the exit code
	Message  string            `json:"message"`
	Hints    []string          `json:"hints,omitempty"`
	Problems campaign.Problems `json:"problems,omitempty"` // of files; all of them
}

// wantsJSON reports whether args ask for JSON. They are looked at as they were given: an error may be that they cannot be read.
func wantsJSON(args []string) bool {
	if i := slices.Index(args, "--"); i >= 0 {
		args = args[:i]
	}
	return slices.ContainsFunc(args, func(arg string) bool {
		name := strings.TrimLeft(arg, "-")
		return name != arg && (name == "json" || name == "json=true")
	})
}

// describeError is err for machines.
func describeError(err error) errorResult {
	e := errorJSON{Code: exitCode(err)}
	var message []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if hint, isHint := strings.CutPrefix(strings.TrimSpace(line), "hint: "); isHint {
			e.Hints = append(e.Hints, hint)
		} else {
			message = append(message, strings.TrimSpace(line))
		}
	}
	e.Message = strings.Join(message, "\n")
	var input *inputError
	if errors.As(err, &input) {
		e.Hints = append(e.Hints, input.hints...)
	}
	if errors.As(err, &e.Problems) { // each has its own hint
		e.Hints = nil
		e.Message = e.Problems[0].Error()
	}
	return errorResult{Schema: 1, Error: e}
}
