package cli

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"sendoff/campaign"
	"sendoff/internal/forecast"
	"sendoff/internal/proposal"
	"sendoff/internal/prose"
	"sendoff/internal/runstore"
)

// isCode reports whether a code is that of a run's plan through a destination. The one of the plan alone does too, but where somebody has to
// approve, who must know through what.
func isCode(code proposal.Code, m runstore.Meta, d runstore.Destination, approval bool) bool {
	return code == codeOf(m, d) || !approval && code == codeOf(m, runstore.Destination{})
}

// errRehearsal refuses a plan's code where nothing is sent.
var errRehearsal = inputErrorf("--plan names a plan that is sent, and this is a rehearsal, which needs none")

// approvalOf says who wants plans approved; nothing where nobody does. A rehearsal needs no approval.
func (r *runner) approvalOf() string {
	p := r.settings.profile
	switch {
	case r.flags.sandbox:
		return ""
	case p != nil && p.Approval:
		return "profile " + p.Name
	case r.campaign.Approval:
		return "the campaign"
	}
	return ""
}

// refuseUnapproved refuses to plan what could not be sent then. What has begun goes on: it was approved if it had to be.
func (r *runner) refuseUnapproved() error {
	who := r.approvalOf()
	switch {
	case who == "" || r.run.Begun() || r.resume != "":
		return nil
	case r.flags.plan == "":
		return inputErrorf("%s wants every plan approved (approval: required), and --plan names none. Nothing was sent", who).
			hint("%s shows it, with its code; once it is approved: %s --plan CODE", r.showsPlan(), r.sendsPlan())
	case r.flags.approvedBy == "" && (!isTerminal(r.Stdin) || r.flags.yes || r.flags.confirm != ""):
		return inputErrorf("%s wants every plan approved (approval: required), and nobody is asked here by whom. Nothing was sent", who).
			hint("--approved-by NAME says who has approved it")
	}
	return nil
}

// planArguments are those by which a command plans what is run.
func (r *runner) planArguments() string {
	return r.flags.arguments(r.path) + r.flags.feed.arguments() + flagArgument(r.campaign, r.flags.profile) + exceptArguments(r.flags.except)
}

// showsPlan is the command that shows the plan, and sendsPlan the one that sends it.
func (r *runner) showsPlan() string {
	if r.retry != nil {
		return r.sendsPlan() + " --dry-run"
	}
	return "sendoff plan " + r.planArguments()
}

func (r *runner) sendsPlan() string {
	if r.retry != nil {
		return "sendoff retry " + r.retryArguments()
	}
	return "sendoff run " + r.planArguments()
}

// askForApprover asks who has approved the plan, where somebody has to and the command does not say.
func (r *runner) askForApprover(ctx context.Context) error {
	if r.plan == nil || r.approvalOf() == "" || r.flags.approvedBy != "" {
		return nil
	}
	answer, err := r.ask(ctx, "approved by: ")
	if err != nil {
		return err
	}
	if r.flags.approvedBy, err = readName(answer); err != nil {
		return inputErrorf("not approved: %v. Nothing was sent", err)
	}
	return nil
}

// longestName is how many characters the name of an approver may have.
const longestName = 100

// readName reads the name of somebody who has approved a plan. A number is none: somebody may have typed that of the recipients too soon.
func readName(text string) (string, error) {
	name := strings.Join(strings.Fields(text), " ")
	switch {
	case !strings.ContainsFunc(name, unicode.IsLetter):
		return "", fmt.Errorf("a name is wanted")
	case len([]rune(name)) > longestName:
		return "", fmt.Errorf("a name has at most %d characters", longestName)
	}
	return prose.Printable(name), nil
}

// approval is what goes on record of a plan that is sent for the first time; zero where nobody has named it.
func (r *runner) approval(host string) runstore.Approval {
	if r.flags.plan == "" {
		return runstore.Approval{}
	}
	return runstore.Approval{
		Code: string(r.flags.plan), By: r.flags.approvedBy, Time: time.Now(), User: userName(), Host: host, Version: version(),
	}
}

// namePlan gives the plan that was made now its code, and refuses it where the command names another one. old is what was planned in this folder
// before.
func (r *runner) namePlan(old runstore.Meta) error {
	if r.flags.sandbox {
		return nil
	}
	m, d := r.run.Meta(), r.settings.pinned("")
	code := codeOf(m, d)
	if err := r.run.Update(func(m *runstore.Meta) { m.PlanCode = string(code) }); err != nil {
		return err
	}
	if r.flags.plan == "" || isCode(r.flags.plan, m, d, r.approvalOf() != "") {
		return nil
	}
	if r.flags.plan == codeOf(m, runstore.Destination{}) {
		return inputErrorf("plan %s does not say through what it goes, and whoever approves it has to know. Nothing was sent", r.flags.plan).
			hint("make it where that is known: --profile NAME, or SINCH_*").
			hint("through %s this plan is %s", describeDestination(d), code)
	}
	return r.refuseOtherPlan(old, code)
}

