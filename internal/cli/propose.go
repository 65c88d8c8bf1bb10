package cli

import (
	"cmp"
	"context"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/plan"
	"sendoff/internal/profile"
	"sendoff/internal/proposal"
	"sendoff/internal/runstore"
	"sendoff/internal/sinch"
)

// propose makes the proposal of a plan that is not sent now, for a profile that may be nil.
func (s *session) propose(ctx context.Context, c *campaign.Campaign, built *plan.Plan, m runstore.Meta, through *profile.Profile,
	offline bool) *proposal.Proposal {
	p := s.proposalOf(c, built, m, through)
	if !offline {
		p.App, p.Rate = s.plannedEffects(ctx, c, through, m)
	}
	p.Destination, p.Through = s.plannedDestination(through, c)
	p.Code = codeOf(m, p.Destination)
	switch {
	case p.App != nil:
		p.Remark = []proposal.Row{{Label: "storage", Text: explainStorage(runstore.Storage{Days: p.App.Days})}}
	case p.Destination.AppID != "":
		p.Remark = []proposal.Row{{Label: "storage", Text: "the app was not asked: sendoff doctor says for how long the app keeps texts and contacts"}}
	}
	return p
}

func (s *session) proposalOf(c *campaign.Campaign, built *plan.Plan, m runstore.Meta, through *profile.Profile) *proposal.Proposal {
	return &proposal.Proposal{
		Campaign: c, Plan: built, Run: m, Audience: shortened(m.AudienceFile), Guard: guardOf(through), Now: s.Now(), Version: version(),
		Approval: c.Approval || through != nil && through.Approval, Late: c.TooLate(m.Created), Early: c.TooEarly(m.Created),
	}
}

// proposal is that of the run whose plan was made now.
func (r *runner) proposal(ctx context.Context) *proposal.Proposal {
	m := r.run.Meta()
	p := r.proposalOf(r.campaign, r.plan, m, r.settings.profile)
	p.Destination = r.settings.pinned(r.app.DisplayName)
	p.Through, p.Code = describeDestination(p.Destination), proposal.Code(m.PlanCode)
	p.Rate = r.rate
	p.Check = "sendoff check " + quote(r.path) + r.flags.feed.arguments()
	p.Tested = r.tested()
	if r.retry != nil { // others have had it
		p.Check, p.Tested = "sendoff check "+quote(r.campaign.Path), ""
	}
	p.App = r.effects(ctx, m.Columns.OwnOf(campaign.Contact) >= 0)
	p.Remark = r.remarks()
	return p
}

// plannedDestination is through what a plan goes, in words too, as far as profile and environment say so. No secret is read for that. The zero
// one: nobody says, and the words are why.
func (s *session) plannedDestination(p *profile.Profile, c *campaign.Campaign) (runstore.Destination, string) {
	if p == nil && c.Profile != "" {
		return runstore.Destination{}, "nobody knows here: this machine has no profile " + c.Profile
	}
	region, err := s.oneOf("SINCH_REGION", "SINCH_CONVERSATION_REGION")
	app, appErr := s.oneOf("SINCH_APP_ID", "CONVERSATION_APP_ID")
	st := &settings{destination: sinch.Destination{
		ProjectID: s.Getenv("SINCH_PROJECT_ID"), AppID: app, Region: region, Endpoint: s.Getenv("SINCH_ENDPOINT"),
	}}
	if p != nil {
		err = cmp.Or(err, appErr, s.merge(st, p, ""))
	}
	switch err = cmp.Or(err, appErr); {
	case err == nil && st.destination == sinch.Destination{}:
		return runstore.Destination{}, "nobody says: neither a profile nor SINCH_* do"
	case err == nil:
		err = st.destination.Validate()
	}
	if err != nil {
		return runstore.Destination{}, "nobody knows: " + strings.TrimSuffix(strings.ReplaceAll(err.Error(), "\n", "; "), ". Nothing was sent")
	}
	d := st.pinned("")
	return d, describeDestination(d)
}

// codeOf is the code of a run's plan through a destination; the zero one: nobody says through what. Endpoints on this machine are all one.
func codeOf(m runstore.Meta, d runstore.Destination) proposal.Code {
	if d.Endpoint != "" {
		d.Endpoint = endpointIdentity(d.Endpoint)
	}
	return proposal.CodeOf(m.PlanDigest, m.Key, d)
}

// remarks are what else is worth knowing before it sends.
func (r *runner) remarks() []proposal.Row {
	rows := []proposal.Row{{Label: "storage", Text: explainStorage(r.storage())}}
	if r.templates.WhatsApp(r.campaign) {
		rows = append(rows, proposal.Row{Label: "note", Text: whatsAppNote})
	}
	return rows
}
