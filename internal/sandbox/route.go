package sandbox

import (
	"net/http"
	"strings"
)

// Operation is one call of the API, as a [Fault] names it.
type Operation uint8

// The operations that a fault can be put on.
const (
	Send  Operation = iota // POST messages:send
	Token                  // POST oauth2/token
	App                    // GET apps/{app_id}
	Get                    // GET messages/{message_id}
	List                   // GET messages
)

// operations are the names of the operations in the text form of a fault.
var operations = [...]string{Send: "send", Token: "token", App: "app", Get: "get", List: "list"}

// route finds who answers r. Paths are taken apart by hand: the API's colons fit no pattern of [http.ServeMux], which would also
// redirect a path that is not clean, where the API finds nothing.
func (s *Server) route(r *http.Request) answer {
	if r.URL.Path == "/oauth2/token" {
		return s.oauth(r)
	}
	version, project, resource, ok := cutProject(r.URL.Path)
	if !ok || s.elsewhere(r.Host) {
		return s.refuse(http.StatusNotFound)
	}
	if a, ok := s.admit(r, project); !ok {
		return a
	}
	if call, ok := s.further(r, version, resource); ok {
		return call()
	}
	op, id, ok := operationOf(resource)
	if !ok {
		return s.refuse(http.StatusNotFound)
	}
	if r.Method != op.method() {
		return s.refuse(http.StatusNotImplemented)
	}
	return s.perform(op, func() answer { return s.call(op, id, r) })
}

// cutProject splits a path of the API into its version, the project and what is asked of it.
func cutProject(path string) (version, project, resource string, ok bool) {
	version, rest, ok := strings.Cut(strings.TrimPrefix(path, "/"), "/projects/")
	if !ok || version != "v1" && version != "v2" {
		return "", "", "", false
	}
	project, resource, ok = strings.Cut(rest, "/")
	return version, project, resource, ok
}

// operationOf returns the operation on a resource, and the id in it.
func operationOf(resource string) (op Operation, id string, ok bool) {
	switch resource {
	case "messages:send":
		return Send, "", true
	case "messages":
		return List, "", true
	}
	collection, id, ok := strings.Cut(resource, "/")
	if !ok || id == "" || strings.Contains(id, "/") {
		return 0, "", false
	}
	switch collection {
	case "apps":
		return App, id, true
	case "messages":
		return Get, id, true
	}
	return 0, "", false
}

// method returns the method that op answers to.
func (op Operation) method() string {
	if op == Send || op == Token {
		return http.MethodPost
	}
	return http.MethodGet
}

// elsewhere reports whether host is the API's host of a region where the app is not.
func (s *Server) elsewhere(host string) bool {
	region, service, _ := strings.Cut(host, ".")
	switch service {
	case conversationHost, batchHost, templateHost:
		return region != s.cfg.Region
	}
	return false
}

// admit asks who is there and whether the project may make another request. It reports false, and the refusal, where not.
func (s *Server) admit(r *http.Request, project string) (refusal answer, ok bool) {
	if a, ok := s.authorize(r); !ok {
		return a, false
	}
	if project != s.cfg.ProjectID {
		return s.refuse(http.StatusForbidden), false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.requests.add(s.now()) {
		return s.refuse(http.StatusTooManyRequests), false
	}
	return answer{}, true
}

// perform runs do, which carries out op, as far as the faults let it.
func (s *Server) perform(op Operation, do func() answer) answer {
	fault, ok := s.faults.next(op)
	if !ok {
		return do()
	}
	if !fault.Kind.after() {
		return s.spoil(fault, answer{})
	}
	a := do()
	if a.status != http.StatusOK {
		return a // it was refused, so there is nothing to hide
	}
	return s.spoil(fault, a)
}

// call carries out an operation of the API.
func (s *Server) call(op Operation, id string, r *http.Request) answer {
	switch op {
	case Send:
		return s.send(r)
	case App:
		return s.app(id)
	case Get:
		return s.get(id, r.URL.Query())
	case List:
		return s.list(r.URL.Query())
	}
	return s.refuse(http.StatusNotImplemented) // unreachable: route knows no other operation
}
