package cli

import (
	"cmp"
	"context"
	"slices"
	"time"

	"sendoff/campaign"
	"sendoff/internal/profile"
	"sendoff/internal/proposal"
	"sendoff/internal/runstore"
	"sendoff/internal/sinch"
)

// effectsWithin is how long Sinch may take to answer where nothing depends on it but a sentence.
const effectsWithin = 5 * time.Second

// effects finds out what matters of the app to whoever sends the campaign. Webhooks that cannot be asked for are no reason to stop: nothing
// is said of them.
func (r *runner) effects(ctx context.Context, hasContacts bool) *proposal.App {
	storage := r.storage()
	app := &proposal.App{
		Mode: storage.Mode, Days: storage.Days, Contacts: storage.Mode == runstore.Conversation && !hasContacts,
		Rate: drainOf(r.app), Queue: r.app.QueueSize, CallbackRate: r.app.WebhookRate,
	}
	if r.campaign != nil && r.campaign.CallbackURL.Kind != campaign.Null {
		return app
	}
	ctx, cancel := context.WithTimeout(ctx, effectsWithin)
	defer cancel()
	if hooks, err := r.client.Webhooks(ctx); err == nil {
		app.Webhooks, app.Callbacks = hearing(hooks)
		app.Receipts = receiptHosts(hooks)
	}
	return app
}

// hearing returns how many webhooks hear of messages, and how many callbacks an ordinary message makes to them.
func hearing(hooks []sinch.Webhook) (*int, int) {
	webhooks, callbacks := 0, 0
	for _, w := range hooks {
		n := 0
		if w.Hears(sinch.OnSubmit) {
			n++
		}
		if w.Hears(sinch.OnDelivery) {
			n += 2 // it is on the channel, and it is delivered
		}
		if n > 0 {
			webhooks++
		}
		callbacks += n
	}
	return &webhooks, callbacks
}

// receiptHosts are the hosts that delivery receipts go to, each once.
func receiptHosts(hooks []sinch.Webhook) []string {
	var hosts []string
	for _, w := range hooks {
		host := cmp.Or(w.Host, "an address that cannot be read")
		if w.Hears(sinch.OnDelivery) && !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// plannedEffects does so for a plan that is only looked at, and says at which rate it would be sent; nil and 0 where Sinch cannot be asked.
func (s *session) plannedEffects(ctx context.Context, c *campaign.Campaign, p *profile.Profile, m runstore.Meta) (*proposal.App, float64) {
	client, _ := s.lookingClient(ctx, p)
	if client == nil {
		return nil, 0
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, effectsWithin)
	defer cancel()
	r := &runner{session: s, campaign: c, client: client}
	var err error
	if r.app, err = client.App(ctx); err != nil || r.chooseRate() != nil {
		return nil, 0
	}
	return r.effects(ctx, m.Columns.OwnOf(campaign.Contact) >= 0), r.rate
}
