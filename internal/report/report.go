package report

import (
	"fmt"
	"time"

	"sendoff/campaign"
	"sendoff/internal/forecast"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

const (
	schema         = 1
	sandboxMessage = "SANDBOX: nothing was sent to anyone"
)

// Report is what became of a run, in numbers. It holds no personal data. Its JSON form is report.json; times in it are RFC 3339.
type Report struct {
	Message  string `json:"message,omitempty"`  // what has to be read before anything else
	Redacted bool   `json:"redacted,omitempty"` // as of [Report.Redact]
	Schema   int    `json:"schema"`
	Campaign string `json:"campaign"`
	RunKey   string `json:"run_key"`
	RunID    string `json:"run_id"`
	Sandbox  bool   `json:"sandbox"`

	State    runstore.State `json:"state"`
	ExitCode int            `json:"exit_code"` // of the last start that ended
	Reason   string         `json:"reason"`    // why it is in that state, in words; empty where there is nothing to say

	Rows        int            `json:"rows"`
	Skipped     map[string]int `json:"skipped"` // by reason; those that occur
	Accepted    int            `json:"accepted"`
	Rejected    int            `json:"rejected"`
	InDoubt     int            `json:"in_doubt"`
	LeftInDoubt int            `json:"left_in_doubt"`
	NotSent     int            `json:"not_sent"`
	// AfterServerError counts rows that were tried again after a 500 or 503 that could not be looked up, AfterDoubt those that were sent again although
	// they were in doubt. They are among those above.
	AfterServerError int `json:"after_server_error"`
	AfterDoubt       int `json:"after_doubt"`
	Moved            int `json:"moved,omitempty"` // rows that are sent to again in another run; they are among those above, as what they came to here

	Retry  *runstore.Retry `json:"retry,omitempty"`          // of what it sends again to whom; nil: of nothing
	Halted []runstore.Halt `json:"halted,omitempty"`         // whom the last start has sent no more to, and why
	Seeds  *Seeds          `json:"seeds,omitempty"`          // nil where the run has none
	Costs  *Costs          `json:"cost_estimated,omitempty"` // nil: the campaign has no prices
	// CostSettled is nil where there are no receipts or no prices, and where nobody has walked through the audience.
	CostSettled *SettledCost     `json:"cost_settled,omitempty"`
	Labels      []campaign.Label `json:"labels,omitempty"` // the campaign's own, for somebody's books

	Settled   []runstore.Settlement `json:"settled,omitempty"` // what people in doubt were taken for, and who said so
	Receipts  Receipts              `json:"receipts"`
	*Delivery                       // nil where no receipts were collected

	Destination runstore.Destination `json:"destination,omitzero"`
	Created     time.Time            `json:"created"`
	Planned     time.Time            `json:"planned,omitzero"`
	Started     time.Time            `json:"started,omitzero"` // the first start
	Ended       time.Time            `json:"ended,omitzero"`   // when the last start ended
	Queued      *runstore.Queue      `json:"queued,omitempty"` // what a start that was stopped has left in the app's queue
	Starts      []runstore.Start     `json:"starts,omitempty"`
	Storage     []runstore.Storage   `json:"storage,omitempty"` // how long Sinch keeps the messages, as it said at these times

	Erased         time.Time         `json:"erased,omitzero"` // when the data of the run's people was; there are no lists any more
	AudienceFile   string            `json:"audience_file,omitempty"`
	AudienceSheet  string            `json:"audience_sheet,omitempty"`
	AudienceDigest string            `json:"audience_sha256,omitempty"`
	CampaignDigest string            `json:"campaign_sha256,omitempty"`
	PlanDigest     string            `json:"plan_sha256,omitempty"`
	PlanCode       string            `json:"plan_code,omitempty"` // by which people name the plan
	Approval       runstore.Approval `json:"approval,omitzero"`
	Lists          []runstore.List   `json:"suppression_lists,omitempty"`

	Results *Results `json:"results,omitempty"` // of [Write]; nil where nobody has walked through the audience

	// Awaited says, for a summary, that somebody listens for receipts of the run: where none has come, that is no reason to think that none will.
	Awaited bool `json:"-"`
}

// Collect counts what the ledger of r holds. It returns an error where the books do not balance. Of a run that was never planned
// to its end nothing counts: all its numbers are 0.
func Collect(r *runstore.Run) (*Report, error) {
	rep, _, err := collect(r)
	return rep, err
}

// collect returns beside the report the frames of the snapshot that hold rows in doubt, in ascending order.
func collect(r *runstore.Run) (*Report, []int, error) {
	m := r.Meta()
	rep := describe(m)
	if m.State == runstore.Planning {
		return rep, nil, nil
	}
	f, _, err := forecast.Kept(m)
	if err != nil {
		return nil, nil, fmt.Errorf("collect report: %w", err)
	}
	rep.Costs = costsOf(f)
	var doubtful []int
	recorded := 0 // rows up to here are counted
	tally, err := r.Ledger.Scan(func(row uint32, s ledger.State) {
		rep.NotSent += int(row) - recorded
		recorded = int(row) + 1
		if frame := int(row) / runstore.FrameRows; settled(s) == ledger.InDoubt && (len(doubtful) == 0 || doubtful[len(doubtful)-1] != frame) {
			doubtful = append(doubtful, frame)
		}
	})
	if err != nil {
		return nil, nil, fmt.Errorf("collect report: %w", err)
	}
	if recorded > m.Rows {
		return nil, nil, fmt.Errorf("collect report: %w: it knows of row %d, and the audience has %d rows", ledger.ErrDamaged, recorded-1, m.Rows)
	}
	rep.NotSent += m.Rows - recorded
	if err := rep.count(&tally); err != nil {
		return nil, nil, fmt.Errorf("collect report: %w", err)
	}
	if r.Live() { // what it has begun is on its way, and no more in doubt than that
		begun := tally.Count(ledger.Begun)
		rep.InDoubt, rep.NotSent = rep.InDoubt-begun, rep.NotSent+begun
	}
	if skipped, planned := rep.skipped(), m.Rows-m.Eligible; skipped < planned {
		return nil, nil, fmt.Errorf("collect report: %w: planning left out %d rows, and it knows of %d", ledger.ErrDamaged, planned, skipped)
	}
	if err := rep.balance(); err != nil {
		return nil, nil, fmt.Errorf("collect report: %w", err)
	}
	if rep.Seeds, err = collectSeeds(r.Dir); err != nil {
		return nil, nil, fmt.Errorf("collect report: %w", err)
	}
	return rep, doubtful, nil
}

// settled returns the state in which a row is reported: what a process that died has left between two states is decided here.
func settled(s ledger.State) ledger.State {
	switch s {
	case ledger.Begun:
		return ledger.InDoubt
	case ledger.Released:
		return ledger.None
	}
	return s
}

// describe returns the report of a run without its numbers.
func describe(m runstore.Meta) *Report {
	rep := &Report{
		Schema: schema, Campaign: m.Campaign, RunKey: m.Key, RunID: m.RunID, Sandbox: m.Sandbox,
		State: m.State, ExitCode: m.ExitCode, Reason: m.Reason, Retry: m.Retry,
		Rows: m.Rows, Skipped: map[string]int{}, Receipts: NoReceipts,
		Destination: m.Destination, Created: m.Created, Planned: m.Planned, Ended: m.Ended, Queued: m.Queued, Starts: m.Starts, Storage: m.Storage, Erased: m.Erased,
		AudienceFile: m.AudienceFile, AudienceSheet: m.AudienceSheet, AudienceDigest: m.AudienceDigest, CampaignDigest: m.CampaignDigest, PlanDigest: m.PlanDigest,
		PlanCode: m.PlanCode, Approval: m.Approval,
		Lists: m.Lists, Settled: m.Settled, Labels: m.Labels, Halted: m.Halted,
	}
	if m.Sandbox {
		rep.Message = sandboxMessage
	}
	if len(m.Starts) > 0 {
		rep.Started = m.Starts[0].Time
	}
	return rep
}

// count takes the numbers of the rows that anything was recorded of.
func (r *Report) count(t *ledger.Tally) error {
	for reason, n := range t.Skipped {
		if n == 0 {
			continue
		}
		if !known(reason) {
			return fmt.Errorf("%w: %d rows are skipped for reason %d, which does not exist", ledger.ErrDamaged, n, reason)
		}
		r.Skipped[campaign.SkipReason(reason).String()] = n
	}
	r.Accepted = t.Count(ledger.Accepted)
	r.Rejected = t.Count(ledger.Rejected)
	r.InDoubt = t.Count(ledger.InDoubt) + t.Count(ledger.Begun)
	r.LeftInDoubt = t.Count(ledger.LeftInDoubt)
	r.NotSent += t.Count(ledger.Released)
	r.AfterServerError, r.AfterDoubt, r.Moved = t.AfterServerError, t.AfterDoubt, t.Moved
	r.hear(&t.Delivery)
	return nil
}

// known reports whether a stored number is that of a skip reason; they begin at 1.
func known(reason int) bool { return reason >= 1 && reason <= len(campaign.SkipReasons()) }

func (r *Report) skipped() int {
	sum := 0
	for _, n := range r.Skipped {
		sum += n
	}
	return sum
}

// balance returns an error unless every row is counted exactly once:
// rows = skipped + accepted + rejected + in doubt + left in doubt + not sent, and where receipts are collected accepted = delivered + read + failed + pending.
// The slices by country amount to the same, and so do those by channel and by language.
func (r *Report) balance() error {
	sum := r.skipped() + r.Accepted + r.Rejected + r.InDoubt + r.LeftInDoubt + r.NotSent
	if sum != r.Rows {
		return fmt.Errorf("the books do not balance: %d rows, and %d skipped + %d accepted + %d rejected + %d in doubt + %d left in doubt + %d not sent = %d",
			r.Rows, r.skipped(), r.Accepted, r.Rejected, r.InDoubt, r.LeftInDoubt, r.NotSent, sum)
	}
	if d := r.Delivery; d != nil && d.Arrived()+d.Failed+d.Pending != r.Accepted {
		return fmt.Errorf("the books do not balance: %d accepted, and %d delivered + %d read + %d failed + %d pending = %d",
			r.Accepted, d.Delivered, d.Read, d.Failed, d.Pending, d.Arrived()+d.Failed+d.Pending)
	}
	if r.Results == nil {
		return nil
	}
	return r.balanceSlices()
}

func (r *Report) balanceSlices() error {
	total := Slice{Rows: r.Rows, Skipped: r.skipped(), Accepted: r.Accepted, Rejected: r.Rejected, InDoubt: r.InDoubt, LeftInDoubt: r.LeftInDoubt, NotSent: r.NotSent}
	sums := map[string]*Slice{}
	for _, s := range r.Results.Slices {
		sum := sums[s.By]
		if sum == nil {
			sum = new(Slice)
			if r.Delivery != nil {
				sum.Delivery = new(Delivery)
			}
			sums[s.By] = sum
		}
		sum.add(&s)
	}
	for by, sum := range sums {
		got, want := *sum, total
		got.Delivery, want.Delivery = nil, nil
		if got != want || r.Delivery != nil && *sum.Delivery != *r.Delivery {
			return fmt.Errorf("the books do not balance: by %s there are %+v, and in all %+v", by, got, want)
		}
	}
	return nil
}
