package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"sendoff/internal/prose"
	"sendoff/internal/runstore"
)

// Summary writes the report for people: a few lines in which every state that occurs carries its sentence. It holds no personal
// data and no colours. An error of w is w's affair: a summary is the last thing that a command prints.
func (r *Report) Summary(w io.Writer) {
	var b strings.Builder
	if r.Message != "" {
		fmt.Fprintln(&b, r.Message)
	}
	fmt.Fprintf(&b, "%s · %s · %s\n", r.RunKey, r.State, r.when())
	if r.Reason != "" {
		fmt.Fprintf(&b, "  %s\n", r.Reason)
	}
	for _, h := range r.Halted {
		if !strings.Contains(r.Reason, h.Reason) && !r.State.Over() {
			fmt.Fprintf(&b, "  stopped for %s: %s\n", h.Slice, h.Reason)
		}
	}
	if r.State == runstore.Planning {
		fmt.Fprintln(&b, "  planning has not come to its end; nothing was sent")
		_, _ = io.WriteString(w, b.String())
		return
	}
	if r.Destination.AppID != "" && !r.Sandbox {
		fmt.Fprintf(&b, "  through %s\n", through(r.Destination))
	}
	if a := r.Approval; a.By != "" {
		fmt.Fprintf(&b, "  plan %s, approved by %s\n", a.Code, prose.Printable(a.By))
	}
	writeTable(&b, r.lines())
	for _, s := range r.Settled {
		taken := map[string]string{"sent": "taken for sent", "not-sent": "taken for not sent"}[s.Assumed]
		fmt.Fprintf(&b, "  settled by %s on %s: %s %s\n", s.By, s.Time.UTC().Format(dayForm+" "+timeForm+" UTC"), prose.Thousands(s.Rows), taken)
	}
	if r.AfterServerError > 0 {
		fmt.Fprintf(&b, "  tried again%s after an error of Sinch's own (500 or 503), as it advises: %s; these may have it twice\n",
			r.orToBe(), prose.Thousands(r.AfterServerError))
	}
	if r.AfterDoubt > 0 {
		fmt.Fprintf(&b, "  in doubt, and taken for not sent as was asked for: %s; these may have it twice\n", prose.Thousands(r.AfterDoubt))
	}
	if r.Seeds != nil {
		fmt.Fprintf(&b, "  %s\n", r.Seeds)
	}
	if r.Costs != nil {
		fmt.Fprintf(&b, "  cost: %s\n", r.Costs)
	}
	if text := r.SettledCost(); text != "" {
		fmt.Fprintf(&b, "  cost: %s\n", text)
	}
	if len(r.Labels) > 0 {
		fmt.Fprintf(&b, "  labels: %s\n", r.labels())
	}
	r.sayDelivery(&b)
	if !r.Erased.IsZero() {
		fmt.Fprintf(&b, "  people's data was erased on %s; these totals are what is left\n", r.Erased.UTC().Format(dayForm))
	}
	_, _ = io.WriteString(w, b.String())
}

// sayDelivery says of receipts what stands in no line of the table.
func (r *Report) sayDelivery(b *strings.Builder) {
	if r.Moved > 0 {
		fmt.Fprintf(b, "  sent to again in a retry: %s; what becomes of them there is in its own report\n", prose.Thousands(r.Moved))
	}
	switch {
	case r.Delivery == nil && r.Awaited && r.Accepted > 0:
		fmt.Fprintln(b, "  delivery: no receipt has come yet; they are listened for")
		return
	case r.Delivery == nil:
		fmt.Fprintln(b, "  delivery: not collected (sendoff receipts --help)")
		return
	}
	if r.SentTwice > 0 {
		fmt.Fprintf(b, "  sent to twice, as receipts say: %s; report.csv marks them (sent_twice)\n", prose.Thousands(r.SentTwice))
	}
	if r.Strays > 0 {
		fmt.Fprintf(b, "  not accepted here, and yet Sinch has a message for them, as receipts say: %s\n", prose.Thousands(r.Strays))
	}
}

// labels lists the campaign's own: cost_centre 4711, team spring.
func (r *Report) labels() string {
	texts := make([]string, len(r.Labels))
	for i, l := range r.Labels {
		texts[i] = prose.Printable(l.Name + " " + l.Value)
	}
	return strings.Join(texts, ", ")
}

