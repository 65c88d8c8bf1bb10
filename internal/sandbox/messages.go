package sandbox

import (
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/url"
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

type channelIdentity struct {
	Channel  string `json:"channel"`
	Identity string `json:"identity"`
	AppID    string `json:"app_id"` // of channels whose identities hold for one app only
}

// get answers GET messages/{message_id}.
func (s *Server) get(id string, values url.Values) answer {
	q, wrong := parseQuery(values, "messages_source")
	wanted, err := ulid.ParseStrict(id)
	if err != nil {
		wrong = append(wrong, violation{"message_id", "Must be a ULID"})
	}
	if wrong != nil {
		return s.refuseFields(wrong...)
	}
	e, ok := s.find(wanted, q.mode)
	if !ok {
		return s.refuse(http.StatusNotFound)
	}
	return jsonAnswer(http.StatusOK, s.storedMessage(e, true))
}

// find returns the message with an id, where it was processed in mode and is still kept.
func (s *Server) find(id ulid.ULID, mode Mode) (entry, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.store.search(id)
	if !ok {
		return entry{}, false
	}
	e := s.store.entries[i]
	return e, e.mode == mode && s.store.visible(&e, s.now())
}

// list answers GET messages, newest first.
func (s *Server) list(values url.Values) answer {
	q, wrong := parseQuery(values, "app_id", "channel_identity", "channel", "direction", "start_time", "end_time", "messages_source",
		"contact_id", "conversation_id", "only_recipient_originated", "view", "page_size", "page_token")
	if wrong != nil {
		return s.refuseFields(wrong...)
	}
	entries, more := s.page(q)
	page := struct {
		Messages      []storedMessage `json:"messages"`
		NextPageToken string          `json:"next_page_token"`
	}{Messages: make([]storedMessage, len(entries))}
	for i, e := range entries {
		page.Messages[i] = s.storedMessage(e, q.metadata)
	}
	if more {
		page.NextPageToken = entries[len(entries)-1].id.String()
	}
	return jsonAnswer(http.StatusOK, page)
}

// page returns the messages of a page, newest first, and whether there are older ones.
func (s *Server) page(q query) (found []entry, more bool) {
	if q.none(s.cfg.AppID) {
		return nil, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for i := s.store.before(q.after) - 1; i >= 0; i-- {
		e := &s.store.entries[i]
		if e.at.Before(q.start) {
			break
		}
		if !q.matches(e) || !s.store.visible(e, now) {
			continue
		}
		if len(found) == q.size {
			return found, true
		}
		found = append(found, *e)
	}
	return found, false
}

// storedMessage returns e as the API shows it.
func (s *Server) storedMessage(e entry, metadata bool) storedMessage {
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
