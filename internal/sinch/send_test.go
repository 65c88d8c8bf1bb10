package sinch_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sendoff/internal/sinch"
)

func TestSendAccepted(t *testing.T) {
	var got http.Header
	var body []byte
	a := new(api)
	a.send = func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		body, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		a.accept(w, r)
	}
	s := httptest.NewServer(a)
	defer s.Close()
	c := newClient(t, sinch.Options{Destination: destination(s.URL + "/"), UserAgent: "sendoff/1.2 (+go)"})
	o := c.Send(t.Context(), message)
	if o.MessageID != messageID || o.Err != nil || !o.Written || o.Status != http.StatusOK {
		t.Fatalf("Send() = %+v, want %s accepted", o, messageID)
	}
	if want := time.Date(2026, 1, 1, 12, 0, 0, 250e6, time.UTC); !o.AcceptedTime.Equal(want) {
		t.Errorf("AcceptedTime = %v, want %v", o.AcceptedTime, want)
	}
	if string(body) != string(message) {
		t.Errorf("posted %s, want %s", body, message)
	}
	for name, want := range map[string]string{
		"Content-Type":      "application/json",
		"Accept":            "application/json",
		"User-Agent":        "sendoff/1.2 (+go)",
		"Idempotency-Key":   "", // with it net/http would send the message again
		"X-Idempotency-Key": "",
		"Accept-Encoding":   "",
	} {
		if got.Get(name) != want {
			t.Errorf("%s = %q, want %q", name, got.Get(name), want)
		}
	}
}

