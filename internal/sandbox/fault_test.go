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
		{"402:all", 402, "Payment Required", 0},
		{"403:all", 403, "BILLING_CREDIT_LIMIT_BREACHED", 0},
		{"404:all", 404, "NOT_FOUND", 0},
		{"408:all", 408, "<h1>408 Request Timeout</h1>", 0},
		{"413:all", 413, "too large", 0},
		{"422:all", 422, "INVALID_ARGUMENT", 0},
		{"429:all", 429, "RESOURCE_EXHAUSTED", 0},
		{"500:all", 500, "INTERNAL_ERROR", 0},
		{"500-html:all", 500, "<h1>500 Internal Server Error</h1>", 0},
		{"501:all", 501, "UNIMPLEMENTED", 0},
		{"502:all", 502, "<h1>502 Bad Gateway</h1>", 0},
		{"503:all", 503, "UNAVAILABLE", 0},
		{"503-html:all", 503, "<h1>503 Service Unavailable</h1>", 0},
		{"504:all", 504, "<h1>504 Gateway Timeout</h1>", 0},
		{"301:all", 301, "<h1>301 Moved Permanently</h1>", 0},
		{"307:all", 307, "<h1>307 Temporary Redirect</h1>", 0},
		{"reset:all", 0, "", 0},
		{"delay:all,delay=10ms", 0, "", 0},
		{"500-after:all", 500, "INTERNAL_ERROR", 1},
		{"502-after:all", 502, "<h1>502 Bad Gateway</h1>", 1},
		{"503-after:all", 503, "UNAVAILABLE", 1},
		{"500-html-after:all", 500, "<h1>500 Internal Server Error</h1>", 1},
		{"504-after:all", 504, "<h1>504 Gateway Timeout</h1>", 1},
		{"408-after:all", 408, "<h1>408 Request Timeout</h1>", 1},
		{"reset-after:all", 0, "", 1},
		{"delay-after:all,delay=10ms", 200, "message_id", 1},
		{"slow-after:all,delay=10ms", 200, "message_id", 1},
		{"html-after:all", 200, "<h1>200 OK</h1>", 1},
		{"type-after:all", 200, "message_id", 1},
		{"empty-after:all", 200, "", 1},
		{"no-id-after:all", 200, `{"accepted_time":"`, 1},
		{"201-after:all", 201, "message_id", 1},
		{"202-after:all", 202, "message_id", 1},
		{"late-after:all,delay=0.1ms", 0, "", 1},
		{"truncated:all", 200, `{"message_id":"`, 1},
	} {
		t.Run(tc.fault, func(t *testing.T) {
			s := New(Config{})
			s.SetFaults(mustParse(t, tc.fault))
			got, err := sendOverNetwork(t, s)
			for deadline := time.Now().Add(time.Minute); s.AcceptedCount() < tc.accepted && time.Now().Before(deadline); {
				time.Sleep(time.Millisecond) // until the message that comes late has come
			}
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
			if id := strings.Contains(got.body, "message_id"); id != (tc.contents == "message_id" || strings.HasPrefix(tc.fault, "truncated")) {
				t.Errorf("an id: %v, in %s", id, got.body)
			}
			if plain := strings.HasPrefix(got.header.Get("Content-Type"), "text/plain"); plain != strings.HasPrefix(tc.fault, "type-after") {
				t.Errorf("content type %q", got.header.Get("Content-Type"))
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
	client := server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := client.Do(r)
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
			_, ok := b.next(Send, "")
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
	for _, faulty := range routes {
		s := New(Config{Faults: []Fault{{Kind: Unavailable, On: faulty.op}}})
		for _, to := range routes {
			path := strings.Replace(to.path, "{id}", DefaultAppID, 1) // no message has it, but any answer will do
			if got := call(t, s, to.method, "/"+path, "{}").status; (got == 503) != (to.op == faulty.op) {
				t.Errorf("%s: %s %s with status %d", operations[faulty.op], to.method, path, got)
			}
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
	now := newClock()
	now.advance(300 * time.Millisecond)
	for text, want := range map[string]string{
		"429:all": "", "429:all,retry-after=2": "2", "429:all,retry-after=1m": "60", "503:all,retry-after=1500ms": "2",
		"429:all,retry-after=date:5": "Sat, 28 Mar 2026 09:00:06 GMT", "429:all,retry-after=-1": "-1",
		"429:all,retry-after=99999999": "99999999", "429:all,retry-after=tomorrow": "tomorrow",
	} {
		s := New(Config{Now: now.Now, Faults: mustParseAll(t, text)})
		if got := send(t, s, textTo("+447700900001")).header.Get("Retry-After"); got != want {
			t.Errorf("%s: Retry-After %q, want %q", text, got, want)
		}
	}
}

// A fault can be about some people only, and counts what is sent to them.
func TestFaultByRecipient(t *testing.T) {
	for _, cfg := range []Config{{}, {PlusIdentities: true}} {
		cfg.Faults = mustParseAll(t, "503-after:to=0001,first=2 400:to=2 413:to=+4670")
		s := New(cfg)
		var got []byte
		for _, phone := range []string{"+447700900001", "447700900002", "+447700900003", "447700900001", "+447700900001", "+447700910001", "+46701740001", "467017400015"} {
			got = append(got, byte('0'+send(t, s, textTo(phone)).status/100))
		}
		if want := "54252244"; string(got) != want || s.AcceptedCount() != 5 {
			t.Errorf("%s, accepted %d, want %s and 5", got, s.AcceptedCount(), want)
		}
	}
}

// A redirect leads to where the request went, so that a client that follows it shows.
func TestRedirect(t *testing.T) {
	s := New(Config{Faults: mustParseAll(t, "307:first=1")})
	server := httptest.NewServer(s)
	defer server.Close()
	if _, ok := trySend(t, server, "+447700900001"); !ok || s.AcceptedCount() != 1 {
		t.Errorf("ok %v, accepted %d, want a message by way of the redirect", ok, s.AcceptedCount())
	}
}

// An answer that comes byte by byte takes its time, and a client can stop reading it.
func TestSlowAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Config{Faults: mustParseAll(t, "slow-after:all,delay=20s")})
		begun := time.Now()
		sendText(t, s, "+447700900001")
		if waited := time.Since(begun); waited < 19*time.Second || waited > 20*time.Second {
			t.Errorf("waited %v, want 20s or hardly less", waited)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		r := newRequest(t, "POST", base+"/v1/projects/"+DefaultProjectID+"/messages:send", textTo("+447700900001")).WithContext(ctx)
		r.SetBasicAuth(DefaultKeyID, DefaultKeySecret)
		response, err := s.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		if part, err := io.ReadAll(response.Body); !errors.Is(err, context.DeadlineExceeded) || len(part) == 0 {
			t.Errorf("%d bytes, error %v, want some and that of the context", len(part), err)
		}
	})
}

// Over a network the bytes leave one by one.
func TestSlowAnswerOverNetwork(t *testing.T) {
	server := httptest.NewServer(New(Config{Faults: mustParseAll(t, "slow-after:all,delay=10m")})) // several seconds a byte
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r := newRequest(t, "POST", server.URL+"/v1/projects/"+DefaultProjectID+"/messages:send", textTo("+447700900001")).WithContext(ctx)
	r.SetBasicAuth(DefaultKeyID, DefaultKeySecret)
	response, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	one := make([]byte, 10)
	if n, err := response.Body.Read(one); n != 1 || err != nil {
		t.Errorf("read %d bytes, %v, want one", n, err)
	}
}

// A client that has gone is noticed, so that a server that is to end need not wait for what nobody waits for.
func TestStallEndsWithItsClient(t *testing.T) {
	server := httptest.NewServer(New(Config{Faults: []Fault{{Kind: Stall}}}))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	r := newRequest(t, "POST", server.URL+"/v1/projects/"+DefaultProjectID+"/messages:send", textTo("+447700900001")).WithContext(ctx)
	r.SetBasicAuth(DefaultKeyID, DefaultKeySecret)
	if _, err := server.Client().Do(r); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want that of the context", err)
	}
	closed := make(chan struct{})
	go func() {
		server.Close()
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(time.Minute):
		t.Error("the server still waits")
	}
}

// What is wrong with a page is that messages are on none, or that a page is short; only the second can be seen for what it is.
func TestSpoiledPages(t *testing.T) {
	for _, tc := range []struct {
		fault string
		want  []string // the messages on each page, newest first
	}{
		{"delay-after:all,delay=1ns", []string{"6543", "210"}},
		{"short-page:first=1", []string{"65", "4321", "0"}},
		{"short-page:all", []string{"65", "43", "21", "0"}},
		{"missing-page:first=1", []string{"43", "210"}},
		{"missing-page:after=1", []string{"6543", "0", ""}},
		{"last-page-missing:all", []string{"6543"}},
	} {
		for _, op := range []Operation{List, FetchLast} {
			f := mustParse(t, tc.fault+",on="+operations[op])
			s := New(Config{Mode: Conversation, Faults: []Fault{f}})
			place := make(map[string]byte)
			for i := range 7 {
				place[sendText(t, s, "+44770090000"+string(rune('0'+i)))] = byte('0' + i)
			}
			var got []string
			for token, more := "", true; more; more = token != "" {
				var page listing
				if op == List {
					page = listed(t, s, "page_size=4&page_token="+token)
				} else {
					page = fetchedLast(t, s, `{"page_size":4,"page_token":"`+token+`"}`)
				}
				var on []byte
				for _, m := range page.Messages {
					on = append(on, place[m.ID])
				}
				got, token = append(got, string(on)), page.NextPageToken
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("%s: pages %q, want %q", f, got, tc.want)
			}
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
