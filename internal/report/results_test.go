package report

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/oklog/ulid/v2"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/forecast"
	"sendoff/internal/ledger"
	"sendoff/internal/receipts"
	"sendoff/internal/runstore"
)

// deliveredRun has a row in every state that receipts can tell, over two channels, in two countries and two languages.
func deliveredRun(t *testing.T) *testRun {
	r := newRun(t, false)
	rows := people(12, "Ann", "en")
	for row := range rows[:4] {
		rows[row].Fields[3] = "sv"
	}
	rows[4].Address, rows[4].Fields[1] = campaign.PhoneAddress("+12025550104"), "+12025550104"
	r.skip(ledger.Skip{Row: 11, Reason: uint8(campaign.Duplicate), Number: 3})
	r.freeze([]string{"CustomerNo", "Mobile", "Name", "Lang"}, rows)
	r.update(func(m *runstore.Meta) { m.Columns.Language = 3 })
	r.priceAll("channel_priority_order: [RCS, SMS]\nmessage: \"Hi ${Name}\"\ntranslations:\n  sv: \"Hej ${Name}\"\n",
		`{"country": "GB", "channel": "SMS", "price": "0.03", "per": "part"}, {"country": "", "channel": "RCS", "price": "0.05", "per": "message"}`)
	r.start()
	at := testTime.Add(time.Minute)
	for row := range 8 {
		r.accept(row)
	}
	r.hear(0, delivery.Delivered, "", campaign.RCS, at)
	r.hear(1, delivery.Delivered, "", campaign.SMS, at.Add(time.Minute))
	r.hear(2, delivery.Delivered, "", campaign.RCS, at)
	r.hear(2, delivery.Read, "", campaign.RCS, at.Add(time.Hour))
	r.hear(3, delivery.Failed, "RECIPIENT_NOT_OPTED_IN", campaign.SMS, at)
	r.hear(4, delivery.Failed, "", campaign.SMS, at)
	r.hear(5, delivery.Queued, "", campaign.RCS, at)
	twice := ledger.NewReceipt(delivery.Delivered, 0, campaign.RCS.Index(), at, messageID(999))
	if err := r.Ledger.MergeReceipts([]ledger.RowReceipt{{Row: 6, Receipt: twice}}, 1); err != nil {
		t.Fatal(err)
	}
	r.send(8, ledger.Result{State: ledger.Rejected, Detail: "400 INVALID_ARGUMENT: the field \"text\" of app 01FC66621XXXXX119Z8PMV1QPQ"})
	r.send(9, ledger.Result{State: ledger.InDoubt, Detail: "502 Bad Gateway"})
	r.hear(9, delivery.Delivered, "", campaign.RCS, at)
	r.end(runstore.Stopped, 7, "")
	if err := r.Ledger.Move([]uint32{4, 8}, 2); err != nil {
		t.Fatal(err)
	}
	return r
}

