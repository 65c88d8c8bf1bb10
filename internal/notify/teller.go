package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options say whom to tell.
type Options struct {
	Heartbeat *Heartbeat // nil: none
	Ignore    []int      // exit codes at which no heartbeat says how it ended
	UserAgent string
}

// Teller tells of one start of a run.
type Teller struct {
	options Options
	client  *http.Client
	patience
	began   chan error    // gets what became of the first heartbeat
	hurried chan struct{} // closed when the end has come: the first heartbeat is not tried again
}

// patience is how long a Teller tries.
type patience struct {
	tries   int
	timeout time.Duration // of one try
	pause   time.Duration // after the first try; twice as long after the second
	span    time.Duration // of everything at an end
}

var usual = patience{tries: 3, timeout: 5 * time.Second, pause: 500 * time.Millisecond, span: 15 * time.Second}

// Begin tells the heartbeat, if there is one, that a start has begun, and returns at once. The caller calls End.
func Begin(o Options) *Teller { return begin(o, usual) }

func begin(o Options, p patience) *Teller {
	t := &Teller{
		options: o, patience: p,
		client: &http.Client{
			Transport: &http.Transport{
				Proxy:                  http.ProxyFromEnvironment,
				DisableKeepAlives:      true,
				DisableCompression:     true,
				MaxResponseHeaderBytes: 16 << 10,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		began: make(chan error, 1), hurried: make(chan struct{}),
	}
	if o.Heartbeat == nil {
		t.began <- nil
		return t
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), t.span)
		defer cancel()
		t.began <- t.deliver(ctx, o.Heartbeat.call(start, ""), t.hurried)
	}()
	return t
}

// End tells heartbeat and webhooks how it ended, and returns when all have been told or cannot be, after 15 seconds at most, or when ctx
// ends. Its error is one line, fit for people. The heartbeat hears of the end only when it can no longer be told of the start.
func (t *Teller) End(ctx context.Context, m Message, webhooks []*Webhook) error {
	ctx, cancel := context.WithTimeout(ctx, t.span)
	defer cancel()
	m = m.complete()
	failed := make([]error, len(webhooks)+1)
	var all sync.WaitGroup
	all.Go(func() { failed[0] = of("heartbeat", t.endHeartbeat(ctx, m)) })
	for i, w := range webhooks {
		all.Go(func() { failed[i+1] = of("notify", t.deliver(ctx, w.call(m), nil)) })
	}
	all.Wait()
	var texts []string
	for _, err := range failed {
		if err != nil && !slices.Contains(texts, err.Error()) {
			texts = append(texts, err.Error())
		}
	}
	if len(texts) == 0 {
		return nil
	}
	return errors.New(strings.Join(texts, "; "))
}

// of says of an error which of the two it is of.
func of(which string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", which, err)
}

func (t *Teller) endHeartbeat(ctx context.Context, m Message) error {
	close(t.hurried)
	if t.options.Heartbeat == nil {
		return nil
	}
	var failed error
	select {
	case failed = <-t.began:
	case <-ctx.Done():
		return fmt.Errorf("%s: no time was left", t.options.Heartbeat.host)
	}
	if slices.Contains(t.options.Ignore, m.ExitCode) {
		return failed
	}
	s := success
	if m.ExitCode != 0 {
		s = failure
	}
	if err := t.deliver(ctx, t.options.Heartbeat.call(s, m.text()+"\n"), nil); err != nil {
		return err
	}
	return failed
}

// call is one request, whatever number of times it is tried.
type call struct {
	method string
	url    *url.URL
	kind   string // of body
	body   []byte
}

// deliver makes a call until it is answered. Its error names the host and what is wrong. When hurried is closed, the try under way is the last.
// A nil call needs no delivery.
func (t *Teller) deliver(ctx context.Context, c *call, hurried <-chan struct{}) (err error) {
	if c == nil {
		return nil
	}
	defer func() {
		if p := recover(); p != nil { // whatever is wrong here, people are being sent to
			err = errors.New("an unexpected error")
		}
		if err != nil {
			err = fmt.Errorf("%s: %w", c.url.Host, err)
		}
	}()
	for try, pause := 1, t.pause; ; try, pause = try+1, 2*pause {
		again, err := t.try(ctx, c)
		if err == nil || !again || try == t.tries {
			return err
		}
		select {
		case <-time.After(pause):
		case <-hurried:
			return err
		case <-ctx.Done():
			return err
		}
	}
}

// try makes a call once. It returns whether another try may do better.
func (t *Teller) try(ctx context.Context, c *call) (again bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, c.method, c.url.String(), bytes.NewReader(c.body))
	if err != nil {
		return false, errAddress
	}
	req.Header.Set("User-Agent", t.options.UserAgent)
	if c.kind != "" {
		req.Header.Set("Content-Type", c.kind)
	}
	resp, err := t.client.Do(req)
	if err != nil {
		return true, explain(err)
	}
	_ = resp.Body.Close() // whatever it says
	switch {
	case resp.StatusCode < 300:
		return false, nil
	case resp.StatusCode < 400:
		return false, fmt.Errorf("answered with a redirect (%d), which is not followed", resp.StatusCode)
	}
	again = resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusRequestTimeout
	return again, fmt.Errorf("answered with %d", resp.StatusCode)
}

// explain says what is wrong without the address, which net/http puts into its errors, and without what the other side has written.
func explain(err error) error {
	var (
		dns  *net.DNSError
		op   *net.OpError
		cert *tls.CertificateVerificationError
	)
	switch {
	case errors.Is(err, context.Canceled):
		return errors.New("interrupted")
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("no answer in time")
	case errors.As(err, &dns):
		return errors.New("the host is not found")
	case errors.As(err, &cert):
		return errors.New("its certificate is not to be trusted")
	case errors.As(err, &op):
		return fmt.Errorf("%s: %w", op.Op, op.Err)
	}
	return errors.New("no answer that can be read")
}
