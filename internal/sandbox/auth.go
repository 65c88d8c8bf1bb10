package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
)

// maxForm is more than a token request ever needs.
const maxForm = 16 << 10

// claims are what a token says. The id makes two tokens of one second different, so that a client can tell which one it used.
type claims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Project  string `json:"project_id"`
	IssuedAt int64  `json:"iat"`
	Expires  int64  `json:"exp"`
	ID       string `json:"jti"`
}

// jwtHeader is the first part of every token (RFC 7515).
var jwtHeader = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`))

// oauth answers a request to the OAuth2 server, which gives out a few tokens a second and never says when to come back.
func (s *Server) oauth(r *http.Request) answer {
	if r.Method != http.MethodPost {
		return oauthError(http.StatusMethodNotAllowed, "invalid_request", "The request method must be POST")
	}
	s.mu.Lock()
	ok := s.tokens.add(s.now())
	s.mu.Unlock()
	if !ok {
		return oauthError(http.StatusTooManyRequests, "too_many_requests", "Too many requests")
	}
	return s.perform(Token, r, func() answer { return s.grant(r) })
}

// grant gives a token to whoever knows the key (RFC 6749, section 4.4).
func (s *Server) grant(r *http.Request) answer {
	if !s.knowsKey(r) {
		return refuseKey()
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, maxForm))
	if err != nil {
		return oauthError(http.StatusBadRequest, "invalid_request", "The request could not be read")
	}
	form, err := url.ParseQuery(string(text))
	if err != nil || mediaType(r) != "application/x-www-form-urlencoded" {
		return oauthError(http.StatusBadRequest, "invalid_request", "The request must be a form")
	}
	if form.Get("grant_type") != "client_credentials" {
		return oauthError(http.StatusBadRequest, "unsupported_grant_type", "The grant type must be client_credentials")
	}
	return jsonAnswer(http.StatusOK, struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
		Scope       string `json:"scope"`
		TokenType   string `json:"token_type"`
	}{AccessToken: s.newToken(), ExpiresIn: int64(s.cfg.TokenTTL / time.Second), TokenType: "bearer"})
}

// refuseKey returns the 401 for a wrong key or secret.
func refuseKey() answer {
	return oauthError(http.StatusUnauthorized, "invalid_client", "Client authentication failed")
}

// newToken returns a JSON Web Token that is good from now on.
func (s *Server) newToken() string {
	now := s.now()
	payload, err := json.Marshal(claims{
		Issuer:   "https://auth.sinch.com/",
		Subject:  s.cfg.KeyID,
		Project:  s.cfg.ProjectID,
		IssuedAt: now.Unix(),
		Expires:  now.Add(s.cfg.TokenTTL).Unix(),
		ID:       ulid.MustNewDefault(now).String(),
	})
	if err != nil {
		panic("sandbox: token: " + err.Error()) // unreachable: strings and integers
	}
	signed := jwtHeader + "." + base64.RawURLEncoding.EncodeToString(payload)
	return signed + "." + base64.RawURLEncoding.EncodeToString(s.signature(signed))
}

// signature returns the last part of a token whose first two are signed.
func (s *Server) signature(signed string) []byte {
	mac := hmac.New(sha256.New, []byte(s.cfg.KeySecret))
	_, _ = io.WriteString(mac, signed) // a hash never fails
	return mac.Sum(nil)
}

// authorize asks for a token of ours that is still good, or for the key itself, which the API takes too, for tests.
// It reports false, and the 401, where there is neither.
func (s *Server) authorize(r *http.Request) (refusal answer, ok bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch {
	case strings.EqualFold(scheme, "Basic") && s.knowsKey(r):
		return answer{}, true
	case !strings.EqualFold(scheme, "Bearer"):
		return s.unauthenticated("Bearer"), false
	}
	expires, ok := s.verify(token)
	switch {
	case !ok:
		return s.unauthenticated(`Bearer error="invalid_token", error_description="The token is not valid"`), false
	case s.now().Unix() >= expires:
		return s.expired(), false
	}
	return answer{}, true
}

// verify returns the Unix time at which a token ends, or false for one that we did not sign.
func (s *Server) verify(token string) (expires int64, ok bool) {
	dot := strings.LastIndexByte(token, '.')
	if dot < 0 {
		return 0, false
	}
	signature, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
	if err != nil || !hmac.Equal(signature, s.signature(token[:dot])) {
		return 0, false
	}
	_, middle, _ := strings.Cut(token[:dot], ".")
	payload, err := base64.RawURLEncoding.DecodeString(middle)
	if err != nil {
		return 0, false
	}
	var c claims
	if err := json.Unmarshal(payload, &c); err != nil {
		return 0, false
	}
	return c.Expires, true
}

// knowsKey reports whether r carries the key by HTTP Basic.
func (s *Server) knowsKey(r *http.Request) bool {
	id, secret, ok := r.BasicAuth()
	return ok &&
		subtle.ConstantTimeCompare([]byte(id), []byte(s.cfg.KeyID))&
			subtle.ConstantTimeCompare([]byte(secret), []byte(s.cfg.KeySecret)) == 1
}

// expired returns the 401 on which the clients of the API fetch a new token: the header says so.
func (s *Server) expired() answer {
	return s.unauthenticated(`Bearer error="invalid_token", error_description="The token is expired"`)
}

// unauthenticated returns a 401 whose WWW-Authenticate header gives the reason (RFC 6750, section 3).
func (s *Server) unauthenticated(reason string) answer {
	a := s.refuse(http.StatusUnauthorized)
	a.authenticate = reason
	return a
}
