package sinch

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	earliest     = time.Minute      // before its end a token is replaced; a tenth of its life before where that is less
	assumedLife  = 10 * time.Minute // where the answer does not say
	tokenRetries = 3                // after a 429, which the token endpoint answers above 10 requests a second
)

// token authorises messages. Nothing in it changes but worked.
type token struct {
	*authorization
	issued time.Time     // wall clock
	life   time.Duration // from issued on
	trial  bool          // fetched after another was refused: if this one is refused too, the credentials are no good
	worked atomic.Bool   // the API has taken it: if it is refused now, it has only expired
}

// left goes by the wall clock, since the monotonic one may stand still while the machine sleeps. A clock that is set wrong
// costs a refused request or an early refresh.
func (t *token) left() time.Duration { return t.life - time.Now().Round(0).Sub(t.issued) }

func (t *token) aging() bool { return t.left() <= min(earliest, t.life/10) }

// tokens hands out the token to use. A new one is fetched when needed, in the goroutine of one of those who ask.
type tokens struct {
	wire      *wire
	call      *http.Request // buys a token
	key       *authorization
	userAgent string
	fixed     *token // HTTP Basic: the only token there is

	mu      sync.Mutex
	current *token
	flight  *flight   // the request for a token that is under way
	notYet  time.Time // no early refresh before this, since the last one failed
	refused bool      // a token was refused, and none has worked since
}

// flight is one request for a token, for everybody who needs one.
type flight struct {
	trial     bool
	done      chan struct{} // closed when the rest is set
	token     *token
	err       error
	abandoned bool // the context of who made the request has ended, which says nothing about the others
}

func newTokens(w *wire, url string, c Credentials, userAgent string) (*tokens, error) {
	pair := base64.StdEncoding.EncodeToString([]byte(c.KeyID + ":" + c.KeySecret.Reveal()))
	key := &authorization{secrets: []string{pair, c.KeySecret.Reveal()}}
	if c.Basic {
		key.header = jsonHeader("Basic "+pair, userAgent)
		return &tokens{fixed: &token{authorization: key}}, nil
	}
	call, err := http.NewRequest(http.MethodPost, url, nil)
	if err != nil {
		return nil, err
	}
	key.header = jsonHeader("Basic "+pair, userAgent)
	key.header.Set("Content-Type", "application/x-www-form-urlencoded")
	return &tokens{wire: w, call: call, key: key, userAgent: userAgent}, nil
}

// get returns a token to use. Any number of callers cause one request. Who refreshes a token early waits for the new one while
// the others go on with the old; that no new one is to be had is no error as long as the old one lives.
func (t *tokens) get(ctx context.Context) (*token, error) {
	if t.fixed != nil {
		return t.fixed, nil
	}
	for {
		t.mu.Lock()
		old := t.living()
		if old != nil && !t.due(old) {
			t.mu.Unlock()
			return old, nil
		}
		f, mine := t.join()
		t.mu.Unlock()
		if mine {
			t.fly(ctx, f, old)
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			return nil, fmt.Errorf("get token: %w", ctx.Err())
		}
		switch {
		case f.err == nil:
			return f.token, nil
		case mine && old == nil, !mine && !f.abandoned:
			return nil, f.err
		}
	}
}

// living returns the current token while it can be used, or nil. Called with mu held, like due and join.
func (t *tokens) living() *token {
	if t.current == nil || t.current.left() <= 0 {
		return nil
	}
	return t.current
}

func (t *tokens) due(old *token) bool {
	return old.aging() && t.flight == nil && !time.Now().Before(t.notYet)
}

func (t *tokens) join() (f *flight, mine bool) {
	if t.flight != nil {
		return t.flight, false
	}
	t.flight = &flight{trial: t.refused, done: make(chan struct{})}
	return t.flight, true
}

// fly makes the request of f. With an old token that still lives one try is enough for now.
func (t *tokens) fly(ctx context.Context, f *flight, old *token) {
	retries := tokenRetries
	if old != nil {
		retries = 0
	}
	f.token, f.err = t.request(ctx, retries)
	f.abandoned = ctx.Err() != nil

	t.mu.Lock()
	defer t.mu.Unlock()
	t.flight = nil
	switch {
	case f.err == nil:
		f.token.trial = f.trial
		t.current = f.token
	case old != nil:
		t.notYet = time.Now().Add(old.left() / 4)
	}
	close(f.done)
}

