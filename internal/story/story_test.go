package story

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/oklog/ulid/v2"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/receipts"
	"sendoff/internal/runstore"
	"sendoff/internal/suppress"
)

var testTime = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

const testCampaign = `
name: spring
message_content_type: CONTENT_MARKETING
time_zone: Europe/London
audience: {file: audience.csv, columns: {phone: phone, id: no}}
suppress: none
channel_priority_order: [RCS, SMS]
message: "Hi ${name}, spring is here"
`

// testRun is a real run of eight people from line 2 on; this process holds it.
type testRun struct {
	*runstore.Run
	t testing.TB
}

func newRun(t testing.TB, n int) *testRun {
	t.Helper()
	run, err := runstore.Acquire(t.TempDir(), runstore.Options{Key: "spring", Campaign: "spring", Now: testTime})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = run.Close() }) // most tests have closed it
	w, err := run.CreateSnapshot()
	if err != nil {
		t.Fatal(err)
	}
	encoder := runstore.NewFrameEncoder()
	for first := 0; first < n; first += runstore.FrameRows {
		var raw []byte
		last := min(first+runstore.FrameRows, n)
		for i := first; i < last; i++ {
			number := fmt.Sprintf("+44110%07d", i) // below a British area code that does not exist
			raw = runstore.AppendRow(raw, &campaign.Recipient{
				Row: i, Line: i + 2, Address: campaign.PhoneAddress(number), Fields: []string{number, fmt.Sprintf("C%07d", i), "Anna"},
			})
		}
		w.Append(encoder.Encode(nil, raw), last-first)
	}
	size, err := w.Commit()
	if err != nil {
		t.Fatal(err)
	}
	r := &testRun{run, t}
	r.update(func(m *runstore.Meta) {
		m.State, m.Planned, m.Rows, m.Eligible, m.SnapshotBytes = runstore.Planned, testTime, n, n, size
		m.AudienceFile, m.CampaignFile = "audience.csv", "campaign.yaml"
		m.Columns = campaign.Columns{Header: []string{"phone", "no", "name"}, Phone: 0, ID: 1, Language: -1, Country: -1, TimeZone: -1}
		m.Sources = []campaign.Source{{Name: "campaign.yaml", Data: []byte(testCampaign)}}
		m.Lists = []runstore.List{{File: "optouts.csv", Modified: testTime.Add(-15 * time.Hour), Entries: 12_404}}
	})
	return r
}

func (r *testRun) update(change func(*runstore.Meta)) {
	r.t.Helper()
	if err := r.Update(change); err != nil {
		r.t.Fatal(err)
	}
}

// end lets the run go as one that was started a minute after nine, and returns it opened for reading.
func (r *testRun) end(state runstore.State) *runstore.Run {
	r.t.Helper()
	r.update(func(m *runstore.Meta) {
		m.State, m.Starts = state, []runstore.Start{{Time: testTime.Add(time.Minute), Epoch: "0badcafe"}}
	})
	if err := r.Close(); err != nil {
		r.t.Fatal(err)
	}
	run, err := runstore.View(r.Dir)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = run.Close() })
	if _, err := receipts.Merge(run, nil); err != nil {
		r.t.Fatal(err)
	}
	return run
}

// send begins a row two minutes past nine, and records what became of it a minute later.
func (r *testRun) send(row int, result ledger.Result) {
	r.t.Helper()
	at := testTime.Add(2 * time.Minute)
	if err := r.Ledger.Begin(uint32(row), ledger.Intent{Time: at, Channel: campaign.RCS.Index()}); err != nil {
		r.t.Fatal(err)
	}
	if result.State == ledger.Begun {
		return
	}
	result.Time, result.Channel = at.Add(time.Minute), campaign.RCS.Index()
	if result.State == ledger.Accepted {
		result.MessageID = messageID(row)
	}
	if err := r.Ledger.Record(uint32(row), result); err != nil {
		r.t.Fatal(err)
	}
}

