package sandbox

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"iter"
	"net/http"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"
)

// storedMessage is a message as the API keeps it. It has no correlation_id, and no status unless the app was told to keep one.
type storedMessage struct {
	ID              string          `json:"id"`
	Direction       string          `json:"direction"`
	AppMessage      json.RawMessage `json:"app_message"`
	ChannelIdentity channelIdentity `json:"channel_identity"`
	ContactID       string          `json:"contact_id"`
	ConversationID  string          `json:"conversation_id"`
	Metadata        string          `json:"metadata"`
	AcceptTime      time.Time       `json:"accept_time"`
	SenderID        string          `json:"sender_id"`
	ProcessingMode  Mode            `json:"processing_mode"`
	Injected        bool            `json:"injected"`
	MessageStatus   *string         `json:"message_status"`
}

// messagePage is a page of messages.
type messagePage struct {
	Messages      []storedMessage `json:"messages"`
	NextPageToken string          `json:"next_page_token"`
}

type channelIdentity struct {
	Channel  string `json:"channel"`
	Identity string `json:"identity"`
	AppID    string `json:"app_id"` // of channels whose identities hold for one app only
}

// updateRequest is the body of PATCH messages/{message_id}.
var updateRequest = object{fields: fields{"metadata": text{max: 1024}}}

// get answers GET messages/{message_id}.
func (s *Server) get(r *http.Request, id string) answer {
	wanted, q, wrong := parseLookup(r, id)
	if wrong != nil {
		return s.refuseFields(wrong...)
	}
	now := s.lock()
	defer s.mu.Unlock()
	e := s.find(wanted, q.mode, now)
	if e == nil {
		return s.refuse(http.StatusNotFound)
	}
	return jsonAnswer(http.StatusOK, s.storedMessage(e, true, now))
}

// update answers PATCH messages/{message_id}, which gives a message other metadata.
func (s *Server) update(r *http.Request, id string) answer {
	wanted, q, wrong := parseLookup(r, id)
	if q.mode == Dispatch {
		wrong = append(wrong, violation{"messages_source", "Must be CONVERSATION_SOURCE"})
	}
	if wrong != nil {
		return s.refuseFields(wrong...)
	}
	root, refusal, ok := s.decodeBody(r, new(bytes.Buffer), updateRequest)
	if !ok {
		return refusal
	}
	now := s.lock()
	defer s.mu.Unlock()
	e := s.find(wanted, q.mode, now)
	if e == nil {
		return s.refuse(http.StatusNotFound)
	}
	if metadata, ok := at(root, "metadata").(string); ok {
		if err := s.journalChange(journalLine{ID: wanted.String(), Metadata: &metadata}); err != nil {
			return s.refuse(http.StatusInternalServerError)
		}
		e.metadata = metadata
	}
	return jsonAnswer(http.StatusOK, s.storedMessage(e, true, now))
}

// delete answers DELETE messages/{message_id}. The message is not called back; it can only no longer be found.
func (s *Server) delete(r *http.Request, id string) answer {
	wanted, q, wrong := parseLookup(r, id)
	if wrong != nil {
		return s.refuseFields(wrong...)
	}
	now := s.lock()
	defer s.mu.Unlock()
	e := s.find(wanted, q.mode, now)
	if e == nil {
		return s.refuse(http.StatusNotFound)
	}
	if err := s.forget(e); err != nil {
		return s.refuse(http.StatusInternalServerError)
	}
	return answer{status: http.StatusOK, body: []byte("{}")}
}

// forget makes a message one that nobody can look up any more. mu is held.
func (s *Server) forget(e *entry) error {
	if err := s.journalChange(journalLine{ID: e.id.String(), Deleted: true}); err != nil {
		return err
	}
	e.kept = false
	return nil
}

// find returns the message with an id, where it was processed in mode and can be looked up; else nil. mu is held.
func (s *Server) find(id ulid.ULID, mode Mode, now time.Time) *entry {
	i, ok := s.store.search(id)
	if !ok {
		return nil
	}
	e := &s.store.entries[i]
	if e.mode != mode || !s.store.visible(e, now) {
		return nil
	}
	return e
}

// list answers GET messages, newest first.
func (s *Server) list(r *http.Request, _ string) answer {
	q, wrong := parseQuery(r.URL.Query(), "app_id", "channel_identity", "channel", "direction", "start_time", "end_time", "messages_source",
		"contact_id", "conversation_id", "only_recipient_originated", "view", "page_size", "page_token")
	if wrong != nil {
		return s.refuseFields(wrong...)
	}
	now := s.lock()
	found, more := s.page(s.matching(q, now), q)
	s.mu.Unlock()
	return s.pageAnswer(found, more, q, now)
}

