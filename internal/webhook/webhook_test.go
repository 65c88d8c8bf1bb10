package webhook

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/oklog/ulid/v2"

	"sendoff/internal/callback"
	"sendoff/internal/intake"
	"sendoff/internal/receipts"
	"sendoff/internal/runstore"
	"sendoff/internal/stops"
)

const testSecret = "a secret of 24 letters .."

// scene is a run, and a server that takes in what is about it.
type scene struct {
	dir, folder, run string
	handler          *Handler
	url              string
}

func newScene(t testing.TB, secret string) *scene {
	t.Helper()
	s := &scene{dir: t.TempDir()}
	s.folder = filepath.Join(s.dir, "runs", "one")
	run, err := runstore.Acquire(s.folder, runstore.Options{Key: "one", Campaign: "test", Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	s.run = run.Meta().RunID
	list, listErr := stops.Open(filepath.Join(s.dir, stops.FileName))
	if err := errors.Join(run.Update(func(m *runstore.Meta) { m.State = runstore.Planned }), run.Close(), listErr); err != nil {
		t.Fatal(err)
	}
	store, err := intake.New(intake.Options{Dir: s.dir, Stops: list, Words: stops.NewWords()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() }) // what is on disk is looked at before
	s.handler = New(store, []byte(secret), callback.MaxAge)
	server := httptest.NewServer(s.handler)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// receipt is the body of a callback about a row.
func (s *scene) receipt(row int) string {
	return receiptOf(s.run, row)
}

func receiptOf(run string, row int) string {
	return fmt.Sprintf(`{"app_id":"01HZX3Q4R5S6T7V8W9X0YZABCD","accepted_time":"2026-03-01T10:00:00.000Z","event_time":"2026-03-01T10:00:01.500Z",`+
		`"project_id":"11111111-2222-4333-8444-555555555555","message_delivery_report":{"message_id":"01HZX3Q4R5S6T7V8W9X0YZ0001","conversation_id":"",`+
		`"status":"DELIVERED","channel_identity":{"channel":"SMS","identity":"447700900001","app_id":""},"contact_id":"",`+
		`"metadata":"{\"sendoff\":{\"run\":\"%s\",\"key\":\"one\",\"row\":%d,\"epoch\":\"0badcafe\"}}","processing_mode":"DISPATCH"},`+
		`"message_metadata":"{\"sms_batch_id\":\"01HZX3Q4R5S6T7V8W9X0YZ0002\"}","correlation_id":"%s/%d"}`, run, row, run, row)
}

const nonce = "01HZX3Q4R5S6T7V8W9X0YZN0NC"

// sign returns the headers of a body, under the names that Sinch writes.
func sign(secret, body string, at time.Time) map[string]string {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = io.WriteString(mac, body+"."+nonce+"."+timestamp) // a hash never fails
	return map[string]string{
		"x-sinch-webhook-signature": base64.StdEncoding.EncodeToString(mac.Sum(nil)), "x-sinch-webhook-signature-timestamp": timestamp,
		"x-sinch-webhook-signature-nonce": nonce, "x-sinch-webhook-signature-algorithm": "HmacSHA256",
	}
}

// call makes a request with the names of headers as they are given, and returns the status of the answer.
func (s *scene) call(t *testing.T, method, path, body string, headers map[string]string) int {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	head := fmt.Sprintf("%s %s HTTP/1.1\r\nhost: sendoff\r\nconnection: close\r\ncontent-length: %d\r\n", method, path, len(body))
	for name, value := range headers {
		head += name + ": " + value + "\r\n"
	}
	go func() { _, _ = io.WriteString(conn, head+"\r\n"+body) }() // the answer may come before all of it is read
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

func (s *scene) logged(t *testing.T) (rows []uint32) {
	t.Helper()
	_, _, err := receipts.Read(filepath.Join(s.folder, runstore.ReceiptsName), ulid.MustParse(s.run), 0, func(r receipts.Record) error {
		rows = append(rows, r.Row)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// What is signed and of use is stored when it is answered; of all else nothing is, but a count.
func TestAnswers(t *testing.T) {
	s := newScene(t, testSecret)
	now, body := time.Now(), s.receipt(7)
	upper := map[string]string{}
	for name, value := range sign(testSecret, body, now) {
		upper[strings.ToUpper(name)] = value
	}
	large := `{"x":"` + strings.Repeat("x", callback.MaxSize) + `"}`
	foreign := receiptOf("01KAR9J2WS0000000000000000", 1)
	stop := `{"message":{"direction":"TO_APP","contact_message":{"text_message":{"text":"stop"}},"channel_identity":{"channel":"SMS","identity":"447700900001"}}}`
	for _, tc := range []struct {
		name, method, path, body string
		headers                  map[string]string
		want                     int
	}{
		{"a forged one", "POST", "/", body, sign("another secret", body, now), 401},
		{"a signature of another body", "POST", "/", body, sign(testSecret, body+" ", now), 401},
		{"one that is not signed", "POST", "/", body, nil, 401},
		{"one of long ago", "POST", "/", body, sign(testSecret, body, now.Add(-6*time.Minute)), 401},
		{"one of the future", "POST", "/", body, sign(testSecret, body, now.Add(6*time.Minute)), 401},
		{"one that is too large", "POST", "/", large, sign(testSecret, large, now), 413},
		{"no JSON", "POST", "/", "{", sign(testSecret, "{", now), 400},
		{"no object", "POST", "/", "[]", sign(testSecret, "[]", now), 400},
		{"GET", "GET", "/", "", nil, 405},
		{"PUT", "PUT", "/", body, sign(testSecret, body, now), 405},
		{"health", "GET", "/healthz", "", nil, 200},
	} {
		if got := s.call(t, tc.method, tc.path, tc.body, tc.headers); got != tc.want {
			t.Errorf("%s: %d, want %d", tc.name, got, tc.want)
		}
	}
	if _, err := os.Stat(filepath.Join(s.folder, runstore.ReceiptsName)); err == nil {
		t.Error("something was stored")
	}
	if got, want := s.handler.Words(), "0 receipts stored, 3 refused (signature), 2 refused (too old), 5 refused (not a callback)"; got != want {
		t.Errorf("it says %s, want %s", got, want)
	}
	for _, tc := range []struct {
		name, path, body string
		headers          map[string]string
	}{
		{"a receipt", "/", body, sign(testSecret, body, now)},
		{"the same once more, with the same nonce", "/any/path?x=1", body, sign(testSecret, body, now)},
		{"headers in capitals", "/", body, upper},
		{"one of somebody else's", "/", foreign, sign(testSecret, foreign, now)},
		{"a stop word", "/", stop, sign(testSecret, stop, now)},
	} {
		if got := s.call(t, "POST", tc.path, tc.body, tc.headers); got != 200 {
			t.Errorf("%s: %d, want 200", tc.name, got)
		}
	}
	if got := fmt.Sprint(s.logged(t)); got != "[7 7 7]" {
		t.Errorf("on file: rows %s", got)
	}
	if got, want := s.handler.Words(), "3 receipts stored for 1 run, 1 not ours, 1 person opted out, 3 refused (signature), "; !strings.HasPrefix(got, want) {
		t.Errorf("it says %s, want %s…", got, want)
	}
}

// Without a secret everything is let in.
func TestUnsigned(t *testing.T) {
	s := newScene(t, "")
	if got := s.call(t, "POST", "/", s.receipt(1), nil); got != 200 || len(s.logged(t)) != 1 {
		t.Errorf("status %d, %d receipts on file", got, len(s.logged(t)))
	}
}

// What cannot be stored is answered so that Sinch sends it again, and stored once that is possible.
func TestStorageFails(t *testing.T) {
	s := newScene(t, testSecret)
	path := filepath.Join(s.folder, runstore.ReceiptsName)
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	body := s.receipt(1)
	if got := s.call(t, "POST", "/", body, sign(testSecret, body, time.Now())); got != 503 {
		t.Errorf("status %d, want 503", got)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if got := s.call(t, "POST", "/", body, sign(testSecret, body, time.Now())); got != 200 || len(s.logged(t)) != 1 {
		t.Errorf("status %d, %d receipts on file", got, len(s.logged(t)))
	}
	if got, want := s.handler.Words(), "1 receipt stored for 1 run, 1 could not be stored (open receipts: open "+path+": is a directory)"; got != want {
		t.Errorf("it says %s, want %s", got, want)
	}
}

// A server that is stopped answers what it has begun to read.
func TestServeStops(t *testing.T) {
	s := newScene(t, testSecret)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error)
	begun, closed := make(chan struct{}), make(chan struct{})
	go func() {
		served <- s.handler.Serve(ctx, &watched{l, sync.OnceFunc(func() { close(begun) }), sync.OnceFunc(func() { close(closed) })})
	}()
	read, write := io.Pipe()
	body := s.receipt(3)
	r, err := http.NewRequest(http.MethodPost, "http://"+l.Addr().String(), read)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range sign(testSecret, body, time.Now()) {
		r.Header.Set(name, value)
	}
	go func() {
		_, _ = io.WriteString(write, body[:100])
		<-begun
		stop()
		<-closed
		_, _ = io.WriteString(write, body[100:])
		_ = write.Close()
	}()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	answer, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if err := <-served; err != nil || answer.StatusCode != 200 || len(s.logged(t)) != 1 {
		t.Errorf("status %d, Serve = %v, %d receipts on file", answer.StatusCode, err, len(s.logged(t)))
	}
}

// watched says when something is read from a connection for the first time, and when no more are taken.
type watched struct {
	net.Listener
	onRead, onClose func()
}

func (w *watched) Accept() (net.Conn, error) {
	c, err := w.Listener.Accept()
	return watchedConn{c, w.onRead}, err
}

func (w *watched) Close() error {
	w.onClose()
	return w.Listener.Close()
}

type watchedConn struct {
	net.Conn
	onRead func()
}

func (c watchedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 {
		c.onRead()
	}
	return n, err
}

// What has not come whole, for a line that is slow or breaks, is sent again; a status below 500 would have Sinch drop it.
func TestBodyIsCutOff(t *testing.T) {
	for _, why := range []error{io.ErrUnexpectedEOF, os.ErrDeadlineExceeded} {
		h := New(nil, []byte(testSecret), callback.MaxAge) // it stores nothing
		r := httptest.NewRequest(http.MethodPost, "/", io.MultiReader(strings.NewReader("{"), iotest.ErrReader(why)))
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != http.StatusServiceUnavailable || h.Refused() != (Refused{Unread: 1}) {
			t.Errorf("%v: status %d, %+v", why, w.Code, h.Refused())
		}
	}
}

// However many call at once, and however long they take, so much is in memory; who is one too many is told when to come again, and everybody else is answered.
func TestTooManyAtOnce(t *testing.T) {
	h := newScene(t, testSecret).handler
	large := strings.Repeat("x", smallBody+1)
	post := func(body io.Reader) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", body))
		return w
	}
	var slow []*io.PipeWriter
	answered := make(chan int, mostCalls)
	hold := func(begun string, n int) {
		for range n {
			read, write := io.Pipe()
			slow = append(slow, write)
			go func() { answered <- post(read).Code }()
			if _, err := io.WriteString(write, begun); err != nil {
				t.Fatal(err)
			}
		}
	}
	hold(large+"x", mostLarge)
	if w := post(strings.NewReader(large)); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != retryAfter {
		t.Errorf("one large callback too many: %d, %v", w.Code, w.Header())
	}
	if w := post(strings.NewReader("small")); w.Code != http.StatusUnauthorized {
		t.Errorf("a small one beside many large ones: %d", w.Code)
	}
	hold("x", mostCalls-mostLarge)
	if w := post(strings.NewReader("small")); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != retryAfter {
		t.Errorf("one callback too many: %d, %v", w.Code, w.Header())
	}
	for _, write := range slow {
		_ = write.Close() // a pipe's never fails
		if code := <-answered; code != http.StatusUnauthorized {
			t.Fatalf("one that took its time: %d", code)
		}
	}
	if w := post(strings.NewReader(large)); w.Code != http.StatusUnauthorized || h.Refused() != (Refused{Signature: mostCalls + 2, Busy: 2}) {
		t.Errorf("afterwards: %d, %+v", w.Code, h.Refused())
	}
	if want := "2 turned away (too many at once)"; !strings.HasSuffix(h.Words(), want) {
		t.Errorf("it says %s", h.Words())
	}
}
