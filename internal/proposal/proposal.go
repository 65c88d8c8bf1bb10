package proposal

import (
	"time"

	"sendoff/campaign"
	"sendoff/internal/plan"
	"sendoff/internal/runstore"
)

// Proposal is a plan, and what else somebody has to know who decides about it.
type Proposal struct {
	Campaign *campaign.Campaign
	Plan     *plan.Plan
	Run      runstore.Meta // of the run that was planned
	Audience string        // what people call it
	Guard    plan.Guard
	Now      time.Time
	Version  string // of the program

	Through     string               // what the messages go through, or why nobody knows
	Destination runstore.Destination // the same; zero: nobody knows
	Code        Code                 // empty: it is a rehearsal's, which nobody approves
	Approval    bool                 // one is required

	Rate   float64   // messages a second that are asked for; 0: nobody has asked the app
	Early  time.Time // before which nothing leaves; zero: it may at once
	Late   time.Time // when it is too late to begin a message; zero: never
	Tested string    // whether seeds have had it; empty: nobody says
	Check  string    // the command that lists what was found
	App    *App      // nil: nobody has asked for it
	Remark []Row     // what else is worth a line
}

// Row is a line of a screen: what it is about, and what there is to say. A row without a label belongs to the one above.
type Row struct{ Label, Text string }

// effects says what sending does to the app.
func (p *Proposal) effects() []Row {
	if p.App == nil {
		return nil
	}
	perSecond, _ := p.rate()
	var rows []Row
	for i, sentence := range p.App.effects(p.Plan.Eligible, perSecond) {
		rows = append(rows, Row{[]string{"app", ""}[min(i, 1)], sentence})
	}
	return rows
}

// UsualRate is how many messages a second Sinch hands on for an app that has agreed on nothing else.
const UsualRate = 20

// rate is how fast the messages would go, and whether that is known.
func (p *Proposal) rate() (perSecond float64, isKnown bool) {
	switch rate := p.Campaign.Pace.Rate; {
	case p.Rate > 0 && p.App != nil:
		return min(p.Rate, p.App.Rate), true // what comes faster waits in the app's queue
	case p.Rate > 0:
		return p.Rate, true
	case rate.PerSecond > 0:
		return rate.PerSecond, true
	case rate.Percent > 0:
		return UsualRate * rate.Percent / 100, false
	}
	return UsualRate, false
}
