package sinch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// App is what the API says about the app that messages go through.
type App struct {
	ID             string
	DisplayName    string
	ProcessingMode string // CONVERSATION or DISPATCH
	Channels       []AppChannel

	Retention         Retention // of messages in CONVERSATION mode
	DispatchRetention Retention // of those in DISPATCH mode; 0 days means that nothing is kept, so nothing can be looked up

	KeepsStatus bool // messages that are kept show how far they are

	OutboundRate float64 // messages a second that leave the queue; 0 where it is not said
	WebhookRate  float64 // callbacks a second that the app makes; 0 where it is not said
	QueueKnown   bool    // the API says how many messages wait …
	QueueSize    int64   // … which is so many

	Clock bool          // the server has told the time
	Skew  time.Duration // its clock less this machine's, to a second or so
}

// AppChannel is a channel that is configured on the app.
type AppChannel struct {
	Channel string // SMS, RCS, …
	Status  string // ACTIVE, PENDING or FAILING
}

// Active reports whether messages can leave through the channel.
func (c AppChannel) Active() bool { return c.Status == "ACTIVE" }

// Retention says how long the API keeps messages.
type Retention struct {
	Days int
}

// appAnswer is an app as the API writes it. What is not named here (masked credentials among it) is left unread.
type appAnswer struct {
	ID                 string `json:"id"`
	DisplayName        string `json:"display_name"`
	ChannelCredentials []struct {
		Channel string `json:"channel"`
		State   struct {
			Status string `json:"status"`
		} `json:"state"`
	} `json:"channel_credentials"`
	ProcessingMode          string          `json:"processing_mode"`
	RetentionPolicy         retentionAnswer `json:"retention_policy"`
	DispatchRetentionPolicy retentionAnswer `json:"dispatch_retention_policy"`
	PersistMessageStatus    struct {
		Enabled bool `json:"enabled"`
	} `json:"persist_message_status"`
	RateLimits struct {
		Outbound float64 `json:"outbound"`
		Webhooks float64 `json:"webhooks"`
	} `json:"rate_limits"`
	QueueStats struct {
		OutboundSize *int64 `json:"outbound_size"`
	} `json:"queue_stats"`
}

type retentionAnswer struct {
	TTLDays int `json:"ttl_days"`
}

// App asks for the app of the destination. The error wraps [ErrCredentials] where the key is refused, or a [*StatusError] for any
// other answer: 404 for an app that is not in this region, 403 for a key of another project. Everything else is of the network.
func (c *Client) App(ctx context.Context) (*App, error) {
	buf := c.wire.buffer()
	defer c.wire.release(buf)
	a, err := c.ask(ctx, c.app, nil, buf, maxBody)
	if err != nil {
		return nil, fmt.Errorf("get app: %w", err)
	}
	var app appAnswer
	if !isJSON(a.header) || json.Unmarshal(a.body, &app) != nil || app.ID == "" {
		return nil, errors.New("get app: the answer is 200, but not an app in JSON")
	}
	known := app.app()
	if clock := date(a.header); !clock.IsZero() {
		known.Clock, known.Skew = true, time.Until(clock).Round(time.Second)
	}
	return known, nil
}

// ask makes a request that changes nothing, so that it may be made again with another token.
func (c *Client) ask(ctx context.Context, call *http.Request, body []byte, buf *bytes.Buffer, most int64) (answer, error) {
	for {
		tok, err := c.tokens.get(ctx)
		if err != nil {
			return answer{}, err
		}
		auth := tok.authorization
		if body == nil {
			auth = tok.withoutBody()
		}
		a := c.wire.exchange(ctx, call, auth, body, buf, most)
		switch {
		case a.status == http.StatusUnauthorized:
			if c.tokens.refuse(tok) {
				return answer{}, refusedCredentials(a.failure(tok.clean))
			}
		case a.err != nil:
			return answer{}, a.err
		case a.status != http.StatusOK:
			return answer{}, a.failure(tok.clean)
		default:
			c.tokens.accept(tok)
			return a, nil
		}
	}
}

func (a appAnswer) app() *App {
	app := &App{
		ID:                a.ID,
		DisplayName:       Redact(a.DisplayName),
		ProcessingMode:    a.ProcessingMode,
		Retention:         Retention{Days: a.RetentionPolicy.TTLDays},
		DispatchRetention: Retention{Days: a.DispatchRetentionPolicy.TTLDays},
		KeepsStatus:       a.PersistMessageStatus.Enabled,
		OutboundRate:      a.RateLimits.Outbound,
		WebhookRate:       a.RateLimits.Webhooks,
	}
	if size := a.QueueStats.OutboundSize; size != nil {
		app.QueueKnown, app.QueueSize = true, *size
	}
	for _, c := range a.ChannelCredentials {
		app.Channels = append(app.Channels, AppChannel{Channel: c.Channel, Status: c.State.Status})
	}
	return app
}
