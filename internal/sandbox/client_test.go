package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// base is where the tests find the server; nothing is ever looked up or dialled.
const base = "http://sandbox"

// reply is an answer as a client has it.
type reply struct {
	status int
	header http.Header
	body   string
}

// send posts a body to messages:send.
func send(t testing.TB, s *Server, body string) reply {
	t.Helper()
	return call(t, s, "POST", "/messages:send", body)
}

// sendText sends a text by SMS and returns the id that it got.
func sendText(t testing.TB, s *Server, phone string) string {
	t.Helper()
	r := send(t, s, textTo(phone))
	if r.status != http.StatusOK {
		t.Fatalf("send: status %d, body %s", r.status, r.body)
	}
	return decodeAs[Message](t, r.body).ID
}

// call asks for a resource of the default project, with the default key itself for credentials.
func call(t testing.TB, s *Server, method, resource, body string) reply {
	t.Helper()
	r := newRequest(t, method, base+"/v1/projects/"+DefaultProjectID+resource, body)
	r.SetBasicAuth(DefaultKeyID, DefaultKeySecret)
	return do(t, s, r)
}

// lost makes a request that gets no answer.
func lost(t testing.TB, s *Server, method, resource, body string) {
	t.Helper()
	r := newRequest(t, method, base+"/v1/projects/"+DefaultProjectID+resource, body)
	r.SetBasicAuth(DefaultKeyID, DefaultKeySecret)
	if _, err := s.RoundTrip(r); err != errReset {
		t.Fatalf("error %v, want %v", err, errReset)
	}
}

func newRequest(t testing.TB, method, url, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	return r
}

// do makes a request that must be answered.
func do(t testing.TB, transport http.RoundTripper, r *http.Request) reply {
	t.Helper()
	response, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(body)}
}

// decodeAs decodes JSON that may hold nothing but what T knows.
func decodeAs[T any](t testing.TB, body string) (v T) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return v
}

// failure is an error body of the API.
type failure struct {
	Error struct {
		Code    int
		Message string
		Status  string
		Details []struct {
			Type            string      `json:"@type"`
			FieldViolations []violation `json:"field_violations"`
		}
	}
}

// violationsOf returns what a 400 says is wrong.
func violationsOf(t testing.TB, r reply) []violation {
	t.Helper()
	f := decodeAs[failure](t, r.body)
	if len(f.Error.Details) == 0 {
		t.Fatalf("no details in %s", r.body)
	}
	if got, want := f.Error.Details[0].Type, "type.googleapis.com/google.rpc.BadRequest"; got != want {
		t.Errorf("detail is a %q, want %q", got, want)
	}
	return f.Error.Details[0].FieldViolations
}

// textTo returns a request that sends a text to a phone by SMS.
func textTo(phone string) string {
	return `{"app_id":"` + DefaultAppID + `","recipient":{"identified_by":{"channel_identities":[{"channel":"SMS","identity":"` +
		phone + `"}]}},"message":{"text_message":{"text":"Hello"}},"message_metadata":"about ` + phone + `"}`
}

// requestWith returns a good request with some of its fields replaced by those of a JSON object.
func requestWith(t testing.TB, changed string) string {
	t.Helper()
	all := decodeAs[map[string]json.RawMessage](t, textTo("+447700900001"))
	for key, value := range decodeAs[map[string]json.RawMessage](t, changed) {
		all[key] = value
	}
	body, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// clock is a clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 28, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
