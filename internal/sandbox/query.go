package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/oklog/ulid/v2"
)

// The sizes of a page of messages.
const (
	defaultPageSize = 10
	maxPageSize     = 1000
)

// The directions of a message.
const (
	toContact = "TO_CONTACT" // ours
	toApp     = "TO_APP"     // people's, which the sandbox has none of
)

// query is what a look-up asks for. A zero field filters nothing.
type query struct {
	mode                Mode
	app                 string
	identity            string // as stored: a phone number without its plus sign finds, unless it is configured that one with it does
	channel             string
	direction           string
	contact             string
	conversation        string
	recipientOriginated bool
	start, end          time.Time // accepted at or after, and before
	metadata            bool
	size                int
	after               ulid.ULID // the last message of the page before
}

// none reports whether nothing that the sandbox could have of app answers q.
func (q query) none(app string) bool {
	return q.app != "" && q.app != app || q.direction == toApp || q.recipientOriginated
}

// matches reports whether e is what q asks for, but for its start and whether it is still kept.
func (q query) matches(e *entry) bool {
	return e.mode == q.mode &&
		(q.after.IsZero() || e.id.Compare(q.after) < 0) &&
		(q.end.IsZero() || e.at.Before(q.end)) &&
		(q.channel == "" || q.channel == e.channel) &&
		(q.identity == "" || q.identity == e.identity) &&
		(q.contact == "" || q.contact == e.contactID()) &&
		(q.conversation == "" || q.conversation == e.conversationID())
}

// parseQuery reads the parameters of a look-up, and lists what is wrong with them. One that is not known is wrong: a filter that is
// not applied would find too much.
func parseQuery(values url.Values, known ...string) (query, []violation) {
	p := parameters{values: values}
	p.only(known...)
	q := query{
		mode:                Conversation,
		app:                 values.Get("app_id"),
		identity:            values.Get("channel_identity"),
		channel:             p.oneOf("channel", channels...),
		direction:           p.oneOf("direction", toContact, toApp),
		contact:             values.Get("contact_id"),
		conversation:        values.Get("conversation_id"),
		recipientOriginated: p.oneOf("only_recipient_originated", "true", "false") == "true",
		start:               p.time("start_time"),
		end:                 p.time("end_time"),
		metadata:            p.oneOf("view", "WITH_METADATA", "WITHOUT_METADATA") != "WITHOUT_METADATA",
		size:                p.size("page_size"),
		after:               p.id("page_token"),
	}
	if p.oneOf("messages_source", "CONVERSATION_SOURCE", "DISPATCH_SOURCE") == "DISPATCH_SOURCE" {
		q.mode = Dispatch
		if q.contact != "" || q.conversation != "" {
			p.report("messages_source", "Must be CONVERSATION_SOURCE to filter by contact_id or conversation_id")
		}
	}
	slices.SortFunc(p.wrong, byField)
	return q, p.wrong
}

// parseLookup reads a request for one message.
func parseLookup(r *http.Request, id string) (wanted ulid.ULID, q query, wrong []violation) {
	q, wrong = parseQuery(r.URL.Query(), "messages_source")
	wanted, err := ulid.ParseStrict(id)
	if err != nil {
		wrong = append(wrong, violation{"message_id", "Must be a ULID"})
	}
	return wanted, q, wrong
}

// parameters reads the parameters of a request, and gathers what is wrong. A parameter that is empty is not there.
type parameters struct {
	values url.Values
	wrong  []violation
}

func (p *parameters) report(name, description string) {
	p.wrong = append(p.wrong, violation{name, description})
}

// only reports the parameters that are not known.
func (p *parameters) only(known ...string) {
	for name := range p.values {
		if !slices.Contains(known, name) {
			p.report(name, "Unknown parameter")
		}
	}
}

// oneOf returns a parameter that is one of known, or "".
func (p *parameters) oneOf(name string, known ...string) string {
	value := p.values.Get(name)
	if value == "" || slices.Contains(known, value) {
		return value
	}
	p.report(name, mustBeOneOf(known))
	return ""
}

// time returns a parameter that is a time, or the zero one.
func (p *parameters) time(name string) time.Time {
	value := p.values.Get(name)
	if value == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, value)
	if err != nil {
		p.report(name, "Must be a time as in RFC 3339")
	}
	return t
}

// size returns a parameter that is the size of a page.
func (p *parameters) size(name string) int {
	value := p.values.Get(name)
	if value == "" {
		return defaultPageSize
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > maxPageSize {
		p.report(name, "Must be 1 to "+strconv.Itoa(maxPageSize))
	}
	return n
}

// id returns a parameter that is a ULID, or the zero one.
func (p *parameters) id(name string) ulid.ULID {
	value := p.values.Get(name)
	if value == "" {
		return ulid.ULID{}
	}
	id, err := ulid.ParseStrict(value)
	if err != nil {
		p.report(name, "Must be the next_page_token of an answer")
	}
	return id
}
