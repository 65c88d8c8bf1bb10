package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// grant is what the OAuth2 server answers.
type grant struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in"`
	Scope       string `json:"scope"`
	TokenType   string `json:"token_type"`
}

// oauthFailure is an error of the OAuth2 server.
type oauthFailure struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// askToken asks the OAuth2 server for a token.
func askToken(t testing.TB, s *Server, id, secret, form string) reply {
	t.Helper()
	r := newRequest(t, "POST", base+"/oauth2/token", form)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(id, secret)
	return do(t, s, r)
}

// newToken returns a token as a client gets it.
func newToken(t testing.TB, s *Server) string {
	t.Helper()
	r := askToken(t, s, DefaultKeyID, DefaultKeySecret, "grant_type=client_credentials")
	if r.status != http.StatusOK {
		t.Fatalf("token: status %d, body %s", r.status, r.body)
	}
	return decodeAs[grant](t, r.body).AccessToken
}

// sendAs sends a message with a value of the Authorization header.
func sendAs(t testing.TB, s *Server, authorization string) reply {
	t.Helper()
	r := newRequest(t, "POST", base+"/v1/projects/"+DefaultProjectID+"/messages:send", textTo("+447700900001"))
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	return do(t, s, r)
}

func TestToken(t *testing.T) {
	now := newClock()
	s := New(Config{Now: now.Now, TokenTTL: 30 * time.Second})
	r := askToken(t, s, DefaultKeyID, DefaultKeySecret, "grant_type=client_credentials")
	got := decodeAs[grant](t, r.body)
	if r.status != http.StatusOK || got.ExpiresIn != 30 || got.TokenType != "bearer" {
		t.Fatalf("status %d, answer %s", r.status, r.body)
	}
	parts := strings.Split(got.AccessToken, ".")
	if len(parts) != 3 {
		t.Fatalf("the token has %d parts, want 3", len(parts))
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var c claims
	if err := json.Unmarshal(payload, &c); err != nil {
		t.Fatal(err)
	}
	if want := now.Now().Unix() + 30; c.Expires != want {
		t.Errorf("exp %d, want %d", c.Expires, want)
	}
	if newToken(t, s) == got.AccessToken {
		t.Error("two tokens of one second are the same")
	}
}

func TestTokenRefused(t *testing.T) {
	const form = "grant_type=client_credentials"
	for _, tc := range []struct {
		name, id, secret, form string
		status                 int
		code                   string
	}{
		{"wrong key", "other", DefaultKeySecret, form, 401, "invalid_client"},
		{"wrong secret", DefaultKeyID, "other", form, 401, "invalid_client"},
		{"no grant type", DefaultKeyID, DefaultKeySecret, "", 400, "unsupported_grant_type"},
		{"another grant type", DefaultKeyID, DefaultKeySecret, "grant_type=password", 400, "unsupported_grant_type"},
		{"no form", DefaultKeyID, DefaultKeySecret, "%", 400, "invalid_request"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := askToken(t, New(Config{}), tc.id, tc.secret, tc.form)
			got := decodeAs[oauthFailure](t, r.body)
			if r.status != tc.status || got.Error != tc.code || got.Description == "" {
				t.Errorf("status %d, body %s, want %d and %s", r.status, r.body, tc.status, tc.code)
			}
		})
	}
	t.Run("JSON", func(t *testing.T) {
		r := newRequest(t, "POST", base+"/oauth2/token", form)
		r.SetBasicAuth(DefaultKeyID, DefaultKeySecret)
		if got := do(t, New(Config{}), r); got.status != http.StatusBadRequest {
			t.Errorf("status %d, want 400", got.status)
		}
	})
	t.Run("GET", func(t *testing.T) {
		if got := do(t, New(Config{}), newRequest(t, "GET", base+"/oauth2/token", "")); got.status != http.StatusMethodNotAllowed {
			t.Errorf("status %d, want 405", got.status)
		}
	})
}

