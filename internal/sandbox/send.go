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
	kept     bool   // the app keeps it, for look-ups
	channel  string // on which it is tried first; "": Sinch's choice for the contact
	identity string
	contact  string // as it was addressed; "": by identity
	metadata string // the sender's own, by which it finds the message again

	callbackURL string // where its callbacks go; "": to the app's webhooks
}

// send answers messages:send. It knows nothing of earlier requests: the same one again is another message.
func (s *Server) send(r *http.Request, _ string) answer {
	buffer := s.buffer()
	defer s.buffers.Put(buffer)
	root, refusal, ok := s.decodeBody(r, buffer, sendRequest)
	if !ok {
		return refusal
	}
	return s.submit(root, buffer.Bytes())
}

// submit takes a request to send, as its value and as its bytes, which are the caller's again afterwards.
func (s *Server) submit(root any, body []byte) answer {
	m, refusal, ok := s.submission(root, body, false)
	if !ok {
		return refusal
	}
	now := s.lock()
	defer s.mu.Unlock()
	return s.accept(m, now)
}

// submission is a request to send as a message, with its body where anybody will want that or where it is asked for. It reports false, and the
// refusal, for one that does not pass the last checks.
func (s *Server) submission(root any, body []byte, whole bool) (m submission, refusal answer, ok bool) {
	if textAt(root, "app_id") != s.cfg.AppID {
		return submission{}, s.refuse(http.StatusNotFound), false
	}
	m = s.submissionOf(root)
	if m.contact != "" && m.mode == Dispatch {
		return submission{}, s.refuseFields(violation{"recipient.contact_id", "Not supported in DISPATCH mode"}), false
	}
	if whole || m.kept || s.cfg.Keep || s.cfg.Record != nil || s.file != nil || m.callbackURL != "" || s.heard.Load() {
		m.request = compact(body)
	}
	return m, answer{}, true
}

// decodeBody reads the body of r into buffer, and returns its value. It reports false, and the refusal, where it is not what rule
// says.
func (s *Server) decodeBody(r *http.Request, buffer *bytes.Buffer, rule rule) (root any, refusal answer, ok bool) {
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

// accept takes a message: from here on it is Sinch's. mu is held.
func (s *Server) accept(m submission, now time.Time) answer {
	if !s.queue.add(now) {
		return s.refuse(http.StatusTooManyRequests)
	}
	at := now.Round(0) // as a clock on the wall shows it, which can be set back …
	if at.Before(s.latest) {
		at = s.latest // … and still puts no message before those that are there
	}
	s.latest = at
	m.kept = m.kept && s.settings.Load().keeps(m.mode) // the app may have changed since the check
	id := ulid.MustNew(ulid.Timestamp(at), s.entropy)  // it fails when a millisecond brings 2^79 messages
	e := entry{id: id, at: at, drained: s.queue.empty.Round(0), submission: m}
	if err := s.write(&e); err != nil {
		name, _ := errorText(http.StatusInternalServerError)
		return s.refuseAs(http.StatusInternalServerError, name, "The sandbox cannot write its record of accepted messages.")
	}
	s.store.add(e)
	s.accepted++
	a := acceptance(id, at)
	a.hold = s.play(id, now, m)
	return a
}

// write puts an accepted message where it outlives the server.
func (s *Server) write(e *entry) error {
	if err := s.record.add(e, nil); err != nil {
		return err
	}
	return s.journalMessage(e)
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
	app := s.settings.Load()
	m := submission{
		mode:     app.ProcessingMode,
		contact:  textAt(at(root, "recipient"), "contact_id"),
		metadata: textAt(root, "message_metadata"),

		callbackURL: textAt(root, "callback_url"),
	}
	if textAt(root, "processing_strategy") == "DISPATCH_ONLY" {
		m.mode = Dispatch
	}
	m.kept = app.keeps(m.mode)
	identities, _ := at(at(at(root, "recipient"), "identified_by"), "channel_identities").([]any)
	if len(identities) == 0 {
		return m
	}
	order, _ := at(root, "channel_priority_order").([]any)
	first := s.firstTried(identities, order)
	m.channel, m.identity = textAt(first, "channel"), s.stored(textAt(first, "channel"), textAt(first, "identity"))
	return m
}

// recipientOf returns the address that a request to send would be kept with, or "" where it has none. The request can still be read.
func (s *Server) recipientOf(r *http.Request) string {
	var buffer bytes.Buffer
	read, again := io.TeeReader(r.Body, &buffer), *r
	again.Body = io.NopCloser(read)
	root, _, ok := s.decodeBody(&again, new(bytes.Buffer), sendRequest)
	r.Body = io.NopCloser(io.MultiReader(&buffer, r.Body))
	if !ok {
		return ""
	}
	m := s.submissionOf(root)
	return m.address()
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

// stored returns an identity as the API keeps it: phone numbers without their plus sign, or all with it where that is configured.
func (s *Server) stored(channel, identity string) string {
	if !slices.Contains(phoneChannels, channel) {
		return identity
	}
	digits := strings.TrimPrefix(identity, "+")
	if s.cfg.PlusIdentities {
		return "+" + digits
	}
	return digits
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
