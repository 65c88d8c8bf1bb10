package sandbox

import (
	"net/http"

	"github.com/oklog/ulid/v2"
)

// capabilityRequest is the body of POST capability:query.
var capabilityRequest = object{
	required: []string{"app_id", "recipient"},
	fields:   fields{"app_id": text{form: ulidForm}, "recipient": recipient, "request_id": text{}},
}

// capabilityAnswer says whether somebody can be reached on a channel.
type capabilityAnswer struct {
	RequestID    string   `json:"request_id"`
	ContactID    string   `json:"contact_id"`
	Channel      string   `json:"channel"`
	Identity     string   `json:"identity"`
	Status       string   `json:"capability_status"`
	Capabilities []string `json:"channel_capabilities"`
	Reason       *reason  `json:"reason,omitempty"`
}

// capability answers POST capability:query with what it was asked. What it finds is told by a callback for every identity.
func (s *Server) capability(r *http.Request) answer {
	buffer := s.buffer()
	defer s.buffers.Put(buffer)
	root, refusal, ok := s.decodeBody(r, buffer, capabilityRequest)
	if !ok {
		return refusal
	}
	if textAt(root, "app_id") != s.cfg.AppID {
		return s.notFound()
	}
	request, _ := root.(map[string]any)
	if textAt(root, "request_id") == "" {
		request["request_id"] = ulid.MustNewDefault(s.now()).String()
	}
	s.mu.Lock()
	listening := len(s.receivers(onCapability, "")) > 0
	s.mu.Unlock()
	for _, on := range s.attempts(root) {
		if listening {
			s.timeline.after(s.cfg.ReceiptAfter, func() { s.tellCapability(textAt(root, "request_id"), on) })
		}
	}
	return jsonAnswer(http.StatusOK, request)
}

// tellCapability makes the callbacks about an identity. It runs on the timeline.
func (s *Server) tellCapability(requestID string, on channelIdentity) {
	c := capabilityAnswer{RequestID: requestID, Channel: on.Channel, Identity: on.Identity, Status: "CAPABILITY_FULL", Capabilities: []string{}}
	if s.cfg.outcome(on.Identity) == "RECIPIENT_NOT_REACHABLE" {
		c.Status, c.Reason = "NO_CAPABILITY", channelReason("RECIPIENT_NOT_REACHABLE")
	}
	s.announce(onCapability, "", event{Capability: &c})
}