func TestTokensAreLimited(t *testing.T) {
	now := newClock()
	s := New(Config{Now: now.Now})
	ask := func() reply { return askToken(t, s, DefaultKeyID, DefaultKeySecret, "grant_type=client_credentials") }
	for i := range tokenBurst {
		if r := ask(); r.status != http.StatusOK {
			t.Fatalf("token %d: status %d, want 200", i, r.status)
		}
	}
	if r := ask(); r.status != http.StatusTooManyRequests || r.header.Get("Retry-After") != "" {
		t.Errorf("one more: status %d, Retry-After %q, want 429 without", r.status, r.header.Get("Retry-After"))
	}
	now.advance(time.Second / tokenRate)
	if r := ask(); r.status != http.StatusOK {
		t.Errorf("a tenth of a second later: status %d, want 200", r.status)
	}
}

func TestAuthorization(t *testing.T) {
	now := newClock()
	s := New(Config{Now: now.Now})
	token := newToken(t, s)
	basic := func(id, secret string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
	}
	head, rest, _ := strings.Cut(token, ".")
	payload, signature, _ := strings.Cut(rest, ".")
	forged := base64.RawURLEncoding.EncodeToString([]byte(`{"exp":99999999999}`))
	unsigned := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`))
	for _, tc := range []struct {
		name, authorization string
		ok                  bool
	}{
		{"token", "Bearer " + token, true},
		{"lower case", "bearer " + token, true},
		{"key", basic(DefaultKeyID, DefaultKeySecret), true},
		{"nothing", "", false},
		{"wrong secret", basic(DefaultKeyID, "other"), false},
		{"another scheme", "Digest " + token, false},
		{"no token", "Bearer", false},
		{"no JWT", "Bearer " + "abc", false},
		{"changed claims", "Bearer " + head + "." + forged + "." + signature, false},
		{"no signature", "Bearer " + unsigned + "." + forged + ".", false},
		{"changed signature", "Bearer " + head + "." + payload + "." + "AAAA" + signature[4:], false},
		{"another key's", "Bearer " + New(Config{Now: now.Now, KeySecret: "other"}).newToken(), false},
		{"a restarted server's", "Bearer " + New(Config{Now: now.Now}).newToken(), true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := sendAs(t, s, tc.authorization)
			if tc.ok {
				if r.status != http.StatusOK {
					t.Errorf("status %d, want 200", r.status)
				}
				return
			}
			reason := r.header.Get("WWW-Authenticate")
			if r.status != http.StatusUnauthorized || !strings.HasPrefix(reason, "Bearer") || strings.Contains(reason, "expired") {
				t.Errorf("status %d, WWW-Authenticate %q, want 401 and another reason than age", r.status, reason)
			}
			if got := decodeAs[failure](t, r.body).Error.Status; got != "UNAUTHENTICATED" {
				t.Errorf("error status %q", got)
			}
		})
	}
}

func TestTokenExpires(t *testing.T) {
	now := newClock()
	s := New(Config{Now: now.Now, TokenTTL: 30 * time.Second})
	token := newToken(t, s)
	now.advance(29 * time.Second)
	if r := sendAs(t, s, "Bearer "+token); r.status != http.StatusOK {
		t.Errorf("a second before: status %d, want 200", r.status)
	}
	now.advance(time.Second)
	r := sendAs(t, s, "Bearer "+token)
	if r.status != http.StatusUnauthorized || !strings.Contains(r.header.Get("WWW-Authenticate"), "expired") {
		t.Errorf("afterwards: status %d, WWW-Authenticate %q, want 401 that says expired", r.status, r.header.Get("WWW-Authenticate"))
	}
	if r := sendAs(t, s, "Bearer "+newToken(t, s)); r.status != http.StatusOK {
		t.Errorf("with a new one: status %d, want 200", r.status)
	}
}
