package sandbox

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
)

// errReset is what a client in the same process gets where one on a network would read a reset.
var errReset = errors.New("sandbox: connection reset")

// RoundTrip answers r within the process, without a network, so that a client with the server as its Transport can be run
// where connections cannot: in a bubble of testing/synctest, or with no port to listen on. Of an httptrace.ClientTrace it
// calls WroteHeaders and WroteRequest. A request whose context ends while it waits for its answer has been carried out.
func (s *Server) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	if r.Body != nil {
		defer r.Body.Close()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	a := s.answer(incoming(r))
	if trace := httptrace.ContextClientTrace(ctx); trace != nil {
		if trace.WroteHeaders != nil {
			trace.WroteHeaders()
		}
		if trace.WroteRequest != nil {
			trace.WroteRequest(httptrace.WroteRequestInfo{})
		}
	}
	if err := a.wait(ctx); err != nil {
		return nil, err
	}
	if a.cut == none {
		return nil, errReset
	}
	return &http.Response{
		Status:        strconv.Itoa(a.status) + " " + http.StatusText(a.status),
		StatusCode:    a.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        a.header(s.now()),
		Body:          &body{Reader: a.reader(ctx), cut: a.cut == half},
		ContentLength: int64(len(a.body)),
		Request:       r,
	}, nil
}

// incoming returns r, a request as clients make it, as servers see it.
func incoming(r *http.Request) *http.Request {
	in := *r
	if in.Body == nil {
		in.Body = http.NoBody
	}
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	return &in
}

// body is the body of an answer within the process.
type body struct {
	io.Reader
	cut bool // it ends too early
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF && b.cut {
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}

func (b *body) Close() error { return nil }
