package sinch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

const maxBody = 1 << 20 // bytes that are read of an answer that is not a list

// wire writes one request and reads one answer.
type wire struct {
	transport http.RoundTripper
	timeout   time.Duration // for one exchange, from the wait for a connection to the last byte of the answer
	traces    bool          // the transport runs the hooks of httptrace
	buffers   sync.Pool     // of *bytes.Buffer, for bodies of answers
}

func newWire(o Options) *wire {
	w := &wire{transport: o.Transport, timeout: o.Timeout}
	w.buffers.New = func() any { return new(bytes.Buffer) }
	if w.transport == nil {
		w.transport = newTransport(o.MaxConns)
	}
	_, w.traces = w.transport.(*http.Transport)
	return w
}

func newTransport(conns int) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment, // which leaves loopback alone
		DialContext:            dialer.DialContext,
		Protocols:              http1(), // see the package doc
		TLSHandshakeTimeout:    10 * time.Second,
		MaxIdleConnsPerHost:    conns,
		MaxConnsPerHost:        conns,
		IdleConnTimeout:        30 * time.Second, // before the server does, for a request on a connection that it closes is in doubt
		DisableCompression:     true,             // answers are a hundred bytes
		MaxResponseHeaderBytes: maxBody,
		WriteBufferSize:        16 << 10, // head, token and message leave in one system call
	}
}

func http1() *http.Protocols {
	p := new(http.Protocols)
	p.SetHTTP1(true)
	return p
}

// checkProxy finds out now what would fail every request. The error does not quote the setting, which may hold a password.
func checkProxy(d Destination) error {
	for _, address := range []string{d.token(), d.conversation("")} {
		u, err := url.Parse(address)
		if err != nil {
			return err
		}
		if _, err := http.ProxyFromEnvironment(&http.Request{URL: u}); err != nil {
			return errors.New("the proxy of the environment (HTTPS_PROXY, HTTP_PROXY) is not a URL")
		}
	}
	return nil
}

// exchange writes call with the head of auth and body once, and reads the answer, most bytes of it, into buf. The answer's body is valid until buf
// is used again. body is only read, but perhaps even after the return: a server may answer before it has read everything.
func (w *wire) exchange(ctx context.Context, call *http.Request, auth *authorization, body []byte, buf *bytes.Buffer, most int64) answer {
	if err := ctx.Err(); err != nil {
		return answer{err: err}
	}
	timed, cancel := context.WithTimeout(ctx, w.timeout)
	defer cancel()

	wrote := new(atomic.Bool)
	trace := &httptrace.ClientTrace{WroteHeaders: func() { wrote.Store(true) }}
	req := call.WithContext(httptrace.WithClientTrace(timed, trace))
	req.Header = auth.header
	if body != nil {
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body)) // and no GetBody: see the package doc
	}
	resp, err := w.transport.RoundTrip(req)
	if err != nil {
		return answer{written: wrote.Load() || !w.traces, err: w.explain(ctx, err, auth.clean)}
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, header: resp.Header, written: true}
	buf.Reset()
	n, err := buf.ReadFrom(&io.LimitedReader{R: resp.Body, N: most + 1})
	switch {
	case err != nil:
		a.err = w.explain(ctx, err, auth.clean)
	case n > most:
		a.err = fmt.Errorf("the answer is longer than %d bytes", most)
	}
	a.body = buf.Bytes()
	return a
}

func (w *wire) buffer() *bytes.Buffer     { return w.buffers.Get().(*bytes.Buffer) }
func (w *wire) release(buf *bytes.Buffer) { w.buffers.Put(buf) }

// explain says which of two deadlines has passed: ours, or none where the caller has given up.
func (w *wire) explain(ctx context.Context, err error, clean func(string) string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %v: %w", w.timeout, err)
	}
	return &wireError{text: clean(err.Error()), err: err}
}
