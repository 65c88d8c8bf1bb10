// Package webhook is the HTTP server that Sinch calls: it lets callbacks in that are signed, has them stored, and answers when they are.
//
// # Answers
//
//	200  everything in it is on disk; or there was nothing for us in it, which makes it no less delivered
//	400  not JSON                      401  not signed with the secret, or too long ago
//	405  not a POST                    413  more than 1 MB
//	503  it could not be stored, or has not come whole: Sinch sends it again
//
// Sinch drops what gets a 4xx and tries again after a 5xx. A path is as good as another, but for GET /healthz, which says that the server is there.
// Nothing is logged but counts.
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

	bodies sync.Pool // of *bytes.Buffer

	mu      sync.Mutex
	refused Refused
}

// Refused are how many callbacks were not taken, and why.
type Refused struct {
	Signature int // there is none, or it is of another secret
	Age       int // it was signed too long ago, or in the future
	Unread    int // it is not JSON, too large, or not a POST
	Failed    int // it could not be stored
}

// New returns a Handler that lets in what is signed with secret, at most maxAge ago or in the future; everything where secret is empty.
func New(store *intake.Store, secret []byte, maxAge time.Duration) *Handler {
	h := &Handler{store: store, secret: secret, maxAge: maxAge}
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
	buf := h.bodies.Get().(*bytes.Buffer)
	defer h.bodies.Put(buf)
	if status := h.take(buf, w, r); status != http.StatusOK {
		w.WriteHeader(status)
	}
}

// take takes in a callback, and returns the status that answers it.
func (h *Handler) take(buf *bytes.Buffer, w http.ResponseWriter, r *http.Request) int {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return h.refuse(&h.refused.Unread, http.StatusMethodNotAllowed)
	}
	buf.Reset()
	if _, err := buf.ReadFrom(http.MaxBytesReader(w, r.Body, callback.MaxSize)); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return h.refuse(&h.refused.Unread, http.StatusRequestEntityTooLarge)
		}
		return h.refuse(&h.refused.Unread, http.StatusServiceUnavailable) // the rest of it has not come, which is no fault of what there was
	}
	if len(h.secret) > 0 {
		switch err := callback.Verify(r.Header, buf.Bytes(), h.secret, time.Now(), h.maxAge); {
		case errors.Is(err, callback.ErrStale):
			return h.refuse(&h.refused.Age, http.StatusUnauthorized)
		case err != nil:
			return h.refuse(&h.refused.Signature, http.StatusUnauthorized)
		}
	}
	e, err := callback.Parse(buf.Bytes())
	if err != nil {
		return h.refuse(&h.refused.Unread, http.StatusBadRequest)
	}
	if err := h.store.Take(e); err != nil {
		return h.refuse(&h.refused.Failed, http.StatusServiceUnavailable)
	}
	return http.StatusOK
}

// refuse counts a callback that is not taken.
func (h *Handler) refuse(count *int, status int) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	*count++
	return status
}

// Words says how much was taken in and refused: 12,040 receipts stored for 2 runs, 3 not ours, 1 refused (signature).
func (h *Handler) Words() string {
	parts := []string{h.store.Counts().Words()}
	refused := h.Refused()
	for _, n := range [...]struct {
		count int
		why   string
	}{
		{refused.Signature, " refused (signature)"}, {refused.Age, " refused (too old)"}, {refused.Unread, " refused (not a callback)"},
		{refused.Failed, " could not be stored"},
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
