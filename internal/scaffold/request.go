package scaffold

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/prose"
)

// Request is what a campaign takes over from a request to Sinch: the message and how it is sent.
type Request struct {
	message  object
	options  object // by their names in the API, without the type of content and the channels
	metadata object
	about    string // what stands above the message

	translations object             // of a template
	previews     map[string]string  // of a template: what its variables may hold, by their folded names
	suited       []campaign.Channel // channels to propose

	ContentType string             // empty: it does not say
	Channels    []campaign.Channel // nil: it does not say
	Dropped     []string           // what was left out, and why, for people
}

// kindOf returns the kind of a message by its key, or "" for what is none.
func kindOf(message object) Kind {
	for _, m := range message {
		switch m.key {
		case "contact_info_message":
			return Contact
		case "text_message", "media_message", "card_message", "choice_message", "carousel_message", "location_message", "template_message", "list_message":
			return Kind(strings.TrimSuffix(m.key, "_message"))
		}
	}
	return ""
}

// ReadRequest reads the JSON body of a messages:send request, that of the Batch API, or a message alone. Its errors say where it breaks, and
// nothing of what it says.
func ReadRequest(data []byte) (*Request, error) {
	v, err := readJSON(data)
	if err != nil {
		return nil, fmt.Errorf("this is no JSON document: %w", err)
	}
	body, isObject := v.(object)
	if !isObject {
		return nil, errors.New("this is no JSON object")
	}
	r := &Request{about: "What everybody gets, as it stood in the request. ${name} in a text is a param or a column."}
	if kind := kindOf(body); kind != "" {
		r.message, r.suited = body, kind.Channels()
		return r, nil
	}
	var isMessage bool
	if r.message, isMessage = body.get("message").(object); !isMessage {
		return nil, errors.New(`there is no message in it: neither a key "message" nor one such as "text_message"`)
	}
	r.suited = kindOf(r.message).Channels()
	return r, r.takeOver(body)
}

// takeOver sorts the fields beside the message into what is kept and what is not.
func (r *Request) takeOver(body object) error {
	var unknown []string
	for _, m := range body {
		switch m.key {
		case "message":
		case "callback_url", "ttl", "queue", "processing_strategy", "conversation_metadata", "conversation_metadata_update_strategy",
			"correlation_id", "channel_properties":
			if m.value != text("") {
				r.options = append(r.options, m)
			}
		case "message_content_type":
			t, _ := m.value.(text)
			r.ContentType = string(t)
		case "channel_priority_order":
			channels, err := readChannels(m.value)
			if err != nil {
				return err
			}
			r.Channels = channels
		case "message_metadata":
			r.takeMetadata(m.value)
		case "app_id", "project_id":
			r.drop(m.key, "a profile says it, or SINCH_"+strings.ToUpper(m.key))
		case "recipient", "recipient_and_params":
			r.drop(m.key, "recipients come from the audience")
		case "send_after":
			r.drop(m.key, "it is sent when you run it")
		case "batch_metadata":
			r.drop(m.key, "a run has its own")
		default:
			unknown = append(unknown, m.key)
		}
	}
	if unknown != nil {
		r.Dropped = append(r.Dropped, "unknown, and left out: "+prose.Listed(unknown))
	}
	if r.Channels == nil {
		r.Channels = identityChannels(body)
	}
	return nil
}

func (r *Request) drop(key, why string) {
	r.Dropped = append(r.Dropped, key+" is left out: "+why)
}

// takeMetadata keeps labels of one's own, as the Batch API has them. In messages:send they are any text, and sendoff puts its own beside them.
func (r *Request) takeMetadata(v any) {
	labels, isObject := v.(object)
	for _, m := range labels {
		if _, isText := m.value.(text); !isText {
			isObject = false
		}
	}
	if !isObject {
		r.drop("message_metadata", "put your own labels under metadata: {label: value}")
		return
	}
	r.metadata = slices.DeleteFunc(slices.Clone(labels), func(m member) bool { return m.key == "_batch_id" || m.key == "sendoff" })
}

func readChannels(v any) ([]campaign.Channel, error) {
	var names []string
	l, _ := v.(list)
	for _, i := range l {
		t, _ := i.value.(text)
		names = append(names, string(t))
	}
	return ParseChannels(strings.Join(names, ","))
}

// identityChannels are the channels of the recipient, which Sinch tries in their order where a request has no other.
func identityChannels(body object) (channels []campaign.Channel) {
	recipient, _ := body.get("recipient").(object)
	by, _ := recipient.get("identified_by").(object)
	identities, _ := by.get("channel_identities").(list)
	for _, i := range identities {
		identity, _ := i.value.(object)
		name, _ := identity.get("channel").(text)
		if c := campaign.Channel(name); c.Index() >= 0 && !slices.Contains(channels, c) {
			channels = append(channels, c)
		}
	}
	return channels
}

// DefaultChannels are those that suit the message where nobody says otherwise.
func (a Answers) DefaultChannels() []campaign.Channel {
	if a.Request != nil {
		return a.Request.suited
	}
	return a.Kind.Channels()
}

// ParseChannels reads the names of channels with commas or spaces between them, in either case.
func ParseChannels(s string) ([]campaign.Channel, error) {
	known := make([]string, len(campaign.Channels))
	for i, c := range campaign.Channels {
		known[i] = string(c)
	}
	var channels []campaign.Channel
	for name := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == ' ' }) {
		name = strings.ToUpper(name)
		c := campaign.Channel(name)
		switch near := campaign.Nearest(name, known); {
		case c.Index() < 0 && near != "":
			return nil, fmt.Errorf("%q is no channel; perhaps %s is meant", name, near)
		case c.Index() < 0:
			return nil, fmt.Errorf("%q is no channel; possible are %s", name, strings.Join(known, ", "))
		case slices.Contains(channels, c):
			return nil, fmt.Errorf("%s stands there twice", c)
		}
		channels = append(channels, c)
	}
	return channels, nil
}
