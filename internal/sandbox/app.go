package sandbox

import (
	"net/http"

	"github.com/oklog/ulid/v2"
)

// appBody is an app as the API describes it, as far as a sender can want to know it.
type appBody struct {
	ID                   string           `json:"id"`
	DisplayName          string           `json:"display_name"`
	ChannelCredentials   []credential     `json:"channel_credentials"`
	ProcessingMode       Mode             `json:"processing_mode"`
	RateLimits           rateLimits       `json:"rate_limits"`
	QueueStats           queueStats       `json:"queue_stats"`
	RetentionPolicy      retention        `json:"retention_policy"`
	DispatchRetention    retention        `json:"dispatch_retention_policy"`
	MetadataReportView   string           `json:"conversation_metadata_report_view"`
	CallbackSettings     callbackSettings `json:"callback_settings"`
	MessageRetrySettings retrySettings    `json:"message_retry_settings"`
	PersistMessageStatus enabled          `json:"persist_message_status"`
	MessageSearch        enabled          `json:"message_search"`
	SmartConversation    enabled          `json:"smart_conversation"`
}

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

// app answers GET apps/{app_id}, with the queue as it is at this moment.
func (s *Server) app(id string) answer {
	if _, err := ulid.ParseStrict(id); err != nil {
		return s.refuseFields(violation{"app_id", "Must be a ULID"})
	}
	if id != s.cfg.AppID {
		return s.refuse(http.StatusNotFound)
	}
	s.mu.Lock()
	waiting := s.queue.size(s.now())
	s.mu.Unlock()
	return jsonAnswer(http.StatusOK, appBody{
		ID:                   id,
		DisplayName:          s.cfg.AppName,
		ChannelCredentials:   credentials(s.cfg.Channels),
		ProcessingMode:       s.cfg.Mode,
		RateLimits:           rateLimits{Outbound: s.cfg.Drain, Inbound: 100, Webhooks: s.cfg.Webhooks},
		QueueStats:           queueStats{OutboundSize: waiting, OutboundLimit: s.cfg.QueueLimit},
		RetentionPolicy:      retention{"MESSAGE_EXPIRE_POLICY", conversationRetention},
		DispatchRetention:    retention{"MESSAGE_EXPIRE_POLICY", s.cfg.DispatchRetention},
		MetadataReportView:   "NONE",
		CallbackSettings:     callbackSettings{s.cfg.CallbackSecret},
		MessageRetrySettings: retrySettings{Seconds: 3600},
	})
}

// credentials describes channels that all work.
func credentials(channels []string) []credential {
	all := make([]credential, len(channels))
	for i, channel := range channels {
		all[i] = credential{Channel: channel, State: credentialState{Status: "ACTIVE"}, Ordinal: i}
	}
	return all
}
