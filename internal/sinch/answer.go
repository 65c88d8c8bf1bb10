package sinch

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const maxRetry = 5 * time.Minute // the longest wait that a server may ask for

// answer is what came back.
type answer struct {
	status  int // 0: nothing
	header  http.Header
	body    []byte // lies in the buffer that exchange was given
	written bool   // false: the server cannot have the whole request
	err     error  // nil: the body was read to its end
}

// failure is an answer that is not what was asked for, as an error.
func (a answer) failure(clean func(string) string) *StatusError {
	e := &StatusError{Status: a.status, RetryAfter: retryAfter(a.header)}
	if a.err != nil || !isJSON(a.header) {
		return e
	}
	if s, ok := parseStatus(a.body); ok {
		e.API = s.apiError(clean)
		e.RetryAfter = max(e.RetryAfter, s.retryDelay())
	}
	return e
}

// retryAfter reads Retry-After (RFC 9110, section 10.2.3): seconds, or a time, which is compared with the server's own clock.
func retryAfter(h http.Header) time.Duration {
	value := h.Get("Retry-After")
	if value == "" {
		return 0
	}
	if strings.Trim(value, "0123456789") == "" {
		seconds, err := strconv.Atoi(value)
		if err != nil || seconds > int(maxRetry/time.Second) {
			return maxRetry
		}
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	now := date(h)
	if now.IsZero() {
		now = time.Now()
	}
	return clampRetry(at.Sub(now))
}

func clampRetry(d time.Duration) time.Duration { return min(max(d, 0), maxRetry) }

// date is the server's clock, or the zero time.
func date(h http.Header) time.Time {
	t, _ := http.ParseTime(h.Get("Date")) // the zero time where there is none
	return t
}

// isJSON reports whether the body is declared as JSON.
func isJSON(h http.Header) bool {
	declared := h.Get("Content-Type")
	if declared == "application/json" {
		return true
	}
	kind, _, err := mime.ParseMediaType(declared)
	return err == nil && (kind == "application/json" || strings.HasPrefix(kind, "application/") && strings.HasSuffix(kind, "+json"))
}
