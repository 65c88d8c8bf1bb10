package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// The hosts of the API, after the region.
const (
	conversationHost = "conversation.api.sinch.com"
	batchHost        = "conversationbatch.api.sinch.com"
	templateHost     = "template.api.sinch.com"
)

// resources are what others have put on the server, messages apart.
type resources struct {
	Webhooks  []webhook  `json:"webhooks"`
	Consents  []consent  `json:"consents"`
	Templates []template `json:"templates"`
	Batches   []*batch   `json:"batches"`
}

// keepResources puts the resources where they outlive the server, if anything does. mu is held. What cannot be written is kept as long as the
// process lives, as all is without a directory.
func (s *Server) keepResources() {
	s.heard.Store(len(s.resources.Webhooks) > 0)
	_ = s.state.save(resourcesFile, s.resources)
}

// loadResources takes in what was kept, and has batches go on that were not sent to their end.
func (s *Server) loadResources() error {
	if err := s.state.load(resourcesFile, &s.resources); err != nil {
		return err
	}
	s.addTemplates(s.cfg.Templates)
	s.heard.Store(len(s.resources.Webhooks) > 0)
	for _, b := range s.resources.Batches {
		if b.Request != nil {
			s.schedule(b)
		}
	}
	return nil
}

// further returns what answers a call that is no [route]. It reports false where it knows none.
func (s *Server) further(r *http.Request, version, resource string) (call func() answer, ok bool) {
	if version == "v2" {
		return s.ofTemplates(r, resource), true
	}
	path := strings.Split(resource, "/")
	switch {
	case resource == "webhooks":
		return s.by(r, methods{"POST": func() answer { return s.createWebhook(r) }}), true
	case path[0] == "webhooks" && len(path) == 2:
		one := func() answer { return s.webhook(path[1], r) }
		return s.by(r, methods{"GET": one, "PATCH": one, "DELETE": one}), true
	case path[0] == "apps" && len(path) > 2:
		return s.by(r, methods{"GET": s.ofApp(path[1], path[2:], r)}), true
	case resource == "consents":
		return s.by(r, methods{"POST": func() answer { return s.insertConsents(r) }}), true
	case resource == "messages:transcode":
		return s.by(r, methods{"POST": func() answer { return s.transcode(r) }}), true
	case resource == "capability:query":
		return s.by(r, methods{"POST": func() answer { return s.capability(r) }}), true
	case resource == "messages" && s.ofBatches(r):
		return s.by(r, methods{
			"POST":   func() answer { return s.createBatch(r) },
			"GET":    func() answer { return s.batches(r.URL.Query()) },
			"DELETE": func() answer { return s.cancelBatch(r) },
		}), true
	case path[0] == "messages" && len(path) == 2 && s.ofBatch(r, path[1]):
		return s.by(r, methods{"GET": func() answer { return s.batch(path[1]) }}), true
	}
	return nil, false
}

// ofBatches reports whether a request for messages is one to the batch host. Where no host tells, it is unless it lists messages:
// it gives the metadata of batches, or is no GET.
func (s *Server) ofBatches(r *http.Request) bool {
	switch _, service, _ := strings.Cut(r.Host, "."); service {
	case batchHost:
		return true
	case conversationHost:
		return false
	}
	return r.Method != http.MethodGet || r.URL.Query().Has("metadataKey")
}

// ofBatch reports whether a request for a message is one to the batch host. Where no host tells, it is if the id is that of a batch.
func (s *Server) ofBatch(r *http.Request, id string) bool {
	switch _, service, _ := strings.Cut(r.Host, "."); service {
	case batchHost:
		return true
	case conversationHost:
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.resources.Batches, func(b *batch) bool { return b.ID == id })
}

// ofTemplates returns what answers a call of the Template API.
func (s *Server) ofTemplates(r *http.Request, resource string) func() answer {
	path := strings.Split(resource, "/")
	switch {
	case resource == "templates":
		return s.by(r, methods{"GET": s.templates, "POST": func() answer { return s.createTemplate(r) }})
	case path[0] == "templates" && len(path) == 2:
		one := func() answer { return s.template(path[1], r) }
		return s.by(r, methods{"GET": one, "PUT": one, "DELETE": one})
	case path[0] == "templates" && len(path) == 3 && path[2] == "translations":
		return s.by(r, methods{"GET": func() answer { return s.translations(path[1], r.URL.Query()) }})
	}
	return s.notFound
}

// methods is what answers each method of a resource.
type methods map[string]func() answer

// by returns what answers the method of r.
func (s *Server) by(r *http.Request, known methods) func() answer {
	if call, ok := known[r.Method]; ok {
		return call
	}
	return func() answer { return s.refuse(http.StatusNotImplemented) }
}

// ofApp returns what answers GET for something of an app.
func (s *Server) ofApp(id string, path []string, r *http.Request) func() answer {
	switch {
	case id != s.cfg.AppID:
		return s.notFound
	case len(path) == 1 && path[0] == "webhooks":
		return s.webhooks
	case len(path) == 2 && path[0] == "consents":
		return func() answer { return s.consents(path[1], r.URL.Query()) }
	case len(path) == 3 && path[0] == "consents" && path[1] == "identities":
		return func() answer { return s.consentsOf(path[2]) }
	}
	return s.notFound
}

func (s *Server) notFound() answer { return s.refuse(http.StatusNotFound) }

// readInto decodes the body of r, which is as a rule has it, into v. It reports false, and the refusal, where it is not.
func (s *Server) readInto(r *http.Request, rule rule, v any) (refusal answer, ok bool) {
	buffer := s.buffer()
	defer s.buffers.Put(buffer)
	if _, refusal, ok = s.decodeBody(r, buffer, rule); !ok {
		return refusal, false
	}
	if err := json.Unmarshal(buffer.Bytes(), v); err != nil {
		return s.malformed(), false // a number that no field holds
	}
	return answer{}, true
}
