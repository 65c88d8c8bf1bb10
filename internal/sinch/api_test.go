package sinch_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sendoff/internal/sinch"
)

const (
	project   = "6f1b2a4c-0b11-4c55-9d6e-3a2b1c0d9e8f"
	appID     = "01HZX3V8N6J9T5QK2M4R7WBCDE"
	messageID = "01HZX4C7QF3T8Y2M9K5N6P1RSV"
	keyID     = "key-of-a-test"
	keySecret = "correct-horse-battery"
	number    = "447700900123"
)

var message = []byte(`{"app_id":"` + appID + `","recipient":{"identified_by":{"channel_identities":[{"channel":"SMS","identity":"+` + number + `"}]}}}`)

func destination(endpoint string) sinch.Destination {
	return sinch.Destination{ProjectID: project, AppID: appID, Region: "eu", Endpoint: endpoint}
}

func credentials() sinch.Credentials {
	return sinch.Credentials{KeyID: keyID, KeySecret: sinch.NewSecret(keySecret)}
}

// newClient returns a client, with the credentials of the tests unless o has others.
func newClient(t testing.TB, o sinch.Options) *sinch.Client {
	t.Helper()
	if o.Credentials == (sinch.Credentials{}) {
		o.Credentials = credentials()
	}
	c, err := sinch.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// api answers as the API does, but for the handlers that a test replaces. It counts what it sees.
type api struct {
	send, app, token http.HandlerFunc // nil: what the API does
	life             int              // seconds that a token lives; 3600

	sends, tokens atomic.Int32

	mu    sync.Mutex
	valid string // the token that is let in; the newest, unless a test says otherwise
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + r.URL.Path {
	case "POST /oauth2/token":
		a.tokens.Add(1)
		choose(a.token, a.grant)(w, r)
	case "POST /v1/projects/" + project + "/messages:send":
		a.sends.Add(1)
		choose(a.send, a.accept)(w, r)
	case "GET /v1/projects/" + project + "/apps/" + appID:
		choose(a.app, a.showApp)(w, r)
	default:
		http.NotFound(w, r)
	}
}

func choose(replaced, standard http.HandlerFunc) http.HandlerFunc {
	if replaced != nil {
		return replaced
	}
	return standard
}

func (a *api) grant(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	if id != keyID || secret != keySecret || r.FormValue("grant_type") != "client_credentials" {
		answerJSON(w, http.StatusUnauthorized, `{"error":"invalid_client","error_description":"Bad client credentials"}`)
		return
	}
	token := fmt.Sprintf("ey.token-%d.sig", a.tokens.Load())
	a.mu.Lock()
	a.valid = token
	a.mu.Unlock()
	answerJSON(w, http.StatusOK, fmt.Sprintf(`{"access_token":%q,"expires_in":%d,"scope":"","token_type":"bearer"}`, token, cmp.Or(a.life, 3600)))
}

func (a *api) authorized(w http.ResponseWriter, r *http.Request) bool {
	a.mu.Lock()
	valid := a.valid
	a.mu.Unlock()
	if r.Header.Get("Authorization") == "Bearer "+valid {
		return true
	}
	w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token", error_description="token is expired"`)
	answerJSON(w, http.StatusUnauthorized, `{"error":{"code":401,"message":"Request had invalid credentials.","status":"UNAUTHENTICATED"}}`)
	return false
}

func (a *api) accept(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || !json.Valid(body) || r.Header.Get("Content-Type") != "application/json" {
		answerJSON(w, http.StatusBadRequest, `{"error":{"code":400,"message":"Malformed request","status":"INVALID_ARGUMENT"}}`)
		return
	}
	if a.authorized(w, r) {
		answerJSON(w, http.StatusOK, `{"message_id":"`+messageID+`","accepted_time":"2026-01-01T12:00:00.25Z"}`)
	}
}

func (a *api) showApp(w http.ResponseWriter, r *http.Request) {
	if a.authorized(w, r) {
		answerJSON(w, http.StatusOK, `{"id":"`+appID+`","display_name":"Acme","processing_mode":"DISPATCH"}`)
	}
}

// revoke makes every token so far as good as expired.
func (a *api) revoke() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.valid = "none"
}

func answerJSON(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// serve starts a on loopback and returns a client of it.
func serve(t testing.TB, a *api) *sinch.Client {
	t.Helper()
	return serveKey(t, a, credentials())
}

func serveKey(t testing.TB, a *api, key sinch.Credentials) *sinch.Client {
	t.Helper()
	s := httptest.NewUnstartedServer(a)
	s.Config.ErrorLog = quiet()
	s.Start()
	t.Cleanup(s.Close)
	return newClient(t, sinch.Options{Destination: destination(s.URL), Credentials: key, Timeout: 10 * time.Second})
}

// quiet keeps the server from writing about the clients that the tests let go away.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// script answers request n with the n-th handler, and all further ones with the last.
func script(handlers ...http.HandlerFunc) http.HandlerFunc {
	var n atomic.Int32
	return func(w http.ResponseWriter, r *http.Request) {
		i := int(n.Add(1)) - 1
		handlers[min(i, len(handlers)-1)](w, r)
	}
}

func reply(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, status, body) }
}

// page answers with something that no API writes.
func page(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<html><body>gateway</body></html>")
	}
}
