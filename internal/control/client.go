package control

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
)

const maxAnswer = 1 << 20

// Client asks the holder of a run.
type Client struct {
	addr, token string
	http        http.Client
}

// NewClient returns a client for what a holder has announced. It connects for each call.
func NewClient(addr, token string) *Client {
	return &Client{addr: addr, token: token, http: http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true}, // and no proxy, whatever the environment says
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // the token is for the holder alone
	}}
}

// Status asks how far the run is. The answer goes into v, as of json.Unmarshal. The only error is [ErrNobody].
func (c *Client) Status(ctx context.Context, v any) error {
	return c.ask(ctx, http.MethodGet, statusPath, v)
}

// Tell gives an order and returns what the holder says of it. The only error is [ErrNobody].
func (c *Client) Tell(ctx context.Context, o Order) (string, error) {
	var answer said
	err := c.ask(ctx, http.MethodPost, "/"+string(o), &answer)
	return answer.Said, err
}

func (c *Client) ask(ctx context.Context, method, path string, v any) error {
	if !isLoopback(c.addr) {
		return ErrNobody // somebody else's file: the token goes to this machine alone
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://"+c.addr+path, nil)
	if err != nil {
		return ErrNobody
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	resp, err := c.http.Do(r)
	if err != nil {
		return ErrNobody
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil || resp.StatusCode != http.StatusOK || resp.Header.Get(proofHeader) != proof(c.token) || json.Unmarshal(b, v) != nil {
		return ErrNobody
	}
	return nil
}
