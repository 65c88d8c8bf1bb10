package cli

import (
	"context"
	"encoding/json"
	"fmt"

	"sendoff/internal/preview"
	"sendoff/internal/render"
)

// askSinch has Sinch, or a simulator, say what it makes of the message of each row on each channel.
func (p *previewer) askSinch(ctx context.Context, rows []*shownRow, shown []preview.Row) (err error) {
	r := &runner{session: p.session, path: p.path, campaign: p.campaign,
		flags: runFlags{profile: p.profile, tuning: tuning{httpTimeout: defaultTimeout, maxInFlight: 1}}}
	if p.sandbox {
		p.say("SANDBOX: a simulator says what Sinch makes of it, and makes a text of everything")
		r.settings, err = r.rehearsalSettings()
	} else {
		r.settings, err = r.chooseSettings(ctx)
	}
	if err != nil {
		return err
	}
	client, err := r.settings.client(r.flags.tuning)
	if err != nil {
		return err
	}
	defer client.Close()
	channels := make([]string, len(p.channels))
	for i, c := range p.channels {
		channels[i] = string(c)
	}
	for i, row := range rows {
		if row.Recipient == nil {
			continue
		}
		body, err := p.renderer.Body(nil, row.Recipient, render.SampleEpoch)
		if err != nil {
			continue // what is shown says so
		}
		var request struct {
			Message json.RawMessage `json:"message"`
		}
		if err := json.Unmarshal(body, &request); err != nil {
			return fmt.Errorf("line %d: %w", row.Line, err)
		}
		answers, err := client.Transcode(ctx, request.Message, channels)
		if isAccess(err) {
			return r.settings.explainRefused(err)
		} else if err != nil {
			return accessErrorf("Sinch has not said what it makes of the message of line %d: %v", row.Line, err)
		}
		for j := range shown[i].Screens {
			if answer, isThere := answers[channels[j]]; isThere {
				shown[i].Screens[j].Theirs = preview.Compare(shown[i].Screens[j].View, answer)
			}
		}
	}
	return nil
}