// Receipts reach the report through the run's file of them.
func TestReceiptsOfTheLog(t *testing.T) {
	r := newRun(t, false)
	r.freeze([]string{"CustomerNo", "Mobile"}, people(3))
	r.start()
	for row := range 3 {
		r.accept(row)
	}
	log, err := receipts.OpenLog(r.Path(runstore.ReceiptsName), ulid.MustParse(r.Meta().RunID))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	heard := func(want Receipts, records ...receipts.Record) *Report {
		t.Helper()
		if err := log.Append(records...); err != nil {
			t.Fatal(err)
		}
		if _, err := receipts.Merge(r.Run, nil); err != nil {
			t.Fatal(err)
		}
		rep, err := Write(r.Run, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if rep.Receipts != want {
			t.Errorf("receipts are %s, want %s", rep.Receipts, want)
		}
		return rep
	}
	record := func(row int, s delivery.Status, reason delivery.Reason) receipts.Record {
		return receipts.Record{Row: uint32(row), Status: s, Reason: reason, Channel: campaign.SMS.Index(), MessageID: messageID(row), Time: testTime.Add(time.Minute)}
	}
	if rep := heard(NoReceipts); rep.Delivery != nil {
		t.Errorf("without receipts: %+v", rep.Delivery)
	}
	rep := heard(PartialReceipts, record(0, delivery.Delivered, 0), record(1, delivery.Queued, 0))
	if want := (Delivery{Delivered: 1, Pending: 2}); *rep.Delivery != want {
		t.Errorf("delivery = %+v, want %+v", *rep.Delivery, want)
	}
	rep = heard(CompleteReceipts, record(1, delivery.Failed, delivery.ParseReason("RATE_LIMITED")), record(2, delivery.Read, 0))
	if want := (Delivery{Delivered: 1, Read: 1, Failed: 1}); *rep.Delivery != want {
		t.Errorf("delivery = %+v, want %+v", *rep.Delivery, want)
	}
	if got := r.read(failures)[1]; got[3] != "the channel takes no more messages at this pace [RATE_LIMITED]" {
		t.Errorf("failures.csv has %q", got)
	}
}

// Of people whose data was erased nobody knows country and language; they are counted all the same.
func TestSlicesOfErasedPeople(t *testing.T) {
	r := deliveredRun(t)
	if err := r.Forget([]int{0}, nil, testTime); err != nil {
		t.Fatal(err)
	}
	rep, err := Write(r.Run, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range rep.Results.Slices {
		names = append(names, fmt.Sprint(s.By, " ", s.Name, " ", s.Rows))
	}
	want := []string{"country GB 10", "country US 1", "country erased 1", "channel SMS 6", "channel RCS 6", "language  8", "language sv 3", "language erased 1"}
	slices.Sort(names)
	slices.Sort(want)
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("slices (-want +got):\n%s", diff)
	}
}

// Receipts come in while lists are made.
func TestReceiptsMeanwhile(t *testing.T) {
	r := deliveredRun(t)
	rep, doubtful, err := collect(r.Run)
	if err != nil {
		t.Fatal(err)
	}
	r.hear(7, delivery.Delivered, "", campaign.RCS, testTime.Add(time.Hour))
	if err := writeLists(r.Run, rep, doubtful, Options{}); err != nil {
		t.Fatal(err)
	}
	if got := r.read(everyone)[8]; got[11] != "delivered" || rep.Delivered != 4 || rep.Pending != 1 {
		t.Errorf("the list has %q, the report %+v", got, rep.Delivery)
	}
}

// What was counted before people's data was erased stays, as long as it is true.
func TestResultsOfAnErasedRun(t *testing.T) {
	r := deliveredRun(t)
	before, err := Write(r.Run, Options{Now: testTime})
	if err != nil {
		t.Fatal(err)
	}
	r.end(runstore.Cancelled, 0, "")
	if err := r.ErasePeople(testTime); err != nil {
		t.Fatal(err)
	}
	after, err := Write(r.Run, Options{})
	if !errors.Is(err, runstore.ErrErased) {
		t.Fatalf("Write = %v, want %v", err, runstore.ErrErased)
	}
	if diff := cmp.Diff(before.Results, after.Results); diff != "" {
		t.Errorf("results (-before +after):\n%s", diff)
	}
	r.hear(7, delivery.Delivered, "", campaign.RCS, testTime.Add(time.Hour))
	if after, _ = Write(r.Run, Options{}); after.Results != nil || after.Delivered != 4 {
		t.Errorf("after another receipt: %d delivered, %+v", after.Delivered, after.Results)
	}
}

// Whoever is erased takes nothing with them of what the messages have cost.
func TestCostsOfErasedPeople(t *testing.T) {
	r := deliveredRun(t)
	before := r.writtenReport()
	for _, rows := range [][]int{{0, 1}, {2, 3, 4, 5, 6, 7, 8, 9, 10, 11}} {
		if err := r.Forget(rows, forecast.WithErased(r.Run, rows), testTime); err != nil {
			t.Fatal(err)
		}
		after := r.writtenReport()
		if diff := cmp.Diff(before.CostSettled, after.CostSettled); diff != "" || before.CostSettled.Cost == 0 {
			t.Errorf("settled (-before +after):\n%s", diff)
		}
		if diff := cmp.Diff(before.Costs, after.Costs); diff != "" {
			t.Errorf("estimated (-before +after):\n%s", diff)
		}
	}
}

// What came after the last report is counted before the people's data is erased.
func TestConclude(t *testing.T) {
	r := deliveredRun(t)
	r.write(Options{Now: testTime})
	r.end(runstore.Cancelled, 0, "")
	r.hear(7, delivery.Delivered, "", campaign.RCS, testTime.Add(time.Hour))
	Conclude(r.Run)
	if err := r.ErasePeople(testTime); err != nil {
		t.Fatal(err)
	}
	rep, err := Write(r.Run, Options{})
	if !errors.Is(err, runstore.ErrErased) || rep.Results == nil || rep.Delivered != 4 || rep.CostSettled == nil || rep.Costs.Accepted == nil {
		t.Errorf("%+v, costs %+v, settled %+v: %v", rep.Results, rep.Costs, rep.CostSettled, err)
	}
}

// The campaign of a newer version has slices no more, and everything else.
func TestUnreadableCampaign(t *testing.T) {
	r := deliveredRun(t)
	r.say("from_the_future: true\n")
	rep, err := Write(r.Run, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Results.Slices) > 0 || rep.CostSettled != nil || rep.Results.Timeline == nil || len(rep.Results.Reasons) != 3 {
		t.Errorf("%+v", rep.Results)
	}
	if last := rep.Results.Notes[len(rep.Results.Notes)-1].Text; !strings.Contains(strings.Join(texts(rep), "\n"), "cannot read the campaign") {
		t.Errorf("the last note is %q", last)
	}
}

func texts(r *Report) []string {
	var all []string
	for _, n := range r.Results.Notes {
		all = append(all, n.Text)
	}
	return all
}

// Whoever fails far more than the rest is named, and what has to be mended.
func TestNotesOfSlices(t *testing.T) {
	r := newRun(t, false)
	rows := people(60)
	for row := range rows[:20] {
		rows[row].Address = campaign.PhoneAddress(fmt.Sprintf("+120255501%02d", row))
	}
	r.freeze([]string{"CustomerNo", "Mobile"}, rows)
	r.say("channel_priority_order: [SMS]\nmessage: Hi\n")
	r.start()
	for row := range rows {
		r.accept(row)
		status, reason := delivery.Delivered, ""
		if row < 21 { // one of the others too
			status, reason = delivery.Failed, "CHANNEL_BAD_CONFIGURATION"
		}
		r.hear(row, status, reason, campaign.SMS, testTime.Add(time.Minute))
	}
	rep, err := Write(r.Run, Options{Now: testTime.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Note{
		{Grave: true, Text: "the channel is set up wrongly: 21 messages failed", Hint: "Mend the channel's credentials in the app, then retry."},
		{Grave: true, Text: "country US: 20 of 20 (100.0 %) were rejected or failed, of all others 2.5 %", Hint: "The reasons in this report, and failures.csv, say why."},
	}, rep.Results.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

// Why receipts may be missing.
func TestNotesOfMissingReceipts(t *testing.T) {
	report := func(accepted int) *Report {
		return &Report{Accepted: accepted, Started: testTime, Delivery: &Delivery{Delivered: 1, Pending: accepted - 1}, Results: &Results{}}
	}
	for _, tc := range []struct {
		name         string
		accepted     int
		after        time.Duration
		late, silent int
		want         string
	}{
		{"few", 4000, time.Minute, 0, 0, ""},
		{"many", 100_000, time.Hour, 0, 0, "receipts are still coming in: at 25 callbacks a second, which is what an app gets unless Sinch has agreed to more, those of 100,000 messages can take 3 h 20 min"},
		{"they should have come", 100_000, 30 * time.Hour, 1204, 0, "of 1,204 accepted messages nothing final was heard for more than 24 h"},
		{"Telegram", 2, time.Minute, 0, 1, "1 message went out on Telegram, which sends no receipts: they stay pending"},
	} {
		r := report(tc.accepted)
		s := (&question{now: testTime.Add(tc.after)}).survey()
		s.late, s.silent = tc.late, tc.silent
		var got string
		if notes := r.missing(s); len(notes) > 0 {
			got = notes[0].Text
		}
		if got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestReasonsAreFew(t *testing.T) {
	refused := map[string]int{}
	for i := range 60 {
		refused[fmt.Sprintf("400 reason %02d", i)] = 100 - i
	}
	all := reasons(new(cell), refused)
	sum := 0
	for _, r := range all {
		sum += r.People
	}
	if last := all[len(all)-1]; len(all) != mostReasons || sum != 4230 || last.Words != "11 rarer reasons" || last.Rejected {
		t.Errorf("%d reasons of %d people, the last of them %+v", len(all), sum, last)
	}
}

// An outsider's files name nobody, lie in a folder of their own with nothing beside them, and leave those of others alone.
func TestRedacted(t *testing.T) {
	r := deliveredRun(t)
	r.update(func(m *runstore.Meta) { m.Destination.Endpoint = "http://proxy.internal:8089" })
	r.write(Options{})
	own := []string{runstore.ReportName, runstore.RowsName, runstore.JUnitName, runstore.FailuresName}
	before := map[string][]byte{}
	for _, name := range own {
		b, err := os.ReadFile(r.Path(name))
		if err != nil {
			t.Fatal(err)
		}
		before[name] = b
	}
	r.write(Options{Redact: true})
	folder, err := os.ReadDir(r.Path(runstore.RedactedFolder))
	if err != nil || len(folder) != 3 {
		t.Errorf("the folder for outsiders holds %v (%v), want the results and nothing else", folder, err)
	}
	for _, file := range folder {
		name := file.Name()
		b, err := os.ReadFile(r.Path(filepath.Join(runstore.RedactedFolder, name)))
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"C0003", "7700", "·", "01KAN9", "01FC66", "project-1", "app-1", "Acme", "production", "laptop", "0badcafe", "4711", "optouts", "audience.csv", "prices.csv", "proxy"} {
			if strings.Contains(string(b), secret) {
				t.Errorf("%s holds %q", name, secret)
			}
		}
		if name == runstore.ReportName && !strings.Contains(string(b), `"endpoint": "…"`) {
			t.Errorf("%s does not say that the messages went elsewhere", name)
		}
	}
	for _, name := range own {
		if after, err := os.ReadFile(r.Path(name)); err != nil || string(after) != string(before[name]) {
			t.Errorf("%s has changed: %v", name, err)
		}
	}
}

func TestWithoutNames(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "",
		"400 INVALID_ARGUMENT: no recipient": "400 INVALID_ARGUMENT: no recipient",
		"app 01FC66621XXXXX119Z8PMV1QPQ in \"Ann's\": see C:\\runs\\x or lists/optouts.csv": "app … in …: see … or …",
		"stopped on request. It goes on": "stopped on request. It goes on",
	} {
		if got := withoutNames(text); got != want {
			t.Errorf("withoutNames(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestTolerated(t *testing.T) {
	slice := Slice{By: "country", Name: "GB", Accepted: 199, Rejected: 1, Delivery: &Delivery{Failed: 1}}
	for _, tc := range []struct {
		tolerate campaign.Share
		fails    bool
	}{{campaign.Share{}, true}, {campaign.Share{Count: 1}, true}, {campaign.Share{Count: 2}, false}, {campaign.Share{Percent: 1}, false}, {campaign.Share{Percent: 0.9}, true}} {
		if c := slice.testCase(tc.tolerate); (c.Failure != nil) != tc.fails {
			t.Errorf("with %v tolerated: %+v", tc.tolerate, c.Failure)
		}
	}
	if c := (&Slice{By: "channel", Skipped: 2}).testCase(campaign.Share{}); c.Skipped == nil || c.Failure != nil || c.Name != "no channel" {
		t.Errorf("nobody tried: %+v", c)
	}
}

// A channel that is tried when another has failed is blamed for those whom none has reached, and the note says so.
func TestFailingFallback(t *testing.T) {
	rep := &Report{Results: &Results{Slices: []Slice{
		{By: "channel", Name: "RCS", Rows: 400, Accepted: 400, Delivery: &Delivery{Delivered: 400}},
		{By: "channel", Name: "SMS", Rows: 40, Accepted: 40, Delivery: &Delivery{Delivered: 10, Failed: 30}},
	}}}
	notes := rep.notes(&survey{question: &question{gauge: new(forecast.Gauge)}}, new(cell))
	if diff := cmp.Diff([]Note{{
		Grave: true, Text: "channel SMS: 30 of 40 (75.0 %) were rejected or failed, of all others 0.0 %",
		Hint: "The reasons in this report, and failures.csv, say why. People whom no channel reached are counted on the last one.",
	}}, notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}
