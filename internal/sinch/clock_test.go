package sinch_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sendoff/internal/sinch"
)

// pipes is a network in memory, for bubbles of synctest: sockets would keep their clock from moving.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.closed:
		return nil, errors.New("network is down")
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func (p *pipes) Close() error {
	close(p.closed)
	return nil
}

// inBubble runs test with a client of a whose clock is that of a bubble.
func inBubble(t *testing.T, a *api, test func(*testing.T, *sinch.Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { overPipes(t, a, sinch.Options{Destination: destination("http://127.0.0.1")}, test) })
}

// overPipes runs test in a bubble, with a client that reaches a server of h through pipes.
func overPipes(t *testing.T, h http.Handler, o sinch.Options, test func(*testing.T, *sinch.Client)) {
	t.Helper()
	network := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: h, ErrorLog: quiet()}
	var wg sync.WaitGroup
	wg.Go(func() { _ = server.Serve(network) })
	o.Transport = &http.Transport{DialContext: network.dial}
	c := newClient(t, o)
	test(t, c)
	c.Close()
	_ = server.Close()
	wg.Wait()
}

// TestTokenLife counts the tokens that ten minutes before and after the end of one take.
func TestTokenLife(t *testing.T) {
	for _, tc := range []struct {
		life int           // seconds
		good time.Duration // how long the token is used
	}{
		{3600, 59 * time.Minute},
		{3599, 58*time.Minute + 59*time.Second},
		{100, 90 * time.Second},
		{5, 4500 * time.Millisecond},
		{1, 900 * time.Millisecond},
		{1 << 40, 24*time.Hour - time.Minute},
	} {
		a := &api{life: tc.life}
		inBubble(t, a, func(t *testing.T, c *sinch.Client) {
			for _, at := range []struct {
				time   time.Duration
				tokens int32
			}{{0, 1}, {tc.good - time.Millisecond, 1}, {tc.good, 2}, {tc.good + time.Millisecond, 2}} {
				time.Sleep(at.time - time.Since(start()))
				if o := c.Send(t.Context(), message); o.Err != nil {
					t.Fatal(o.Err)
				}
				if n := a.tokens.Load(); n != at.tokens {
					t.Errorf("life of %d s: %d tokens after %v, want %d", tc.life, n, at.time, at.tokens)
				}
			}
		})
	}
}

// start is when every bubble begins.
func start() time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }

// TestTokenTrialEnds is about a token that was refused long ago: since then another has worked, so the next refusal is a first one again.
func TestTokenTrialEnds(t *testing.T) {
	a := new(api)
	inBubble(t, a, func(t *testing.T, c *sinch.Client) {
		send := func(status int) {
			t.Helper()
			if o := c.Send(t.Context(), message); o.Status != status || o.CredentialsRefused {
				t.Fatalf("Send() = %+v, want status %d and credentials that are not refused", o, status)
			}
		}
		send(200)
		a.revoke()
		send(401)
		send(200) // the second token works
		time.Sleep(time.Hour)
		a.send = script(page(401), a.accept)
		send(401) // the third has not worked yet
		send(200)
	})
}

// TestTokenEarlyRefreshFails is about a token endpoint that is away for the last minute of a token: nobody notices before its end.
func TestTokenEarlyRefreshFails(t *testing.T) {
	a := new(api)
	a.token = script(a.grant, page(503))
	inBubble(t, a, func(t *testing.T, c *sinch.Client) {
		for time.Since(start()) < time.Hour {
			if o := c.Send(t.Context(), message); o.Err != nil {
				t.Fatalf("after %v: %v", time.Since(start()), o.Err)
			}
			time.Sleep(time.Second)
		}
		if n := a.tokens.Load(); n < 4 || n > 30 {
			t.Errorf("%d requests for tokens, want a few in the last minute", n)
		}
		if o := c.Send(t.Context(), message); o.Err == nil || o.Written {
			t.Errorf("Send() = %+v, want no token any more, and nothing written", o)
		}
	})
}

