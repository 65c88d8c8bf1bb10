package sandbox

import (
	"net/http"
	"net/url"
)

// batch answers GET messages/{batch_id} of the batch host.
func (s *Server) batch(id string) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.resources.Batches {
		if b.ID == id {
			return jsonAnswer(http.StatusOK, b.shown())
		}
	}
	return s.notFound()
}

// batches answers GET messages of the batch host.
func (s *Server) batches(values url.Values) answer {
	p := parameters{values: values}
	p.only("metadataKey", "metadataValue")
	if values.Get("metadataKey") == "" {
		p.report("metadataKey", "Field is mandatory")
	}
	if p.wrong != nil {
		return s.refuseFields(p.wrong...)
	}
	found := []batch{}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.resources.Batches {
		if v, ok := b.Metadata[values.Get("metadataKey")]; ok && v == values.Get("metadataValue") {
			found = append(found, b.shown())
		}
	}
	return jsonAnswer(http.StatusOK, found)
}

// cancelBatch answers DELETE messages of the batch host: with 200, whatever comes of it. Only a batch that is scheduled can be
// cancelled, by its id or, with others, by its metadata.
func (s *Server) cancelBatch(r *http.Request) answer {
	var request map[string]string
	if a, ok := s.readInto(r, mapping{of: text{}}, &request); !ok {
		return a
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.resources.Batches {
		if b.Status == batchScheduled && b.answersTo(request) {
			b.Status, b.Request = batchCancelled, nil
			s.timeline.after(0, func() { s.endBatch(b, batchCancelled) })
		}
	}
	return jsonAnswer(http.StatusOK, struct{}{})
}

// answersTo reports whether a request to cancel batches means b.
func (b *batch) answersTo(request map[string]string) bool {
	if id, ok := request["batch_id"]; ok {
		return id == b.ID
	}
	for key, value := range request {
		if own, ok := b.Metadata[key]; !ok || own != value {
			return false
		}
	}
	return len(request) > 0
}
