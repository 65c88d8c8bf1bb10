package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

// controlPath is before every path that rules the sandbox itself. The API has none like it.
const controlPath = "/sandbox/"

const controlHelp = `the sandbox has
GET, PUT, DELETE /sandbox/faults            what goes wrong, one fault on a line
GET              /sandbox/stats             messages accepted, the queue, answers by operation and status, faults struck
GET              /sandbox/messages          the messages that it holds, one JSON object on a line
PUT              /sandbox/lag               how long it takes until a message can be found, such as 30s
POST             /sandbox/advance?by=24h    put its clock forward
`

// control answers a request to the sandbox itself, which needs no credentials, counts nowhere and meets no faults.
func (s *Server) control(r *http.Request) answer {
	switch r.Method + " " + strings.TrimPrefix(r.URL.Path, controlPath) {
	case "GET faults":
		return plain(http.StatusOK, s.faultText())
	case "PUT faults":
		return s.putFaults(r)
	case "DELETE faults":
		s.SetFaults()
		return plain(http.StatusOK, "")
	case "GET stats":
		return jsonAnswer(http.StatusOK, s.stats())
	case "GET messages":
		return s.messages()
	case "PUT lag":
		return s.putLag(r)
	case "POST advance":
		return s.postAdvance(r.URL.Query().Get("by"))
	}
	return plain(http.StatusNotFound, controlHelp)
}

// plain returns an answer for people.
func plain(status int, text string) answer {
	return answer{status: status, contentType: "text/plain; charset=utf-8", body: []byte(text)}
}

// faultText returns the faults in the form in which they can be put back.
func (s *Server) faultText() string {
	var text strings.Builder
	for _, f := range s.faults.list() {
		text.WriteString(f.String() + "\n")
	}
	return text.String()
}

func (s *Server) putFaults(r *http.Request) answer {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return plain(http.StatusBadRequest, "the request could not be read\n")
	}
	faults, err := ParseFaults(string(body))
	if err != nil {
		return plain(http.StatusBadRequest, err.Error()+"\n")
	}
	s.SetFaults(faults...)
	return plain(http.StatusOK, s.faultText())
}

func (s *Server) putLag(r *http.Request) answer {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return plain(http.StatusBadRequest, "the request could not be read\n")
	}
	lag, err := time.ParseDuration(strings.TrimSpace(string(body)))
	if err != nil || lag < 0 {
		return plain(http.StatusBadRequest, "want how long, such as 30s, or 0s\n")
	}
	s.SetListLag(lag)
	return plain(http.StatusOK, lag.String()+"\n")
}

func (s *Server) postAdvance(by string) answer {
	d, err := time.ParseDuration(by)
	if err != nil {
		return plain(http.StatusBadRequest, "want by how much, such as ?by=24h\n")
	}
	if err := s.Advance(d); err != nil {
		return plain(http.StatusBadRequest, err.Error()+"\n")
	}
	return plain(http.StatusOK, s.now().Format(time.RFC3339Nano)+"\n")
}

// stats is what has happened so far, but for Now and what is in the queue.
type stats struct {
	Now      time.Time                 `json:"now"` // on the server's clock
	Accepted int                       `json:"accepted"`
	Late     int                       `json:"late"` // messages that are yet to be accepted
	Queue    int                       `json:"queue"`
	Lag      string                    `json:"lag"`
	Requests map[string]map[string]int `json:"requests"` // by operation, then by status; none: the connection broke
	Faults   []faultStats              `json:"faults"`
}

// faultStats says for a fault of how many requests that it was about it has struck how many.
type faultStats struct {
	Fault  string `json:"fault"`
	Seen   int    `json:"seen"`
	Struck int    `json:"struck"`
}

func (s *Server) stats() stats {
	now := s.lock()
	all := stats{Now: now, Accepted: s.accepted, Late: len(s.late), Queue: s.queue.size(now), Lag: s.store.lag.String()}
	s.mu.Unlock()
	all.Requests, all.Faults = s.answers.byName(), []faultStats{}
	for _, f := range s.faults.list() {
		all.Faults = append(all.Faults, faultStats{f.String(), f.seen, f.struck})
	}
	return all
}

// messages answers with the messages that are held, oldest first, as [Config.Record] has them: all that were ever accepted where
// [Open] or [Config.Keep] hold them, otherwise those that can be looked up.
func (s *Server) messages() answer {
	all := s.Accepted()
	if s.file != nil {
		var err error
		if all, err = s.journaled(); err != nil {
			return plain(http.StatusInternalServerError, err.Error()+"\n")
		}
	}
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	encoder.SetEscapeHTML(false)
	for _, m := range all {
		if err := encoder.Encode(m); err != nil {
			panic("sandbox: messages: " + err.Error()) // unreachable: requests were parsed before
		}
	}
	return answer{status: http.StatusOK, contentType: "application/jsonl", body: lines.Bytes()}
}