// TestTokenEarlyRefreshDoesNotHoldUp lets one caller wait for the new token while the others go on with the old.
func TestTokenEarlyRefreshDoesNotHoldUp(t *testing.T) {
	a := new(api)
	a.token = script(a.grant, func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(20 * time.Second)
		a.grant(w, r)
	})
	inBubble(t, a, func(t *testing.T, c *sinch.Client) {
		if o := c.Send(t.Context(), message); o.Err != nil {
			t.Fatal(o.Err)
		}
		time.Sleep(59*time.Minute + time.Second)
		before := time.Now()
		var waited []time.Duration
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				o := c.Send(t.Context(), message)
				mu.Lock()
				defer mu.Unlock()
				if o.Err != nil {
					t.Error(o.Err)
				}
				if d := time.Since(before); d > 0 {
					waited = append(waited, d)
				}
			})
		}
		wg.Wait()
		if len(waited) != 1 || waited[0] != 20*time.Second || a.tokens.Load() != 2 {
			t.Errorf("waited %v for %d tokens, want one caller to wait 20s for the second", waited, a.tokens.Load())
		}
	})
}

func TestTokenTooManyRequests(t *testing.T) {
	limited := func(retryAfter string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if retryAfter != "" {
				w.Header().Set("Retry-After", retryAfter)
			}
			page(429)(w, r)
		}
	}
	for _, tc := range []struct {
		name     string
		answers  []http.HandlerFunc
		tokens   int32
		min, max time.Duration
		sent     bool
	}{
		{"once", repeat(1, limited("")), 2, 0, time.Second, true},
		{"three times", repeat(3, limited("")), 4, 0, 21 * time.Second, true},
		{"for good", repeat(9, limited("")), 4, 0, 21 * time.Second, false},
		{"with Retry-After", repeat(2, limited("10")), 3, 20 * time.Second, 21 * time.Second, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := new(api)
			a.token = script(append(tc.answers, a.grant)...)
			inBubble(t, a, func(t *testing.T, c *sinch.Client) {
				o := c.Send(t.Context(), message)
				if (o.MessageID != "") != tc.sent || o.Written != tc.sent {
					t.Errorf("Send() = %+v, want sent %v", o, tc.sent)
				}
				if d := time.Since(start()); d < tc.min || d > tc.max {
					t.Errorf("took %v, want %v to %v", d, tc.min, tc.max)
				}
				if n := a.tokens.Load(); n != tc.tokens {
					t.Errorf("%d requests for tokens, want %d", n, tc.tokens)
				}
			})
		})
	}
}

// TestTokenLeaderGivesUp cancels the caller that asks for everybody: the others ask anew, and are not told of a cancellation that is not
// theirs.
func TestTokenLeaderGivesUp(t *testing.T) {
	a := new(api)
	slow := func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(5 * time.Second)
		a.grant(w, r)
	}
	a.token = slow
	inBubble(t, a, func(t *testing.T, c *sinch.Client) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() {
			if o := c.Send(ctx, message); o.Written || !errors.Is(o.Err, context.DeadlineExceeded) {
				t.Errorf("leader: Send() = %+v, want to have given up", o)
			}
		})
		synctest.Wait() // the leader is on its way
		for range 3 {
			wg.Go(func() {
				if o := c.Send(t.Context(), message); o.Err != nil {
					t.Errorf("follower: %v", o.Err)
				}
			})
		}
		impatient, stop := context.WithTimeout(t.Context(), 2*time.Second)
		defer stop()
		wg.Go(func() {
			if o := c.Send(impatient, message); o.Written || !errors.Is(o.Err, context.DeadlineExceeded) {
				t.Errorf("impatient follower: Send() = %+v, want to have given up", o)
			}
		})
		wg.Wait()
		time.Sleep(10 * time.Second) // until the server is done with the leader's request
		if n := a.tokens.Load(); n > 3 {
			t.Errorf("%d requests for tokens, want one of each leader", n)
		}
	})
}