func messageID(row int) string { return fmt.Sprintf("01HZX3Q4R5S6T7V8W9X0YZA%03d", row) }

// hear appends receipts: each names the row, minutes past nine, status, channel, code and, where it is another, the message.
func (r *testRun) hear(lines ...string) {
	r.t.Helper()
	log, err := receipts.OpenLog(r.Path(runstore.ReceiptsName), ulid.MustParse(r.Meta().RunID))
	if err != nil {
		r.t.Fatal(err)
	}
	for _, line := range lines {
		var row, minutes int
		var status, channel, code, id string
		_, _ = fmt.Sscan(line, &row, &minutes, &status, &channel, &code, &id) // the last two may be missing
		if id == "" {
			id = messageID(row)
		}
		s, known := delivery.ParseStatus(status)
		if !known {
			r.t.Fatalf("%s is no status", status)
		}
		reason := delivery.NoReason
		if code != "" && code != "-" {
			reason = delivery.ParseReason(code)
		}
		at := testTime.Add(time.Duration(minutes) * time.Minute)
		record := receipts.Record{
			Row: uint32(row), Status: s, Reason: reason, Channel: campaign.Channel(channel).Index(), MessageID: id, Time: at, Heard: at.Add(time.Second),
		}
		if err := log.Append(record); err != nil {
			r.t.Fatal(err)
		}
	}
	if err := log.Close(); err != nil {
		r.t.Fatal(err)
	}
}

