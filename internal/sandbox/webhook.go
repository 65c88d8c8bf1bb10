package sandbox

import (
	"net/http"
	"slices"
	"strings"

	"github.com/oklog/ulid/v2"
)

// The triggers of the callbacks that the sandbox makes.
const (
	onDelivery   = "MESSAGE_DELIVERY"
	onSubmit     = "MESSAGE_SUBMIT"
	onInbound    = "MESSAGE_INBOUND"
	onOptOut     = "OPT_OUT"
	onCapability = "CAPABILITY"
	onBatch      = "BATCH_STATUS_UPDATE"
)

// triggers are all that the API knows.
var triggers = []string{
	onDelivery, onSubmit, onInbound, "EVENT_DELIVERY", "EVENT_INBOUND", "CONVERSATION_START", "CONVERSATION_STOP",
	"CONVERSATION_DELETE", "CONTACT_CREATE", "CONTACT_UPDATE", "CONTACT_DELETE", "CONTACT_MERGE", "CONTACT_IDENTITIES_DUPLICATION",
	onCapability, "OPT_IN", onOptOut, "CHANNEL_EVENT", "SMART_CONVERSATION", "SMART_CONVERSATIONS",
	"MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION", "RECORD_NOTIFICATION", onBatch, "UNSUPPORTED",
}

// maxWebhooks is how many an app can have.
const maxWebhooks = 5

// webhook is an address that callbacks go to. The API's own default of target_type is that nothing does.
type webhook struct {
	ID         string   `json:"id"`
	AppID      string   `json:"app_id"`
	Target     string   `json:"target"`
	TargetType string   `json:"target_type"` // HTTP, or DISMISS
	Secret     string   `json:"secret"`      // that signs its callbacks; "": they are not signed
	Triggers   []string `json:"triggers"`
}

// hears reports whether callbacks of a trigger go to w.
func (w webhook) hears(trigger string) bool {
	return w.TargetType == "HTTP" && slices.Contains(w.Triggers, trigger)
}

// newWebhook is the body of POST webhooks, webhookChange that of PATCH webhooks/{webhook_id}.
var (
	newWebhook    = object{required: []string{"app_id", "target", "triggers"}, fields: webhookChange.fields}
	webhookChange = object{fields: fields{
		"id":                 text{},
		"app_id":             text{form: ulidForm},
		"target":             text{max: 742, form: targetForm},
		"target_type":        text{enum: []string{"DISMISS", "HTTP"}},
		"secret":             text{},
		"triggers":           list{min: 1, of: text{enum: triggers}},
		"client_credentials": missing{"The sandbox fetches no tokens. Leave this out, and use a secret"},
	}}
)

// targetForm takes addresses that the sandbox calls.
func targetForm(s string) string {
	if !onThisMachine(s) {
		return "Must be an http or https address on this machine, such as http://127.0.0.1:8090/: the sandbox calls nobody else"
	}
	return ""
}

// createWebhook answers POST webhooks.
func (s *Server) createWebhook(r *http.Request) answer {
	w := webhook{TargetType: "DISMISS"}
	if a, ok := s.readInto(r, newWebhook, &w); !ok {
		return a
	}
	if w.AppID != s.cfg.AppID {
		return s.refuse(http.StatusNotFound)
	}
	w.ID = ulid.MustNewDefault(s.now()).String()
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case len(s.resources.Webhooks) >= maxWebhooks:
		return s.refuseFields(violation{"app_id", "The app has 5 webhooks, and cannot have more"})
	case s.taken(w):
		return s.refuseFields(violation{"target", "Another webhook of the app has this target"})
	}
	s.resources.Webhooks = append(s.resources.Webhooks, w)
	return jsonAnswer(http.StatusOK, w)
}

// taken reports whether another webhook than w has its target.
func (s *Server) taken(w webhook) bool {
	return slices.ContainsFunc(s.resources.Webhooks, func(other webhook) bool { return other.Target == w.Target && other.ID != w.ID })
}

// webhooks answers GET apps/{app_id}/webhooks.
func (s *Server) webhooks() answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return jsonAnswer(http.StatusOK, struct {
		Webhooks []webhook `json:"webhooks"`
	}{append([]webhook{}, s.resources.Webhooks...)})
}

// webhook answers GET, PATCH and DELETE webhooks/{webhook_id}.
func (s *Server) webhook(id string, r *http.Request) answer {
	var change webhookFields
	if r.Method == http.MethodPatch {
		if a, ok := s.readInto(r, webhookChange, &change); !ok {
			return a
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.resources.Webhooks, func(w webhook) bool { return w.ID == id })
	if i < 0 {
		return s.refuse(http.StatusNotFound)
	}
	w := s.resources.Webhooks[i]
	switch r.Method {
	case http.MethodDelete:
		s.resources.Webhooks = slices.Delete(s.resources.Webhooks, i, i+1)
		return jsonAnswer(http.StatusOK, struct{}{})
	case http.MethodPatch:
		w.change(change, r.URL.Query()["update_mask"])
		if s.taken(w) {
			return s.refuseFields(violation{"target", "Another webhook of the app has this target"})
		}
		s.resources.Webhooks[i] = w
	}
	return jsonAnswer(http.StatusOK, w)
}

// webhookFields are the fields of a webhook that can be changed. One that is nil stays as it is.
type webhookFields struct {
	Target     *string  `json:"target"`
	TargetType *string  `json:"target_type"`
	Secret     *string  `json:"secret"`
	Triggers   []string `json:"triggers"`
}

// change changes fields of w; only those that the mask names, if there is one.
func (w *webhook) change(to webhookFields, mask []string) {
	names := strings.Split(strings.Join(mask, ","), ",")
	meant := func(name string) bool { return mask == nil || slices.Contains(names, name) }
	if to.Target != nil && meant("target") {
		w.Target = *to.Target
	}
	if to.TargetType != nil && meant("target_type") {
		w.TargetType = *to.TargetType
	}
	if to.Secret != nil && meant("secret") {
		w.Secret = *to.Secret
	}
	if to.Triggers != nil && meant("triggers") {
		w.Triggers = to.Triggers
	}
}

// missing is a field of the API that the sandbox does not have. It says why.
type missing struct {
	why string
}

func (m missing) check(c *checker, _ any) { c.report("", "%s", m.why) }
