package sinch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
)

// The triggers of what people do.
const (
	OnInbound = "MESSAGE_INBOUND" // somebody has written
	OnOptOut  = "OPT_OUT"
	OnOptIn   = "OPT_IN"
)

// maxWebhooks is how many an app can have.
const maxWebhooks = 5

// ErrWebhooks is that the app has as many webhooks as it can have.
var ErrWebhooks = fmt.Errorf("the app has %d webhooks already, and cannot have more", maxWebhooks)

// webhookBody is a webhook as it is made, or changed.
type webhookBody struct {
	AppID      string   `json:"app_id,omitempty"`
	Target     string   `json:"target,omitempty"`
	TargetType string   `json:"target_type"`
	Secret     string   `json:"secret"`
	Triggers   []string `json:"triggers"`
}

// Register has the app's callbacks of some triggers go to target, signed with secret. A webhook of the app that goes there already is changed, and goes on to hear of
// what else it has heard of: then it returns false. The error is [ErrWebhooks], or of the kinds that [Client.App] returns.
func (c *Client) Register(ctx context.Context, target string, secret Secret, triggers []string) (isNew bool, err error) {
	id, heard, count, err := c.webhookAt(ctx, target)
	if err != nil {
		return false, fmt.Errorf("register webhook: %w", err)
	}
	body := webhookBody{TargetType: "HTTP", Secret: secret.Reveal(), Triggers: slices.Clone(triggers)}
	hooks := c.webhooks
	method := http.MethodPatch
	switch {
	case id != "":
		hooks += "/" + url.PathEscape(id) + "?update_mask=target_type,secret,triggers"
		for _, t := range heard {
			if !slices.Contains(body.Triggers, t) {
				body.Triggers = append(body.Triggers, t)
			}
		}
	case count >= maxWebhooks:
		return false, ErrWebhooks
	default:
		method, body.AppID, body.Target = http.MethodPost, c.appID, target
	}
	text, err := json.Marshal(body)
	if err != nil {
		return false, fmt.Errorf("register webhook: %w", err)
	}
	call, err := http.NewRequest(method, hooks, nil)
	if err != nil {
		return false, fmt.Errorf("register webhook: %w", err)
	}
	if _, err := c.ask(ctx, call, text, new(bytes.Buffer), maxBody); err != nil { // twice does no harm: the second time it is there
		return false, fmt.Errorf("register webhook: %w", err)
	}
	return id == "", nil
}

// webhookAt returns the id of the app's webhook with a target, "" where there is none, what it hears of, and how many webhooks there are.
func (c *Client) webhookAt(ctx context.Context, target string) (id string, triggers []string, count int, err error) {
	call, err := http.NewRequest(http.MethodGet, c.app.URL.String()+"/webhooks", nil)
	if err != nil {
		return "", nil, 0, err
	}
	a, err := c.ask(ctx, call, nil, new(bytes.Buffer), maxBody)
	if err != nil {
		return "", nil, 0, err
	}
	var answer struct {
		Webhooks []struct {
			ID       string   `json:"id"`
			Target   string   `json:"target"`
			Triggers []string `json:"triggers"`
		} `json:"webhooks"`
	}
	if !readPage(a, "webhooks", &answer) {
		return "", nil, 0, errors.New("the answer is 200, but not a list of webhooks in JSON")
	}
	for _, w := range answer.Webhooks {
		if w.Target == target {
			return w.ID, w.Triggers, len(answer.Webhooks), nil
		}
	}
	return "", nil, len(answer.Webhooks), nil
}
