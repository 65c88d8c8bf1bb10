package sandbox

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oklog/ulid/v2"
)

// Server plays the Conversation API and its OAuth2 server under one base URL. It is an [http.Handler]; within a process it is
// an [http.RoundTripper] too, which needs no network. It is safe for concurrent use. It starts goroutines for callbacks and batches
// alone, so a server of [New] that has neither needs no [Server.Close].
type Server struct {
	cfg     Config
	faults  *faultBook
	answers tally
	buffers sync.Pool // of *bytes.Buffer, for the bodies of requests
	state   state

	settings atomic.Pointer[appSettings] // of the app; replaced with mu held
	ahead    atomic.Int64                // nanoseconds by which the clock was put forward

	timeline *timeline // of all that happens behind the API
	caller   *caller

	// mu makes accepting a message one step: its time, its place in the queue, its line in the record, its being found.
	mu       sync.Mutex
	requests bucket // of the project
	tokens   bucket // of the OAuth2 server
	drain    int    // of the queue, a second
	queue    bucket // messages accepted and not yet handed to a channel
	entropy  *ulid.MonotonicEntropy
	latest   time.Time // that a message was accepted
	accepted int
	record   recorder
	journal  recorder // of a server that outlives its process
	file     *os.File // that the journal is in, or nil
	late     []lateMessage
	store    store

	resources resources
	heard     atomic.Bool // there are webhooks
}

// New returns a server that plays what cfg says, and forgets it all with its process. It never fails: what [Config.Check] would
// not have is played as it stands.
func New(cfg Config) *Server {
	cfg = cfg.withDefaults()
	s := &Server{
		cfg:      cfg,
		faults:   newFaultBook(cfg.Seed),
		requests: newBucket(cfg.RateLimit, cfg.RateLimit/10),
		tokens:   newBucket(tokenRate, tokenBurst),
		drain:    cfg.Drain,
		queue:    newBucket(cfg.Drain, cfg.QueueLimit),
		entropy:  ulid.Monotonic(rand.Reader, 1),
		record:   recorder{w: cfg.Record},
		store:    newStore(cfg),
	}
	s.timeline = newTimeline()
	s.caller = newCaller(cfg, s.timeline)
	s.configure(newSettings(cfg))
	if cfg.RateLimit < 0 {
		s.tokens = bucket{}
	}
	s.queue.fill(s.now(), cfg.QueueSize)
	s.faults.set(cfg.Faults)
	s.addTemplates(cfg.Templates)
	return s
}

// Config returns what the server was made to play, with every default filled in.
func (s *Server) Config() Config { return s.cfg }

// SetFaults replaces the faults, and starts their counts and dice anew. For every request the first that applies happens.
func (s *Server) SetFaults(faults ...Fault) { s.faults.set(faults) }

// SetListLag makes accepted messages findable only so long after their acceptance, those that are there too: by a list, by their
// id, or as the last of an identity.
func (s *Server) SetListLag(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store.lag = d
}

// SetLimits moves what the app hands to its channels a second, from now on, and how many requests a second the project may make, as
// [Config] has them. Its queue keeps what it holds.
func (s *Server) SetLimits(drain, requests int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	waiting := s.queue.size(now)
	s.drain = drain
	s.queue = newBucket(drain, s.cfg.QueueLimit)
	s.queue.fill(now, waiting)
	s.requests = newBucket(requests, requests/10)
}

// Queued returns how many messages wait in the app's queue.
func (s *Server) Queued() int {
	s.lock()
	defer s.mu.Unlock()
	return s.queue.size(s.now())
}

// Advance puts the clock forward: tokens run out, the queue drains, messages get old, and those that come late are accepted. It
// fails, and does nothing, where d is negative, or where the directory of [Open] cannot be written to.
func (s *Server) Advance(d time.Duration) error {
	if d < 0 {
		return errors.New("sandbox: the clock goes forward only")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ahead := s.ahead.Load() + int64(d)
	if err := s.state.save(clockFile, time.Duration(ahead).String()); err != nil {
		return err
	}
	s.ahead.Store(ahead)
	return nil
}

// AcceptedCount returns how many messages were accepted, kept or not.
func (s *Server) AcceptedCount() int {
	s.lock()
	defer s.mu.Unlock()
	return s.accepted
}

// Accepted returns the messages that are held in memory, oldest first: all of them with [Config.Keep], otherwise those that
// can still be looked up. Their requests are shared, and must not be changed.
func (s *Server) Accepted() []Message {
	s.lock()
	defer s.mu.Unlock()
	return s.store.messages()
}

// Close ends all that happens behind the API: it drops callbacks that are still to be made, and batches that are still to be sent, and
// returns when no goroutine of the server is left. Requests are answered afterwards as before.
//
// A server of [Open] lets go of its directory, and accepts no more messages.
func (s *Server) Close() error {
	s.timeline.close()
	s.caller.close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := s.answer(r)
	if a.wait(r.Context()) != nil {
		panic(http.ErrAbortHandler) // nobody is there to read the answer; returning would make it an empty 200
	}
	if a.cut == none {
		reset(w)
		return
	}
	for name, values := range a.header(s.now()) {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	// An error means that the client has gone. After half a body the server closes the connection, since the length does not fit.
	if a.dribble == 0 {
		_, _ = w.Write(a.sent())
		return
	}
	_, _ = io.Copy(flusher{w, http.NewResponseController(w)}, a.reader(r.Context()))
}

// answer decides what r gets. Whatever r changes has changed when it returns.
func (s *Server) answer(r *http.Request) answer {
	if strings.HasPrefix(r.URL.Path, controlPath) {
		return s.control(r)
	}
	op, a := s.route(r)
	s.answers.add(op, a)
	a.delay += s.cfg.Latency
	return a
}

// now returns the time on the server's clock.
func (s *Server) now() time.Time { return s.cfg.Now().UTC().Add(time.Duration(s.ahead.Load())) }

// reset breaks the connection of w so that the client reads a reset rather than an end.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2 cannot be hijacked; this resets the stream
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // without it the client reads an end, which net/http takes for an idle connection closed
	}
	_ = conn.Close() // it is thrown away
}

// wait returns when a may leave, or with the error of ctx when that ends before.
func (a answer) wait(ctx context.Context) error {
	if a.hold != nil {
		select {
		case <-a.hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return wait(ctx, a.delay)
}

// wait returns after d, or with the error of ctx when that ends before.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
