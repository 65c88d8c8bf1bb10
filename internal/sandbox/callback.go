package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/oklog/ulid/v2"
)

// event is the body of a callback. It has one of the keys that say what happened.
type event struct {
	AppID        string    `json:"app_id"`
	AcceptedTime time.Time `json:"accepted_time"` // when the callback was made
	EventTime    time.Time `json:"event_time"`    // when it happened
	ProjectID    string    `json:"project_id"`

	Delivery   *deliveryReport      `json:"message_delivery_report,omitempty"`
	Submit     *submitNotification  `json:"message_submit_notification,omitempty"`
	Message    *inboundMessage      `json:"message,omitempty"`
	OptOut     *consentNotification `json:"opt_out_notification,omitempty"`
	Capability *capabilityAnswer    `json:"capability_notification,omitempty"`
	Batch      *batchStatus         `json:"batch_status_update_notification,omitempty"`
	Unknown    *unknown             `json:"sandbox_notes,omitempty"`

	MessageMetadata string `json:"message_metadata"` // what the channel says of the message: not the sender's metadata, which is inside
	CorrelationID   string `json:"correlation_id,omitempty"`
}

// deliveryReport says how far a message has come. Its metadata is the sender's own.
type deliveryReport struct {
	MessageID      string        `json:"message_id"`
	ConversationID string        `json:"conversation_id"`
	Status         string        `json:"status"`
	Identity       eventIdentity `json:"channel_identity"`
	ContactID      string        `json:"contact_id"`
	Reason         *reason       `json:"reason,omitempty"`
	Metadata       string        `json:"metadata"`
	ProcessingMode Mode          `json:"processing_mode"`
}

// submitNotification says that a message was handed to a channel.
type submitNotification struct {
	MessageID      string        `json:"message_id"`
	ConversationID string        `json:"conversation_id"`
	Identity       eventIdentity `json:"channel_identity"`
	ContactID      string        `json:"contact_id"`
	Message        any           `json:"submitted_message"`
	Metadata       string        `json:"metadata"`
	ProcessingMode Mode          `json:"processing_mode"`
}

// inboundMessage is what a person has replied. Its metadata is that of the message that it replies to.
type inboundMessage struct {
	ID        string `json:"id"`
	Direction string `json:"direction"`
	Content   struct {
		Text struct {
			Text string `json:"text"`
		} `json:"text_message"`
		ReplyTo struct {
			MessageID string `json:"message_id"`
		} `json:"reply_to"`
	} `json:"contact_message"`
	Identity       eventIdentity `json:"channel_identity"`
	ConversationID string        `json:"conversation_id"`
	ContactID      string        `json:"contact_id"`
	Metadata       string        `json:"metadata"`
	AcceptTime     time.Time     `json:"accept_time"`
	SenderID       string        `json:"sender_id"`
	ProcessingMode Mode          `json:"processing_mode"`
}

// consentNotification says that consent management has put somebody on a list.
type consentNotification struct {
	RequestID      string `json:"request_id"`
	ContactID      string `json:"contact_id"`
	Channel        string `json:"channel"`
	Identity       string `json:"identity"`
	Status         string `json:"status"`
	ProcessingMode Mode   `json:"processing_mode"`
}

// eventIdentity is an identity as callbacks show it: a phone number without its plus sign.
type eventIdentity struct {
	channelIdentity
	Unknown *unknown `json:"nrs_data,omitempty"`
}

// unknown stands for the fields that the API adds without telling anybody.
type unknown struct {
	Since string `json:"since"`
}

// reason says why a message failed.
type reason struct {
	Code        string `json:"code"`
	Description string `json:"description"`
	SubCode     string `json:"sub_code"`
}

// sign puts the headers on h by which the holder of a secret knows that body is from here.
func sign(h http.Header, secret string, body []byte, now time.Time) {
	nonce, timestamp := ulid.MustNewDefault(now).String(), strconv.FormatInt(now.Unix(), 10)
	h.Set("X-Sinch-Webhook-Signature", callbackSignature(secret, body, nonce, timestamp))
	h.Set("X-Sinch-Webhook-Signature-Timestamp", timestamp)
	h.Set("X-Sinch-Webhook-Signature-Nonce", nonce)
	h.Set("X-Sinch-Webhook-Signature-Algorithm", "HmacSHA256")
}

// callbackSignature returns the signature of a body at a time.
func callbackSignature(secret string, body []byte, nonce, timestamp string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write(body) // a hash never fails
	_, _ = io.WriteString(mac, "."+nonce+"."+timestamp)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
