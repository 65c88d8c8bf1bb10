package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sendoff/campaign"
	"sendoff/internal/proposal"
	"sendoff/internal/prose"
	"sendoff/internal/runstore"
	"sendoff/internal/send"
	"sendoff/internal/settle"
	"sendoff/internal/sinch"
)

// maxProjectRate is how many requests a second Sinch takes from a project, over all its apps.
const maxProjectRate = 800

// defaultQueueAhead is how much work for the app may wait in its queue at Sinch: what a stop cannot stop.
const defaultQueueAhead = 30 * time.Second

// preflight asks for the app, and holds the campaign against it.
func (r *runner) preflight(ctx context.Context) error {
	if err := r.askForApp(ctx); err != nil {
		return err
	}
	if err := checkChannels(r.app, r.campaign.ChannelPriorityOrder); err != nil {
		return err
	}
	if err := checkContacts(r.app, r.run.Meta().Columns.OwnOf(campaign.Contact) >= 0); err != nil {
		return err
	}
	return r.chooseRate()
}

// checkContacts refuses an audience with contacts where the app keeps none: Sinch would refuse every one of them.
func checkContacts(app *sinch.App, hasContacts bool) error {
	if !hasContacts || app.ProcessingMode == runstore.Conversation {
		return nil
	}
	return accessErrorf("the app %q is in %s mode, which knows no contacts, and the audience has contact_id: nothing was sent\n"+
		"    hint: send through an app in CONVERSATION mode, or address these people by phone or on their channels", app.DisplayName, app.ProcessingMode)
}

func (r *runner) askForApp(ctx context.Context) error {
	err := r.patiently(ctx, func() (err error) {
		r.app, err = r.client.App(ctx)
		return err
	})
	if isAccess(err) {
		return r.settings.explainRefused(err)
	}
	return err
}

// explainAccess says what to mend when the API refuses us. The error keeps its exit code.
func explainAccess(err error) error {
	o := sinch.Outcome{CredentialsRefused: errors.Is(err, sinch.ErrCredentials), Certificate: sinch.IsCertificate(err), Err: err}
	var status *sinch.StatusError
	if errors.As(err, &status) {
		o.Status, o.API = status.Status, status.API
	}
	return fmt.Errorf("%w\n    hint: %s", err, send.Remedy(o))
}

// accessErrorf returns the error of a setting at Sinch that keeps messages from leaving.
func accessErrorf(format string, args ...any) error {
	return &outcomeError{code: exitAccess, reason: fmt.Sprintf(format, args...)}
}

// checkChannels refuses a campaign that names a channel which the app does not have: Sinch would accept every message and then fail it.
func checkChannels(app *sinch.App, wanted []campaign.Channel) error {
	states := map[string]sinch.AppChannel{}
	for _, c := range app.Channels {
		if !states[c.Channel].Active() { // a channel may stand there twice
			states[c.Channel] = c
		}
	}
	for _, channel := range wanted {
		switch state, known := states[string(channel)]; {
		case !known:
			return accessErrorf("the app %q has no channel %s: nothing was sent\n"+
				"    hint: set it up in the Sinch dashboard, or take it out of channel_priority_order", app.DisplayName, channel)
		case !state.Active():
			return accessErrorf("channel %s of the app %q is %s, not ACTIVE: nothing was sent\n"+
				"    hint: look at it in the Sinch dashboard, or take it out of channel_priority_order", channel, app.DisplayName, state.Status)
		}
	}
	return nil
}

// storage is how the app keeps the messages of this campaign now.
func (r *runner) storage() runstore.Storage {
	return settle.StorageOf(r.app, r.dispatchOnly(), time.Now())
}

func (r *runner) dispatchOnly() bool {
	return r.campaign != nil && r.campaign.ProcessingStrategy == "DISPATCH_ONLY"
}

// drainOf is how many messages a second an app hands on.
func drainOf(app *sinch.App) float64 {
	if app.OutboundRate <= 0 {
		return proposal.UsualRate
	}
	return app.OutboundRate
}

// takes is how long an app takes to hand on so many messages at so many a second.
func takes[T int | int64](messages T, perSecond float64) time.Duration {
	return time.Duration(float64(messages) / perSecond * float64(time.Second))
}

// chooseRate turns what flag and campaign say into requests a second.
func (r *runner) chooseRate() error {
	wanted := r.campaign.Pace.Rate
	if r.flags.rate != "" {
		var err error
		if wanted, err = campaign.ParseRate(r.flags.rate); err != nil {
			return inputErrorf("--rate %v", err)
		}
	}
	r.rateFor = nil
	if wanted.PerSecond > 0 {
		r.rate = wanted.PerSecond
		if drain := drainOf(r.app); r.rate > drain {
			r.say("warning: %v messages a second is more than the app hands on, which is %v: up to %s wait in Sinch's queue, where nobody can recall them",
				r.rate, drain, prose.Counted(max(1, int(drain*r.queueAhead().Seconds())), "message", "messages"))
		}
		return nil
	}
	share := 1.0
	if wanted.Percent > 0 {
		share = wanted.Percent / 100
	}
	r.rateFor = func(outbound float64) float64 { return min(outbound*share, maxProjectRate) }
	r.rate = r.rateFor(drainOf(r.app))
	return nil
}

func (r *runner) queueAhead() time.Duration {
	if ahead := r.campaign.Pace.QueueAhead; ahead > 0 {
		return ahead
	}
	return defaultQueueAhead
}
