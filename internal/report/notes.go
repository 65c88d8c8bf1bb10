package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sendoff/internal/delivery"
	"sendoff/internal/prose"
)

const (
	farMore      = 3  // a slice fails far more than the rest where its share is more than so many times theirs,
	fewestFailed = 20 // and so many people at least
	fewestTried  = 20 // and so many others were tried
	mostSlices   = 5

	// callbackRate is how many callbacks a second an app is sent, where Sinch has agreed to no more; callbacks is how many there are of a message that is read.
	callbackRate = 25
	callbacks    = 3
	slowFrom     = 10 * time.Minute
)

// failing returns how many were rejected, or failed later, of how many that were tried.
func (s *Slice) failing() (failed, tried int) {
	failed = s.Rejected
	if s.Delivery != nil {
		failed += s.Failed
	}
	return failed, s.Accepted + s.Rejected
}

// title names a slice: country GB, channel RCS, language sv, the default message.
func (s *Slice) title() string {
	switch {
	case s.Name == erasedName:
		return s.By + " unknown, since the data was erased"
	case s.Name != "":
		return s.By + " " + prose.Printable(s.Name)
	case s.By == "channel":
		return "no channel"
	case s.By == "language":
		return "default message"
	}
	return "country unknown"
}

// notes returns what somebody should know, the gravest first.
func (r *Report) notes(s *survey, all *cell) []Note {
	notes := []Note{}
	grave := func(people int, text, hint string, args ...any) {
		if people > 0 {
			notes = append(notes, Note{Grave: true, Text: fmt.Sprintf(text, args...), Hint: hint})
		}
	}
	if s.twice.rows > 0 {
		grave(s.twice.rows, "%s sent to twice, as receipts say: %s", "Somebody else has sent to them, or a copy of this run has; report.csv marks them (sent_twice).",
			prose.Counted(s.twice.rows, "person was", "people were"), s.twice.named())
	}
	grave(r.InDoubt, "%s in doubt: they may or may not have the message", "sendoff reconcile asks Sinch about them, or settles them by hand; in-doubt.csv lists them.",
		prose.Counted(r.InDoubt, "person is", "people are"))
	grave(s.strays.rows, "receipts speak of %s accepted here: %s", "Sinch has a message for them: see what it says (sendoff reconcile) before this run goes on.",
		prose.Counted(s.strays.rows, "person who is not", "people who are not"), s.strays.named())
	for i, people := range all.delivery.Reasons {
		if why := delivery.Reason(i); why.Class() == delivery.Fix {
			grave(people, "%s: %s failed", why.Advice(), why.Words(), prose.Counted(people, "message", "messages"))
		}
	}
	for _, f := range r.failingSlices() {
		hint := "The reasons in this report, and failures.csv, say why."
		if f.by == "channel" {
			hint += " People whom no channel reached are counted on the last one."
		}
		grave(f.failed, "%s: %s of %s (%s) were rejected or failed, of all others %s", hint,
			f.title, prose.Thousands(f.failed), prose.Thousands(f.tried), percent(f.failed, f.tried), percent(f.restFailed, f.rest))
	}
	if people := all.delivery.Reasons[delivery.ParseReason("RECIPIENT_NOT_OPTED_IN")]; people > 0 {
		grave(people, "%s not agreed to messages, or blocked them, after they were accepted", "Put them on the opt-out list: failures.csv lists them (RECIPIENT_NOT_OPTED_IN).",
			prose.Counted(people, "person has", "people have"))
	}
	if s.gauge == nil {
		notes = append(notes, Note{Text: "there are no numbers by country, channel and language: this version of sendoff cannot read the campaign of this run"})
	}
	if r.Delivery != nil {
		notes = append(notes, r.missing(s)...)
	}
	return notes
}

// missing says of receipts that have not come why that may be.
func (r *Report) missing(s *survey) []Note {
	var notes []Note
	note := func(people int, text, hint string, args ...any) {
		if people > 0 {
			notes = append(notes, Note{Text: fmt.Sprintf(text, args...), Hint: hint})
		}
	}
	takes := time.Duration(r.Accepted) * callbacks * time.Second / callbackRate
	if r.Pending > s.silent && takes >= slowFrom && s.now.Sub(r.Started) < takes {
		note(r.Pending, "receipts are still coming in: at %d callbacks a second, which is what an app gets unless Sinch has agreed to more, those of %s can take %s",
			"sendoff report shows what has come; or ask Sinch for a higher rate of callbacks.",
			callbackRate, prose.Counted(r.Accepted, "message", "messages"), prose.Lasting(takes))
	}
	note(s.late, "of %s nothing final was heard for more than %s",
		"Receipts that were missed can be taken from the log of your webhook (sendoff receipts --help); until then nobody knows.",
		prose.Counted(s.late, "accepted message", "accepted messages"), prose.Age(lateAfter))
	note(s.silent, "%s on Telegram, which sends no receipts: they stay pending", "", prose.Counted(s.silent, "message went out", "messages went out"))
	return notes
}

// named says in which lines the first of them stand.
func (f *firstLines) named() string {
	lines := make([]string, len(f.lines))
	for i, line := range f.lines {
		lines[i] = strconv.Itoa(line)
	}
	text := "line " + strings.Join(lines, ", ")
	if len(lines) > 1 {
		text = "lines " + strings.Join(lines, ", ")
	}
	if f.rows > len(lines) {
		text += ", …"
	}
	return text
}

// failingSlice is one that fails far more than the rest.
type failingSlice struct {
	by, title                       string
	failed, tried, restFailed, rest int
}

// failingSlices returns the slices that fail far more than the rest, those of the most people first.
func (r *Report) failingSlices() []failingSlice {
	totals := map[string]*failingSlice{}
	for _, s := range r.Results.Slices {
		if totals[s.By] == nil {
			totals[s.By] = new(failingSlice)
		}
		failed, tried := s.failing()
		totals[s.By].failed += failed
		totals[s.By].tried += tried
	}
	var found []failingSlice
	for _, s := range r.Results.Slices {
		f := failingSlice{by: s.By, title: s.title()}
		f.failed, f.tried = s.failing()
		f.restFailed, f.rest = totals[s.By].failed-f.failed, totals[s.By].tried-f.tried
		// f.failed / f.tried > farMore * f.restFailed / f.rest, in whole numbers
		if f.failed >= fewestFailed && f.rest >= fewestTried && f.failed*f.rest > farMore*f.restFailed*f.tried && s.Name != erasedName {
			found = append(found, f)
		}
	}
	slices.SortStableFunc(found, func(a, b failingSlice) int { return cmp.Compare(b.failed, a.failed) })
	return found[:min(len(found), mostSlices)]
}

// percent writes a share with one decimal place: 95.6 %.
func percent(n, of int) string {
	return strconv.FormatFloat(100*float64(n)/float64(of), 'f', 1, 64) + " %"
}
