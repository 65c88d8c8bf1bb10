package sandbox

import (
	"net/http"
	"slices"
	"time"
)

// lateMessage is a message whose sender has lost its connection, and which still waits for its turn at the server.
type lateMessage struct {
	due time.Time
	submission
}

// sendLate takes a message that is accepted only after a while, and breaks the connection now. One that is not good gets its refusal.
func (s *Server) sendLate(r *http.Request, delay time.Duration) answer {
	buffer := s.buffer()
	defer s.buffers.Put(buffer)
	root, refusal, ok := s.decodeBody(r, buffer, sendRequest)
	if !ok {
		return refusal
	}
	m, refusal, ok := s.submission(root, buffer.Bytes(), true)
	if !ok {
		return refusal
	}
	now := s.lock()
	defer s.mu.Unlock()
	late := lateMessage{due: now.Add(delay), submission: m}
	i, _ := slices.BinarySearchFunc(s.late, late.due, func(m lateMessage, due time.Time) int {
		if m.due.After(due) {
			return 1
		}
		return -1 // behind those that are due at the same time
	})
	s.late = slices.Insert(s.late, i, late)
	return answer{cut: none}
}

// lock locks mu and returns the time. Messages that came late and are due by then have been accepted, so there is no need for
// anybody to wake up for them.
func (s *Server) lock() time.Time {
	s.mu.Lock()
	now := s.now()
	for len(s.late) > 0 && !s.late[0].due.After(now) {
		m := s.late[0]
		s.late = slices.Delete(s.late, 0, 1)
		m.kept = true                 // if the app keeps messages now, whatever it did when this one was sent
		s.accept(m.submission, m.due) // its sender has gone, so nobody reads the answer
	}
	return now
}
