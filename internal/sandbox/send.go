package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/oklog/ulid/v2"
)

// maxBody is the largest request that is read, in bytes: a batch of a thousand fits well. The API documents no limit.
const maxBody = 4 << 20

// submission is a message that passed the checks.
type submission struct {
	request  []byte // the body; nil where nobody will want it
	mode     Mode   // in which it is processed
	channel  string // on which it is tried first; "": Sinch's choice for the contact
	identity string
	contact  string // as it was addressed; "": by identity
	metadata string // the sender's own, by which it finds the message again
}

// send answers messages:send. It knows nothing of earlier requests: the same one again is another message.
func (s *Server) send(r *http.Request) answer {
	buffer := s.buffer()
	defer s.buffers.Put(buffer)
	root, refusal, ok := s.read(r, buffer, sendRequest)
	if !ok {
		return refusal
	}
	return s.submit(root, buffer.Bytes())
}

// read reads the body of r into buffer, and returns its value, which is as a rule has it. It reports false, and the refusal,
// where it is not.
func (s *Server) read(r *http.Request, buffer *bytes.Buffer, rule rule) (root any, refusal answer, ok bool) {
	if mediaType(r) != "application/json" {
		return nil, s.refuseFields(violation{"Content-Type", "Must be application/json"}), false
	}
	switch n, err := buffer.ReadFrom(io.LimitReader(r.Body, maxBody+1)); {
	case err != nil:
		return nil, s.malformed(), false // the client went away in the middle of it
	case n > maxBody:
		return nil, s.refuse(http.StatusRequestEntityTooLarge), false
	}
	root, ok = decode(buffer.Bytes())
	if !ok {
		return nil, s.malformed(), false
	}
	if wrong := violations(root, rule); wrong != nil {
		return nil, s.refuseFields(wrong...), false
	}
	return root, answer{}, true
}

// submit takes a request that passed the checks, as its value and as its bytes, which are the caller's again afterwards.
func (s *Server) submit(root any, body []byte) answer {
	if textAt(root, "app_id") != s.cfg.AppID {
		return s.refuse(http.StatusNotFound)
	}
	m := s.submissionOf(root)
	if m.contact != "" && m.mode == Dispatch {
		return s.refuseFields(violation{"recipient.contact_id", "Not supported in DISPATCH mode"})
	}
	if s.cfg.Record != nil || s.store.wants(m.mode) {
		m.request = compact(body)
	}
	return s.accept(m, root, body)
}

// accept takes a message: from here on it is Sinch's.
func (s *Server) accept(m submission, root any, body []byte) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if !s.queue.add(now) {
		return s.refuse(http.StatusTooManyRequests)
	}
	at := now.Round(0) // as a clock on the wall shows it, which can be set back …
	if at.Before(s.latest) {
		at = s.latest // … and still puts no message before those that are there
	}
	s.latest = at
	id := ulid.MustNew(ulid.Timestamp(at), s.entropy) // it fails when a millisecond brings 2^79 messages
	if err := s.record.add(id, at, m.request); err != nil {
		name, _ := errorText(http.StatusInternalServerError)
		return s.refuseAs(http.StatusInternalServerError, name, "The sandbox cannot write its record of accepted messages.")
	}
	s.store.add(id, at, m)
	s.accepted++
	a := acceptance(id, at)
	a.hold = s.play(id, now, m, root, body)
	return a
}

// acceptance returns the answer of messages:send, which has two fields and no more.
func acceptance(id ulid.ULID, at time.Time) answer {
	body := make([]byte, 0, 112)
	body = append(body, `{"message_id":"`...)
	body = append(body, id.String()...)
	body = append(body, `","accepted_time":"`...)
	body = at.AppendFormat(body, time.RFC3339Nano)
	body = append(body, `"}`...)
	return answer{status: http.StatusOK, body: body}
}

// submissionOf takes from a request that passed the checks what concerns its fate.
func (s *Server) submissionOf(root any) submission {
	m := submission{
		mode:     s.cfg.Mode,
		contact:  textAt(at(root, "recipient"), "contact_id"),
		metadata: textAt(root, "message_metadata"),
	}
	if textAt(root, "processing_strategy") == "DISPATCH_ONLY" {
		m.mode = Dispatch
	}
	identities, _ := at(at(at(root, "recipient"), "identified_by"), "channel_identities").([]any)
	if len(identities) == 0 {
		return m
	}
	order, _ := at(root, "channel_priority_order").([]any)
	first := s.firstTried(identities, order)
	m.channel, m.identity = textAt(first, "channel"), stored(textAt(first, "channel"), textAt(first, "identity"))
	return m
}

// firstTried returns the identity that the message goes to unless that channel fails: the first in the order of priority, or
// as given, whose channel works.
func (s *Server) firstTried(identities, order []any) any {
	for _, channel := range order {
		for _, identity := range identities {
			if at(identity, "channel") == channel && s.active(identity) {
				return identity
			}
		}
	}
	if i := slices.IndexFunc(identities, s.active); i >= 0 {
		return identities[i]
	}
	return identities[0]
}

// active reports whether the channel of an identity works on the app.
func (s *Server) active(identity any) bool {
	return slices.Contains(s.cfg.Channels, textAt(identity, "channel"))
}

// stored returns an identity as the API keeps it: phone numbers without their plus sign.
func stored(channel, identity string) string {
	if slices.Contains(phoneChannels, channel) {
		return strings.TrimPrefix(identity, "+")
	}
	return identity
}

// decode returns the value of a body, or false where it is not JSON in UTF-8. Go's decoder would put up with bytes that are not.
func decode(body []byte) (root any, ok bool) {
	return root, utf8.Valid(body) && json.Unmarshal(body, &root) == nil
}

// malformed returns the 400 for what cannot be read at all.
func (s *Server) malformed() answer {
	name, _ := errorText(http.StatusBadRequest)
	return s.refuseAs(http.StatusBadRequest, name, "Malformed request")
}

// compact returns a copy of JSON on one line.
func compact(document []byte) []byte {
	b := bytes.NewBuffer(make([]byte, 0, len(document)))
	if err := json.Compact(b, document); err != nil {
		panic("sandbox: compact: " + err.Error()) // unreachable: it was decoded before
	}
	return b.Bytes()
}

// buffer returns an empty buffer for a body.
func (s *Server) buffer() *bytes.Buffer {
	if b, ok := s.buffers.Get().(*bytes.Buffer); ok {
		b.Reset()
		return b
	}
	return new(bytes.Buffer)
}

// mediaType returns the media type of a request's body, without its parameters.
func mediaType(r *http.Request) string {
	header := r.Header.Get("Content-Type")
	if !strings.Contains(header, ";") {
		return strings.ToLower(header)
	}
	name, _, err := mime.ParseMediaType(header)
	if err != nil {
		return ""
	}
	return name
}