// TestSendAnswers has a line for every kind of answer. In all of them the message was written, and nothing may be sent again or called
// accepted.
func TestSendAnswers(t *testing.T) {
	const accepted = `{"message_id":"` + messageID + `","accepted_time":"2026-01-01T12:00:00Z"}`
	nested := func(code int, name string) string {
		return fmt.Sprintf(`{"error":{"code":%d,"message":"Invalid argument","status":%q,"details":[`+
			`{"@type":"type.googleapis.com/google.rpc.BadRequest","field_violations":[{"field":"ttl","description":"too short"}]}]}}`, code, name)
	}
	with := func(header, value string, next http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(header, value)
			next(w, r)
		}
	}
	for _, tc := range []struct {
		name    string
		answer  http.HandlerFunc
		status  int
		api     string // name of the API's status
		retry   time.Duration
		err     string
		handled bool // the message is accepted after all
	}{
		{name: "nested error", answer: reply(400, nested(400, "INVALID_ARGUMENT")), status: 400, api: "INVALID_ARGUMENT",
			err: "send message: 400 INVALID_ARGUMENT: Invalid argument (ttl: too short)"},
		{name: "flat error", answer: reply(403, `{"code":403,"message":"No","status":"BILLING_CREDIT_LIMIT_BREACHED"}`), status: 403,
			api: "BILLING_CREDIT_LIMIT_BREACHED", err: "send message: 403 BILLING_CREDIT_LIMIT_BREACHED: No"},
		{name: "API's 500", answer: reply(500, nested(500, "INTERNAL")), status: 500, api: "INTERNAL"},
		{name: "API's 501", answer: reply(501, nested(501, "UNIMPLEMENTED")), status: 501, api: "UNIMPLEMENTED"},
		{name: "API's 503", answer: reply(503, nested(503, "UNAVAILABLE")), status: 503, api: "UNAVAILABLE"},
		{name: "gateway's 500", answer: page(500), status: 500, err: "send message: 500 Internal Server Error"},
		{name: "gateway's 502", answer: page(502), status: 502, err: "send message: 502 Bad Gateway"},
		{name: "gateway's JSON", answer: reply(503, `{"message":"Service Unavailable"}`), status: 503},
		{name: "OAuth's JSON", answer: reply(403, `{"error":"forbidden","status":403}`), status: 403},
		{name: "JSON that is not declared", answer: with("Content-Type", "text/plain", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(500)
			_, _ = io.WriteString(w, nested(500, "INTERNAL"))
		}), status: 500},
		{name: "no body", answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(413) }, status: 413,
			err: "send message: 413 Request Entity Too Large"},
		{name: "no status text", answer: page(599), status: 599, err: "send message: status 599"},
		{name: "404", answer: reply(404, nested(404, "NOT_FOUND")), status: 404, api: "NOT_FOUND"},

		{name: "429", answer: reply(429, nested(429, "RESOURCE_EXHAUSTED")), status: 429, api: "RESOURCE_EXHAUSTED"},
		{name: "429 seconds", answer: with("Retry-After", "7", page(429)), status: 429, retry: 7 * time.Second},
		{name: "429 too long", answer: with("Retry-After", "86400", page(429)), status: 429, retry: 5 * time.Minute},
		{name: "429 absurd", answer: with("Retry-After", strings.Repeat("9", 40), page(429)), status: 429, retry: 5 * time.Minute},
		{name: "429 negative", answer: with("Retry-After", "-3", page(429)), status: 429},
		{name: "429 date", answer: with("Date", "Thu, 01 Jan 2026 12:00:00 GMT", with("Retry-After", "Thu, 01 Jan 2026 12:00:30 GMT", page(429))),
			status: 429, retry: 30 * time.Second},
		{name: "429 past", answer: with("Retry-After", "Thu, 01 Jan 1970 12:00:30 GMT", page(429)), status: 429},
		{name: "429 retry info", answer: reply(429, `{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"5s"}]}}`),
			status: 429, api: "RESOURCE_EXHAUSTED", retry: 5 * time.Second},

		{name: "200 with more", answer: reply(200, `{"message_id":"`+messageID+`","accepted_time":"soon","new_field":{"a":[1]}}`), status: 200, handled: true},
		{name: "200 with a charset", answer: with("Content-Type", "application/json; charset=utf-8", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, accepted)
		}), status: 200, handled: true},
		{name: "200 empty", answer: reply(200, ""), status: 200, err: "send message: the answer is 200, but not the JSON that accepts a message"},
		{name: "200 without id", answer: reply(200, `{"accepted_time":"2026-01-01T12:00:00Z"}`), status: 200,
			err: "send message: the answer is 200, but holds no message id"},
		{name: "200 with a wild id", answer: reply(200, `{"message_id":"a\nb"}`), status: 200},
		{name: "200 page", answer: page(200), status: 200, err: "send message: the answer is 200, but not JSON"},
		{name: "200 other type", answer: with("Content-Type", "text/html", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, accepted)
		}), status: 200},
		{name: "200 and then some", answer: reply(200, accepted+"<html>"), status: 200},
		{name: "200 too short", answer: with("Content-Length", "500", reply(200, accepted)), status: 200, err: "send message: read the answer: unexpected EOF"},
		{name: "200 too long", answer: reply(200, accepted+strings.Repeat(" ", 1<<20)), status: 200,
			err: "send message: read the answer: the answer is longer than 1048576 bytes"},
		{name: "202", answer: reply(202, accepted), status: 202, err: "send message: 202 Accepted"},
		{name: "307", answer: with("Location", "/elsewhere", page(307)), status: 307, err: "send message: 307 Temporary Redirect"},
		{name: "302", answer: with("Location", "/elsewhere", page(302)), status: 302},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := &api{send: tc.answer}
			o := serve(t, a).Send(t.Context(), message)
			if n := a.sends.Load(); n != 1 {
				t.Errorf("the server saw %d requests, want 1", n)
			}
			if o.Status != tc.status || !o.Written || o.CredentialsRefused || o.Certificate || o.RetryAfter != tc.retry {
				t.Errorf("Send() = %+v, want status %d, retry after %v", o, tc.status, tc.retry)
			}
			if (o.MessageID != "") != tc.handled || (o.Err == nil) != tc.handled {
				t.Errorf("message id %q and error %v, want accepted %v", o.MessageID, o.Err, tc.handled)
			}
			if (o.API != nil) != (tc.api != "") || o.API != nil && o.API.Status != tc.api {
				t.Errorf("API error = %v, want %q", o.API, tc.api)
			}
			if tc.err != "" && fmt.Sprint(o.Err) != tc.err {
				t.Errorf("error = %v, want %s", o.Err, tc.err)
			}
		})
	}
}

