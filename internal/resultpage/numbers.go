package resultpage

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/prose"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
)

// number is one of the report's, or a sum of some.
type number struct {
	Of string // by its names in report.json: accepted; delivered+read
	N  int
}

func (n number) String() string { return prose.Thousands(n.N) }

// stateWords and deliveryWords are the states as people know them.
var (
	stateWords = map[ledger.State]string{
		ledger.None: "not sent", ledger.Accepted: "accepted", ledger.Rejected: "rejected", ledger.InDoubt: "in doubt", ledger.LeftInDoubt: "left in doubt",
		ledger.Skipped: "left out",
	}
	deliveryWords = map[delivery.Status]string{
		delivery.Submitted: "on its way", delivery.Queued: "on its way", delivery.Switching: "on its way",
		delivery.Failed: "failed", delivery.Delivered: "delivered", delivery.Read: "read",
	}
)

// share writes a part of a whole with one digit: 95.6 %, never on two lines. It is 0 % and 100 % of nothing but nothing and all.
func share(n, of int) string {
	if of == 0 {
		return "–"
	}
	tenths := math.Round(float64(n) / float64(of) * 1000)
	switch {
	case n == of:
		return "100\u00a0%"
	case n == 0:
		return "0\u00a0%"
	}
	return strconv.FormatFloat(min(max(tenths, 1), 999)/10, 'f', 1, 64) + "\u00a0%"
}

// width is how wide a bar is, in hundredths of its place. What is there at all is seen.
func width(n, of int) float64 {
	if n == 0 || of == 0 {
		return 0
	}
	return max(math.Round(float64(n)/float64(of)*1000)/10, 0.5)
}

func leftOut(r *report.Report) number {
	sum := 0
	for _, n := range r.Skipped {
		sum += n
	}
	return number{"skipped", sum}
}

// eligible is how many were to be sent to.
func eligible(r *report.Report) number {
	return number{"accepted+rejected+in_doubt+left_in_doubt+not_sent", r.Rows - leftOut(r).N}
}

func doubtful(r *report.Report) number {
	return number{"in_doubt+left_in_doubt", r.InDoubt + r.LeftInDoubt}
}

// headline is one of the four large numbers.
type headline struct {
	Label  string
	Number number
	Note   string
	Bad    bool // there should be none
}

func headlines(r *report.Report) []headline {
	sent := headline{"sent to", number{"accepted", r.Accepted}, "accepted by Sinch", false}
	if r.Sandbox {
		sent.Note = "accepted by the sandbox"
	}
	out := headline{"left out", leftOut(r), "on purpose", false}
	if r.Delivery == nil {
		return []headline{sent,
			{"rejected", number{"rejected", r.Rejected}, "refused by Sinch", r.Rejected > 0},
			{"in doubt", doubtful(r), "Sinch did not answer", doubtful(r).N > 0}, out}
	}
	d := r.Delivery
	return []headline{sent,
		{"delivered", number{"delivered+read", d.Arrived()}, "read ones included", false},
		{"failed", number{"failed", d.Failed}, "after Sinch took it", d.Failed > 0}, out}
}

// sentences say what the numbers amount to.
func sentences(r *report.Report) []string {
	if r.State == runstore.Planning {
		return []string{"Planning has not come to its end; nothing was sent."}
	}
	var all []string
	if d := r.Delivery; d != nil {
		have := "have"
		if d.Arrived() == 1 {
			have = "has"
		}
		text := fmt.Sprintf("%s of %s %s it (%s)", prose.Thousands(d.Arrived()), prose.Counted(r.Accepted, "person", "people"), have, share(d.Arrived(), r.Accepted))
		for _, part := range []struct {
			n    int
			text string
		}{{d.Failed, " failed"}, {r.Pending, are(r.Pending) + " pending"}} {
			if part.n > 0 {
				text += ", " + prose.Thousands(part.n) + part.text
			}
		}
		all = append(all, text+".")
	} else if eligible(r).N == 0 {
		all = append(all, "There was nobody to send to.")
	} else {
		text := "Sinch took the message for %s of %s (%s)."
		if r.Sandbox {
			text = "The sandbox took the message for %s of %s (%s)."
		}
		all = append(all, fmt.Sprintf(text, prose.Thousands(r.Accepted), prose.Counted(eligible(r).N, "person", "people"), share(r.Accepted, eligible(r).N)),
			"delivery: not collected")
	}
	return append(all, others(r)...)
}

