package sinch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Credentials are an access key of the project.
type Credentials struct {
	KeyID     string
	KeySecret Secret
	Basic     bool // HTTP Basic on every request, without tokens. Sinch limits its rate heavily and means it for tests
}

// Options say how to reach the API. Zero values of the optional ones stand for the defaults given.
type Options struct {
	Destination Destination
	Credentials Credentials
	Timeout     time.Duration // for one request, from the wait for a connection to the end of the answer; 30 s
	MaxConns    int           // connections to a host, so requests at the same time; 64
	UserAgent   string        // "sendoff"
	// Transport replaces our own, for tests that work in memory. Any but an *http.Transport is not believed to know whether it has
	// written anything: whatever fails in it counts as written. It must not follow redirects or try again.
	Transport http.RoundTripper
}

// Client speaks with the Conversation API. Its methods may be called by many goroutines.
type Client struct {
	wire   *wire
	tokens *tokens
	send   *http.Request // without head and body, like the next two
	app    *http.Request
	last   *http.Request // messages:fetch-last-message
	list   string        // the address of the stored messages
	appID  string

	templates string // the address of the project's templates
	webhooks  string // and of its webhooks
}

// New checks the options and returns a client. Nothing is asked over the network. The caller closes it.
func New(o Options) (*Client, error) {
	if err := errors.Join(o.Destination.Validate(), o.Credentials.validate()); err != nil {
		return nil, err
	}
	o.fillIn()
	d := o.Destination
	send, err := http.NewRequest(http.MethodPost, d.conversation("messages:send"), nil)
	if err != nil {
		return nil, err
	}
	app, err := http.NewRequest(http.MethodGet, d.conversation("apps/"+url.PathEscape(d.AppID)), nil)
	if err != nil {
		return nil, err
	}
	last, err := http.NewRequest(http.MethodPost, d.conversation("messages:fetch-last-message"), nil)
	if err != nil {
		return nil, err
	}
	w := newWire(o)
	tokens, err := newTokens(w, d.token(), o.Credentials, o.UserAgent)
	if err != nil {
		return nil, err
	}
	if err := checkProxy(d); err != nil {
		return nil, err
	}
	return &Client{wire: w, tokens: tokens, send: send, app: app, last: last, list: d.conversation("messages"), appID: d.AppID, templates: d.template("templates"), webhooks: d.conversation("webhooks")}, nil
}

func (c Credentials) validate() error {
	secret := c.KeySecret.Reveal()
	switch {
	case c.KeyID == "" || secret == "":
		return errors.New("no access key (SINCH_KEY_ID and SINCH_KEY_SECRET)")
	case !visible(c.KeyID) || !visible(secret):
		return errors.New("the access key (SINCH_KEY_ID, SINCH_KEY_SECRET) holds white space or characters that no key has")
	case strings.Contains(c.KeyID, ":"): // RFC 7617, section 2
		return errors.New("the key id (SINCH_KEY_ID) holds a colon: give the secret apart, in SINCH_KEY_SECRET")
	}
	return nil
}

func (o *Options) fillIn() {
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.MaxConns <= 0 {
		o.MaxConns = 64
	}
	if o.UserAgent == "" {
		o.UserAgent = "sendoff"
	}
}

// Close drops the connections that are idle. Requests under way are the business of who made them.
func (c *Client) Close() {
	if t, ok := c.wire.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// Authorize sees to it that a token is at hand, so that the next [Client.Send] need not wait for one. Where none is to be had it returns
// false, and the outcome that a message would have: nothing of it was written. It ends with ctx.
func (c *Client) Authorize(ctx context.Context) (Outcome, bool) {
	if _, err := c.tokens.get(ctx); err != nil {
		return unanswered(false, err), false
	}
	return Outcome{}, true
}

// Send posts body, a request of messages:send in JSON, once. Before it does, it may have to wait for a token; nothing
// of the message is written then. body must not be changed any more, not even after the return: a server may answer before it
// has read everything.
func (c *Client) Send(ctx context.Context, body []byte) Outcome {
	tok, err := c.tokens.get(ctx)
	if err != nil {
		return unanswered(false, err)
	}
	buf := c.wire.buffer()
	defer c.wire.release(buf)
	a := c.wire.exchange(ctx, c.send, tok.authorization, body, buf, maxBody)
	if a.status == 0 {
		return unanswered(a.written, fmt.Errorf("send message: %w", a.err))
	}
	o := answered(a, tok.clean)
	switch {
	case o.Err == nil:
		c.tokens.accept(tok)
		return o
	case o.Status == http.StatusUnauthorized:
		o.CredentialsRefused = c.tokens.refuse(tok)
	}
	if o.CredentialsRefused {
		o.Err = fmt.Errorf("%w (look at SINCH_KEY_ID and SINCH_KEY_SECRET): %w", ErrCredentials, o.Err)
	}
	o.Err = fmt.Errorf("send message: %w", o.Err)
	return o
}
