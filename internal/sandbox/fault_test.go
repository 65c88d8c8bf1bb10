package sandbox

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// Every kind, as clients on a network see it, and whether the message was accepted.
func TestFaultKinds(t *testing.T) {
	for _, tc := range []struct {
		fault    string
		status   int    // 0: no answer
		contents string // in the body or, for a 401, in the reason
		accepted int
	}{
		{"400:all", 400, "INVALID_ARGUMENT", 0},
		{"401:all", 401, "expired", 0},
		{"403:all", 403, "BILLING_CREDIT_LIMIT_BREACHED", 0},
		{"404:all", 404, "NOT_FOUND", 0},
		{"429:all", 429, "RESOURCE_EXHAUSTED", 0},
		{"500:all", 500, "INTERNAL_ERROR", 0},
		{"500-html:all", 500, "<h1>500 Internal Server Error</h1>", 0},
		{"502:all", 502, "<h1>502 Bad Gateway</h1>", 0},
		{"503:all", 503, "UNAVAILABLE", 0},
		{"reset:all", 0, "", 0},
		{"500-after:all", 500, "INTERNAL_ERROR", 1},
		{"502-after:all", 502, "<h1>502 Bad Gateway</h1>", 1},
		{"503-after:all", 503, "UNAVAILABLE", 1},
		{"reset-after:all", 0, "", 1},
		{"delay-after:all,delay=10ms", 200, "message_id", 1},
		{"truncated:all", 200, `{"message_id":"`, 1},
	} {
		t.Run(tc.fault, func(t *testing.T) {
			s := New(Config{})
			s.SetFaults(mustParse(t, tc.fault))
			got, err := sendOverNetwork(t, s)
			if accepted := s.AcceptedCount(); accepted != tc.accepted {
				t.Errorf("accepted %d, want %d", accepted, tc.accepted)
			}
			if tc.status == 0 {
				if !errors.Is(err, syscall.ECONNRESET) {
					t.Errorf("error %v, want a reset", err)
				}
				return
			}
			if truncated := errors.Is(err, io.ErrUnexpectedEOF); truncated != strings.HasPrefix(tc.fault, "truncated") {
				t.Errorf("error %v while reading", err)
			}
			if got.status != tc.status || !strings.Contains(got.body+got.header.Get("WWW-Authenticate"), tc.contents) {
				t.Errorf("status %d, headers %v, body %s, want %d with %s", got.status, got.header, got.body, tc.status, tc.contents)
			}
			if html := strings.HasPrefix(got.header.Get("Content-Type"), "text/html"); html != strings.Contains(tc.contents, "<") {
				t.Errorf("content type %q", got.header.Get("Content-Type"))
			}
		})
	}
}

// sendOverNetwork sends a message to a server on a port of this machine. The error is that of the exchange.
func sendOverNetwork(t *testing.T, s *Server) (reply, error) {
	t.Helper()
	server := httptest.NewServer(s)
	defer server.Close()
	r := newRequest(t, "POST", server.URL+"/v1/projects/"+DefaultProjectID+"/messages:send", textTo("+447700900001"))
	r.SetBasicAuth(DefaultKeyID, DefaultKeySecret)
	response, err := server.Client().Do(r)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.Header, string(body)}, err
}

// HTTP/2 has no connection of its own to break, so there it is the stream that ends.
func TestResetOverHTTP2(t *testing.T) {
	s := New(Config{Faults: []Fault{{Kind: ResetAfter}}})
	server := httptest.NewUnstartedServer(s)
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	r := newRequest(t, "POST", server.URL+"/v1/projects/"+DefaultProjectID+"/messages:send", textTo("+447700900001"))
	r.SetBasicAuth(DefaultKeyID, DefaultKeySecret)
	if response, err := server.Client().Do(r); err == nil {
		response.Body.Close()
		t.Errorf("status %d, want no answer", response.StatusCode)
	}
	if s.AcceptedCount() != 1 {
		t.Errorf("accepted %d, want 1", s.AcceptedCount())
	}
}

