package resultpage_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/report"
	"sendoff/internal/resultpage"
	"sendoff/internal/runstore"
)

var testTime = time.Date(2026, 11, 22, 9, 5, 0, 0, time.UTC)

const campaignText = `name: spring-sale
message_content_type: CONTENT_MARKETING
time_zone: Europe/London
audience: {file: audience.csv}
suppress: none
channel_priority_order: [RCS, SMS]
message:
  card_message:
    title: "Spring sale, ${first_name}"
    description: "Your ${points} points are worth more until Sunday. <b>Really</b>"
    media_message: {url: "https://example.com/spring/${language}.jpg"}
    choices:
      - url_message: {title: "Shop now", url: "https://example.com/s?c=${id}"}
translations:
  sv: {text_message: {text: "Vårrea, ${first_name}"}}
limits: {max_recipients: 2000000}
pace: {rate: 80%}
window: {days: mon-sat, from: "09:00", to: "19:00", zone: recipient}
`

func loadCampaign(t testing.TB) *campaign.Campaign {
	t.Helper()
	c, err := campaign.Parse("campaign.yaml", []campaign.Source{{Name: "campaign.yaml", Data: []byte(campaignText)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// aReport is of a run of so many rows, which is over, and of which most receipts have come.
func aReport(rows int) *report.Report {
	left, refused, doubt := rows/20, rows/200, rows/5000
	accepted := rows - left - refused - doubt
	failed, pending := accepted/40, accepted/50
	read := accepted / 3
	begin, end := testTime, testTime.Add(41*time.Minute)
	r := &report.Report{
		Campaign: "spring-sale", RunKey: "spring-sale-2026", RunID: "01KAN9F4G0000000000000TEST", State: runstore.FinishedWithRejections, ExitCode: 3,
		Reason: "some messages were rejected by Sinch (failures.csv)",
		Rows:   rows, Skipped: map[string]int{"duplicate": left / 3, "suppressed": left - left/3}, Accepted: accepted, Rejected: refused, InDoubt: doubt,
		Receipts:    report.PartialReceipts,
		Delivery:    &report.Delivery{Delivered: accepted - failed - pending - read, Read: read, Failed: failed, Pending: pending},
		Destination: runstore.Destination{ProjectID: "project-1", AppID: "01HZ0000000000000000000BCDE", AppName: "Acme Production", Region: "eu"},
		Created:     begin.Add(-time.Hour), Planned: begin.Add(-time.Minute), Started: begin, Ended: end,
		Starts: []runstore.Start{
			{Time: begin, Host: "laptop", Version: "0.8.0", User: "ann", Ended: begin.Add(10 * time.Minute), ExitCode: 7, Reason: "stopped by a signal"},
			{Time: begin.Add(15 * time.Minute), Host: "laptop", Version: "0.8.1", User: "ann", Ended: end, ExitCode: 3, Reason: "some messages were rejected by Sinch (failures.csv)"},
		},
		AudienceFile: "audience.csv", PlanCode: "7KD2-9QXM", PlanDigest: "5eed", CampaignDigest: "ca3e", AudienceDigest: "a0d1",
		Approval: runstore.Approval{Code: "7KD2-9QXM", By: "Bo Lindqvist", Time: begin, User: "ann", Host: "laptop"},
		Lists: []runstore.List{{File: "optouts.csv", Modified: begin.Add(-24 * time.Hour), SHA256: strings.Repeat("0ff1ce", 10), Entries: 12_004, Matches: left - left/3},
			{Sinch: []string{"MARKETING"}, Read: begin, Entries: 904}},
		Labels: []campaign.Label{{Name: "cost_centre", Value: "4711"}},
		Results: &report.Results{Median: 4.2, Notes: []report.Note{
			{Grave: true, Text: "The channel is set up wrongly: some messages failed for that.", Hint: "Mend the channel's credentials in the app, then retry."},
			{Text: "Receipts come in at 25 a second: the last ones take a while.", Hint: "sendoff report --watch shows how far they are."},
		}},
	}
	r.Results.Slices = append(slices(r, "country", "GB", "SE", "DE", "", "NO", "DK", "FI", "IE", "NL", "BE", "FR", "ES", "PT", "IT", "AT", "CH", "PL", "US"),
		append(slices(r, "channel", "RCS", "SMS"), slices(r, "language", "", "sv")...)...)
	codes := []string{"RECIPIENT_NOT_REACHABLE", "CHANNEL_BAD_CONFIGURATION", "DELIVERY_TIMED_OUT"}
	rest := failed
	for i, code := range codes {
		n := rest / 2
		if i == len(codes)-1 {
			n = rest
		}
		rest -= n
		if why := delivery.ParseReason(code); n > 0 {
			r.Results.Reasons = append(r.Results.Reasons, report.FailureReason{Code: code, Words: why.Words(), Advice: why.Advice(), Class: why.Class().String(), People: n})
		}
	}
	if refused > 0 {
		r.Results.Reasons = append(r.Results.Reasons, report.FailureReason{Words: "400: the <recipient> is not a number", People: refused, Rejected: true})
	}
	r.Results.Timeline = timeline(r)
	return r
}

// slices spreads the people of r over names, each of which has half of what is left.
func slices(r *report.Report, by string, names ...string) []report.Slice {
	left := 0
	for _, n := range r.Skipped {
		left += n
	}
	counts := []int{left, r.Accepted, r.Rejected, r.InDoubt, r.Delivered, r.Read, r.Delivery.Failed, r.Pending}
	var all []report.Slice
	for i, name := range names {
		part := make([]int, len(counts))
		for j := range counts {
			if part[j] = counts[j] / 2; i == len(names)-1 {
				part[j] = counts[j]
			}
			counts[j] -= part[j]
		}
		part[1] = part[4] + part[5] + part[6] + part[7] // halves are rounded
		all = append(all, report.Slice{By: by, Name: name, Rows: part[0] + part[1] + part[2] + part[3], Skipped: part[0], Accepted: part[1], Rejected: part[2],
			InDoubt: part[3], Delivery: &report.Delivery{Delivered: part[4], Read: part[5], Failed: part[6], Pending: part[7]}, Median: 3.5 + float64(i)})
	}
	return all
}

// timeline has people accepted evenly, but for a pause, and arrived a little later.
func timeline(r *report.Report) *report.Timeline {
	t := &report.Timeline{From: testTime, Step: 30, Points: make([]report.Point, 90)}
	for i := range t.Points {
		if i < 20 || i >= 30 && i < 82 {
			t.Points[i].Accepted = r.Accepted / 72
		}
		if i > 2 {
			t.Points[i].Arrived = r.Arrived() / 110 * (2 + i%3) / 3
			t.Points[i].Failed = r.Delivery.Failed / 90 * (i % 4) / 2
		}
	}
	return t
}

// everybody is a table of people.
func everybody(r *report.Report) func(func(report.Person, error) bool) {
	return func(yield func(report.Person, error) bool) {
		for line := 2; line < r.Rows+2; line++ {
			p := report.Person{Line: line, Address: campaign.PhoneAddress(fmt.Sprintf("+447700900%03d", line%1000)).String(), State: ledger.Accepted, Delivery: delivery.Delivered}
			if line%9 == 0 {
				p.State, p.Delivery, p.Reason = ledger.Skipped, delivery.None, "the same person as line 2"
			}
			if !yield(p, nil) {
				return
			}
		}
	}
}

func write(t testing.TB, f resultpage.Facts) string {
	t.Helper()
	var b bytes.Buffer
	if err := resultpage.Write(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// plain is what a page says, without its tags.
func plain(page string) string {
	_, body, _ := strings.Cut(page, "<body>")
	var b strings.Builder
	for rest := body; rest != ""; {
		text, tag, _ := strings.Cut(rest, "<")
		b.WriteString(text + " ")
		_, rest, _ = strings.Cut(tag, ">")
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func has(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			t.Errorf("the page lacks %q", text)
		}
	}
}

func hasNot(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(page, text) {
			t.Errorf("the page says %q", text)
		}
	}
}

func TestPage(t *testing.T) {
	r := aReport(1_000_000)
	html := write(t, resultpage.Facts{Report: r, Campaign: loadCampaign(t), Version: "0.8.1"})
	has(t, html, "<title>spring-sale-2026 · spring-sale · results</title>", "Content-Security-Policy", "<mark>first_name</mark>", "<mark>points</mark>",
		"https://example.com/spring/<mark>language</mark>.jpg", "&lt;b&gt;Really&lt;/b&gt;", "the &lt;recipient&gt; is not a number")
	hasNot(t, html, "<b>Really", "<recipient>", "<script", "ZgotmplZ", "${", "nothing was sent to anyone", "onclick")
	has(t, plain(html),
		"902,284 of 944,800 people have it (95.5 %), 23,620 failed, 18,896 are pending.",
		"Sinch refused it for 5,000 people; 200 are in doubt.")
}

// auditOf is what is known of a run of a million that was killed once.
func auditOf(t testing.TB) resultpage.AuditFacts {
	r := aReport(1_000_000)
	starts := append([]runstore.Start{{Time: testTime.Add(-time.Hour), Host: "laptop", Version: "0.8.0", User: "ann"}}, r.Starts...)
	digest := strings.Repeat("0ff1ce", 10) + "0ff1"
	return resultpage.AuditFacts{
		Report: r, Campaign: loadCampaign(t), Version: "0.8.1", Now: testTime.Add(time.Hour),
		Meta: runstore.Meta{
			RunID: r.RunID, Key: r.RunKey, Campaign: r.Campaign, State: r.State, Reason: r.Reason, Created: r.Created, Planned: r.Planned, Approval: r.Approval,
			Destination: r.Destination, Starts: starts, Lists: r.Lists, Ended: r.Ended, Labels: r.Labels,
			PlanDigest: digest, CampaignDigest: digest, AudienceDigest: digest, SnapshotSHA256: digest, PlanCode: r.PlanCode,
			Storage: []runstore.Storage{{Time: testTime, Mode: runstore.Dispatch, Days: 1, Skew: -2}, {Time: testTime.Add(time.Hour), Mode: runstore.Dispatch}},
			Settled: []runstore.Settlement{{Time: testTime, By: "bo", Assumed: "not-sent", Rows: 12}},
			Halted:  []runstore.Halt{{By: "country", Name: "DE", Slice: "people in DE", Reason: "20 were rejected in a row", Time: testTime, NotSent: 4_000}},
		},
		Files:     []resultpage.File{{Name: "audience.snap", Bytes: 48_000_123, SHA256: digest}, {Name: "ledger.db", Bytes: 41_943_040, SHA256: digest}},
		Anomalies: []resultpage.Anomaly{{Message: "row not accepted", Times: 5_000}, {Message: "asked to wait", Times: 3}},
	}
}

func TestAudit(t *testing.T) {
	f := auditOf(t)
	audit := func() string {
		t.Helper()
		var b bytes.Buffer
		if err := resultpage.WriteAudit(&b, f); err != nil {
			t.Fatal(err)
		}
		return plain(b.String())
	}
	text := audit()
	has(t, text, "approved by Bo Lindqvist", "7KD2-9QXM", "by ann on laptop", "no end is on record: it was killed, or the machine went down", "stopped by a signal",
		"0.8.0", "10 minutes", "at most so many recipients 2,000,000", "in their own hours mon-sat 09:00–19:00", "pace 80%", "bo settled 12 people in doubt: taken for not sent",
		"sending to people in DE stopped: 20 were rejected in a row (4,000 not sent)", "Sinch keeps the messages for 1 day, in DISPATCH mode; its clock was 2 seconds from ours",
		"Sinch keeps nothing", "48,000,123", strings.Repeat("0ff1ce", 10), "5,000 row not accepted", "= 1,000,000 rows")
	f.Live, f.Meta.Starts = true, f.Meta.Starts[:1]
	has(t, audit(), "it goes on")
	f.Meta.State, f.Campaign = runstore.Cancelled, nil
	text = audit()
	has(t, text, "cancelled: nothing more is sent, for good")
	hasNot(t, text, "Limits")
}

// What a run has come to in other ways than most.
func TestPageOfOtherRuns(t *testing.T) {
	c := loadCampaign(t)
	without := func(change func(*report.Report)) *report.Report {
		r := aReport(5_000)
		r.Delivery, r.Results, r.Receipts = nil, nil, report.NoReceipts
		change(r)
		return r
	}
	for name, tc := range map[string]struct {
		facts     resultpage.Facts
		says, not []string
	}{
		"receipts not collected": {resultpage.Facts{Report: without(func(*report.Report) {}), Campaign: c},
			[]string{"Sinch took the message for 4,724 of 4,750 people (99.5 %).", "delivery: not collected", "rejected 25", "in doubt 1", "left out 250", "= 5,000 rows"},
			[]string{"pending", "Why some have not got it", "over time"}},
		"interrupted": {resultpage.Facts{Report: without(func(r *report.Report) {
			r.State, r.Accepted, r.NotSent = runstore.Stopped, r.Accepted-4_000, 4_000
			r.Queued = &runstore.Queue{Time: testTime, Messages: 300, Rate: 20}
			r.Halted = []runstore.Halt{{Slice: "people in DE", Reason: "20 were rejected in a row"}}
			r.Seeds = &report.Seeds{Messages: 2, Accepted: 2}
		}), Campaign: c}, []string{"4,000 are not sent to yet.", "4,000 not sent yet", "300 messages waited in the app's queue", "stopped for people in DE: 20 were rejected in a row",
			"2 messages to seeds, in none of these numbers"}, nil},
		"cancelled": {resultpage.Facts{Report: without(func(r *report.Report) {
			r.State, r.Accepted, r.NotSent = runstore.Cancelled, r.Accepted-1, 1
		}), Campaign: c}, []string{"1 was not sent to: the run was cancelled.", "not sent the run was cancelled before"}, []string{"not sent yet"}},
		"rehearsal": {resultpage.Facts{Report: without(func(r *report.Report) { r.Sandbox = true }), Campaign: c},
			[]string{"The sandbox took the message for 4,724 of 4,750 people (99.5 %).", "accepted by the sandbox"}, []string{"accepted by Sinch"}},
		"elsewhere": {resultpage.Facts{Report: without(func(r *report.Report) { r.Destination.Endpoint = "http://127.0.0.1:8089" }), Campaign: c},
			[]string{"sent to http://127.0.0.1:8089, not to Sinch's own hosts spring-sale-2026"}, nil},
		"elsewhere, for outsiders": {resultpage.Facts{Report: without(func(r *report.Report) { r.Destination.Endpoint = "http://127.0.0.1:8089"; r.Redact() }), Campaign: c},
			[]string{"sent to …, not to Sinch's own hosts"}, []string{"127.0.0.1"}},
		"older ledger": {resultpage.Facts{Report: without(func(r *report.Report) { r.State = runstore.NeedsReconcile }), Campaign: c},
			[]string{"needs reconcile", "it has forgotten some"}, []string{"everything adds up"}},
		"nobody accepted": {resultpage.Facts{Report: without(func(r *report.Report) { r.Accepted, r.Rejected = 0, r.Accepted+r.Rejected }), Campaign: c},
			[]string{"Sinch took the message for 0 of 4,750 people (0 %)."}, []string{"NaN"}},
		"everybody left out": {resultpage.Facts{Report: &report.Report{RunKey: "k", Campaign: "k", State: runstore.Finished, Rows: 2, Skipped: map[string]int{"missing_value": 2}}},
			[]string{"There was nobody to send to.", "2 missing value"}, []string{"NaN"}},
		"not planned": {resultpage.Facts{Report: &report.Report{RunKey: "k", Campaign: "k", State: runstore.Planning, Created: testTime}},
			[]string{"Planning has not come to its end; nothing was sent."}, []string{"Everybody is counted once"}},
		"erased":   {resultpage.Facts{Report: without(func(r *report.Report) { r.Erased = testTime })}, []string{"people's data was erased on 22 Nov 2026; these totals are what is left"}, []string{"Every row"}},
		"killed":   {resultpage.Facts{Report: without(func(r *report.Report) { r.Starts[0].Ended = time.Time{} }), Campaign: c}, nil, []string{"a second on average"}},
		"redacted": {resultpage.Facts{Report: func() *report.Report { r := aReport(20); r.Redacted = true; return r }(), Campaign: c, People: everybody(aReport(20))}, nil, []string{"Every row", "+44"}},
		"one row":  {resultpage.Facts{Report: aReport(1), Campaign: c}, []string{"1 of 1 person has it (100 %)"}, []string{"NaN", "are pending", "is pending"}},
	} {
		html := write(t, tc.facts)
		t.Run(name, func(t *testing.T) {
			text := strings.ReplaceAll(strings.ReplaceAll(plain(html), "&#39;", "'"), "&#43;", "+")
			has(t, text, tc.says...)
			hasNot(t, text, append(tc.not, "%!", "<nil>")...)
		})
	}
}

// What is beyond the first fifteen is summed in one row, and stands in a table of its own.
func TestManyCountries(t *testing.T) {
	html := write(t, resultpage.Facts{Report: aReport(1_000_000)})
	has(t, plain(html), "3 others", "All 18 of them", "no country known", "the message itself")
	if n := strings.Count(html, `>US</bdi>`); n != 1 {
		t.Errorf("the last country stands there %d times", n)
	}
}

// A share is never rounded to all or nothing.
func TestSharesAreHonest(t *testing.T) {
	r := aReport(5_000)
	r.Results, r.Rejected, r.InDoubt, r.Skipped = nil, 0, 0, nil
	r.Rows, r.Accepted, r.Delivered, r.Read, r.Delivery.Failed, r.Pending = 100_000, 100_000, 99_999, 0, 1, 0
	has(t, plain(write(t, resultpage.Facts{Report: r})), "99,999 of 100,000 people have it (99.9 %), 1 failed.")
	if !strings.Contains(write(t, resultpage.Facts{Report: r}), "(99.9\u00a0%)") {
		t.Error("a line may end within a share")
	}
	r.Delivered, r.Delivery.Failed = 1, 99_999
	has(t, plain(write(t, resultpage.Facts{Report: r})), "1 of 100,000 people has it (0.1 %), 99,999 failed.")
}

// An error of the people is that of the page.
func TestPageWithoutItsPeople(t *testing.T) {
	r := aReport(20)
	broken := func(yield func(report.Person, error) bool) { yield(report.Person{}, runstore.ErrErased) }
	if err := resultpage.Write(io.Discard, resultpage.Facts{Report: r, People: broken}); !errors.Is(err, runstore.ErrErased) {
		t.Errorf("got %v", err)
	}
}
