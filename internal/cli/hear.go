package cli

import (
	"time"

	"sendoff/campaign"
	"sendoff/internal/prose"
	"sendoff/internal/receipts"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
)

// settleByReceipts settles, while nobody sends, people whose message receipts have proved to be taken, in doubt as they mostly were, and says how many they are.
func (r *runner) settleByReceipts() error {
	n, err := receipts.Settle(r.run, time.Now())
	if err != nil {
		return err
	}
	if n > 0 {
		r.say("%s settled by their receipts: Sinch has their message", prose.Counted(n, "recipient was", "recipients were"))
	}
	return nil
}

// settleAtEnd does the same before the results of a start are counted, which receipts that cannot be read must not keep from anybody.
func (r *runner) settleAtEnd() error {
	if r.run.Meta().State == runstore.Planning {
		return nil
	}
	err := r.settleByReceipts()
	if broken := r.run.Ledger.Err(); broken != nil {
		return broken
	}
	if err != nil {
		r.warn("warning: the receipts of this run cannot be read, and are left out of its results: %v", err)
	}
	return nil
}

// canary is how many messages go out first, and what the others wait for. A rehearsal waits for no receipts.
func (r *runner) canary() campaign.Canary {
	c := r.campaign.Canary
	if r.flags.sandbox {
		c.WaitFor = campaign.CanaryAnswers
	}
	return c
}

// checkCanary refuses a campaign that waits for receipts which nobody would collect.
func (r *runner) checkCanary() error {
	m := r.run.Meta()
	switch {
	case !r.campaign.Canary.Waits() || r.flags.noCanary || m.CanaryPassed:
		return nil
	case r.flags.sandbox:
		r.say("note: a rehearsal does not wait until the first messages have arrived (canary: wait_for)")
		return nil
	case r.app.KeepsStatus && r.storage().Days > 0:
		return nil
	}
	if _, listens := receipts.Listening(r.run.Dir, time.Now()); listens {
		return nil
	}
	tally, err := r.run.Ledger.Scan(nil)
	if err != nil {
		return err
	}
	if tally.Delivery.Heard() {
		return nil
	}
	return inputErrorf("the campaign waits until its first messages have arrived (canary: wait_for: delivered), and nobody collects the receipts that say so. Nothing was sent now").
		hint("have the receipts listened for meanwhile: sendoff receipts listen").
		hint("or have the app keep how far messages are: persist_message_status.enabled, with a retention of at least 1 day").
		hint("or send without waiting: wait_for: none, or --no-canary")
}

// isAwaited reports whether somebody listens for the receipts of a run. Nobody does for those of a rehearsal in this process, which makes none.
func isAwaited(run *runstore.Run) bool {
	m := run.Meta()
	_, listens := receipts.Listening(run.Dir, time.Now())
	return listens && m.Destination.Endpoint != inProcess
}

// heard is what receipts have said by now, as a report has it.
func (r *runner) heard() (report.Receipts, *report.Delivery) {
	said := r.progress.Heard.Load()
	if said == nil {
		return report.NoReceipts, nil
	}
	return report.Heard(said)
}
