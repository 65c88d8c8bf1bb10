package sandbox

import (
	"net/http"
	"strings"
)

// Operation is one call of the API, as a [Fault] names it.
type Operation uint8

// The operations that a fault can be put on.
const (
	Send      Operation = iota // POST messages:send
	Token                      // POST oauth2/token
	App                        // GET apps/{app_id}
	Get                        // GET messages/{message_id}
	List                       // GET messages
	FetchLast                  // POST messages:fetch-last-message
	Update                     // PATCH messages/{message_id}
	Delete                     // DELETE messages/{message_id}
	Apps                       // GET apps
	UpdateApp                  // PATCH apps/{app_id}
	Consents                   // GET apps/{app_id}/consents/{list_type}
	Template                   // GET templates/{template_id}
)

// operations are the names of the operations in the text form of a fault.
var operations = [...]string{
	Send: "send", Token: "token", App: "app", Get: "get", List: "list",
	FetchLast: "fetch-last", Update: "update", Delete: "delete", Apps: "apps", UpdateApp: "update-app",
	Consents: "consents", Template: "template",
}

// unrouted stands for requests that are no operation.
const unrouted = Operation(len(operations))

// route is an operation, and who answers it below a project. A {id} that ends a path is any one part that is not empty.
type route struct {
	op           Operation
	method, path string
	answer       func(s *Server, r *http.Request, id string) answer
}

var routes = [...]route{
	{Send, "POST", "messages:send", (*Server).send},
	{List, "GET", "messages", (*Server).list},
	{FetchLast, "POST", "messages:fetch-last-message", (*Server).fetchLast},
	{Get, "GET", "messages/{id}", (*Server).get},
	{Update, "PATCH", "messages/{id}", (*Server).update},
	{Delete, "DELETE", "messages/{id}", (*Server).delete},
	{Apps, "GET", "apps", (*Server).apps},
	{App, "GET", "apps/{id}", (*Server).getApp},
	{UpdateApp, "PATCH", "apps/{id}", (*Server).updateApp},
}

// route finds who answers r. Paths are taken apart by hand: the API's colons fit no pattern of [http.ServeMux], which would also
// redirect a path that is not clean, where the API finds nothing.
func (s *Server) route(r *http.Request) (Operation, answer) {
	if r.URL.Path == "/oauth2/token" {
		return Token, s.oauth(r)
	}
	version, project, resource, ok := cutProject(r.URL.Path)
	if !ok || s.elsewhere(r.Host) {
		return unrouted, s.refuse(http.StatusNotFound)
	}
	to, id, status := find(r.Method, resource)
	if a, ok := s.admit(r, project); !ok {
		return to.op, a
	}
	if call, ok := s.further(r, version, resource); ok {
		op := unrouted
		switch {
		case isConsentList(r.Method, resource):
			op = Consents
		case version == "v2" && r.Method == http.MethodGet && strings.Count(resource, "/") == 1:
			op = Template
		}
		a := s.perform(op, r, call)
		if r.Method != http.MethodGet {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.keepResources()
		}
		return op, a
	}
	if to.answer == nil {
		return to.op, s.refuse(status)
	}
	return to.op, s.perform(to.op, r, func() answer { return to.answer(s, r, id) })
}

// find returns the route to a resource and the id in it, or one that nobody answers and the status to refuse it with.
func find(method, resource string) (to *route, id string, status int) {
	status = http.StatusNotFound
	for i := range routes {
		id, ok := match(routes[i].path, resource)
		switch {
		case ok && method == routes[i].method:
			return &routes[i], id, http.StatusOK
		case ok:
			status = http.StatusNotImplemented
		}
	}
	return &route{op: unrouted}, "", status
}

// match reports whether a resource has a path, and returns the id in it.
func match(path, resource string) (id string, ok bool) {
	collection, ok := strings.CutSuffix(path, "{id}")
	if !ok {
		return "", path == resource
	}
	id, ok = strings.CutPrefix(resource, collection)
	return id, ok && id != "" && !strings.Contains(id, "/")
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

// perform runs do, which carries out op for r, as far as the faults let it.
func (s *Server) perform(op Operation, r *http.Request, do func() answer) answer {
	to := ""
	if op == Send && s.faults.byRecipient() {
		to = s.recipientOf(r)
	}
	fault, ok := s.faults.next(op, to)
	switch {
	case !ok || fault.Kind.suits(op) != "":
		return do()
	case fault.Kind == LateAfter:
		return s.sendLate(r, fault.delay())
	case !fault.Kind.after():
		return s.spoil(fault, r, answer{})
	}
	a := do()
	if a.status != http.StatusOK {
		return a // it was refused, so there is nothing to hide
	}
	return s.spoil(fault, r, a)
}