// TestSendBroken is about messages that no answer came to: whether the API may have them decides whether they may be sent again.
func TestSendBroken(t *testing.T) {
	cut := func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }
	reset := func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_ = conn.(*net.TCPConn).SetLinger(0) // RST in place of FIN
		_ = conn.Close()
	}
	drained := func(next http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			next(w, r)
		}
	}
	garbage := func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 +"+number+strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")+"\r\n\r\n") // which net/http quotes
		_ = conn.Close()
	}
	for _, tc := range []struct {
		name  string
		fault http.HandlerFunc
	}{
		{"cut", drained(cut)},
		{"cut unread", cut},
		{"reset", drained(reset)},
		{"reset unread", reset},
		{"garbage", drained(garbage)},
	} {
		// On a fresh connection, and on one that has carried a message: there net/http is tempted to try again.
		for _, reused := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s reused=%v", tc.name, reused), func(t *testing.T) {
				a := new(api)
				before := int32(0)
				if reused {
					a.send, before = script(a.accept, tc.fault), 1
				} else {
					a.send = tc.fault
				}
				c := serve(t, a)
				if reused {
					if o := c.Send(t.Context(), message); o.Err != nil {
						t.Fatal(o.Err)
					}
				}
				o := c.Send(t.Context(), message)
				if !o.Written || o.Status != 0 || o.MessageID != "" || o.Err == nil {
					t.Errorf("Send() = %+v, want written and not answered", o)
				}
				if n := a.sends.Load() - before; n != 1 {
					t.Errorf("the message left %d times, want once", n)
				}
				for _, secret := range []string{number, "ey.token"} {
					if strings.Contains(o.Err.Error(), secret) {
						t.Errorf("the error holds %q: %v", secret, o.Err)
					}
				}
			})
		}
	}
}

func TestSendTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		held := make(chan struct{})
		a := &api{send: func(http.ResponseWriter, *http.Request) { <-held }}
		options := sinch.Options{Destination: destination("http://127.0.0.1"), Timeout: 50 * time.Millisecond, MaxConns: 1}
		overPipes(t, a, options, func(t *testing.T, c *sinch.Client) {
			defer close(held)
			o := c.Send(t.Context(), message)
			if !o.Written || o.Status != 0 || !errors.Is(o.Err, context.DeadlineExceeded) {
				t.Errorf("Send() = %+v, want written and timed out", o)
			}
			if want := "send message: no answer within 50ms: context deadline exceeded"; fmt.Sprint(o.Err) != want {
				t.Errorf("error = %v, want %s", o.Err, want)
			}
		})
	})
}

// TestSendNoConnection waits for a connection that another request holds: nothing of the second message is written.
func TestSendNoConnection(t *testing.T) {
	held, arrived := make(chan struct{}), make(chan struct{}, 1)
	a := &api{send: func(http.ResponseWriter, *http.Request) { arrived <- struct{}{}; <-held }}
	s := httptest.NewServer(a)
	defer s.Close()
	c := newClient(t, sinch.Options{Destination: destination(s.URL), MaxConns: 1})
	first := make(chan sinch.Outcome)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { first <- c.Send(ctx, message) }()
	<-arrived
	late, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer stop()
	o := c.Send(late, message)
	if want := "send message: context deadline exceeded"; o.Written || fmt.Sprint(o.Err) != want {
		t.Errorf("Send() = %+v, want not written, and %s, which is the caller's own deadline", o, want)
	}
	cancel()
	if o := <-first; !o.Written || !errors.Is(o.Err, context.Canceled) {
		t.Errorf("Send() = %+v, want written and cancelled", o)
	}
	close(held)
	if n := a.sends.Load(); n != 1 {
		t.Errorf("the server saw %d requests, want 1", n)
	}
}

