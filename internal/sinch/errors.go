package sinch

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// ErrCredentials means that no token is to be had that the API takes. The error that wraps it says what to look at.
var ErrCredentials = errors.New("credentials refused")

func refusedCredentials(e *StatusError) error {
	return fmt.Errorf("%w (look at SINCH_KEY_ID and SINCH_KEY_SECRET): %w", ErrCredentials, e)
}

// APIError is an error in the API's own words, in the shape of google.rpc.Status. All texts are fit to be shown ([Redact]).
type APIError struct {
	Status     string // the name: INVALID_ARGUMENT
	Message    string
	Violations []Violation
}

// Violation says what is wrong with one field of a request.
type Violation struct {
	Field       string
	Description string
}

// Error returns "INVALID_ARGUMENT: Invalid argument (message_id: Field is mandatory)".
func (e *APIError) Error() string {
	var b strings.Builder
	b.WriteString(e.Status)
	if e.Status != "" && e.Message != "" {
		b.WriteString(": ")
	}
	b.WriteString(e.Message)
	for i, v := range e.Violations {
		b.WriteString([]string{" (", "; "}[min(i, 1)] + v.Field + ": " + v.Description)
	}
	if len(e.Violations) > 0 {
		b.WriteByte(')')
	}
	return cut(b.String())
}

// StatusError is an answer that is not what was asked for.
type StatusError struct {
	Status     int           // of HTTP
	API        *APIError     // nil when the body was not the API's own: something in between has answered, or nothing was said
	RetryAfter time.Duration // the wait that is asked for, 0 to 5 minutes; 0 where nothing was said
}

// Error returns the status and the API's words, or the name of the status.
func (e *StatusError) Error() string {
	if e.API != nil {
		return fmt.Sprintf("%d %v", e.Status, e.API)
	}
	if name := http.StatusText(e.Status); name != "" {
		return fmt.Sprintf("%d %s", e.Status, name)
	}
	return fmt.Sprintf("status %d", e.Status)
}

// wireError is an error of the network. The text of err may quote a proxy or a server; text is fit to be shown.
type wireError struct {
	text string
	err  error
}

func (e *wireError) Error() string { return e.text }
func (e *wireError) Unwrap() error { return e.err }

// status is google.rpc.Status as the API writes it: nested under "error" in live answers, flat in its OpenAPI document.
type status struct {
	Code    int      `json:"code"`
	Message string   `json:"message"`
	Status  string   `json:"status"`
	Details []detail `json:"details"`
}

type detail struct {
	FieldViolations []Violation `json:"field_violations"` // google.rpc.BadRequest
	RetryDelay      string      `json:"retryDelay"`       // google.rpc.RetryInfo
}

// parseStatus reads an error body. It returns false for everything that the API itself would not write: gateways answer with
// {"message": …} too, and what they say about a request proves nothing, so a code or the name of a status is asked for.
func parseStatus(body []byte) (status, bool) {
	var nested struct {
		Error *status `json:"error"`
	}
	if json.Unmarshal(body, &nested) == nil && nested.Error != nil {
		return *nested.Error, nested.Error.named()
	}
	var flat status
	if json.Unmarshal(body, &flat) != nil {
		return status{}, false
	}
	return flat, flat.named()
}

func (s status) named() bool { return s.Status != "" || s.Code != 0 && s.Message != "" }

func (s status) apiError(clean func(string) string) *APIError {
	e := &APIError{Status: clean(s.Status), Message: clean(s.Message)}
	for _, d := range s.Details {
		for _, v := range d.FieldViolations {
			e.Violations = append(e.Violations, Violation{Field: clean(v.Field), Description: clean(v.Description)})
		}
	}
	return e
}

// retryDelay is the wait that the body asks for, or 0.
func (s status) retryDelay() time.Duration {
	for _, d := range s.Details {
		if wait, err := time.ParseDuration(d.RetryDelay); err == nil {
			return clampRetry(wait)
		}
	}
	return 0
}