// accept notes that the API has taken tok.
func (t *tokens) accept(tok *token) {
	if tok.worked.Load() {
		return
	}
	tok.worked.Store(true)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refused = false
}

// refuse notes that the API has answered 401 to tok, and reports whether another token would be no better. Of many requests that
// were refused for the same token only the first drops it: when the others hear of it, there may be a new one already.
func (t *tokens) refuse(tok *token) (final bool) {
	if tok == t.fixed {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.current == tok {
		t.current, t.refused = nil, true
	}
	return tok.trial && !tok.worked.Load()
}

// request asks for a token, and again after a 429: full jitter, for many senders may start at the same minute.
func (t *tokens) request(ctx context.Context, retries int) (*token, error) {
	for try := 0; ; try++ {
		tok, err := t.ask(ctx)
		var refusal *StatusError
		if try == retries || !errors.As(err, &refusal) || refusal.Status != http.StatusTooManyRequests {
			return tok, err
		}
		wait := rand.N(time.Second << (2 * try))
		if refusal.RetryAfter > 0 {
			wait = refusal.RetryAfter + rand.N(250*time.Millisecond)
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, fmt.Errorf("get token: %w", err)
		}
	}
}

// ask makes one request (RFC 6749, section 4.4).
func (t *tokens) ask(ctx context.Context) (*token, error) {
	buf := t.wire.buffer()
	defer t.wire.release(buf)
	issued := time.Now().Round(0)
	a := t.wire.exchange(ctx, t.call, t.key, []byte("grant_type=client_credentials"), buf, maxBody)
	switch {
	case a.status == http.StatusOK:
		tok, err := t.read(a)
		if err != nil {
			return nil, fmt.Errorf("get token: %w", err)
		}
		tok.issued = issued
		return tok, nil
	case a.status == 0:
		return nil, fmt.Errorf("get token: %w", a.err)
	case a.status == http.StatusBadRequest, a.status == http.StatusUnauthorized, a.status == http.StatusForbidden:
		return nil, fmt.Errorf("get token: %w", refusedCredentials(t.refusal(a)))
	}
	return nil, fmt.Errorf("get token: %w", t.refusal(a))
}

func (t *tokens) read(a answer) (*token, error) {
	var grant struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"` // seconds
	}
	switch {
	case a.err != nil:
		return nil, a.err
	case !isJSON(a.header) || json.Unmarshal(a.body, &grant) != nil:
		return nil, errors.New("the answer is not a token in JSON")
	case grant.AccessToken == "" || !visible(grant.AccessToken):
		return nil, errors.New("the answer holds no usable token")
	}
	life := assumedLife
	if grant.ExpiresIn > 0 {
		life = time.Duration(min(grant.ExpiresIn, int64(24*time.Hour/time.Second))) * time.Second
	}
	return &token{
		authorization: &authorization{
			header:  jsonHeader("Bearer "+grant.AccessToken, t.userAgent),
			secrets: []string{grant.AccessToken},
		},
		life: life,
	}, nil
}

// refusal reads the error of OAuth (RFC 6749, section 5.2), or one of the API's.
func (t *tokens) refusal(a answer) *StatusError {
	e := a.failure(t.key.clean)
	var oauth struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if e.API == nil && isJSON(a.header) && json.Unmarshal(a.body, &oauth) == nil && oauth.Error != "" {
		e.API = &APIError{Status: t.key.clean(oauth.Error), Message: t.key.clean(oauth.Description)}
	}
	return e
}

// authorization is what a request shows to be let in. It is always held by a pointer, which fmt does not follow in a struct that
// somebody prints by mistake.
type authorization struct {
	header  http.Header // the whole head of the request; shared, so never changed
	secrets []string    // what no text may hold
}

func jsonHeader(authorization, userAgent string) http.Header {
	return http.Header{
		"Accept":        {"application/json"},
		"Authorization": {authorization},
		"Content-Type":  {"application/json"},
		"User-Agent":    {userAgent},
	}
}

// withoutBody is a for a request without a body.
func (a *authorization) withoutBody() *authorization {
	header := a.header.Clone()
	header.Del("Content-Type")
	return &authorization{header: header, secrets: a.secrets}
}

// clean makes text of the other side fit to be shown.
func (a *authorization) clean(text string) string {
	for _, secret := range a.secrets {
		text = strings.ReplaceAll(text, secret, hidden)
	}
	return Redact(text)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
