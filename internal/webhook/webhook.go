// Package webhook is the HTTP server that Sinch calls: it lets callbacks in that are signed, has them stored, and answers when they are.
//
// # Answers
//
//	200  everything in it is on disk; or there was nothing for us in it, which makes it no less delivered
//	400  not JSON                      401  not signed with the secret, or too long ago
//	405  not a POST                    413  more than 1 MB
//	503  it could not be stored, has not come whole, or is one too many at once: Sinch sends it again
//
// Sinch drops what gets a 4xx and tries again after a 5xx. A path is as good as another, but for GET /healthz, which says that the server is there.
// Nothing is logged but counts, and why something could not be stored. Whom a callback is from is known only when all of it is there; so what may be
// there at once has a bound.
package webhook

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"sendoff/internal/callback"
	"sendoff/internal/intake"
	"sendoff/internal/prose"
)

// Handler answers callbacks. It must not be copied.
type Handler struct {
	store  *intake.Store
	secret []byte
	maxAge time.Duration

	bodies sync.Pool     // of *bytes.Buffer, for small ones
	calls  chan struct{} // holds a token for each callback that is being answered
	large  chan struct{} // and for each of them that is large

	mu      sync.Mutex
	refused Refused
	why     error // the last one could not be stored
}

// Refused are how many callbacks were not taken, and why.
type Refused struct {
	Signature int // there is none, or it is of another secret
	Age       int // it was signed too long ago, or in the future
	Unread    int // it is not JSON, too large, or not a POST
	Failed    int // it could not be stored
	Busy      int // there were too many at once
}

// What may be in memory at once, which is 64 MB. Sinch makes 25 callbacks a second for an app, and nearly all of them have a thousand bytes or two.
const (
	mostCalls = 1024
	mostLarge = 16
	smallBody = 16 << 10 // bytes
)

// retryAfter is in how many seconds one that was too many may come again.
const retryAfter = "5"

// New returns a Handler that lets in what is signed with secret, at most maxAge ago or in the future; everything where secret is empty.
func New(store *intake.Store, secret []byte, maxAge time.Duration) *Handler {
	h := &Handler{store: store, secret: secret, maxAge: maxAge, calls: make(chan struct{}, mostCalls), large: make(chan struct{}, mostLarge)}
	h.bodies.New = func() any { return new(bytes.Buffer) }
	return h
}

// Refused returns how many were not taken so far.
func (h *Handler) Refused() Refused {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.refused
}

// ServeHTTP answers one callback.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/healthz" && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		_, _ = io.WriteString(w, "ok\n") // who has hung up need not know
		return
	}
	if status := h.take(w, r); status != http.StatusOK {
		w.WriteHeader(status)
	}
}

// take takes in a callback, and returns the status that answers it.
func (h *Handler) take(w http.ResponseWriter, r *http.Request) int {
	switch {
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		return h.refuse(&h.refused.Unread, http.StatusMethodNotAllowed)
	case r.ContentLength > callback.MaxSize:
		return h.refuse(&h.refused.Unread, http.StatusRequestEntityTooLarge)
	case !begin(h.calls):
		return h.turnAway(w)
	}
	defer end(h.calls)
	buf := h.bodies.Get().(*bytes.Buffer)
	defer h.bodies.Put(buf)
	buf.Reset()
	body := http.MaxBytesReader(w, r.Body, callback.MaxSize)
	_, err := buf.ReadFrom(io.LimitReader(body, smallBody+1))
	if err == nil && buf.Len() > smallBody {
		if !begin(h.large) {
			return h.turnAway(w)
		}
		defer end(h.large)
		buf = bytes.NewBuffer(bytes.Clone(buf.Bytes())) // the other one stays small
		_, err = buf.ReadFrom(body)
	}
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return h.refuse(&h.refused.Unread, http.StatusRequestEntityTooLarge)
		}
		return h.refuse(&h.refused.Unread, http.StatusServiceUnavailable) // the rest of it has not come, which is no fault of what there was
	}
	return h.open(buf.Bytes(), r.Header)
}

// open takes in a callback that has come whole.
func (h *Handler) open(body []byte, header http.Header) int {
	if len(h.secret) > 0 {
		switch err := callback.Verify(header, body, h.secret, time.Now(), h.maxAge); {
		case errors.Is(err, callback.ErrStale):
			return h.refuse(&h.refused.Age, http.StatusUnauthorized)
		case err != nil:
			return h.refuse(&h.refused.Signature, http.StatusUnauthorized)
		}
	}
	e, err := callback.Parse(body)
	if err != nil {
		return h.refuse(&h.refused.Unread, http.StatusBadRequest)
	}
	if err := h.store.Take(e); err != nil {
		h.mu.Lock()
		h.why = err
		h.mu.Unlock()
		return h.refuse(&h.refused.Failed, http.StatusServiceUnavailable)
	}
	return http.StatusOK
}

// begin takes one of the tokens that there are, and reports whether one was left; end gives it back.
func begin(tokens chan struct{}) bool {
	select {
	case tokens <- struct{}{}:
		return true
	default:
		return false
	}
}

func end(tokens chan struct{}) { <-tokens }

// turnAway refuses a callback that is one too many at once.
func (h *Handler) turnAway(w http.ResponseWriter) int {
	w.Header().Set("Retry-After", retryAfter)
	w.Header().Set("Connection", "close") // or the rest of it would be read
	return h.refuse(&h.refused.Busy, http.StatusServiceUnavailable)
}

// refuse counts a callback that is not taken.
func (h *Handler) refuse(count *int, status int) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	*count++
	return status
}

// Words says how much was taken in and refused, without anybody's data: 12,040 receipts stored for 2 runs, 3 not ours, 1 refused (signature).
func (h *Handler) Words() string {
	parts := []string{h.store.Counts().Words()}
	h.mu.Lock()
	refused, failed := h.refused, " could not be stored"
	if h.why != nil {
		failed += " (" + strings.ReplaceAll(h.why.Error(), "\n", "; ") + ")"
	}
	h.mu.Unlock()
	for _, n := range [...]struct {
		count int
		why   string
	}{
		{refused.Signature, " refused (signature)"}, {refused.Age, " refused (too old)"}, {refused.Unread, " refused (not a callback)"},
		{refused.Failed, failed}, {refused.Busy, " turned away (too many at once)"},
	} {
		if n.count > 0 {
			parts = append(parts, prose.Thousands(n.count)+n.why)
		}
	}
	return strings.Join(parts, ", ")
}

// How long a connection may take for each thing, so that nobody can hold all of them.
const (
	headTime  = 10 * time.Second
	bodyTime  = 30 * time.Second
	replyTime = time.Minute
	idleTime  = 2 * time.Minute
	maxHead   = 32 << 10
	// grace is how long a server that stops waits for what is under way.
	grace = 10 * time.Second
)

// Serve answers at l until ctx ends, and then finishes what is under way, for ten seconds. It closes l.
func (h *Handler) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: headTime, ReadTimeout: bodyTime, WriteTimeout: replyTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHead,
		ErrorLog: log.New(io.Discard, "", 0), // it names addresses
	}
	done := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		timed, cancel := context.WithTimeout(context.Background(), grace)
		defer cancel()
		err := server.Shutdown(timed)
		if err != nil { // somebody keeps a request open; they have had their time
			err = server.Close()
		}
		done <- err
	})
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		stop()
		return err
	}
	return <-done
}
