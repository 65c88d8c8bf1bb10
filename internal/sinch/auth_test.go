package sinch_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"sendoff/internal/sinch"
)

// TestTokenStorm lets 64 workers find out at the same moment that their token has expired.
func TestTokenStorm(t *testing.T) {
	const workers = 64
	a := new(api)
	together := sync.WaitGroup{}
	together.Add(workers)
	first := script(append(repeat(workers, func(w http.ResponseWriter, r *http.Request) {
		together.Done()
		together.Wait() // all have been sent with the same token before the first is refused
		a.accept(w, r)
	}), a.accept)...)
	c := serve(t, a)
	if o := c.Send(t.Context(), message); o.Err != nil {
		t.Fatal(o.Err)
	}
	a.revoke()
	a.send = first

	outcomes := make([]sinch.Outcome, workers)
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			o := c.Send(t.Context(), message)
			if o.Status == http.StatusUnauthorized && !o.CredentialsRefused {
				o = c.Send(t.Context(), message)
			}
			outcomes[i] = o
		})
	}
	wg.Wait()
	for i, o := range outcomes {
		if o.MessageID == "" {
			t.Errorf("worker %d: %+v, want accepted at the second try", i, o)
		}
	}
	if n := a.tokens.Load(); n != 2 {
		t.Errorf("%d requests for tokens, want 2: one at the start, one for all workers", n)
	}
}

func repeat(n int, h http.HandlerFunc) []http.HandlerFunc {
	hs := make([]http.HandlerFunc, n)
	for i := range hs {
		hs[i] = h
	}
	return hs
}

// TestTokenAlwaysRefused wants an end after the second token, whoever asks.
func TestTokenAlwaysRefused(t *testing.T) {
	a := &api{send: reply(401, `{"error":{"code":401,"message":"no","status":"UNAUTHENTICATED"}}`)}
	c := serve(t, a)
	first := c.Send(t.Context(), message)
	if first.Status != 401 || first.CredentialsRefused || errors.Is(first.Err, sinch.ErrCredentials) {
		t.Errorf("first Send() = %+v, want to be worth another try", first)
	}
	second := c.Send(t.Context(), message)
	if second.Status != 401 || !second.CredentialsRefused || !errors.Is(second.Err, sinch.ErrCredentials) {
		t.Errorf("second Send() = %+v, want credentials refused", second)
	}
	if n := a.tokens.Load(); n != 2 {
		t.Errorf("%d requests for tokens, want 2", n)
	}
}

// TestTokenExpiresAgain is about a long run: a token that has worked has expired when it is refused, however many did before.
func TestTokenExpiresAgain(t *testing.T) {
	a := new(api)
	c := serve(t, a)
	for round := range 4 {
		if o := c.Send(t.Context(), message); o.MessageID == "" {
			t.Fatalf("round %d: %+v, want accepted", round, o)
		}
		a.revoke()
		if o := c.Send(t.Context(), message); o.Status != 401 || o.CredentialsRefused {
			t.Fatalf("round %d: %+v, want a token that has expired", round, o)
		}
	}
}

// TestTokenWorkedThenRevoked is about a key that is withdrawn in the middle of a run.
func TestTokenWorkedThenRevoked(t *testing.T) {
	a := new(api)
	c := serve(t, a)
	if o := c.Send(t.Context(), message); o.Err != nil {
		t.Fatal(o.Err)
	}
	a.send = reply(401, `{}`)
	for i, refused := range []bool{false, true} {
		if o := c.Send(t.Context(), message); o.CredentialsRefused != refused {
			t.Errorf("Send %d after the key was withdrawn = %+v, want credentials refused %v", i, o, refused)
		}
	}
}

