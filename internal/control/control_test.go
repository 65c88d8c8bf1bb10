package control

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

type state struct {
	Accepted int `json:"accepted"`
}

// listen is a holder that has accepted 7, and says back what it is told.
func listen(t *testing.T) *Server {
	t.Helper()
	s, err := Listen(Holder{
		Status: func() any { return state{7} },
		Obey:   func(o Order) string { return "told to " + string(o) },
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func TestAsk(t *testing.T) {
	s := listen(t)
	if len(s.Token) != 32 || !strings.HasPrefix(s.Addr, "127.0.0.1:") {
		t.Errorf("listens on %s, with a token of %d", s.Addr, len(s.Token))
	}
	c := NewClient(s.Addr, s.Token)
	var got state
	if err := c.Status(t.Context(), &got); err != nil || got.Accepted != 7 {
		t.Errorf("Status = %+v, %v", got, err)
	}
	for _, o := range []Order{Stop, Pause, Continue} {
		if said, err := c.Tell(t.Context(), o); err != nil || said != "told to "+string(o) {
			t.Errorf("Tell(%s) = %q, %v", o, said, err)
		}
	}
	s.Close()
	if err := c.Status(t.Context(), &got); !errors.Is(err, ErrNobody) {
		t.Errorf("Status after the end = %v, want ErrNobody", err)
	}
}

// More people than one batch has come as they are; a part is not taken for all.
func TestPeople(t *testing.T) {
	var want []uint64
	for key := range uint64(2*maxBatch + 7) {
		want = append(want, key*447700900000)
	}
	broken := errors.New("the disk is gone")
	var fails atomic.Bool
	s, err := Listen(Holder{People: func(_ context.Context, yield func([]uint64) error) error {
		if err := errors.Join(yield(nil), yield(want[:maxBatch+5]), yield(want[maxBatch+5:])); err != nil || !fails.Load() {
			return err
		}
		return broken
	}}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ask := func(token string) (got []uint64, err error) {
		err = NewClient(s.Addr, token).People(t.Context(), func(keys []uint64) error { got = append(got, keys...); return nil })
		return got, err
	}
	if got, err := ask(s.Token); err != nil || !slices.Equal(got, want) {
		t.Errorf("%d people, %v; want %d", len(got), err, len(want))
	}
	if got, err := ask("another"); err != ErrNobody || got != nil {
		t.Errorf("with another token: %d people, %v", len(got), err)
	}
	stop := errors.New("enough")
	if err := NewClient(s.Addr, s.Token).People(t.Context(), func([]uint64) error { return stop }); err != stop {
		t.Errorf("an error of ours: %v", err)
	}
	fails.Store(true)
	if got, err := ask(s.Token); err != ErrNobody {
		t.Errorf("a part: %d people, %v, want ErrNobody", len(got), err)
	}
}

// Whoever cannot show the token, or comes by a name, learns and changes nothing.
func TestGuard(t *testing.T) {
	var obeyed atomic.Bool
	s, err := Listen(Holder{
		Status: func() any { return state{7} },
		Obey:   func(Order) string { obeyed.Store(true); return "" },
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	tests := []struct {
		name, method, path, host, auth string
		want                           int
	}{
		{"no token", "POST", "/stop", s.Addr, "", http.StatusUnauthorized},
		{"another token", "POST", "/stop", s.Addr, "Bearer " + strings.Repeat("0", 32), http.StatusUnauthorized},
		{"the token alone", "POST", "/stop", s.Addr, s.Token, http.StatusUnauthorized},
		{"no token, no such path", "GET", "/nosuch", s.Addr, "", http.StatusUnauthorized},
		{"a name", "POST", "/stop", "example.com", "Bearer " + s.Token, http.StatusForbidden},
		{"a name with the port", "POST", "/stop", "localhost" + s.Addr[strings.LastIndex(s.Addr, ":"):], "Bearer " + s.Token, http.StatusForbidden},
		{"no such path", "GET", "/nosuch", s.Addr, "Bearer " + s.Token, http.StatusNotFound},
		{"a stop by GET", "GET", "/stop", s.Addr, "Bearer " + s.Token, http.StatusMethodNotAllowed},
		{"as it should be", "GET", "/status", s.Addr, "Bearer " + s.Token, http.StatusOK},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			r, err := http.NewRequest(tc.method, "http://"+s.Addr+tc.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Host = tc.host
			r.Header.Set("Authorization", tc.auth)
			resp, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != tc.want || tc.want != http.StatusOK && bytes.Contains(body, []byte("accepted")) {
				t.Errorf("%s: %s, want %d (%v)", resp.Status, body, tc.want, err)
			}
		})
	}
	if obeyed.Load() {
		t.Error("it has obeyed one of them")
	}
}

// A port that a dead holder has left behind is closed, or another program's by now.
func TestNobody(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	another := listen(t)
	addrs := map[string]string{
		"closed": closed.Addr().String(), "another holder": another.Addr, "no address": "", "another machine": "192.0.2.1:80",
		"a name": "localhost:1", "nonsense": "127.0.0.1:x/y",
	}
	var elsewhere *httptest.Server
	programs := map[string]http.HandlerFunc{
		"a page":         func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") },
		"JSON of others": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"accepted": 1, "said": "done"}`) },
		"no JSON":        proven(func(w http.ResponseWriter) { io.WriteString(w, "<html>") }),
		"an error":       proven(func(w http.ResponseWriter) { w.WriteHeader(500); io.WriteString(w, `{"accepted": 1}`) }),
		"without an end": proven(func(w http.ResponseWriter) { w.Write(make([]byte, 2*maxAnswer)) }),
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		},
		"a broken answer": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	}
	elsewhere = httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	defer elsewhere.Close()
	for name, answer := range programs {
		program := httptest.NewServer(answer)
		defer program.Close()
		addrs[name] = strings.TrimPrefix(program.URL, "http://")
	}
	for name, addr := range addrs {
		c := NewClient(addr, "0123456789abcdef0123456789abcdef")
		var got state
		if err := c.Status(t.Context(), &got); err != ErrNobody { // and nothing else, since it would hold the address
			t.Errorf("%s: Status = %v, want ErrNobody", name, err)
		}
		if err := c.People(t.Context(), func(keys []uint64) error { return nil }); err != ErrNobody {
			t.Errorf("%s: People = %v, want ErrNobody", name, err)
		}
		if said, err := c.Tell(t.Context(), Stop); err != ErrNobody {
			t.Errorf("%s: Tell = %q, %v, want ErrNobody", name, said, err)
		}
	}
}

// proven is a program that knows the token of TestNobody.
func proven(answer func(http.ResponseWriter)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(proofHeader, proof("0123456789abcdef0123456789abcdef"))
		answer(w)
	}
}

// What goes wrong stands in the log, without the token, and the next one is answered.
func TestTroubleIsLogged(t *testing.T) {
	var log bytes.Buffer
	var mended atomic.Bool
	s, err := Listen(Holder{
		Status: func() any {
			if !mended.Load() {
				panic("no status")
			}
			return state{7}
		},
		Obey: func(Order) string { return "" },
	}, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	c, got := NewClient(s.Addr, s.Token), state{}
	if err := c.Status(t.Context(), &got); !errors.Is(err, ErrNobody) {
		t.Errorf("Status = %v, want ErrNobody", err)
	}
	mended.Store(true)
	if err := c.Status(t.Context(), &got); err != nil || got.Accepted != 7 {
		t.Errorf("Status = %+v, %v after a panic", got, err)
	}
	s.Close()
	if text := log.String(); !strings.Contains(text, "no status") || strings.Contains(text, s.Token) {
		t.Errorf("log:\n%s", text)
	}
}

// Whoever connects again and again, and says nothing, takes a bounded number of file descriptors; once gone, others are answered.
func TestConnectionsAreBounded(t *testing.T) {
	s := listen(t)
	var conns []net.Conn
	for range 2 * maxConnections {
		c, err := net.Dial("tcp", s.Addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		conns = append(conns, c)
	}
	// Those beyond the bound are closed, in whatever order they were taken: as many ends come as there are too many.
	ended := make(chan struct{}, len(conns))
	for _, c := range conns {
		go func() {
			_, _ = c.Read(make([]byte, 1))
			ended <- struct{}{}
		}()
	}
	for range maxConnections {
		<-ended
	}
	for _, c := range conns {
		c.Close()
	}
	c, got := NewClient(s.Addr, s.Token), state{}
	for range 100 { // until the server has noticed
		if c.Status(t.Context(), &got) == nil {
			return
		}
	}
	t.Error("nobody is answered any more")
}
