package chain

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

var testTime = time.Date(2026, 3, 28, 9, 0, 0, 0, time.UTC)

const testID = "01HZX3Q4R5S6T7V8W9X0YZABCD"

// newFirst makes a run of n people that has started, and holds it.
func newFirst(t *testing.T, n int) *runstore.Run {
	t.Helper()
	run, err := runstore.Acquire(filepath.Join(t.TempDir(), "spring"), runstore.Options{Key: "spring", Campaign: "test", Now: testTime})
	if err != nil {
		t.Fatal(err)
	}
	freeze(t, run, n, runstore.Finished)
	return run
}

func freeze(t *testing.T, run *runstore.Run, n int, s runstore.State) {
	t.Helper()
	t.Cleanup(func() { _ = run.Close() }) // nothing is left to be kept
	people := make([]campaign.Recipient, n)
	if err := run.FreezeList(people, func(*runstore.Meta) {}); err != nil {
		t.Fatal(err)
	}
	update(t, run, func(m *runstore.Meta) { m.State, m.Starts = s, []runstore.Start{{Time: testTime, Epoch: "0badcafe"}} })
}

func update(t *testing.T, run *runstore.Run, change func(*runstore.Meta)) {
	t.Helper()
	if err := run.Update(change); err != nil {
		t.Fatal(err)
	}
}

// newRetry makes the retry with a number, of rows, and holds it.
func newRetry(t *testing.T, first *runstore.Run, number int, s runstore.State, origins ...runstore.Origin) *runstore.Run {
	t.Helper()
	run, err := first.AcquireRetry(number, runstore.Options{Now: testTime})
	if err != nil {
		t.Fatal(err)
	}
	freeze(t, run, len(origins), s)
	if err := run.WriteOrigins(origins); err != nil {
		t.Fatal(err)
	}
	return run
}

// became records what became of a row, and a receipt where status is not None.
func became(t *testing.T, run *runstore.Run, row uint32, result ledger.Result, status delivery.Status, code, messageID string) {
	t.Helper()
	if result.State != ledger.Skipped {
		if err := run.Ledger.Begin(row, ledger.Intent{Time: testTime}); err != nil {
			t.Fatal(err)
		}
	}
	result.Time = testTime
	if result.State == ledger.Accepted {
		result.MessageID = testID
	}
	if err := errors.Join(run.Ledger.Record(row, result), run.Ledger.Sync()); err != nil {
		t.Fatal(err)
	}
	if status == delivery.None {
		return
	}
	receipt := ledger.NewReceipt(status, delivery.ParseReason(code), 0, testTime, messageID)
	if err := run.Ledger.MergeReceipts([]ledger.RowReceipt{{Row: row, Receipt: receipt}}, int64(row)); err != nil {
		t.Fatal(err)
	}
}

func failed(t *testing.T, run *runstore.Run, row uint32, code string) {
	t.Helper()
	became(t, run, row, ledger.Result{State: ledger.Accepted}, delivery.Failed, code, testID)
}

