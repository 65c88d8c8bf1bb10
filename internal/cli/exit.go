package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"sendoff/campaign"
	"sendoff/internal/durable"
	"sendoff/internal/ledger"
	"sendoff/internal/runs"
	"sendoff/internal/runstore"
	"sendoff/internal/send"
	"sendoff/internal/sinch"
)

// The exit codes of every command. README and --help document them.
const (
	exitOK         = 0  // finished: somebody was accepted, and everyone eligible was; or it had finished before
	exitBug        = 1  // an error that nobody foresaw
	exitInput      = 2  // usage, configuration or input; nothing was sent
	exitRejections = 3  // finished; some were rejected, left in doubt for good, or expired
	exitAccess     = 4  // credentials, permission, region, app or certificate
	exitBrake      = 5  // stopped by a safety limit, for all or for a slice, or a full disk; run again to go on
	exitUnfinished = 7  // not finished: signal, --limit, --max-duration or --exit-outside-window; run again to go on
	exitDoubt      = 8  // finished but for recipients in doubt, or the ledger cannot be trusted
	exitHeld       = 11 // another process holds this run
	exitCodesHelp  = "EXIT CODES\n" + exitCodeLines
	exitCodeLines  = `   0  finished: at least one was accepted, and everyone eligible was (or nearly, with --tolerate); or it had finished before
   1  unexpected error: a bug, or a disk that fails
   2  usage, configuration or input; nothing was sent
   3  finished; Sinch rejected some (failures.csv), some are left in doubt for good, or for some it became too late
   4  credentials, permission, region, app or certificate
   5  stopped by a safety limit, or sent to all but a country, channel or language that fails; or a full disk; run again to go on
   7  not finished: signal, stop, --limit, --max-duration or --exit-outside-window; run again to go on
   8  finished but for recipients in doubt (in-doubt.csv), or the ledger cannot be trusted
  11  another process holds this run
      Where several hold, the first of 1, 11, 2, 4, 5, 7, 8, 3, 0
`
)

// precedence orders the codes: where several hold, the first is the one.
var precedence = [...]int{exitBug, exitHeld, exitInput, exitAccess, exitBrake, exitUnfinished, exitDoubt, exitRejections, exitOK}

// graver returns the one of two codes that holds where both do.
func graver(a, b int) int {
	return precedence[min(slices.Index(precedence[:], a), slices.Index(precedence[:], b))]
}

// inputError is what the person who started us can mend; nothing was sent. Hints say how, a line each.
type inputError struct {
	message string
	hints   []string
	cause   error // of which the message is a part; nil: there is no more
}

func (e *inputError) Error() string { return e.message }
func (e *inputError) Unwrap() error { return e.cause }

func inputErrorf(format string, args ...any) *inputError {
	return &inputError{message: fmt.Sprintf(format, args...)}
}

func (e *inputError) hint(format string, args ...any) *inputError {
	e.hints = append(e.hints, fmt.Sprintf(format, args...))
	return e
}

// outcomeError is a run that ended otherwise than with everyone accepted.
type outcomeError struct {
	code   int
	reason string
	said   bool // a summary that holds the reason was printed
}

func (e *outcomeError) Error() string { return e.reason }

// exitCode maps every error to its code. It is the one place.
func exitCode(err error) int {
	var (
		problems campaign.Problems
		input    *inputError
		outcome  *outcomeError
		stop     *send.Stop
		held     *runs.HeldError
	)
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &outcome):
		return outcome.code
	case errors.Is(err, ledger.ErrLocked):
		return exitHeld
	case errors.As(err, &problems), errors.As(err, &input), durable.IsFull(err),
		errors.Is(err, ledger.ErrCopied), errors.Is(err, ledger.ErrFormat), errors.Is(err, runstore.ErrOtherRun),
		errors.Is(err, runstore.ErrErased):
		return exitInput
	case errors.As(err, &held):
		return exitBrake // it is another run that is held
	case isAccess(err):
		return exitAccess
	case errors.As(err, &stop):
		return stopCode(stop)
	case errors.Is(err, context.Canceled):
		return exitUnfinished
	case errors.Is(err, ledger.ErrRolledBack), errors.Is(err, ledger.ErrDamaged), errors.Is(err, runstore.ErrSnapshot):
		return exitDoubt
	}
	return exitBug
}

func stopCode(s *send.Stop) int {
	switch s.Cause {
	case send.Brake:
		return exitBrake
	case send.Refused:
		return exitAccess
	}
	return exitUnfinished
}

// isAccess reports whether the API, asked about the app, refused us for good.
func isAccess(err error) bool {
	var status *sinch.StatusError
	if errors.As(err, &status) {
		return status.Status < 500 && status.Status != http.StatusTooManyRequests && status.Status != http.StatusRequestTimeout
	}
	return errors.Is(err, sinch.ErrCredentials) || sinch.IsCertificate(err)
}
