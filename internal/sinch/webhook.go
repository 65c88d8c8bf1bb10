package sinch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
)

// The triggers of the callbacks that every message makes.
const (
	OnDelivery = "MESSAGE_DELIVERY" // it got on, or did not
	OnSubmit   = "MESSAGE_SUBMIT"   // it was handed to a channel
)

// Webhook is an address that the app's callbacks go to. All but its host may hold a secret, and is left out.
type Webhook struct {
	Host     string // with its port, where there is one; empty: the address cannot be read
	Triggers []string
}

// Hears reports whether callbacks of a trigger go to w.
func (w Webhook) Hears(trigger string) bool { return slices.Contains(w.Triggers, trigger) }

// webhooksAnswer is the app's webhooks as the API writes them.
type webhooksAnswer struct {
	Webhooks []struct {
		Target     string   `json:"target"`
		TargetType string   `json:"target_type"`
		Triggers   []string `json:"triggers"`
	} `json:"webhooks"`
}

// Webhooks asks for the addresses that the app's callbacks go to, without those that are switched off. Errors are of the kinds that [Client.App]
// returns.
func (c *Client) Webhooks(ctx context.Context) ([]Webhook, error) {
	call, err := http.NewRequest(http.MethodGet, c.app.URL.String()+"/webhooks", nil)
	if err != nil {
		return nil, fmt.Errorf("get webhooks: %w", err)
	}
	a, err := c.ask(ctx, call, nil, new(bytes.Buffer), maxBody)
	if err != nil {
		return nil, fmt.Errorf("get webhooks: %w", err)
	}
	var answer webhooksAnswer
	if !readPage(a, "webhooks", &answer) {
		return nil, errors.New("get webhooks: the answer is 200, but not a list of webhooks in JSON")
	}
	var hooks []Webhook
	for _, w := range answer.Webhooks {
		if w.TargetType != "DISMISS" {
			hook := Webhook{Triggers: w.Triggers}
			if target, err := url.Parse(w.Target); err == nil {
				hook.Host = target.Host
			}
			hooks = append(hooks, hook)
		}
	}
	return hooks, nil
}