// checkCode refuses to go on with a run whose plan is another one than the command names.
func (r *runner) checkCode(m runstore.Meta) error {
	if r.flags.plan == "" || isCode(r.flags.plan, m, m.Destination, false) {
		return nil
	}
	return inputErrorf("%s was begun with plan %s, and --plan says %s. Nothing was sent now", m.Key, codeOf(m, m.Destination), r.flags.plan)
}

// refuseOtherPlan says how the plan that was made now differs from the one that the command names, as far as that is known.
func (r *runner) refuseOtherPlan(old runstore.Meta, code proposal.Code) error {
	differ := r.differences(old)
	if differ == nil {
		differ = r.likely()
	}
	text := fmt.Sprintf("this is plan %s, and --plan says %s. Nothing was sent", code, r.flags.plan)
	for _, line := range differ {
		text += "\n  " + line
	}
	err := inputErrorf("%s", text)
	if differ == nil {
		err = err.hint("what differs is the text, a row of the audience, which lists are asked, a limit, a price, the run key, the day where that decides who is meant, or project, app, region and endpoint")
	}
	return err.hint("%s shows this one; have it approved, or put back what has changed", r.showsPlan())
}

// differences are those to the plan that was made in the run's folder before, where it is the one that the command names.
func (r *runner) differences(old runstore.Meta) []string {
	m := r.run.Meta()
	if old.PlanCode != string(r.flags.plan) {
		return nil
	}
	if old.PlanDigest == m.PlanDigest {
		return []string{"it goes through " + describeDestination(r.settings.pinned("")) + " now"}
	}
	var lines []string
	if old.CampaignDigest != m.CampaignDigest {
		lines = append(lines, difference(old.Sources, r.campaign.Sources)...)
	}
	if old.AudienceDigest != m.AudienceDigest {
		lines = append(lines, fmt.Sprintf("%s: %s → %s rows", audienceChange(old.AudienceFile, r.campaign), prose.Thousands(old.Rows), prose.Thousands(m.Rows)))
	}
	if was, is := listed(old.Lists), listed(m.Lists); was != is {
		lines = append(lines, "lists: "+was+" → "+is)
	}
	if c, err := campaign.Parse(r.campaign.Path, old.Sources); err == nil && c.Limits != r.campaign.Limits {
		lines = append(lines, fmt.Sprintf("limits: %s → %s", limits(c.Limits), limits(r.campaign.Limits)))
	}
	if was, is := pricesOf(old), pricesOf(m); was != is {
		lines = append(lines, "prices: "+was+" → "+is)
	}
	return lines
}

// listed names the lists that a plan asks.
func listed(lists []runstore.List) string {
	var names []string
	for _, l := range lists {
		switch {
		case l.Sinch != nil:
			names = append(names, "Sinch's "+strings.Join(l.Sinch, " and "))
		case l.Runs != "":
			names = append(names, "runs "+l.Runs)
		case l.Only:
			names = append(names, "only to "+l.File)
		default:
			names = append(names, l.File)
		}
	}
	if names == nil {
		return "none"
	}
	return prose.Listed(names)
}

func limits(l campaign.Limits) string {
	text := fmt.Sprintf("min_recipients %d, max_recipients %d", l.MinRecipients, l.MaxRecipients)
	if !l.MaxCost.IsZero() {
		text += fmt.Sprintf(", max_cost %s %s", l.MaxCost.Amount, l.MaxCost.Currency)
	}
	if l.MaxParts > 0 {
		text += fmt.Sprintf(", max_parts %d", l.MaxParts)
	}
	return text
}

// pricesOf names the prices that a plan was made with.
func pricesOf(m runstore.Meta) string {
	_, list, err := forecast.Kept(m)
	if err != nil || list == nil {
		return "none"
	}
	return fmt.Sprintf("%s of %s (SHA-256 %.8s…)", prose.Printable(list.File), list.Date, list.SHA256)
}

// likely says through what the plan that the command names goes, where it is this one through another profile of this machine.
func (r *runner) likely() []string {
	_, all, err := r.findProfiles()
	if err != nil {
		return nil // they are a guess
	}
	for _, p := range all {
		d := runstore.Destination{ProjectID: p.ProjectID, AppID: p.AppID, Region: p.Region, Endpoint: p.Endpoint}
		if r.flags.plan == codeOf(r.run.Meta(), d) {
			return []string{"that one goes through profile " + p.Name + ", and this one through " + describeDestination(r.settings.pinned(""))}
		}
	}
	return nil
}
