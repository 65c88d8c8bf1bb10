package cli

import (
	"time"

	"sendoff/campaign"
	"sendoff/internal/hours"
	"sendoff/internal/phone"
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