func TestSendCancelled(t *testing.T) {
	a := new(api)
	c := serve(t, a)
	if o := c.Send(t.Context(), message); o.Err != nil {
		t.Fatal(o.Err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if o := c.Send(ctx, message); o.Written || !errors.Is(o.Err, context.Canceled) {
		t.Errorf("Send() = %+v, want not written and cancelled", o)
	}
}

// TestSendUnreachable has no server at all, for the message alone: the token was had before.
func TestSendUnreachable(t *testing.T) {
	a := new(api)
	s := httptest.NewServer(a)
	c := newClient(t, sinch.Options{Destination: destination(s.URL)})
	if o := c.Send(t.Context(), message); o.Err != nil {
		t.Fatal(o.Err)
	}
	c.Close() // so that the next message has to dial
	s.Close()
	o := c.Send(t.Context(), message)
	if o.Written || o.Status != 0 || o.Certificate || o.CredentialsRefused || o.Err == nil {
		t.Errorf("Send() = %+v, want not written", o)
	}
	if !strings.HasPrefix(fmt.Sprint(o.Err), "send message: dial tcp") {
		t.Errorf("error = %v, want it to say what failed", o.Err)
	}
}

// TestSendStale lets the server close a connection that lies idle: whatever the client has noticed of it by then, the message
// leaves once or not at all, and which of the two is told right.
func TestSendStale(t *testing.T) {
	a := new(api)
	s := httptest.NewServer(a)
	defer s.Close()
	c := newClient(t, sinch.Options{Destination: destination(s.URL)})
	if o := c.Send(t.Context(), message); o.Err != nil {
		t.Fatal(o.Err)
	}
	for range 50 {
		before := a.sends.Load()
		s.CloseClientConnections()
		o := c.Send(t.Context(), message)
		switch n := a.sends.Load() - before; {
		case n > 1:
			t.Fatalf("the message left %d times", n)
		case n == 1 && !o.Written, o.MessageID != "" && n == 0:
			t.Fatalf("the server saw %d requests, and Send() = %+v", n, o)
		}
	}
}

func TestSendCertificate(t *testing.T) {
	a := new(api)
	s := httptest.NewUnstartedServer(a)
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	defer s.Close()
	c := newClient(t, sinch.Options{Destination: destination(s.URL)}) // which does not know the server's authority
	o := c.Send(t.Context(), message)
	if o.Written || !o.Certificate || o.CredentialsRefused || !sinch.IsCertificate(o.Err) {
		t.Errorf("Send() = %+v, want a certificate that cannot be trusted, and nothing written", o)
	}
	if n := a.tokens.Load(); n != 0 {
		t.Errorf("the key went to a server that is not trusted, %d times", n)
	}
}

// TestSendProxy is about a proxy that will not let us through: the message has not been shown to anybody.
func TestSendProxy(t *testing.T) {
	proxy := httptest.NewServer(page(http.StatusProxyAuthRequired))
	defer proxy.Close()
	a := new(api)
	s := httptest.NewTLSServer(a)
	defer s.Close()
	direct := s.Client().Transport.(*http.Transport)
	through := direct.Clone()
	u, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	through.Proxy = func(r *http.Request) (*url.URL, error) {
		if strings.HasSuffix(r.URL.Path, "/token") {
			return nil, nil
		}
		return u, nil
	}
	c := newClient(t, sinch.Options{Destination: destination(s.URL), Transport: through})
	o := c.Send(t.Context(), message)
	if o.Written || o.Status != 0 || o.Err == nil {
		t.Errorf("Send() = %+v, want not written", o)
	}
	if a.tokens.Load() != 1 || a.sends.Load() != 0 {
		t.Errorf("saw %d requests for tokens and %d messages, want 1 and 0", a.tokens.Load(), a.sends.Load())
	}
}

type brokenTransport struct{}

func (brokenTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
	return nil, errors.New("broken")
}

// TestSendForeignTransport is about one that does not tell whether it has written.
func TestSendForeignTransport(t *testing.T) {
	key := credentials()
	key.Basic = true // so that the message is the first request
	c := newClient(t, sinch.Options{Destination: destination("http://127.0.0.1"), Credentials: key, Transport: brokenTransport{}})
	if o := c.Send(t.Context(), message); !o.Written || o.Err == nil {
		t.Errorf("Send() = %+v, want it to count as written", o)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if o := c.Send(ctx, message); o.Written || !errors.Is(o.Err, context.Canceled) {
		t.Errorf("Send() = %+v, want a message that never left to count as not written", o)
	}
}

// TestSendEcho is about a server that gives back what it was told.
func TestSendEcho(t *testing.T) {
	a := &api{send: func(w http.ResponseWriter, r *http.Request) {
		answerJSON(w, 400, fmt.Sprintf(`{"error":{"code":400,"status":"INVALID_ARGUMENT","message":"to +%s\u001b[2J with %s",
			"details":[{"field_violations":[{"field":"%[1]s","description":"%[2]s"}]}]}}`, number, r.Header.Get("Authorization")))
	}}
	o := serve(t, a).Send(t.Context(), message)
	got := fmt.Sprintf("%v %+v", o.Err, *o.API)
	for _, never := range []string{number, "ey.token", "\x1b"} {
		if strings.Contains(got, never) {
			t.Errorf("the outcome holds %q: %s", never, got)
		}
	}
	if want := "send message: 400 INVALID_ARGUMENT: to +…[2J with Bearer [secret] (…: Bearer [secret])"; fmt.Sprint(o.Err) != want {
		t.Errorf("error = %v, want %s", o.Err, want)
	}
}