func TestTokenRefused(t *testing.T) {
	for _, tc := range []struct {
		name    string
		token   http.HandlerFunc
		refused bool
		err     string
	}{
		{"401", reply(401, `{"error":"invalid_client","error_description":"key `+keySecret+` for +`+number+`"}`), true,
			"get token: credentials refused (look at SINCH_KEY_ID and SINCH_KEY_SECRET): 401 invalid_client: key [secret] for +…"},
		{"400", reply(400, `{"error":"invalid_request"}`), true,
			"get token: credentials refused (look at SINCH_KEY_ID and SINCH_KEY_SECRET): 400 invalid_request"},
		{"403", page(403), true, "get token: credentials refused (look at SINCH_KEY_ID and SINCH_KEY_SECRET): 403 Forbidden"},
		{"404", page(404), false, "get token: 404 Not Found"},
		{"500", page(500), false, "get token: 500 Internal Server Error"},
		{"cut", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, false, "get token: EOF"},
		{"page", page(200), false, "get token: the answer is not a token in JSON"},
		{"nothing", reply(200, `{}`), false, "get token: the answer holds no usable token"},
		{"would break the head", reply(200, `{"access_token":"a\r\nX: b"}`), false, "get token: the answer holds no usable token"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := &api{token: tc.token}
			o := serve(t, a).Send(t.Context(), message)
			if o.Written || o.Status != 0 || o.CredentialsRefused != tc.refused || errors.Is(o.Err, sinch.ErrCredentials) != tc.refused {
				t.Errorf("Send() = %+v, want nothing written, credentials refused %v", o, tc.refused)
			}
			if o.Err == nil || o.Err.Error() != tc.err {
				t.Errorf("error = %v, want %s", o.Err, tc.err)
			}
			if a.sends.Load() != 0 || a.tokens.Load() != 1 {
				t.Errorf("%d messages and %d requests for tokens, want 0 and 1", a.sends.Load(), a.tokens.Load())
			}
		})
	}
}

// TestTokenOutage lets every caller that waits for the same token hear of its failure at once.
func TestTokenOutage(t *testing.T) {
	const workers = 16
	a := new(api)
	inBubble(t, a, func(t *testing.T, c *sinch.Client) {
		held := make(chan struct{})
		a.token = func(w http.ResponseWriter, r *http.Request) { <-held; page(503)(w, r) }
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() {
				if o := c.Send(t.Context(), message); o.Written || o.Err == nil {
					t.Errorf("Send() = %+v, want not written", o)
				}
			})
		}
		synctest.Wait() // until all have joined
		close(held)
		wg.Wait()
	})
	if n := a.tokens.Load(); n != 1 {
		t.Errorf("%d requests for %d callers", n, workers)
	}
}

func TestBasic(t *testing.T) {
	a := new(api)
	a.send = func(w http.ResponseWriter, r *http.Request) {
		if id, secret, _ := r.BasicAuth(); id != keyID || secret != keySecret {
			answerJSON(w, 401, `{"error":{"code":401,"message":"who is `+strings.TrimPrefix(r.Header.Get("Authorization"), "Basic ")+`","status":"UNAUTHENTICATED"}}`)
			return
		}
		answerJSON(w, 200, `{"message_id":"`+messageID+`"}`)
	}
	for _, tc := range []struct {
		secret  string
		refused bool
	}{
		{keySecret, false},
		{"wrong-horse-battery", true},
	} {
		key := sinch.Credentials{KeyID: keyID, KeySecret: sinch.NewSecret(tc.secret), Basic: true}
		o := serveKey(t, a, key).Send(t.Context(), message)
		if o.CredentialsRefused != tc.refused || (o.MessageID == "") != tc.refused {
			t.Errorf("Send() = %+v, want credentials refused %v", o, tc.refused)
		}
		if tc.refused {
			want := "send message: credentials refused (look at SINCH_KEY_ID and SINCH_KEY_SECRET): 401 UNAUTHENTICATED: who is [secret]"
			if o.Err.Error() != want {
				t.Errorf("error = %v, want %s", o.Err, want)
			}
		}
	}
	if n := a.tokens.Load(); n != 0 {
		t.Errorf("%d requests for tokens, want none", n)
	}
}
