package callback

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"sendoff/internal/delivery"
)

// Kind is what a callback is about.
type Kind uint8

// The kinds.
const (
	Ignored Kind = iota // something else, or nothing that is known
	Receipt             // how far a message has come
	OptOut              // somebody wants no more messages, as Sinch or a channel has noticed
	OptIn               // somebody wants messages again
	Inbound             // somebody has written, or tapped a reply
)

// Event is what one callback says. Identity and Text are personal data; however the Event is printed, they are not shown.
type Event struct {
	Kind Kind
	// Key is the name under which the API says it, of those that we know; "other" for a callback with none of them, and "" for what has not even the frame of
	// a callback.
	Key     string
	Time    time.Time // when it happened, or else when the callback was made; zero where neither is said
	Channel string    // as the API writes it; "" where it is not said

	// Of a receipt.
	MessageID string
	Status    delivery.Status
	Reason    delivery.Reason
	Label     Label

	// Of the three last kinds.
	Identity string `json:"-"` // whose, as the API writes it: a phone number without its plus sign
	Text     string `json:"-"` // what they have written
}

// Label says to which row of which run a message of ours belongs. The zero Label belongs to no message of ours.
type Label struct {
	Run   string // the run's id
	Row   uint32
	Aside bool // it went to a seed or was a test, and says nothing about the people of a run
}

// Format prints what kind of event it is, whatever the verb.
func (e Event) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "callback "+e.Key) }

// body is a callback as far as it is read. Of the keys that are only counted it is enough that they are there.
type body struct {
	AppID         string `json:"app_id"`
	ProjectID     string `json:"project_id"`
	AcceptedTime  string `json:"accepted_time"`
	EventTime     string `json:"event_time"`
	CorrelationID string `json:"correlation_id"`

	Delivery *report  `json:"message_delivery_report"`
	Submit   *report  `json:"message_submit_notification"`
	Message  *message `json:"message"`
	OptOut   *consent `json:"opt_out_notification"`
	OptIn    *consent `json:"opt_in_notification"`

	Event              *struct{} `json:"event"`
	EventDelivery      *struct{} `json:"event_delivery_report"`
	Capability         *struct{} `json:"capability_notification"`
	Channel            *struct{} `json:"channel_event_notification"`
	Batch              *struct{} `json:"batch_status_update_notification"`
	ContactCreate      *struct{} `json:"contact_create_notification"`
	ContactUpdate      *struct{} `json:"contact_update_notification"`
	ContactDelete      *struct{} `json:"contact_delete_notification"`
	ContactMerge       *struct{} `json:"contact_merge_notification"`
	Duplicates         *struct{} `json:"duplicated_contact_identities_notification"`
	ConversationStart  *struct{} `json:"conversation_start_notification"`
	ConversationStop   *struct{} `json:"conversation_stop_notification"`
	ConversationDelete *struct{} `json:"conversation_delete_notification"`
	Unsupported        *struct{} `json:"unsupported_callback"`
	Record             *struct{} `json:"record_notification"`
	Smart              *struct{} `json:"smart_conversation_notification"`
	Redaction          *struct{} `json:"message_redaction"`
}

// identity is whom something is about.
type identity struct {
	Channel  string `json:"channel"`
	Identity string `json:"identity"`
}

// report is a delivery receipt, or the note that a message was handed to a channel. Its metadata is the sender's own; that of the frame is the channel's.
type report struct {
	MessageID string   `json:"message_id"`
	Status    string   `json:"status"`
	Identity  identity `json:"channel_identity"`
	Reason    struct {
		Code string `json:"code"`
	} `json:"reason"`
	Metadata string `json:"metadata"`
}

// message is one that somebody has sent to the app.
type message struct {
	Direction string   `json:"direction"`
	Identity  identity `json:"channel_identity"`
	Contact   struct {
		Text struct {
			Text string `json:"text"`
		} `json:"text_message"`
		Choice struct {
			Postback string `json:"postback_data"`
		} `json:"choice_response_message"`
	} `json:"contact_message"`
}

// consent says that somebody wants messages, or none.
type consent struct {
	identity
	Status string `json:"status"`
}

// errNoObject is the one error of what is JSON.
var errNoObject = errors.New("not a JSON object")

// Parse reads one callback. The error says that b is not an object in JSON, and holds nothing of it.
func Parse(b []byte) (Event, error) {
	if start := bytes.TrimLeft(b, " \t\r\n"); len(start) == 0 || start[0] != '{' {
		return Event{}, errNoObject
	}
	var in body
	err := json.Unmarshal(b, &in)
	var kind *json.UnmarshalTypeError
	if err != nil && !errors.As(err, &kind) { // a field of another type is one that we do not know; all else was read
		return Event{}, errors.New("not JSON")
	}
	return in.event(), nil
}

