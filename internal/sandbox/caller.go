package sandbox

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"syscall"
	"time"
)

// callbackTimeout is how long a receiver may take to answer. The API's is not documented.
const callbackTimeout = 5 * time.Second

// Callbacks says how callbacks are made, and what goes wrong with them. The rates are shares of all callbacks, by the dice.
type Callbacks struct {
	Lost       float64       // never made
	Duplicate  float64       // made twice
	Delayed    float64       // made Delay later
	Delay      time.Duration // a minute
	OutOfOrder float64       // of messages: the last callback comes first, and so on

	UnknownFields bool // they have fields that no document knows

	Tries   int           // how often a receiver is called that does not answer, or answers 429 or 5xx; 8
	Backoff time.Duration // before the second try, and twice as long before every further one; 5 s

	// Transport makes the calls; nil: over the network, to this machine alone.
	Transport http.RoundTripper
}

// callback goes to one receiver.
type callback struct {
	target string
	secret string // "": it is not signed
	body   []byte
	tries  int    // made so far
	done   func() // called after the first try; nil: nobody waits for it
}

// caller makes callbacks, at the app's rate, and one after the other to each receiver, so that none overtakes another
// unless it is told to.
type caller struct {
	cfg      Callbacks
	now      func() time.Time // for signatures
	timeline *timeline
	dice     *rand.Rand // used on the timeline only, as is rate
	rate     bucket

	mu    sync.Mutex
	lines map[string][]*callback // by target, while it is being called
	done  sync.WaitGroup
}

func newCaller(cfg Config, t *timeline) *caller {
	c := &caller{
		cfg:      cfg.Callbacks,
		now:      cfg.Now,
		timeline: t,
		dice:     rand.New(rand.NewPCG(cfg.Seed, 1)),
		rate:     newBucket(cfg.Webhooks, math.MaxInt),
		lines:    map[string][]*callback{},
	}
	if c.cfg.Transport == nil {
		dialer := net.Dialer{Control: refuseOthers}
		c.cfg.Transport = &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute}
	}
	return c
}

// strikes throws the dice for something that happens to a share of all.
func (c *caller) strikes(share float64) bool { return share > 0 && c.dice.Float64() < share }

// announce has a callback made, once the app's rate allows it, if nothing goes wrong with it. It runs on the timeline.
func (c *caller) announce(next callback) {
	if c.strikes(c.cfg.Lost) {
		return
	}
	times, delay := 1, time.Duration(0)
	if c.strikes(c.cfg.Duplicate) {
		times = 2
	}
	if c.strikes(c.cfg.Delayed) {
		delay = c.cfg.Delay
	}
	for range times {
		again := next
		c.timeline.after(delay, func() { c.limit(&again) })
	}
}

// limit has a callback made once the app's rate allows it. It runs on the timeline.
func (c *caller) limit(next *callback) {
	now := time.Now()
	c.rate.add(now)
	c.timeline.after(c.rate.empty.Sub(now), func() { c.queue(next) })
}

// queue puts a callback behind those that wait for the same receiver.
func (c *caller) queue(next *callback) {
	c.mu.Lock()
	defer c.mu.Unlock()
	waiting, busy := c.lines[next.target]
	c.lines[next.target] = append(waiting, next)
	if !busy {
		c.done.Go(func() { c.serve(next.target) })
	}
}

// serve calls a receiver until nothing waits for it.
func (c *caller) serve(target string) {
	for next := c.first(target); next != nil; next = c.first(target) {
		again := !c.try(next)
		if next.done != nil {
			next.done()
			next.done = nil
		}
		next.tries++
		if again && next.tries < c.cfg.Tries {
			c.timeline.after(c.cfg.Backoff<<min(next.tries-1, 20), func() { c.limit(next) })
		}
	}
}

// first takes the first callback that waits for a receiver; nil where none does, or the server is closed.
func (c *caller) first(target string) *callback {
	c.mu.Lock()
	defer c.mu.Unlock()
	waiting := c.lines[target]
	if len(waiting) == 0 || c.timeline.ctx.Err() != nil {
		delete(c.lines, target)
		return nil
	}
	c.lines[target] = waiting[1:]
	return waiting[0]
}

// try calls a receiver, and reports whether it need not be called again: it has taken the callback, or refused it.
// A redirect is not followed: RoundTrip never does.
func (c *caller) try(next *callback) bool {
	ctx, cancel := context.WithTimeout(c.timeline.ctx, callbackTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, next.target, bytes.NewReader(next.body))
	if err != nil {
		panic("sandbox: callback: " + err.Error()) // unreachable: the address was checked when it was given
	}
	r.Header.Set("Content-Type", "application/json")
	if next.secret != "" {
		sign(r.Header, next.secret, next.body, c.now())
	}
	response, err := c.cfg.Transport.RoundTrip(r)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	_, _ = io.CopyN(io.Discard, response.Body, 64<<10) // so that the connection can be used again
	return response.StatusCode < 500 && response.StatusCode != http.StatusTooManyRequests
}

// close returns when nobody is being called any more. The timeline is closed before.
func (c *caller) close() {
	c.done.Wait()
	if t, ok := c.cfg.Transport.(*http.Transport); ok {
		t.CloseIdleConnections()
	}
}

// onThisMachine reports whether an address is one that the sandbox calls. It calls nobody else.
func onThisMachine(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}

// refuseOthers keeps a connection from going anywhere but to this machine, whatever its name stands for.
func refuseOthers(_, address string, _ syscall.RawConn) error {
	if to, err := netip.ParseAddrPort(address); err != nil || !to.Addr().Unmap().IsLoopback() {
		return errors.New("not this machine")
	}
	return nil
}
