package sandbox

import (
	"bytes"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/oklog/ulid/v2"
)

// fetchLastRequest is the body of messages:fetch-last-message. What stands in the fields that a list has too is read as there.
var fetchLastRequest = object{fields: fields{
	"channel_identities": list{of: text{}},
	"contact_ids":        list{of: text{form: ulidForm}},
	"app_id":             text{},
	"messages_source":    text{},
	"channel":            text{},
	"direction":          text{},
	"start_time":         text{},
	"end_time":           text{},
	"view":               text{},
	"page_size":          number{whole: true, min: 1, max: maxPageSize},
	"page_token":         text{},
}}

// fetchLast answers messages:fetch-last-message: of each identity or contact that is named, or of everybody where nobody is, the
// newest message that is asked for; of these the newest first. A page goes on by time, so that somebody who is written to between two
// pages is missing from the second.
func (s *Server) fetchLast(r *http.Request, _ string) answer {
	root, refusal, ok := s.decodeBody(r, new(bytes.Buffer), fetchLastRequest)
	if !ok {
		return refusal
	}
	identities, contacts := textsAt(root, "channel_identities"), textsAt(root, "contact_ids")
	q, wrong := parseFetchLast(root)
	switch {
	case contacts != nil && identities != nil:
		wrong = append(wrong, violation{"contact_ids", "Not together with channel_identities"})
	case contacts != nil && q.mode == Dispatch:
		wrong = append(wrong, violation{"contact_ids", "messages_source must be CONVERSATION_SOURCE"})
	}
	if wrong != nil {
		return s.refuseFields(wrong...)
	}
	now := s.lock()
	found, more := s.page(s.lastMessages(identities, contacts, q, now), q)
	s.mu.Unlock()
	return s.pageAnswer(found, more, q, now)
}

// parseFetchLast reads what is asked for, but of whom.
func parseFetchLast(root any) (query, []violation) {
	values := make(url.Values)
	for name := range fetchLastRequest.fields {
		switch value := at(root, name).(type) {
		case string:
			values.Set(name, value)
		case float64:
			values.Set(name, strconv.Itoa(int(value)))
		}
	}
	return parseQuery(values, slices.Collect(maps.Keys(values))...)
}

// lastMessages returns the newest message of each, newest first. mu is held while they are gone through.
func (s *Server) lastMessages(identities, contacts []string, q query, now time.Time) iter.Seq[*entry] {
	after := q.after
	q.after = ulid.ULID{} // whose newest message was on the page before have had their turn
	var last []*entry
	switch {
	case identities != nil:
		for _, q.identity = range identities {
			last = append(last, s.newest(q, q.identity, now))
		}
	case contacts != nil:
		for _, q.contact = range contacts {
			addressed, found := s.newest(q, q.contact, now), s.newest(q, s.store.contacts[q.contact], now)
			if found == nil || addressed != nil && addressed.id.Compare(found.id) > 0 {
				found = addressed
			}
			last = append(last, found)
		}
	default:
		seen := make(map[string]bool)
		for e := range s.matching(q, now) {
			if address := e.address(); !seen[address] {
				seen[address] = true
				last = append(last, e)
			}
		}
	}
	last = slices.DeleteFunc(last, func(e *entry) bool { return e == nil || !after.IsZero() && e.id.Compare(after) >= 0 })
	slices.SortFunc(last, func(a, b *entry) int { return b.id.Compare(a.id) })
	return slices.Values(slices.Compact(last)) // who is named twice is there once
}

// newest returns the newest message to an address that q asks for, or nil. mu is held.
func (s *Server) newest(q query, address string, now time.Time) *entry {
	for e := range s.filter(s.store.to(address), q, now) {
		return e
	}
	return nil
}

// textsAt returns the strings in the array that is the value of a key of v, or nil where there are none.
func textsAt(v any, key string) (all []string) {
	elements, _ := at(v, key).([]any)
	for _, element := range elements {
		if s, ok := element.(string); ok {
			all = append(all, s)
		}
	}
	return all
}
