package ledger

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sendoff/internal/delivery"
)

// someReceipts are receipts of one row, of two messages, that disagree in everything.
func someReceipts(created time.Time) []Receipt {
	var all []Receipt
	for i, s := range []delivery.Status{delivery.Submitted, delivery.Queued, delivery.Switching, delivery.Failed, delivery.Delivered, delivery.Read} {
		for j := range 3 {
			at := created.Add(time.Duration(7*i+3*j+1) * 10 * time.Millisecond)
			all = append(all, NewReceipt(s, delivery.Reason(j), j, at, "m"), NewReceipt(s, delivery.Reason(j+1), 2-j, at, "m"))
		}
	}
	return append(all, NewReceipt(delivery.Delivered, 0, 1, created.Add(time.Second), "another"))
}

// Receipts come in any order, and more than once.
func TestJoinDoesNotDependOnOrder(t *testing.T) {
	created := time.Unix(1_700_000_000, 0)
	pool := someReceipts(created)
	for seed := range uint64(2000) {
		dice := rand.New(rand.NewPCG(seed, 1))
		var chosen []Receipt
		for range 1 + dice.IntN(6) {
			chosen = append(chosen, pool[dice.IntN(len(pool))])
		}
		join := func(all []Receipt) []byte {
			b := make(receipt, receiptSize)
			for _, r := range all {
				b.join(created, r)
			}
			return b
		}
		want := join(chosen)
		again := append(chosen[:len(chosen):len(chosen)], chosen...)
		dice.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		if got := join(again); !bytes.Equal(got, want) {
			t.Fatalf("seed %d: %v became %x in one order, %x in another", seed, chosen, want, got)
		}
		for _, r := range chosen {
			if status := receipt(want).status(); worth(status) < worth(r.Status) {
				t.Fatalf("seed %d: %v was heard, and %v is kept", seed, r.Status, status)
			}
		}
	}
}