// event finds out what the callback says.
func (in *body) event() Event {
	e := Event{Key: in.key(), Time: parseTime(in.EventTime)}
	if e.Time.IsZero() {
		e.Time = parseTime(in.AcceptedTime)
	}
	switch {
	case in.Delivery != nil:
		status, known := delivery.ParseStatus(in.Delivery.Status)
		in.receipt(&e, in.Delivery, status, known)
	case in.Submit != nil:
		in.receipt(&e, in.Submit, delivery.Submitted, true)
	case in.OptOut != nil && in.OptOut.Status == "OPT_OUT_SUCCEEDED":
		e.Kind, e.Channel, e.Identity = OptOut, in.OptOut.Channel, in.OptOut.Identity
	case in.OptIn != nil && in.OptIn.Status == "OPT_IN_SUCCEEDED":
		e.Kind, e.Channel, e.Identity = OptIn, in.OptIn.Channel, in.OptIn.Identity
	case in.Message != nil && in.Message.Direction != "TO_CONTACT":
		e.Kind, e.Channel, e.Identity, e.Text = Inbound, in.Message.Identity.Channel, in.Message.Identity.Identity, in.Message.Contact.Text.Text
		if e.Text == "" {
			e.Text = in.Message.Contact.Choice.Postback
		}
	}
	return e
}

// receipt fills in what a receipt says.
func (in *body) receipt(e *Event, r *report, status delivery.Status, known bool) {
	if !known || r.MessageID == "" {
		return
	}
	e.Kind, e.MessageID, e.Channel, e.Status = Receipt, r.MessageID, r.Identity.Channel, status
	e.Reason = delivery.ParseReason(r.Reason.Code)
	label, isOurs := labelOf(r.Metadata)
	if !isOurs {
		label = labelIn(in.CorrelationID)
	}
	e.Label = label
}

// labelOf reads the label that stands in the metadata of a message of ours, beside the campaign's own.
func labelOf(metadata string) (Label, bool) {
	if !strings.Contains(metadata, `"sendoff"`) {
		return Label{}, false
	}
	var m struct {
		Sendoff struct {
			Run  string  `json:"run"`
			Row  *uint32 `json:"row"`
			Seed bool    `json:"seed"`
			Test bool    `json:"test"`
		} `json:"sendoff"`
	}
	if json.Unmarshal([]byte(metadata), &m) != nil || m.Sendoff.Row == nil || m.Sendoff.Run == "" {
		return Label{}, false
	}
	s := m.Sendoff
	return Label{Run: s.Run, Row: *s.Row, Aside: s.Seed || s.Test}, true
}

// labelIn reads RUN/row, which stands in correlation_id unless the campaign has something else there; seeds and tests have a word before it.
func labelIn(correlationID string) Label {
	var l Label
	for _, mark := range [...]string{"seed/", "test/"} {
		if rest, found := strings.CutPrefix(correlationID, mark); found {
			correlationID, l.Aside = rest, true
		}
	}
	run, text, _ := strings.Cut(correlationID, "/")
	row, err := strconv.ParseUint(text, 10, 32)
	if err != nil || len(run) != 26 {
		return Label{}
	}
	l.Run, l.Row = run, uint32(row)
	return l
}

func parseTime(text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

// key returns the name under which the callback says what it does.
func (in *body) key() string {
	for _, k := range [...]struct {
		isThere bool
		name    string
	}{
		{in.Delivery != nil, "message_delivery_report"},
		{in.Submit != nil, "message_submit_notification"},
		{in.OptOut != nil, "opt_out_notification"},
		{in.OptIn != nil, "opt_in_notification"},
		{in.Message != nil, "message"},
		{in.Event != nil, "event"},
		{in.EventDelivery != nil, "event_delivery_report"},
		{in.Capability != nil, "capability_notification"},
		{in.Channel != nil, "channel_event_notification"},
		{in.Batch != nil, "batch_status_update_notification"},
		{in.ContactCreate != nil, "contact_create_notification"},
		{in.ContactUpdate != nil, "contact_update_notification"},
		{in.ContactDelete != nil, "contact_delete_notification"},
		{in.ContactMerge != nil, "contact_merge_notification"},
		{in.Duplicates != nil, "duplicated_contact_identities_notification"},
		{in.ConversationStart != nil, "conversation_start_notification"},
		{in.ConversationStop != nil, "conversation_stop_notification"},
		{in.ConversationDelete != nil, "conversation_delete_notification"},
		{in.Unsupported != nil, "unsupported_callback"},
		{in.Record != nil, "record_notification"},
		{in.Smart != nil, "smart_conversation_notification"},
		{in.Redaction != nil, "message_redaction"},
	} {
		if k.isThere {
			return k.name
		}
	}
	if in.AppID != "" || in.ProjectID != "" || in.AcceptedTime != "" {
		return "other"
	}
	return ""
}
