package control

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"time"
)

const (
	patience       = 5 * time.Second // with a request, and with who reads its answer
	goodbye        = time.Second     // for answers that are under way at the end
	maxConnections = 16              // the sender needs its file descriptors itself
	maxBody        = 1 << 10         // of a request; none has one
)

// Holder is what the process that holds a run says and does when it is asked, by many goroutines at once.
type Holder struct {
	Status func() any         // becomes JSON
	Obey   func(Order) string // does it, and says in a sentence what happened
	// People calls yield with the keys of the run's people, some at a time, and ends with yield's error.
	People func(ctx context.Context, yield func(keys []uint64) error) error
	// Ledger writes a copy of the run's ledger, as it is now.
	Ledger func(w io.Writer) error
}

// Server answers for a holder until [Server.Close].
type Server struct {
	Addr, Token string // for whoever may ask

	http   *http.Server
	holder Holder
	log    *slog.Logger
	open   atomic.Int64 // connections
}

// Listen answers for h from now on.
func Listen(h Holder, log *slog.Logger) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	var token [16]byte
	_, _ = rand.Read(token[:]) // crypto/rand.Read never fails
	s := &Server{Addr: listener.Addr().String(), Token: hex.EncodeToString(token[:]), holder: h, log: log}
	s.http = &http.Server{
		Handler:     s.guard(s.routes()),
		ReadTimeout: patience, WriteTimeout: patience, MaxHeaderBytes: 8 << 10,
		ConnState: s.count,
		ErrorLog:  slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	s.http.SetKeepAlivesEnabled(false)
	go func() {
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Warn("nobody can ask this process any more", "error", err)
		}
	}()
	return s, nil
}

// Close lets answers that are under way out, for a moment.
func (s *Server) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	if s.http.Shutdown(ctx) != nil {
		_ = s.http.Close() // who reads so slowly is not waited for
	}
}

func (s *Server) count(c net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		if s.open.Add(1) > maxConnections {
			_ = c.Close()
		}
	case http.StateClosed:
		s.open.Add(-1)
	}
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+statusPath, func(w http.ResponseWriter, _ *http.Request) { s.answer(w, s.holder.Status()) })
	mux.HandleFunc("GET "+peoplePath, s.people)
	mux.HandleFunc("GET "+ledgerPath, s.ledger)
	for _, o := range []Order{Stop, Pause, Continue} {
		mux.HandleFunc("POST /"+string(o), func(w http.ResponseWriter, _ *http.Request) { s.answer(w, said{s.holder.Obey(o)}) })
	}
	return mux
}

// guard lets through who knows the token. A name as host is what a web page would have to use that wants to reach us through its reader's
// browser.
func (s *Server) guard(next http.Handler) http.Handler {
	want := []byte("Bearer " + s.Token)
	return http.MaxBytesHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !isLoopback(r.Host):
			http.Error(w, "not for this host", http.StatusForbidden)
		case subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), want) != 1:
			http.Error(w, "not without the token", http.StatusUnauthorized)
		default:
			next.ServeHTTP(w, r)
		}
	}), maxBody)
}

// people answers with the keys of the run's people: of each batch their number (4 bytes) and the keys (8 bytes each, big endian), and behind the
// last one noMore.
func (s *Server) people(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set(proofHeader, proof(s.Token))
	conn := http.NewResponseController(w)
	_ = conn.SetReadDeadline(time.Time{}) // for which the request would be taken for given up; nothing is read any more
	var b []byte
	write := func() error {
		if err := conn.SetWriteDeadline(time.Now().Add(patience)); err != nil {
			return err
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
		return conn.Flush()
	}
	err := s.holder.People(r.Context(), func(keys []uint64) error {
		for batch := range slices.Chunk(keys, maxBatch) {
			b = binary.BigEndian.AppendUint32(b[:0], uint32(len(batch)))
			for _, key := range batch {
				b = binary.BigEndian.AppendUint64(b, key)
			}
			if err := write(); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		b = binary.BigEndian.AppendUint32(b[:0], noMore)
		err = write()
	}
	if err != nil {
		s.log.Warn("who asked for the people of this run has not got them all, and can tell", "error", err)
	}
}

// ledger answers with a copy of the run's ledger. One that is cut short does not end as HTTP wants it, so that whoever asks can tell.
func (s *Server) ledger(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set(proofHeader, proof(s.Token))
	conn := http.NewResponseController(w)
	_ = conn.SetReadDeadline(time.Time{}) // for which the request would be taken for given up; nothing is read any more
	if err := s.holder.Ledger(patient{w, conn}); err != nil {
		s.log.Warn("who asked for a copy of the ledger has not got it, and can tell", "error", err)
		panic(http.ErrAbortHandler)
	}
}

// patient gives every part of an answer its own time.
type patient struct {
	io.Writer
	conn *http.ResponseController
}

func (p patient) Write(b []byte) (int, error) {
	if err := p.conn.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	return p.Writer.Write(b)
}

func (s *Server) answer(w http.ResponseWriter, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		s.log.Warn("an answer cannot be written as JSON", "error", err)
		http.Error(w, "no answer", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set(proofHeader, proof(s.Token))
	_, _ = w.Write(b) // who has gone away does not need it
}
