package sinch_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"sendoff/internal/sinch"
)

// answering is a transport that gives the same answer to every request but those for a token.
type answering struct {
	status                        int
	contentType, retryAfter, text string
}

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", a.contentType)
	w.Header().Set("Retry-After", a.retryAfter)
	w.WriteHeader(a.status)
	_, _ = w.WriteString(a.text)
	return w.Result(), nil
}

// FuzzAnswer holds the invariants of an outcome against whatever a server may answer.
func FuzzAnswer(f *testing.F) {
	f.Add(uint16(200), "application/json", "", `{"message_id":"`+messageID+`","accepted_time":"2026-01-01T12:00:00Z"}`)
	f.Add(uint16(400), "application/json", "", `{"error":{"code":400,"message":"to +`+number+`","status":"X","details":[{"field_violations":[{"field":"a"}]}]}}`)
	f.Add(uint16(429), "application/problem+json", "1000000", `{"code":429,"message":"m","details":[{"retryDelay":"-5s"}]}`)
	f.Add(uint16(503), "text/html; charset=x", "Thu, 01 Jan 2026 12:00:00 GMT", "<html>")
	key := credentials()
	key.Basic = true
	f.Fuzz(func(t *testing.T, status uint16, contentType, retryAfter, text string) {
		a := answering{200 + int(status)%400, contentType, retryAfter, text}
		c := newClient(t, sinch.Options{Destination: destination("http://127.0.0.1"), Credentials: key, Transport: a})
		o := c.Send(t.Context(), message)
		if o.Status != a.status || !o.Written || (o.Err == nil) != (o.MessageID != "") {
			t.Fatalf("Send() = %+v, want status %d, and an error or a message id", o, a.status)
		}
		if o.MessageID != "" && (o.Status != 200 || !json.Valid([]byte(text))) {
			t.Errorf("%d %q was called accepted", a.status, text)
		}
		if o.Err != nil && sinch.Redact(o.Err.Error()) != o.Err.Error() && len([]rune(o.Err.Error())) <= 300 {
			t.Errorf("error %q is not fit to be shown", o.Err)
		}
		if o.RetryAfter < 0 || o.RetryAfter > 5*time.Minute {
			t.Errorf("RetryAfter = %v", o.RetryAfter)
		}
		if _, err := c.App(t.Context()); err == nil && a.status != 200 {
			t.Errorf("%d %q was called an app", a.status, text)
		}
	})
}
