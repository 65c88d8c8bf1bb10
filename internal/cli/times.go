package cli

import (
	"cmp"
	"fmt"
	"time"

	"sendoff/campaign"
	"sendoff/internal/hours"
	"sendoff/internal/phone"
	"sendoff/internal/prose"
	"sendoff/internal/send"
)

// times are when messages of a run may leave, as its campaign says; zero where it says nothing.
type times struct{ notBefore, notAfter, expires time.Time }

// times returns those of the run. A rehearsal waits for nothing.
func (r *runner) times() times {
	c, created := r.campaign, r.run.Meta().Created
	t := times{notBefore: c.TooEarly(created), notAfter: c.TooLate(created), expires: c.ExpiresAt(created)}
	if r.flags.sandbox {
		t.notBefore = time.Time{}
	}
	return t
}

// clock knows at which hours people of a list with these columns may get messages; nil: at any.
func (r *runner) clock(columns campaign.Columns) (*hours.Clock, error) {
	if !r.campaign.Window.IsSet() || r.flags.sandbox {
		return nil, nil
	}
	numbers, err := phone.New("")
	if err != nil {
		return nil, err
	}
	return hours.New(r.campaign, columns, numbers)
}

// sayNoWaiting says of a rehearsal what it does not keep.
func (r *runner) sayNoWaiting() {
	if r.flags.sandbox && (r.campaign.Window.IsSet() || r.campaign.NotBefore != "") {
		r.say("note: a rehearsal does not wait for hours: window and not_before hold for real runs")
	}
}

// sampleTTL is for how long a message of a campaign would be worth getting that leaves now, in a run that was begun at a time; 0 where the campaign
// does not say until when.
func sampleTTL(c *campaign.Campaign, begun, now time.Time) time.Duration {
	until := c.ExpiresAt(begun)
	if until.IsZero() {
		return 0
	}
	if begins := c.TooEarly(begun); begins.After(now) {
		now = begins
	}
	return max(until.Sub(now), 3*time.Second) // the least that Sinch takes
}

// lateKeys names what in the campaign may have made it too late for somebody.
func (r *runner) lateKeys() string {
	var keys []string
	if !r.campaign.TooLate(r.run.Meta().Created).IsZero() {
		keys = append(keys, "not_after")
	}
	if r.campaign.Expires.Until != "" {
		keys = append(keys, "expires")
	}
	if r.campaign.Window.IsSet() {
		keys = append(keys, "window")
	}
	return cmp.Or(prose.Listed(keys), "not_after") // which the file had, then
}

// windowText holds all of a window, to compare it by.
func windowText(c *campaign.Campaign) string {
	zone := ""
	if c.Window.Zone != nil {
		zone = c.Window.Zone.String()
	}
	return fmt.Sprint(c.Window.Any, c.Window.Hours, zone, c.Window.Holidays)
}

// sending is the progress of whoever is sent to now: the seeds, or the audience.
func (r *runner) sending() *send.Progress {
	if seeds := r.seeds.Load(); seeds != nil {
		return seeds
	}
	return &r.progress
}

// isOutside reports whether nobody may get a message now.
func (r *runner) isOutside() bool { return r.sending().Waiting.Load() != 0 }

// outside says what is waited for where nobody may get a message now: waiting for 09:00 in Berlin: 3,120 people.
func (r *runner) outside() string {
	if !r.isOutside() {
		return ""
	}
	text := waitingFor(r.sending().Hindrances())
	if r.seeds.Load() != nil && text != "" {
		text = "seeds: " + text
	}
	return text
}

// waitingFor says what in hindrances has to do with the time.
func waitingFor(hindrances []send.Hindrance) string {
	for _, h := range hindrances {
		switch {
		case h.Kind == send.HinderedByHours:
			return h.Text + ": " + prose.Counted(h.People, "person", "people")
		case h.Kind == send.HinderedByStart:
			return h.Text
		}
	}
	return ""
}
