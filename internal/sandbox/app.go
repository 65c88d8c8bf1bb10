package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"

	"github.com/oklog/ulid/v2"
)

// appBody is an app as the API describes it, as far as a sender can want to know it.
type appBody struct {
	ID                 string       `json:"id"`
	ChannelCredentials []credential `json:"channel_credentials"`
	RateLimits         rateLimits   `json:"rate_limits"`
	QueueStats         queueStats   `json:"queue_stats"`
	MetadataReportView string       `json:"conversation_metadata_report_view"`
	MessageSearch      enabled      `json:"message_search"`
	SmartConversation  enabled      `json:"smart_conversation"`
	appSettings
}

// appSettings are what clients can change about an app, in the form in which they do.
type appSettings struct {
	DisplayName          string           `json:"display_name"`
	ProcessingMode       Mode             `json:"processing_mode"`
	RetentionPolicy      retention        `json:"retention_policy"`
	DispatchRetention    retention        `json:"dispatch_retention_policy"`
	CallbackSettings     callbackSettings `json:"callback_settings"`
	MessageRetrySettings retrySettings    `json:"message_retry_settings"`
	PersistMessageStatus enabled          `json:"persist_message_status"`
}

// appUpdate is the body of PATCH apps/{app_id}. What the API changes by other ways, or not at all, is no field of it.
var appUpdate = object{fields: fields{
	"display_name":              text{},
	"processing_mode":           text{enum: []string{string(Conversation), string(Dispatch)}},
	"retention_policy":          retentionRule(1, maxRetention),
	"dispatch_retention_policy": retentionRule(0, maxDispatchRetention),
	"callback_settings":         object{fields: fields{"secret_for_overridden_callback_urls": text{}}},
	"message_retry_settings":    object{fields: fields{"retry_duration": number{whole: true, min: 30, max: 3600}}},
	"persist_message_status":    object{fields: fields{"enabled": truth{}}},
}}

// retentionRule returns the rule for a retention of so many days. The sandbox plays one of the API's policies.
func retentionRule(least, most float64) object {
	return object{fields: fields{
		"retention_type": text{enum: []string{expirePolicy}},
		"ttl_days":       number{whole: true, min: least, max: most},
	}}
}

const expirePolicy = "MESSAGE_EXPIRE_POLICY"

type credential struct {
	Channel        string          `json:"channel"`
	State          credentialState `json:"state"`
	ChannelKnownID string          `json:"channel_known_id"`
	Ordinal        int             `json:"credential_ordinal_number"`
	CallbackSecret string          `json:"callback_secret"`
}

type credentialState struct {
	Status      string `json:"status"`
	Description string `json:"description"`
}

// rateLimits are per second.
type rateLimits struct {
	Outbound int `json:"outbound"`
	Inbound  int `json:"inbound"`
	Webhooks int `json:"webhooks"`
}

type queueStats struct {
	OutboundSize  int `json:"outbound_size"`
	OutboundLimit int `json:"outbound_limit"`
}

type retention struct {
	Type string `json:"retention_type"`
	Days int    `json:"ttl_days"`
}

type callbackSettings struct {
	Secret string `json:"secret_for_overridden_callback_urls"`
}

type retrySettings struct {
	Seconds int `json:"retry_duration"`
}

type enabled struct {
	Enabled bool `json:"enabled"`
}

// newSettings returns the settings of the app as it is at first.
func newSettings(cfg Config) *appSettings {
	return &appSettings{
		DisplayName:          cfg.AppName,
		ProcessingMode:       cfg.Mode,
		RetentionPolicy:      retention{expirePolicy, cfg.ConversationRetention},
		DispatchRetention:    retention{expirePolicy, cfg.DispatchRetention},
		CallbackSettings:     callbackSettings{cfg.CallbackSecret},
		MessageRetrySettings: retrySettings{Seconds: 3600},
		PersistMessageStatus: enabled{cfg.KeepStatus},
	}
}

// ttl returns how long messages of a mode can be looked up.
func (a *appSettings) ttl(mode Mode) time.Duration {
	const day = 24 * time.Hour
	if mode == Conversation {
		return time.Duration(a.RetentionPolicy.Days) * day
	}
	return time.Duration(a.DispatchRetention.Days) * day
}

// keeps reports whether messages of a mode can be looked up at all.
func (a *appSettings) keeps(mode Mode) bool { return a.ttl(mode) > 0 }

// configure makes settings those of the app. mu is held, or nobody else knows of s yet.
func (s *Server) configure(settings *appSettings) {
	s.settings.Store(settings)
	s.store.app = settings
}

// apps answers GET apps, which has one.
func (s *Server) apps(*http.Request, string) answer {
	return jsonAnswer(http.StatusOK, struct {
		Apps []appBody `json:"apps"`
	}{[]appBody{s.app()}})
}

// getApp answers GET apps/{app_id}.
func (s *Server) getApp(_ *http.Request, id string) answer {
	if refusal, ok := s.knowsApp(id); !ok {
		return refusal
	}
	return jsonAnswer(http.StatusOK, s.app())
}

// updateApp answers PATCH apps/{app_id}: fields that are not there stay as they are.
func (s *Server) updateApp(r *http.Request, id string) answer {
	if refusal, ok := s.knowsApp(id); !ok {
		return refusal
	}
	var body bytes.Buffer
	if _, refusal, ok := s.decodeBody(r, &body, appUpdate); !ok {
		return refusal
	}
	if err := s.change(body.Bytes()); err != nil {
		return s.refuse(http.StatusInternalServerError)
	}
	return jsonAnswer(http.StatusOK, s.app())
}

// change replaces some of the settings of the app. What is to be kept for a shorter time from now on, and is older, is gone at once and
// for good; the API's own cleaning may take a day.
func (s *Server) change(update []byte) error {
	now := s.lock()
	defer s.mu.Unlock()
	next := *s.settings.Load()
	if err := json.Unmarshal(update, &next); err != nil {
		return err
	}
	if err := s.state.save(appFile, next); err != nil {
		return err
	}
	for i := range s.store.entries {
		if e := &s.store.entries[i]; e.kept && now.Sub(e.at) >= next.ttl(e.mode) {
			if err := s.forget(e); err != nil {
				return err
			}
		}
	}
	s.configure(&next)
	return nil
}

// knowsApp reports false, and the refusal, for the id of another app.
func (s *Server) knowsApp(id string) (refusal answer, ok bool) {
	if _, err := ulid.ParseStrict(id); err != nil {
		return s.refuseFields(violation{"app_id", "Must be a ULID"}), false
	}
	if id != s.cfg.AppID {
		return s.refuse(http.StatusNotFound), false
	}
	return answer{}, true
}

// app describes the app, with the queue as it is at this moment.
func (s *Server) app() appBody {
	now := s.lock()
	waiting, drain := s.queue.size(now), s.drain
	s.mu.Unlock()
	return appBody{
		ID:                 s.cfg.AppID,
		ChannelCredentials: credentials(s.cfg.Channels),
		RateLimits:         rateLimits{Outbound: drain, Inbound: 100, Webhooks: s.cfg.Webhooks},
		QueueStats:         queueStats{OutboundSize: waiting, OutboundLimit: s.cfg.QueueLimit},
		MetadataReportView: "NONE",
		appSettings:        *s.settings.Load(),
	}
}

// credentials describes channels that all work.
func credentials(channels []string) []credential {
	all := make([]credential, len(channels))
	for i, channel := range channels {
		all[i] = credential{Channel: channel, State: credentialState{Status: "ACTIVE"}, Ordinal: i}
	}
	return all
}