// through names what messages go through: app, profile, region, and where they go instead of Sinch's own hosts.
func through(d runstore.Destination) string {
	parts := []string{"app " + prose.Shorten(d.AppID)}
	if d.AppName != "" {
		parts[0] = fmt.Sprintf("app %q (%s)", d.AppName, prose.Shorten(d.AppID))
	}
	if d.Profile != "" {
		parts = append(parts, "profile "+d.Profile)
	}
	if d.Region != "" {
		parts = append(parts, "region "+d.Region)
	}
	if d.Endpoint != "" {
		parts = append(parts, d.Endpoint+", not Sinch's own hosts")
	}
	return strings.Join(parts, " · ")
}

// sum says what the numbers amount to.
func (r *Report) sum() string {
	if r.State == runstore.NeedsReconcile {
		return "as far as this ledger knows, and it has forgotten some"
	}
	return "everything adds up"
}

// orToBe says of something that was done to rows that it may be still to come for some of them.
func (r *Report) orToBe() string {
	if r.NotSent > 0 {
		return ", or to be,"
	}
	return ""
}

// line is a number of rows, the state that they are in, and what that means.
type line struct {
	count       int
	state, text string
}

// lines returns a line for each state that occurs, and always those for accepted and for all rows.
func (r *Report) lines() []line {
	rest := line{r.NotSent, "not yet sent", "still to be sent to"}
	if r.State == runstore.Cancelled {
		rest.state, rest.text = "not sent", "the run was cancelled before"
	}
	total := line{r.Rows, "rows", r.sum()}
	if r.Rows == 1 {
		total.state = "row"
	}
	all := append(r.accepted(), []line{
		{r.Rejected, "rejected", "Sinch refused it; nobody got anything" + r.list(failures)},
		{r.InDoubt, "in doubt", "Sinch did not answer; they may or may not have it, and we did not send again" + r.list(inDoubt)},
		{r.LeftInDoubt, "left in doubt", "Sinch did not answer; somebody has settled that we shall not know"},
		{r.skipped(), "left out", "we did not send, on purpose: " + prose.Breakdown(r.Skipped) + r.list(skipped)},
		rest, total,
	}...)
	return slices.DeleteFunc(all, func(l line) bool {
		return l.count == 0 && l.state != "accepted" && l.state != "rows"
	})
}

// accepted returns the line of those who were accepted, and below it those of what became of them.
func (r *Report) accepted() []line {
	if r.Delivery == nil {
		return []line{{r.Accepted, "accepted", "Sinch took it; only a receipt says that it arrived"}}
	}
	arrived := "it is on the device"
	if r.Read > 0 {
		arrived += "; " + prose.Counted(r.Read, "person has", "people have") + " read it"
	}
	return []line{
		{r.Accepted, "accepted", "Sinch took it, and receipts say what became of it"},
		{r.Arrived(), "  delivered", arrived},
		{r.Failed, "  failed later", "Sinch or a channel has given up" + r.list(failures)},
		{r.Pending, "  pending", "nothing final was heard; it may be on its way"},
	}
}

// list names a list that is sure to be there: in-doubt.csv comes with every report, the others when everything is settled.
func (r *Report) list(l list) string {
	if r.NotSent > 0 && r.State != runstore.Cancelled && l != inDoubt || !r.Erased.IsZero() {
		return ""
	}
	return " (" + listNames[l] + ")"
}

func writeTable(b *strings.Builder, lines []line) {
	var counts, states int
	for _, l := range lines {
		counts = max(counts, len(prose.Thousands(l.count)))
		states = max(states, len(l.state))
	}
	for _, l := range lines {
		fmt.Fprintf(b, "  %*s %-*s   %s\n", counts, prose.Thousands(l.count), states, l.state, l.text)
	}
}

const (
	dayForm  = "2 Jan 2006"
	timeForm = "15:04"
)

// when says in UTC from when to when the run went, or how far it has come.
func (r *Report) when() string {
	moment := func(t time.Time) string { return t.UTC().Format(dayForm + " " + timeForm) }
	switch {
	case r.Started.IsZero() && r.Planned.IsZero():
		return "created " + moment(r.Created) + " UTC"
	case r.Started.IsZero():
		return "planned " + moment(r.Planned) + " UTC"
	case r.Ended.Before(r.Starts[len(r.Starts)-1].Time): // it goes on, or its last process died
		return "since " + moment(r.Started) + " UTC"
	case r.Started.UTC().Format(dayForm) != r.Ended.UTC().Format(dayForm):
		return moment(r.Started) + " – " + moment(r.Ended) + " UTC"
	}
	return moment(r.Started) + "–" + r.Ended.UTC().Format(timeForm) + " UTC"
}