// matching returns the messages that q asks for, newest first. mu is held while they are gone through.
func (s *Server) matching(q query, now time.Time) iter.Seq[*entry] {
	if q.identity != "" {
		return s.filter(s.store.to(q.identity), q, now)
	}
	return s.filter(s.store.before(q.after), q, now)
}

// filter returns those of entries, which are newest first, that q asks for and that can be looked up.
func (s *Server) filter(entries iter.Seq[*entry], q query, now time.Time) iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		if q.none(s.cfg.AppID) {
			return
		}
		for e := range entries {
			if e.at.Before(q.start) {
				return
			}
			if q.matches(e) && s.store.visible(e, now) && !yield(e) {
				return
			}
		}
	}
}

// page returns as many messages as fit on a page, and whether there are more. mu is held.
func (s *Server) page(found iter.Seq[*entry], q query) (entries []entry, more bool) {
	for e := range found {
		if len(entries) == q.size {
			return entries, true
		}
		entries = append(entries, *e)
	}
	return entries, false
}

// pageAnswer returns the answer with a page of messages.
func (s *Server) pageAnswer(entries []entry, more bool, q query, now time.Time) answer {
	page := messagePage{Messages: make([]storedMessage, len(entries))}
	for i := range entries {
		page.Messages[i] = s.storedMessage(&entries[i], q.metadata, now)
	}
	if more {
		page.NextPageToken = entries[len(entries)-1].id.String()
	}
	return jsonAnswer(http.StatusOK, page)
}

// storedMessage returns e as the API shows it.
func (s *Server) storedMessage(e *entry, metadata bool, now time.Time) storedMessage {
	var request struct {
		Message json.RawMessage `json:"message"`
	}
	if err := json.Unmarshal(e.request, &request); err != nil {
		panic("sandbox: stored message: " + err.Error()) // unreachable: it was checked before it was accepted
	}
	m := storedMessage{
		ID:              e.id.String(),
		Direction:       toContact,
		AppMessage:      request.Message,
		ChannelIdentity: channelIdentity{Channel: e.channel, Identity: e.identity},
		AcceptTime:      e.at,
		ProcessingMode:  e.mode,
	}
	if s.settings.Load().PersistMessageStatus.Enabled {
		m.MessageStatus, m.ChannelIdentity = s.progress(e, m.ChannelIdentity, now)
	}
	if metadata {
		m.Metadata = e.metadata
	}
	if e.identity != "" && !slices.Contains(phoneChannels, e.channel) {
		m.ChannelIdentity.AppID = s.cfg.AppID
	}
	if e.mode == Conversation {
		m.ContactID, m.ConversationID = e.contactID(), e.conversationID()
	}
	return m
}

// progress returns how far a message is, and where: what the last receipt says whose time has come, before it left the queue nothing but that. Of
// what fails before any channel it knows BAD_REQUEST alone.
func (s *Server) progress(e *entry, first channelIdentity, now time.Time) (status *string, on channelIdentity) {
	text, on := "QUEUED", first
	outcome, since := s.cfg.outcome(e.identity), now.Sub(e.drained)
	if outcome == "BAD_REQUEST" && since >= 0 {
		text = "FAILED"
		return &text, on
	}
	root, _ := decode(e.request) // it was decoded before
	for _, sc := range s.cfg.story(s.attempts(root), outcome) {
		if sc.status != "" && sc.at <= since {
			text, on = sc.status, sc.on
		}
	}
	return &text, on
}

// contactID returns the contact of a message in CONVERSATION mode: the one it was addressed to, or the one that Sinch makes for an
// identity it does not know. Ours is drawn from the identity, so that there is no list of contacts to keep.
func (m *submission) contactID() string {
	if m.contact != "" {
		return m.contact
	}
	return drawnID("contact", m.identity)
}

// conversationID returns the conversation with the contact of a message.
func (m *submission) conversationID() string { return drawnID("conversation", m.contactID()) }

// drawnID returns a ULID that depends on nothing but what it is of.
func drawnID(kind, of string) string {
	sum := sha256.Sum256([]byte(kind + " " + of))
	id := ulid.ULID(sum[:16])
	return id.String()
}
