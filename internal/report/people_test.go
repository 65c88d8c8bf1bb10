package report

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

func TestPeople(t *testing.T) {
	r := newRun(t, false)
	r.skip(ledger.Skip{Row: 4, Reason: uint8(campaign.Duplicate), Number: 2}, ledger.Skip{Row: 5, Reason: uint8(campaign.MissingValue), Detail: "first_name"})
	r.freeze([]string{"CustomerNo", "Mobile", "Name"}, people(7, "Zoë"))
	r.start()
	r.send(0, ledger.Result{State: ledger.Accepted, MessageID: "m0"})
	r.send(1, ledger.Result{State: ledger.Accepted, MessageID: "m1"})
	r.send(2, ledger.Result{State: ledger.Rejected, Detail: "400: Zoë is no number"})
	r.send(3) // begun, and nobody knows
	unreachable := delivery.ParseReason("RECIPIENT_NOT_REACHABLE")
	err := r.Ledger.MergeReceipts([]ledger.RowReceipt{{Row: 1, Receipt: ledger.NewReceipt(delivery.Failed, unreachable, 0, testTime.Add(time.Minute), "m1")}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	var got []Person
	for p, err := range People(r.Run) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, p)
	}
	masked := func(row int) string { return person(row).Address.String() }
	want := []Person{
		{2, masked(0), ledger.Accepted, delivery.None, ""},
		{3, masked(1), ledger.Accepted, delivery.Failed, unreachable.Words() + " [RECIPIENT_NOT_REACHABLE]"},
		{4, masked(2), ledger.Rejected, delivery.None, ""},
		{5, masked(3), ledger.InDoubt, delivery.None, ""},
		{6, masked(4), ledger.Skipped, delivery.None, "the same person as line 2"},
		{7, masked(5), ledger.Skipped, delivery.None, "missing value"},
		{8, masked(6), ledger.None, delivery.None, ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	r.end(runstore.Finished, 0, "")
	if err := r.ErasePeople(testTime.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for _, err := range People(r.Run) {
		if !errors.Is(err, runstore.ErrErased) {
			t.Errorf("erased: %v", err)
		}
	}
}