func mustNew(t *testing.T, first *runstore.Run, retries ...*runstore.Run) *Chain {
	t.Helper()
	c, err := New(first, retries)
	if err == nil {
		err = c.Mark()
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func chosen(t *testing.T, c *Chain, names ...string) []runstore.Origin {
	t.Helper()
	w, err := ParseWanted(names)
	if err != nil {
		t.Fatal(err)
	}
	choice, err := c.Choose(w)
	if err != nil {
		t.Fatal(err)
	}
	return choice.Origins
}

// Every way in which somebody did not get a message, or may have, and by which names they are taken.
func TestWhoIsChosen(t *testing.T) {
	first := newFirst(t, 14)
	accepted := ledger.Result{State: ledger.Accepted}
	failed(t, first, 0, "CHANNEL_FAILURE")
	failed(t, first, 1, "TEMPLATE_NOT_FOUND")
	failed(t, first, 2, "DELIVERY_TIMED_OUT")
	failed(t, first, 3, "RECIPIENT_NOT_REACHABLE")
	failed(t, first, 4, "")
	became(t, first, 5, accepted, delivery.Delivered, "", testID)
	became(t, first, 6, accepted, delivery.Queued, "", testID)
	became(t, first, 7, ledger.Result{State: ledger.Rejected, Detail: "bad"}, delivery.None, "", "")
	became(t, first, 8, ledger.Result{State: ledger.Rejected, Flags: ledger.AfterServerError}, delivery.None, "", "")
	became(t, first, 9, ledger.Result{State: ledger.Skipped, Reason: uint8(campaign.Expired)}, delivery.None, "", "")
	became(t, first, 10, ledger.Result{State: ledger.Skipped, Reason: uint8(campaign.Suppressed)}, delivery.None, "", "")
	became(t, first, 11, accepted, delivery.Failed, "CHANNEL_FAILURE", "01HZX3Q4R5S6T7V8W9X0YZ0000")
	became(t, first, 12, ledger.Result{State: ledger.Accepted, Flags: ledger.AfterServerError}, delivery.Failed, "CHANNEL_FAILURE", testID)
	became(t, first, 13, ledger.Result{State: ledger.InDoubt}, delivery.None, "", "")
	c := mustNew(t, first)
	for names, want := range map[string][]uint32{
		"later": {0, 4}, "fix": {1}, "rejected": {7}, "expired": {9}, "delivery_timed_out": {2}, "RECIPIENT_NOT_REACHABLE": {3},
		"later,CHANNEL_FAILURE,rejected": {0, 4, 7}, "UNKNOWN": nil,
	} {
		var got []uint32
		for _, o := range chosen(t, c, strings.Split(names, ",")...) {
			got = append(got, o.Row)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", names, diff)
		}
	}
	choice, err := c.Choose(Wanted{})
	if err != nil {
		t.Fatal(err)
	}
	people := 0
	for _, g := range choice.Groups {
		people += g.People
	}
	if people != 10 || choice.Origins != nil {
		t.Errorf("%d did not get it, as far as that is known, and %v are taken; want 10, none", people, choice.Origins)
	}
}

// A receipt of a message that is not known to have been taken proves that there is one: nobody sends another, be it heard of before they are chosen or after.
func TestReceiptOfWhatWasNotAccepted(t *testing.T) {
	first := newFirst(t, 4)
	expired := ledger.Result{State: ledger.Skipped, Reason: uint8(campaign.Expired)}
	became(t, first, 0, expired, delivery.Queued, "", testID)
	became(t, first, 1, expired, delivery.None, "", "")
	became(t, first, 2, ledger.Result{State: ledger.Rejected}, delivery.None, "", "")
	failed(t, first, 3, "CHANNEL_FAILURE")
	origins := chosen(t, mustNew(t, first), "expired", "rejected", "later")
	if diff := cmp.Diff([]runstore.Origin{{Row: 1}, {Row: 2}, {Row: 3}}, origins); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	one := newRetry(t, first, 1, runstore.Running, origins...)
	late := []ledger.RowReceipt{
		{Row: 1, Receipt: ledger.NewReceipt(delivery.Submitted, 0, 0, testTime, testID)},
		{Row: 2, Receipt: ledger.NewReceipt(delivery.Queued, 0, 0, testTime, testID)},
		{Row: 3, Receipt: ledger.NewReceipt(delivery.Queued, 0, 0, testTime, "01HZX3Q4R5S6T7V8W9X0YZ0000")},
	}
	if err := first.Ledger.MergeReceipts(late, 99); err != nil {
		t.Fatal(err)
	}
	if n, err := mustNew(t, first, one).LeaveOutArrived(testTime); err != nil || n != 3 {
		t.Errorf("%d were left out, %v; want 3", n, err)
	}
	// What a retry has left out, though a receipt speaks of it there, is not as it was before.
	stray := ledger.NewReceipt(delivery.Queued, 0, 0, testTime, testID)
	two := newFirst(t, 1)
	failed(t, two, 0, "CHANNEL_FAILURE")
	again := newRetry(t, two, 1, runstore.Finished, runstore.Origin{Row: 0})
	became(t, again, 0, ledger.Result{State: ledger.Skipped, Reason: uint8(campaign.Suppressed)}, delivery.None, "", "")
	if err := again.Ledger.MergeReceipts([]ledger.RowReceipt{{Row: 0, Receipt: stray}}, 1); err != nil {
		t.Fatal(err)
	}
	if got := chosen(t, mustNew(t, two, again), "later"); got != nil {
		t.Errorf("%v are sent to again", got)
	}
}

// Who was refused, and was sent to again, may have the message also once a receipt has made an accepted one of it: the retry that goes on leaves them out.
func TestSettledSinceChosen(t *testing.T) {
	first := newFirst(t, 2)
	for row := range uint32(2) {
		became(t, first, row, ledger.Result{State: ledger.Rejected}, delivery.None, "", "")
	}
	c := mustNew(t, first, newRetry(t, first, 1, runstore.Running, chosen(t, mustNew(t, first), "rejected")...))
	if may, err := c.MayHaveIt(1); err != nil || may {
		t.Errorf("before a receipt has come: %v, %v", may, err)
	}
	late := []ledger.RowReceipt{{Row: 1, Receipt: ledger.NewReceipt(delivery.Queued, 0, 0, testTime, testID)}}
	found := ledger.Result{State: ledger.Accepted, MessageID: testID, Time: testTime}
	if err := errors.Join(first.Ledger.MergeReceipts(late, 99), first.Ledger.RecordFound(1, found), first.Ledger.Sync()); err != nil {
		t.Fatal(err)
	}
	c.Refresh()
	for row, want := range []bool{false, true} {
		if may, err := c.MayHaveIt(row); err != nil || may != want {
			t.Errorf("row %d: %v, %v; want %v", row, may, err, want)
		}
	}
	if n, err := c.LeaveOutArrived(testTime); err != nil || n != 1 {
		t.Errorf("%d are left out, %v; want 1", n, err)
	}
}

func TestParseWanted(t *testing.T) {
	for name, want := range map[string]string{
		"never": "cannot be meant as a whole", "ambiguous": "they may have it", "latr": "did you mean later?", "RATE_LIMITD": "did you mean RATE_LIMITED?", "42": "use later, fix",
	} {
		if _, err := ParseWanted([]string{"fix", name}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	w, err := ParseWanted([]string{"rejected", "Rate_Limited", "rejected"})
	if diff := cmp.Diff([]string{"RATE_LIMITED", "rejected"}, w.Names()); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// Everybody counts once, by the last run that did something about them. A retry that never started has nobody.
func TestTotals(t *testing.T) {
	first := newFirst(t, 6)
	for row := range uint32(5) {
		failed(t, first, row, "CHANNEL_FAILURE")
	}
	became(t, first, 5, ledger.Result{State: ledger.Rejected}, delivery.None, "", "")
	one := newRetry(t, first, 1, runstore.Cancelled, runstore.Origin{Row: 0}, runstore.Origin{Row: 1}, runstore.Origin{Row: 2}, runstore.Origin{Row: 3})
	became(t, one, 0, ledger.Result{State: ledger.Accepted}, delivery.Read, "", testID)
	failed(t, one, 1, "RATE_LIMITED")
	became(t, one, 2, ledger.Result{State: ledger.Skipped, Reason: uint8(campaign.Suppressed)}, delivery.None, "", "")
	two := newRetry(t, first, 2, runstore.Stopped, runstore.Origin{Run: 1, Row: 1}, runstore.Origin{Run: 1, Row: 3})
	became(t, two, 0, ledger.Result{State: ledger.InDoubt}, delivery.None, "", "")
	never := newRetry(t, first, 3, runstore.Planned, runstore.Origin{Row: 4})
	update(t, never, func(m *runstore.Meta) { m.Starts = nil })
	unmarked, err := New(first, []*runstore.Run{one, two, never})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := unmarked.Totals(); err != nil || got.Rows != 6 || got.Failed != 5 {
		t.Errorf("before anything is marked: %+v, %v", got, err)
	}
	c := mustNew(t, first, one, two, never)
	got, err := c.Totals()
	if err != nil {
		t.Fatal(err)
	}
	want := &Totals{Runs: []string{"spring", "spring/retry-1", "spring/retry-2"}, Rows: 6, Skipped: map[string]int{},
		Accepted: 3, Rejected: 1, InDoubt: 1, NotSent: 1, Heard: true, Read: 1, Failed: 2}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	// Who was left out by the first retry failed before; who was not reached by it is the second one's.
	if diff := cmp.Diff([]runstore.Origin{{Row: 4}, {Run: 1, Row: 2}}, chosen(t, c, "later")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	// One message of two has arrived, be it the earlier one.
	became(t, two, 1, ledger.Result{State: ledger.Rejected}, delivery.None, "", "")
	late := ledger.NewReceipt(delivery.Delivered, 0, 0, testTime, testID)
	if err := first.Ledger.MergeReceipts([]ledger.RowReceipt{{Row: 3, Receipt: late}}, 99); err != nil {
		t.Fatal(err)
	}
	if got, err = mustNew(t, first, one, two).Totals(); err != nil || got.Accepted != 4 || got.Delivered != 1 || got.Rejected != 1 {
		t.Errorf("once one has arrived late: %+v, %v", got, err)
	}
	gone, err := New(first, []*runstore.Run{one})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gone.Totals(); !errors.Is(err, ErrGone) {
		t.Errorf("without the second retry: %v", err)
	}
}

// Marking is done once, also by many, and never takes a row away from the retry that has it.
func TestMark(t *testing.T) {
	first := newFirst(t, 300)
	failed(t, first, 299, "CHANNEL_FAILURE")
	one := newRetry(t, first, 1, runstore.Running, runstore.Origin{Row: 299})
	for range 2 {
		mustNew(t, first, one)
	}
	if e, err := first.Ledger.Reader().Entry(299); err != nil || e.Moved != 1 {
		t.Errorf("the row is that of %d, %v", e.Moved, err)
	}
	two := newRetry(t, first, 2, runstore.Running, runstore.Origin{Row: 299})
	c, err := New(first, []*runstore.Run{one, two})
	if err != nil {
		t.Fatal(err)
	}
	if c.Mark() == nil {
		t.Error("a row was taken away")
	}
}