// A client in the same process sees the same.
func TestFaultsInProcess(t *testing.T) {
	s := New(Config{})
	for _, tc := range []struct {
		kind Kind
		err  error
	}{{Reset, errReset}, {ResetAfter, errReset}, {TruncatedAfter, io.ErrUnexpectedEOF}} {
		s.SetFaults(Fault{Kind: tc.kind})
		r := newRequest(t, "POST", base+"/v1/projects/"+DefaultProjectID+"/messages:send", textTo("+447700900001"))
		r.SetBasicAuth(DefaultKeyID, DefaultKeySecret)
		response, err := s.RoundTrip(r)
		if err == nil {
			_, err = io.ReadAll(response.Body)
		}
		if !errors.Is(err, tc.err) {
			t.Errorf("%s: error %v, want %v", kinds[tc.kind].name, err, tc.err)
		}
	}
	if s.AcceptedCount() != 2 {
		t.Errorf("accepted %d, want 2", s.AcceptedCount())
	}
}

// A client gives up before the answer, and the message has been accepted all the same.
func TestDelayBeyondPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Config{Faults: []Fault{{Kind: DelayAfter}}})
		begun := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		r := newRequest(t, "POST", base+"/v1/projects/"+DefaultProjectID+"/messages:send", textTo("+447700900001")).WithContext(ctx)
		r.SetBasicAuth(DefaultKeyID, DefaultKeySecret)
		if _, err := s.RoundTrip(r); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want that of the context", err)
		}
		if waited := time.Since(begun); waited != 30*time.Second {
			t.Errorf("waited %v, want 30s", waited)
		}
		if s.AcceptedCount() != 1 {
			t.Errorf("accepted %d, want 1", s.AcceptedCount())
		}
	})
}

func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Config{Latency: 120 * time.Millisecond})
		begun := time.Now()
		sendText(t, s, "+447700900001")
		if waited := time.Since(begun); waited != 120*time.Millisecond {
			t.Errorf("waited %v, want 120ms", waited)
		}
	})
}

// TestFaultConditions sends ten messages, and notes each by the first digit of its status.
func TestFaultConditions(t *testing.T) {
	for _, tc := range []struct {
		faults string // separated by spaces
		want   string
	}{
		{"", "2222222222"},
		{"429:all", "4444444444"},
		{"429:first=3", "4442222222"},
		{"429:every=3", "2242242242"},
		{"429:after=4", "2222444444"},
		{"429:after=4,first=2", "2222442222"},
		{"429:after=1,every=4,first=8", "2222422242"},
		{"429:100%", "4444444444"},
		{"429:every=3 500:all", "5545545545"},     // the first that applies …
		{"500:every=3 429:every=2", "2454252454"}, // … and each counts for itself
		{"429:all,on=token", "2222222222"},        // another operation
		{"500-after:first=2 503:all", "5555555555"},
	} {
		t.Run(tc.faults, func(t *testing.T) {
			s := New(Config{})
			s.SetFaults(mustParseAll(t, tc.faults)...)
			if got := tenStatuses(t, s); got != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
		})
	}
}

// tenStatuses returns the first digits of the statuses of ten messages.
func tenStatuses(t *testing.T, s *Server) string {
	t.Helper()
	var got []byte
	for range 10 {
		got = append(got, byte('0'+send(t, s, textTo("+447700900001")).status/100))
	}
	return string(got)
}

func TestFaultRate(t *testing.T) {
	strike := func(seed uint64) (struck []bool) {
		b := newFaultBook(seed)
		b.set([]Fault{{Kind: Reset, Rate: 0.1}})
		for range 10_000 {
			_, ok := b.next(Send)
			struck = append(struck, ok)
		}
		return struck
	}
	one := strike(1)
	n := 0
	for _, struck := range one {
		if struck {
			n++
		}
	}
	if n < 900 || n > 1100 { // three standard deviations and a bit, and the seed is fixed
		t.Errorf("struck %d of 10,000, want about 1,000", n)
	}
	if !slices.Equal(one, strike(1)) {
		t.Error("the same seed struck other requests")
	}
	if slices.Equal(one, strike(2)) {
		t.Error("another seed struck the same requests")
	}
}

