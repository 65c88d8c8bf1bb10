package metrics

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Server shows the metrics of a run that goes on, under /metrics, and nothing of the process that sends.
type Server struct {
	URL     string // where the metrics are
	http    *http.Server
	current atomic.Pointer[Metrics]
}

// Address reads where a [Server] is to listen: HOST:PORT, where no host is this machine alone. isPublic says that others can reach it.
func Address(text string) (address string, isPublic bool, err error) {
	host, port, err := net.SplitHostPort(text)
	if err != nil || port == "" {
		return "", false, errors.New("it has to be an address and a port, such as 127.0.0.1:9090")
	}
	if host == "" {
		host = "127.0.0.1"
	}
	ip := net.ParseIP(host)
	return net.JoinHostPort(host, port), host != "localhost" && (ip == nil || !ip.IsLoopback()), nil
}

// Serve listens on an address. states are all that a run can be in. The caller closes the server.
func Serve(address string, states []string) (*Server, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	s := &Server{URL: "http://" + listener.Addr().String() + "/metrics"}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(register(collector{s.current.Load, states, true}), promhttp.HandlerOpts{}))
	s.http = &http.Server{Handler: mux, ReadTimeout: patience, WriteTimeout: patience, IdleTimeout: time.Minute}
	go func() { _ = s.http.Serve(listener) }() // until Close; whoever asks then sees that nobody is there
	return s, nil
}

// Show has the server show a copy of m from now on. It may be called while others ask.
func (s *Server) Show(m Metrics) { s.current.Store(&m) }

// Close ends it, and the requests that are being answered.
func (s *Server) Close() { _ = s.http.Close() } // which no run depends on