// others says what the first sentence is silent about.
func others(r *report.Report) []string {
	var parts []string
	if r.Rejected > 0 && r.Delivery != nil {
		parts = append(parts, "Sinch refused it for "+prose.Counted(r.Rejected, "person", "people"))
	}
	if n := doubtful(r).N; n > 0 && r.Delivery != nil {
		parts = append(parts, prose.Thousands(n)+are(n)+" in doubt")
	}
	switch n := r.NotSent; {
	case n > 0 && r.State == runstore.Cancelled:
		parts = append(parts, prose.Counted(n, "was", "were")+" not sent to: the run was cancelled")
	case n > 0:
		parts = append(parts, prose.Thousands(n)+are(n)+" not sent to yet")
	}
	if len(parts) == 0 {
		return nil
	}
	return []string{strings.Join(parts, "; ") + "."}
}

func are(n int) string {
	if n == 1 {
		return " is"
	}
	return " are"
}

// step is one of the funnel: how many came so far, and what became of the others.
type step struct {
	Name   string
	Number number
	Share  string
	Width  float64
	Lost   []loss
}

// loss is how many fell off before a step, and why.
type loss struct {
	Number number
	Text   string
}

// mostLosses is how many reasons a step shows; the rest are summed.
const mostLosses = 5

func funnel(r *report.Report) []step {
	if r.State == runstore.Planning {
		return nil
	}
	at := func(name string, n number, lost []loss) step {
		return step{name, n, share(n.N, r.Rows), width(n.N, r.Rows), lost}
	}
	var skipped []loss
	for _, reason := range slices.SortedFunc(maps.Keys(r.Skipped), func(a, b string) int {
		return cmp.Or(cmp.Compare(r.Skipped[b], r.Skipped[a]), cmp.Compare(a, b))
	}) {
		skipped = append(skipped, loss{number{"skipped." + reason, r.Skipped[reason]}, strings.ReplaceAll(reason, "_", " ")})
	}
	notSent := "not sent yet"
	if r.State == runstore.Cancelled {
		notSent = "not sent: the run was cancelled"
	}
	steps := []step{
		at("rows", number{"rows", r.Rows}, nil),
		at("to be sent to", eligible(r), skipped),
		at("accepted", number{"accepted", r.Accepted}, present(
			loss{number{"rejected", r.Rejected}, "rejected by Sinch"}, loss{number{"in_doubt", r.InDoubt}, "in doubt"},
			loss{number{"left_in_doubt", r.LeftInDoubt}, "left in doubt"}, loss{number{"not_sent", r.NotSent}, notSent})),
	}
	if d := r.Delivery; d != nil {
		steps = append(steps,
			at("delivered", number{"delivered+read", d.Arrived()}, append(failures(r), present(loss{number{"pending", r.Pending}, "pending: nothing final was heard"})...)),
			at("read", number{"read", d.Read}, present(loss{number{"delivered", d.Delivered}, "delivered, and nobody has heard that they read it; SMS never says so"})))
	}
	return steps
}

func present(all ...loss) []loss {
	return slices.DeleteFunc(all, func(l loss) bool { return l.Number.N == 0 })
}

// failures says why messages failed after Sinch took them, as far as the walk has found out.
func failures(r *report.Report) []loss {
	var all []loss
	named := 0
	if r.Results != nil {
		for i, reason := range r.Results.Reasons {
			if reason.Rejected || len(all) == mostLosses || named+reason.People > r.Delivery.Failed {
				continue
			}
			named += reason.People
			all = append(all, loss{number{"results.reasons." + strconv.Itoa(i) + ".people", reason.People}, "failed: " + coded(reason)})
		}
	}
	rest := loss{number{"", r.Delivery.Failed - named}, "failed for other reasons"}
	if named == 0 {
		rest = loss{number{"failed", r.Delivery.Failed}, "failed"}
	}
	return append(all, present(rest)...)
}

// coded is a reason in words, with the API's own code behind it.
func coded(f report.FailureReason) string {
	if f.Code == "" {
		return f.Words
	}
	return f.Words + " [" + f.Code + "]"
}

// equation is a sum that adds up, with the sentence of each state.
type equation struct {
	Terms []term
	Total term
}

type term struct {
	Sign   string
	Number number
	State  string
	Text   string
	Shown  bool // also where it is 0
}