// tell returns the sentences about one row, and its first entry.
func tell(t *testing.T, run *runstore.Run, row int) ([]string, Entry) {
	t.Helper()
	all, _, err := Find(context.Background(), run, func(*campaign.Recipient) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	teller, err := New(run, all, Options{Now: testTime.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := teller.Tell(all[row : row+1])
	if err != nil {
		t.Fatal(err)
	}
	var sentences []string
	for _, e := range entries {
		sentences = append(sentences, string(e.Verdict)+": "+e.Sentence)
	}
	return sentences, entries[0]
}

func TestReceiptsAreTold(t *testing.T) {
	r := newRun(t, 9)
	for row := range 9 {
		r.send(row, ledger.Result{State: ledger.Accepted})
	}
	r.hear(
		"0 4 SWITCHING_CHANNEL RCS RECIPIENT_NOT_REACHABLE", "0 4 QUEUED_ON_CHANNEL SMS", "0 5 DELIVERED SMS", "0 5 DELIVERED SMS",
		"1 9 READ RCS", "1 5 DELIVERED RCS",
		"2 4 SWITCHING_CHANNEL RCS RECIPIENT_NOT_REACHABLE", "2 6 FAILED SMS RECIPIENT_INVALID_CHANNEL_IDENTITY",
		"3 4 QUEUED_ON_CHANNEL RCS",
		"4 4 SWITCHING_CHANNEL RCS CHANNEL_FAILURE",
		"5 5 DELIVERED RCS", "5 7 DELIVERED SMS - 01HZX3Q4R5S6T7V8W9X0YZB000",
		"6 6 FAILED SMS DELIVERY_TIMED_OUT", "6 900 DELIVERED SMS",
		"7 3 FAILED RCS",
	)
	run := r.end(runstore.Finished)
	for row, want := range [][]string{
		{"delivered: DELIVERED by SMS at 09:05:00 (Europe/London). RCS first: the person cannot be reached on this channel: no such device or account, " +
			"switched off, or at the channel's limit for marketing [RECIPIENT_NOT_REACHABLE]."},
		{"read: READ on RCS at 09:09:00 (Europe/London). It arrived at 09:05:00."},
		{"failed: FAILED at 09:06:00 (Europe/London). RCS: the person cannot be reached on this channel: no such device or account, switched off, " +
			"or at the channel's limit for marketing [RECIPIENT_NOT_REACHABLE]; then SMS: the number or id does not exist on this channel [RECIPIENT_INVALID_CHANNEL_IDENTITY]."},
		{"not_confirmed: SENT, NOT YET CONFIRMED: Sinch took it at 09:03:00 (Europe/London); RCS has it since 09:04:00, and no receipt that is final has come."},
		{"not_confirmed: SENT, NOT YET CONFIRMED: Sinch took it at 09:03:00 (Europe/London); the next channel is tried since 09:04:00. " +
			"RCS first: the channel has failed, also after Sinch had tried again [CHANNEL_FAILURE]."},
		{"delivered: DELIVERED by RCS at 09:05:00 (Europe/London).", "delivered: A SECOND MESSAGE, DELIVERED by SMS at 09:07:00 (Europe/London)."},
		{"delivered: DELIVERED by SMS at 23 Nov 00:00:00 (Europe/London)."},
		{"failed: FAILED at 09:03:00 (Europe/London). RCS: no reason was given."},
		{"not_confirmed: SENT, NOT YET CONFIRMED: Sinch took it at 09:03:00 (Europe/London); no receipt has come for it."},
	} {
		got, e := tell(t, run, row)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("row %d (-want +got):\n%s", row, diff)
		}
		if row == 0 && (len(e.Receipts) != 3 || e.Receipts[0].Code != "RECIPIENT_NOT_REACHABLE" || e.Channel != "SMS" || e.Epoch != "0badcafe") {
			t.Errorf("%+v", e)
		}
	}
	_, e := tell(t, run, 0)
	if e.Text != "Hi Anna, spring is here" || e.Address == "+441100000000" || e.ID != "C0000000" ||
		len(e.AskedFirst) != 1 || e.AskedFirst[0] != "not on optouts.csv (12,404 entries, file of 21 Nov 18:00)" {
		t.Errorf("%+v", e)
	}
}

func TestStatesAreTold(t *testing.T) {
	r := newRun(t, 10)
	skips := []ledger.Skip{
		{Row: 6, Reason: uint8(campaign.Duplicate), Number: 2},
		{Row: 7, Reason: uint8(campaign.Suppressed), Detail: "optouts.csv", Number: 812},
		{Row: 8, Reason: uint8(campaign.Suppressed), Detail: suppress.SinchName},
		{Row: 9, Reason: uint8(campaign.Duplicate), Number: 3},
	}
	if err := r.Ledger.PutSkips(skips, testTime); err != nil {
		t.Fatal(err)
	}
	r.send(0, ledger.Result{State: ledger.Accepted})
	r.send(1, ledger.Result{State: ledger.Rejected, Detail: "400: no such channel"})
	r.send(2, ledger.Result{State: ledger.InDoubt, Detail: "timed out"})
	r.send(3, ledger.Result{State: ledger.LeftInDoubt, Detail: "timed out"})
	r.send(4, ledger.Result{State: ledger.Released, Flags: ledger.AfterServerError})
	if err := r.Ledger.Move([]uint32{1}, 2); err != nil {
		t.Fatal(err)
	}
	r.update(func(m *runstore.Meta) {
		m.Settled = []runstore.Settlement{{Time: testTime.Add(time.Hour), By: "kim", Assumed: "not-sent", Rows: 1}}
		m.Reason = "--limit 5"
		m.Lists = append(m.Lists, runstore.List{Sinch: []string{"OPT_OUT_ALL", "OPT_OUT_MARKETING"}, Read: testTime.Add(-10 * time.Minute)})
	})
	run := r.end(runstore.Stopped)
	for row, want := range []string{
		"arrival_unknown: SENT, ARRIVAL UNKNOWN: Sinch took it at 09:03:00 (Europe/London); no delivery receipts were collected for this run. " +
			"Line 8 has the same person, and was left out for that.",
		"rejected: REJECTED at 09:03:00 (Europe/London): Sinch refused it (400: no such channel). They have not got it. " +
			"Line 11 has the same person, and was left out for that. Sent again in retry-2.",
		"in_doubt: IN DOUBT: Sinch did not answer (timed out). They may or may not have it, and it was not sent again.",
		"left_in_doubt: LEFT IN DOUBT: they may or may not have it, and nobody can tell any more (timed out). kim took those in doubt for not sent on 22 Nov 10:00.",
		"not_yet_sent: NOT YET SENT: the run has not come to its end (--limit 5). An earlier attempt may have got through.",
		"not_yet_sent: NOT YET SENT: the run has not come to its end (--limit 5).",
		"not_sent: NOT SENT: duplicate of line 2, which has the same person. Line 2: SENT, ARRIVAL UNKNOWN: Sinch took it at 09:03:00 (Europe/London); " +
			"no delivery receipts were collected for this run.",
		"not_sent: NOT SENT: opted out (optouts.csv line 812, list read 09:00:00).",
		"not_sent: NOT SENT: opted out (Sinch's opt-out list, read 08:50:00).",
		"not_sent: NOT SENT: duplicate of line 3, which has the same person. Line 3: REJECTED at 09:03:00 (Europe/London): Sinch refused it " +
			"(400: no such channel). They have not got it. Sent again in retry-2.", // the person has it after all, whichever line is asked about
	} {
		got, _ := tell(t, run, row)
		if diff := cmp.Diff(want, strings.Join(got, "\n")); diff != "" {
			t.Errorf("row %d (-want +got):\n%s", row, diff)
		}
	}
}

// A campaign that an older version has frozen and this one refuses: all but the text is told.
func TestFrozenCampaignIsRefused(t *testing.T) {
	r := newRun(t, 1)
	r.send(0, ledger.Result{State: ledger.Accepted})
	r.update(func(m *runstore.Meta) { m.Sources[0].Data = []byte("name: spring\nno_such_key: 1\n") })
	got, e := tell(t, r.end(runstore.Finished), 0)
	if len(got) != 1 || e.Verdict != ArrivalUnknown || e.Text != "" || !strings.Contains(e.NoText, "cannot read the campaign") {
		t.Errorf("%q, %+v", got, e)
	}
}

// A process that dies between the message and the ledger leaves a row in doubt; a receipt knows better.
func TestReceiptOfWhatIsInDoubt(t *testing.T) {
	r := newRun(t, 1)
	r.send(0, ledger.Result{State: ledger.Begun})
	r.hear("0 5 DELIVERED RCS")
	got, _ := tell(t, r.end(runstore.Stopped), 0)
	want := "delivered: DELIVERED by RCS at 09:05:00 (Europe/London). Only the receipts say that Sinch has this message: to have it put on record, run sendoff reconcile."
	if len(got) != 1 || got[0] != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// What was merged is known when receipts.log is gone.
func TestReceiptsAreMerged(t *testing.T) {
	r := newRun(t, 1)
	r.send(0, ledger.Result{State: ledger.Accepted})
	r.hear("0 5 FAILED SMS RECIPIENT_INVALID_CHANNEL_IDENTITY")
	if _, err := receipts.Merge(r.Run, nil); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(r.Path(runstore.ReceiptsName)); err != nil {
		t.Fatal(err)
	}
	got, _ := tell(t, r.end(runstore.Finished), 0)
	want := "failed: FAILED at 09:05:00 (Europe/London). SMS: the number or id does not exist on this channel [RECIPIENT_INVALID_CHANNEL_IDENTITY]."
	if len(got) != 1 || got[0] != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Whoever waits for their hours is told until when, and so is whoever has waited; and that no more is sent to people like them.
func TestHoursAreTold(t *testing.T) {
	r := newRun(t, 2)
	r.update(func(m *runstore.Meta) {
		m.Sources[0].Data = []byte(testCampaign + `window: {days: daily, from: "09:02", to: "09:30", zone: campaign}` + "\n")
		m.Halted = []runstore.Halt{{By: "channel", Name: "RCS", Slice: "people tried on RCS first", Reason: "12 of 100 were rejected", Time: testTime}}
	})
	r.send(0, ledger.Result{State: ledger.Accepted})
	run := r.end(runstore.Stopped)
	if _, e := tell(t, run, 0); !strings.HasPrefix(e.KeptBack, "until Sun 22 Nov 09:02 GMT, when their hours begin") {
		t.Errorf("kept back %q", e.KeptBack)
	}
	want := "not_yet_sent: NOT YET SENT: the run has not come to its end. No more is sent to people tried on RCS first: 12 of 100 were rejected. " +
		"Their hours begin at Mon 23 Nov 09:02 GMT ("
	if got, _ := tell(t, run, 1); len(got) != 1 || !strings.HasPrefix(got[0], want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestMasked(t *testing.T) {
	for cell, want := range map[string]string{"07700 900123": "····· ···123", "077OO 900123": "···OO ···123", "123": "123", "": "", "n/a": "n/a"} {
		if got := Masked(cell); got != want {
			t.Errorf("Masked(%q) = %q, want %q", cell, got, want)
		}
	}
}

// An id of a channel is shown masked alone: its letters, too, say who it is.
func TestIdsAreMasked(t *testing.T) {
	id, err := campaign.ReadIdentity(campaign.Line, "U4af4980629abcdef")
	if err != nil {
		t.Fatal(err)
	}
	r := &campaign.Recipient{Others: []campaign.Identity{id}, Fields: []string{id.Reveal()}}
	columns := campaign.Columns{Phone: -1, ID: -1, Own: []campaign.OwnColumn{{Channel: campaign.Line}}}
	for full, want := range map[bool][2]string{false: {"", "LINE ·····def"}, true: {"U4af4980629abcdef", "LINE:U4af4980629abcdef"}} {
		teller := &Teller{run: new(runstore.Run), meta: runstore.Meta{Columns: columns}, options: Options{Full: full}, zone: time.UTC}
		if e := teller.place(r); e.Original != want[0] || e.Address != want[1] {
			t.Errorf("full %t: %q read as %q, want %q", full, e.Original, e.Address, want)
		}
	}
}

// BenchmarkFind looks for one person among a million.
func BenchmarkFind(b *testing.B) {
	run := newRun(b, 1_000_000).end(runstore.Finished)
	key := campaign.PhoneAddress("+441100999999").Key()
	for b.Loop() {
		rows, _, err := Find(context.Background(), run, func(r *campaign.Recipient) bool { return r.Address.Key() == key })
		if err != nil || len(rows) != 1 {
			b.Fatal(len(rows), err)
		}
	}
}

// The day of a run is one on the campaign's clock, as the times in its sentences are, wherever this machine stands.
func TestDayOfTheCampaign(t *testing.T) {
	r := newRun(t, 1)
	r.send(0, ledger.Result{State: ledger.Accepted})
	r.update(func(m *runstore.Meta) {
		m.Sources = []campaign.Source{{Name: "campaign.yaml", Data: []byte(strings.Replace(testCampaign, "Europe/London", "Pacific/Kiritimati", 1))}}
	})
	_, e := tell(t, r.end(runstore.Finished), 0)
	if got := e.Day.Format(time.RFC3339); got != "2026-11-22T23:01:00+14:00" || !strings.Contains(e.Sentence, "took it at 23:03:00 (Pacific/Kiritimati)") {
		t.Errorf("%s: %s", got, e.Sentence)
	}
}

// Where nothing has been heard yet, and somebody listens, nobody may say that no receipts were collected.
func TestReceiptsAreAwaited(t *testing.T) {
	r := newRun(t, 1)
	r.send(0, ledger.Result{State: ledger.Accepted})
	run := r.end(runstore.Finished)
	all, _, err := Find(context.Background(), run, func(*campaign.Recipient) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	teller, err := New(run, all, Options{Awaited: true, Now: testTime.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := teller.Tell(all)
	if err != nil {
		t.Fatal(err)
	}
	want := "SENT, NOT YET CONFIRMED: Sinch took it at 09:03:00 (Europe/London); no receipt has come for it, and somebody listens for them now."
	if e := entries[0]; e.Verdict != NotConfirmed || e.Sentence != want {
		t.Errorf("%s: %s", e.Verdict, e.Sentence)
	}
}
