package send

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/receipts"
	"sendoff/internal/sandbox"
)

// receipt returns a receipt of a message that the sandbox has accepted.
func (w *world) receipt(m sandbox.Message, status delivery.Status, reason delivery.Reason) receipts.Record {
	w.t.Helper()
	var request struct {
		Metadata string `json:"message_metadata"`
	}
	var metadata struct{ Sendoff struct{ Row uint32 } }
	w.check(json.Unmarshal(m.Request, &request))
	w.check(json.Unmarshal([]byte(request.Metadata), &metadata))
	return receipts.Record{
		Row: metadata.Sendoff.Row, Status: status, Reason: reason, Channel: campaign.SMS.Index(), MessageID: m.ID, Time: time.Now(), Heard: time.Now(),
	}
}

// deliver has receipts come for every message some time after it was accepted, whatever became of its answer, until the caller calls end. fate says
// what they are for a row; [delivery.None] is none.
func (w *world) deliver(after time.Duration, fate func(row int) (delivery.Status, delivery.Reason)) (end func()) {
	over, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for told := 0; ; {
			select {
			case <-over:
				return
			case <-time.After(100 * time.Millisecond):
			}
			var records []receipts.Record
			for _, m := range w.server.Accepted()[told:] {
				if m.AcceptedTime.Add(after).After(time.Now()) {
					break
				}
				told++
				r := w.receipt(m, delivery.None, delivery.NoReason)
				if r.Status, r.Reason = fate(int(r.Row)); r.Status != delivery.None {
					records = append(records, r)
				}
			}
			if len(records) > 0 {
				w.check(receipts.AppendTo(w.run, records...))
			}
		}
	}()
	return func() { close(over); <-done }
}

func arrives(int) (delivery.Status, delivery.Reason) { return delivery.Delivered, delivery.NoReason }

func (w *world) settle() int {
	w.t.Helper()
	n, err := receipts.Settle(w.run, time.Now())
	w.check(err)
	return n
}

// Receipts settle whoever is in doubt, also on an app that keeps nothing: while sending, and where they come later, at the end. Nobody is written to
// twice where they come before the next attempt.
func TestVirtualReceiptsSettleDoubt(t *testing.T) {
	for _, tc := range []struct {
		fault string
		after time.Duration
		late  int // so many at most are in doubt when sending ends
	}{
		{"reset-after:every=20", 0, 0}, {"502-after:every=20", 0, 0}, {"truncated:every=20", 0, 0}, {"delay-after:every=20", 0, 0},
		{"503-after:every=20", 0, 0}, {"500-after:every=20", 0, 0}, {"late-after:every=20,delay=5s", 0, 2},
		{"reset-after:every=20", 3 * time.Second, 1}, {"delay-after:every=20", 3 * time.Second, 0},
		{"502-after:every=20", time.Minute, 10}, {"429:every=7", 0, 0},
	} {
		t.Run(fmt.Sprint(tc.fault, " ", tc.after), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 300)
				defer w.run.Close()
				w.server = sandbox.New(sandbox.Config{Drain: 100_000, RateLimit: -1, Keep: true, Latency: 3 * time.Second})
				w.faults(tc.fault)
				end := w.deliver(tc.after, arrives)
				defer end()
				w.check(w.send(nil))
				tally := w.books()
				late := tally.Count(ledger.InDoubt)
				if late > tc.late {
					t.Errorf("in doubt %d when sending has ended", late)
				}
				time.Sleep(2 * time.Minute)
				if n := w.settle(); n != late {
					t.Errorf("%d of %d were settled in the end", n, late)
				}
				if tally := w.books(); tally.Count(ledger.Accepted) != 300 || w.server.AcceptedCount() != 300 || tally.Delivery.Twice > 0 {
					t.Errorf("accepted %d of 300, messages %d, twice %d", tally.Count(ledger.Accepted), w.server.AcceptedCount(), tally.Delivery.Twice)
				}
			})
		})
	}
}

// A message that Sinch's list does not show for long is not sent again once its receipt has come, and nobody waits for looks any more.
func TestVirtualReceiptsHoldAgainstLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newStoringWorld(t, 1, 100, "reset-after:every=20")
		defer w.run.Close()
		w.server.SetListLag(10 * time.Minute)
		defer w.deliver(30*time.Second, arrives)()
		began := time.Now()
		w.check(w.send(nil))
		if took := time.Since(began); took > 40*time.Second {
			t.Errorf("it took %v", took)
		}
		if tally := w.books(); tally.Count(ledger.Accepted) != 100 || w.server.AcceptedCount() != 100 {
			t.Errorf("accepted %d of 100, messages %d", tally.Count(ledger.Accepted), w.server.AcceptedCount())
		}
	})
}

// A row that was to be tried again, and one that nobody has begun here, are not sent once receipts have proved that Sinch has their message.
func TestVirtualProvedRowsAreNotBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 100, "503-after:to=+447700900020", "503:to=+447700900021")
		defer w.run.Close()
		foreign := receipts.Record{Row: 99, Status: delivery.Delivered, MessageID: "01HZX3Q4R5S6T7V8W9X0YZ0001", Time: time.Now()}
		w.check(receipts.AppendTo(w.run, foreign))
		defer w.deliver(0, arrives)()
		w.check(w.send(func(c *Config) { c.Rate = 5; c.MaxInFlight = 1 }))
		tally := w.tally()
		if tally.Count(ledger.Accepted) != 99 || tally.Count(ledger.InDoubt) != 1 {
			t.Errorf("accepted %d, in doubt %d of 100; want all but the one of which Sinch has nothing", tally.Count(ledger.Accepted), tally.Count(ledger.InDoubt))
		}
		e, err := w.run.Ledger.Reader().Entry(99)
		if w.check(err); e.MessageID != foreign.MessageID {
			t.Errorf("row 99: %+v", e)
		}
		if slices.ContainsFunc(w.bodies, func(body string) bool { return strings.Contains(body, "+447700900099") }) {
			t.Error("row 99 was sent to")
		}
	})
}

// Those who look see what receipts say while it is sent.
func TestVirtualProgressOfReceipts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1000)
		defer w.run.Close()
		defer w.deliver(time.Second, func(row int) (delivery.Status, delivery.Reason) {
			return []delivery.Status{delivery.Delivered, delivery.Read, delivery.Failed, delivery.Queued}[row%4], delivery.ParseReason("RATE_LIMITED")
		})()
		p := new(Progress)
		time.AfterFunc(8*time.Second, func() {
			heard := p.Heard.Load()
			if heard == nil {
				t.Fatal("nothing was heard")
			}
			d, r, f := heard.Statuses[delivery.Delivered], heard.Statuses[delivery.Read], heard.Statuses[delivery.Failed]
			if d < 100 || r < 100 || f < 100 || int64(d+r+f) > p.Accepted.Load()*3/4+1 {
				t.Errorf("delivered %d, read %d, failed %d of %d", d, r, f, p.Accepted.Load())
			}
		})
		w.check(w.send(func(c *Config) { c.Progress = p }))
		w.books()
	})
}