func books(r *report.Report) []equation {
	if r.State == runstore.Planning {
		return nil
	}
	notSent := "still to be sent to"
	if r.State == runstore.Cancelled {
		notSent = "the run was cancelled before"
	}
	total := "everything adds up"
	if r.State == runstore.NeedsReconcile {
		total = "as far as this ledger knows, and it has forgotten some"
	}
	all := []equation{newEquation(term{Number: number{"rows", r.Rows}, State: "rows", Text: total},
		term{Number: leftOut(r), State: "left out", Text: "we did not send, on purpose", Shown: true},
		term{Number: number{"accepted", r.Accepted}, State: "accepted", Text: "Sinch took it; only a receipt says that it arrived", Shown: true},
		term{Number: number{"rejected", r.Rejected}, State: "rejected", Text: "Sinch refused it; nobody got anything"},
		term{Number: number{"in_doubt", r.InDoubt}, State: "in doubt", Text: "Sinch did not answer; they may or may not have it, and we did not send again"},
		term{Number: number{"left_in_doubt", r.LeftInDoubt}, State: "left in doubt", Text: "Sinch did not answer; somebody has settled that we shall not know"},
		term{Number: number{"not_sent", r.NotSent}, State: "not sent", Text: notSent})}
	if d := r.Delivery; d != nil {
		all = append(all, newEquation(term{Number: number{"accepted", r.Accepted}, State: "accepted", Text: "each of them once"},
			term{Number: number{"delivered", d.Delivered}, State: "delivered", Text: "it is on the device; nobody has heard that it was read", Shown: true},
			term{Number: number{"read", d.Read}, State: "read", Text: "somebody has opened it", Shown: true},
			term{Number: number{"failed", d.Failed}, State: "failed", Text: "Sinch took it, and it came to nothing", Shown: true},
			term{Number: number{"pending", r.Pending}, State: "pending", Text: "no final receipt has come", Shown: true}))
	}
	return all
}

func newEquation(total term, terms ...term) equation {
	terms = slices.DeleteFunc(terms, func(t term) bool { return t.Number.N == 0 && !t.Shown })
	for i := range terms {
		if i > 0 {
			terms[i].Sign = "+"
		}
	}
	total.Sign = "="
	return equation{terms, total}
}

// pace says when the run went, how fast, and what it comes to.
func pace(r *report.Report, zone *time.Location) []fact {
	var t table
	t.add("started", moment(r.Started, zone))
	if len(r.Starts) > 0 && !r.Ended.Before(r.Starts[len(r.Starts)-1].Time) {
		t.add("ended", moment(r.Ended, zone))
	}
	if n := len(r.Starts); n > 1 {
		t.add("starts", prose.Thousands(n)+": it was stopped, or died, and went on")
	}
	t.add("pace", rate(r))
	if r.Results != nil && r.Results.Median > 0 {
		t.add("time to arrive", "half of those that arrived took "+prose.Lasting(time.Duration(r.Results.Median*float64(time.Second)))+" or less")
	}
	if q := r.Queued; q != nil {
		t.add("queued", prose.Counted(q.Messages, "message", "messages")+" waited in the app's queue at Sinch when the last start ended, and went out all the same")
	}
	for _, s := range r.Settled {
		taken := map[string]string{"sent": "taken for sent", "not-sent": "taken for not sent"}[s.Assumed]
		t.add("settled", prose.Thousands(s.Rows)+" "+taken+" by "+s.By+" on "+moment(s.Time, zone))
	}
	if r.AfterServerError > 0 {
		t.add("tried again", prose.Thousands(r.AfterServerError)+" after an error of Sinch's own (500 or 503), as it advises; these may have it twice")
	}
	if r.AfterDoubt > 0 {
		t.add("sent again", prose.Thousands(r.AfterDoubt)+" in doubt, taken for not sent as was asked for; these may have it twice")
	}
	if r.Seeds != nil {
		t.add("seeds", r.Seeds.String())
	}
	if r.Costs != nil {
		t.add("cost", r.Costs.String())
	}
	t.add("cost", r.SettledCost())
	if r.Moved > 0 {
		t.add("moved", prose.Counted(r.Moved, "person is", "people are")+" sent to again in a retry, and counted here as what they came to in this run")
	}
	if !r.Erased.IsZero() {
		t.add("erased", "people's data was erased on "+r.Erased.In(zone).Format(dayForm)+"; these totals are what is left")
	}
	return t
}

// rate says how many messages a second Sinch took while this program was sending. Of a start that was killed nobody knows when it ended, so then it is silent.
func rate(r *report.Report) string {
	var lasted time.Duration
	for _, s := range r.Starts {
		if s.Ended.IsZero() {
			return ""
		}
		lasted += s.Ended.Sub(s.Time)
	}
	if r.Accepted == 0 || lasted < time.Second {
		return ""
	}
	perSecond := float64(r.Accepted) / lasted.Seconds()
	text := strconv.FormatFloat(perSecond, 'f', 1, 64)
	if perSecond >= 10 {
		text = prose.Thousands(int(math.Round(perSecond)))
	}
	return text + " accepted a second on average, in " + prose.Lasting(lasted) + " of sending"
}
