package control

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
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

// People asks who the people of the run are. It calls yield with their keys, some at a time; they are yield's until it returns. Where the error is
// not nil they were not all. It is [ErrNobody], or yield's.
func (c *Client) People(ctx context.Context, yield func(keys []uint64) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	silence := time.AfterFunc(patience, cancel)
	defer silence.Stop()
	client := http.Client{Transport: c.http.Transport, CheckRedirect: c.http.CheckRedirect} // it may take long, as long as it goes on
	resp, err := c.do(ctx, &client, http.MethodGet, peoplePath)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body := bufio.NewReader(resp.Body)
	var keys []uint64
	for {
		var n uint32
		if binary.Read(body, binary.BigEndian, &n) != nil || n > maxBatch && n != noMore {
			return ErrNobody
		}
		if n == noMore {
			return nil
		}
		keys = append(keys[:0], make([]uint64, n)...)
		if binary.Read(body, binary.BigEndian, keys) != nil {
			return ErrNobody
		}
		silence.Stop()
		if err := yield(keys); err != nil {
			return err
		}
		silence.Reset(patience)
	}
}

// Ledger asks for a copy of the run's ledger as it is now, and writes it to w. Where the error is not nil it is not whole. It is [ErrNobody], or w's.
func (c *Client) Ledger(ctx context.Context, w io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	silence := time.AfterFunc(patience, cancel)
	defer silence.Stop()
	client := http.Client{Transport: c.http.Transport, CheckRedirect: c.http.CheckRedirect} // it may take long, as long as it goes on
	resp, err := c.do(ctx, &client, http.MethodGet, ledgerPath)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b := make([]byte, 1<<18)
	for {
		n, err := resp.Body.Read(b)
		silence.Reset(patience)
		if n > 0 {
			if _, err := w.Write(b[:n]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return ErrNobody
		}
	}
}

func (c *Client) ask(ctx context.Context, method, path string, v any) error {
	resp, err := c.do(ctx, &c.http, method, path)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil || json.Unmarshal(b, v) != nil {
		return ErrNobody
	}
	return nil
}

// do returns an answer of the holder's, whose body the caller closes.
func (c *Client) do(ctx context.Context, client *http.Client, method, path string) (*http.Response, error) {
	if !isLoopback(c.addr) {
		return nil, ErrNobody // somebody else's file: the token goes to this machine alone
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://"+c.addr+path, nil)
	if err != nil {
		return nil, ErrNobody
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	resp, err := client.Do(r)
	if err != nil {
		return nil, ErrNobody
	}
	if resp.StatusCode != http.StatusOK || resp.Header.Get(proofHeader) != proof(c.token) {
		_ = resp.Body.Close()
		return nil, ErrNobody
	}
	return resp, nil
}