func TestReceipts(t *testing.T) {
	dir := t.TempDir()
	created := time.Unix(1_700_000_000, 0)
	if err := Create(dir, [16]byte{1}, nil, created); err != nil {
		t.Fatal(err)
	}
	l, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	at := created.Add(time.Minute)
	for row := range uint32(4) {
		if err := l.Begin(row, Intent{Time: at}); err != nil {
			t.Fatal(err)
		}
		if row < 3 {
			if err := l.Record(row, Result{State: Accepted, Time: at, MessageID: "01FVAWD1JP5PPB3KEZCBKGN0ES"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	mine := func(s delivery.Status, r delivery.Reason) Receipt {
		return NewReceipt(s, r, 2, at, "01FVAWD1JP5PPB3KEZCBKGN0ES")
	}
	first := []RowReceipt{{0, mine(delivery.Delivered, 0)}, {1, mine(delivery.Failed, 4)}, {3, mine(delivery.Queued, 0)}, {700, mine(delivery.Queued, 0)}}
	if err := l.MergeReceipts(first, 120); err != nil {
		t.Fatal(err)
	}
	if err := l.Move([]uint32{1, 900}, 1); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if l, err = Open(dir, Options{ReadOnly: true}); err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	// What comes later is kept in memory alone.
	if err := l.MergeReceipts([]RowReceipt{{2, NewReceipt(delivery.Read, 0, 2, at, "another message")}, {901, mine(delivery.Queued, 0)}}, 160); err != nil {
		t.Fatal(err)
	}
	if offset, err := l.ReceiptsMerged(); err != nil || offset != 160 {
		t.Errorf("merged up to %d, %v; want 160", offset, err)
	}
	tally, err := l.Scan(nil)
	if err != nil {
		t.Fatal(err)
	}
	d := tally.Delivery
	if d.Statuses[delivery.Delivered] != 1 || d.Statuses[delivery.Failed] != 1 || d.Statuses[delivery.Read] != 1 || d.Reasons[4] != 1 || d.Twice != 1 || d.Strays != 3 || tally.Moved != 2 {
		t.Errorf("tally is %+v, %d moved", d, tally.Moved)
	}
	var each Delivery
	entries := l.Reader()
	for row := range uint32(1000) {
		e, err := entries.Entry(row)
		if err != nil {
			t.Fatal(err)
		}
		if e.Twice != (row == 2) {
			t.Errorf("row %d was sent twice: %v", row, e.Twice)
		}
		each.Add(&e)
	}
	if each != d {
		t.Errorf("row by row it is %+v, in all %+v", each, d)
	}
	e, err := l.Reader().Entry(1)
	if err != nil || e.Moved != 1 || e.Receipt.Status != delivery.Failed || !e.Receipt.Time.Equal(at) || e.Receipt.Channel != 2 || !e.Receipt.Of(e.MessageID) {
		t.Errorf("row 1 is %+v, %v", e, err)
	}
	if e, err := l.Reader().Entry(900); err != nil || e.Moved != 1 {
		t.Errorf("row 900 is %+v, %v", e, err)
	}

	path := filepath.Join(t.TempDir(), "copy")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.CopyTo(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	c, err := OpenCopy(path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if e, err := c.Reader().Entry(0); err != nil || e.Receipt.Status != delivery.Delivered {
		t.Errorf("in the copy row 0 is %+v, %v", e, err)
	}
}

func TestMoveTwice(t *testing.T) {
	dir := t.TempDir()
	if err := Create(dir, [16]byte{1}, nil, time.Now()); err != nil {
		t.Fatal(err)
	}
	l, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for range 2 {
		if err := l.Move([]uint32{3}, 1); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Move([]uint32{2, 3}, 2); err == nil {
		t.Error("a row has been moved to two runs")
	}
}

// Rows of which receipts came before they were accepted are remembered until they are, over a new start too.
func TestStrays(t *testing.T) {
	dir := t.TempDir()
	created := time.Unix(1_700_000_000, 0)
	if err := Create(dir, [16]byte{1}, nil, created); err != nil {
		t.Fatal(err)
	}
	at := created.Add(time.Minute)
	strays := func(l *Ledger) map[uint32]State {
		found := map[uint32]State{}
		if err := l.Strays(func(row uint32, s State) { found[row] = s }); err != nil {
			t.Fatal(err)
		}
		return found
	}
	const id = "01FVAWD1JP5PPB3KEZCBKGN0ES"
	accepted := Result{State: Accepted, Time: at, MessageID: id}
	var of []RowReceipt
	for _, row := range []uint32{0, 7, 8, 249, 250, 600} {
		of = append(of, RowReceipt{row, NewReceipt(delivery.Queued, 0, 0, at, id)})
	}
	steps := []struct {
		do   func(l *Ledger) error
		want map[uint32]State
	}{
		{func(*Ledger) error { return nil }, map[uint32]State{}},
		{func(l *Ledger) error {
			return errors.Join(l.Begin(0, Intent{Time: at}), l.Record(0, accepted), l.Begin(249, Intent{Time: at}), l.Begin(250, Intent{Time: at}), l.Sync(), l.MergeReceipts(of, 40))
		}, map[uint32]State{7: None, 8: None, 249: Begun, 250: Begun, 600: None}},
		{func(l *Ledger) error {
			return errors.Join(l.Record(249, accepted), l.RecordFound(600, accepted), l.Sync())
		}, map[uint32]State{7: None, 8: None, 250: Begun}},
		{func(l *Ledger) error { return l.MergeReceipts(of, 80) }, map[uint32]State{7: None, 8: None, 250: Begun}},
		{func(l *Ledger) error {
			return errors.Join(l.Record(250, accepted), l.RecordFound(7, accepted), l.RecordFound(8, accepted), l.Sync())
		}, map[uint32]State{}},
	}
	for i, step := range steps {
		l, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := step.do(l); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		for range 2 {
			if diff := cmp.Diff(step.want, strays(l)); diff != "" {
				t.Errorf("step %d (-want +got):\n%s", i, diff)
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