// Setting faults begins their counts, and takes those before away.
func TestSetFaults(t *testing.T) {
	s := New(Config{Faults: []Fault{{Kind: NotFound}}})
	if got := tenStatuses(t, s); got != "4444444444" {
		t.Errorf("configured: %s", got)
	}
	once := mustParse(t, "500:first=1")
	for range 2 {
		s.SetFaults(once)
		if got := tenStatuses(t, s); got != "5222222222" {
			t.Errorf("set: %s", got)
		}
	}
	s.SetFaults()
	if got := tenStatuses(t, s); got != "2222222222" {
		t.Errorf("cleared: %s", got)
	}
	s.SetFaults(Fault{})
	if got := tenStatuses(t, s); got != "2222222222" {
		t.Errorf("the zero fault: %s", got)
	}
}

func TestFaultsByOperation(t *testing.T) {
	resources := map[Operation]string{App: "/apps/" + DefaultAppID, Get: "/messages/01F8MECHZX3TBDSZ7XRADM79XE", List: "/messages"}
	for op, resource := range resources {
		s := New(Config{Faults: []Fault{{Kind: Unavailable, On: op}}})
		for other, resource := range resources {
			if got := call(t, s, "GET", resource, "").status; (got == 503) != (other == op) {
				t.Errorf("%s: %s with status %d", operations[op], resource, got)
			}
		}
		if got := call(t, s, "GET", resource, "").status; got != 503 {
			t.Errorf("%s: status %d, want 503", operations[op], got)
		}
		if got := tenStatuses(t, s); got != "2222222222" {
			t.Errorf("%s: sends with %s", operations[op], got)
		}
	}
}

// The OAuth2 server words its errors in its own way.
func TestFaultsOfTokens(t *testing.T) {
	for _, tc := range []struct {
		fault  string
		status int
		code   string
	}{
		{"401:all,on=token", 401, "invalid_client"},
		{"429:all,on=token,retry-after=3", 429, "resource_exhausted"},
		{"503:all,on=token", 503, "unavailable"},
	} {
		s := New(Config{Faults: mustParseAll(t, tc.fault)})
		r := askToken(t, s, DefaultKeyID, DefaultKeySecret, "grant_type=client_credentials")
		if got := decodeAs[oauthFailure](t, r.body).Error; r.status != tc.status || got != tc.code {
			t.Errorf("%s: status %d, body %s", tc.fault, r.status, r.body)
		}
		if got, want := r.header.Get("Retry-After"), map[int]string{429: "3"}[tc.status]; got != want {
			t.Errorf("%s: Retry-After %q, want %q", tc.fault, got, want)
		}
	}
}

// A fault that strikes after the fact leaves a refusal alone: nothing was done that it could hide.
func TestFaultAfterRefusal(t *testing.T) {
	s := New(Config{Faults: []Fault{{Kind: ServerErrorAfter}}})
	if r := send(t, s, `{}`); r.status != http.StatusBadRequest {
		t.Errorf("status %d, want 400", r.status)
	}
}

func TestRetryAfter(t *testing.T) {
	for text, want := range map[string]string{
		"429:all": "", "429:all,retry-after=2": "2", "429:all,retry-after=1m": "60", "503:all,retry-after=1500ms": "2",
	} {
		s := New(Config{Faults: mustParseAll(t, text)})
		if got := send(t, s, textTo("+447700900001")).header.Get("Retry-After"); got != want {
			t.Errorf("%s: Retry-After %q, want %q", text, got, want)
		}
	}
}

func mustParse(t testing.TB, text string) Fault {
	t.Helper()
	fault, err := ParseFault(text)
	if err != nil {
		t.Fatal(err)
	}
	return fault
}

// mustParseAll parses faults that are separated by spaces.
func mustParseAll(t testing.TB, text string) (faults []Fault) {
	t.Helper()
	for one := range strings.FieldsSeq(text) {
		faults = append(faults, mustParse(t, one))
	}
	return faults
}
