package send

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sendoff/internal/ledger"
)

// Where the app keeps messages every doubt is settled, whichever half of a pair of faults it was: everyone is sent to, once.
func TestVirtualDoubtIsSettled(t *testing.T) {
	for _, faults := range [][]string{
		{"reset:every=20"}, {"reset-after:every=20"},
		{"502:every=20"}, {"502-after:every=20"},
		{"500:every=20"}, {"500-after:every=20"},
		{"503:every=20"}, {"503-after:every=20"},
		{"500-html:every=20"}, {"truncated:every=20"}, {"delay-after:every=20"},
		{"reset:every=23", "reset-after:every=31", "500-after:every=29", "503:every=19", "429:every=17", "truncated:every=37"},
		{"502:every=20", "502:every=3,on=list", "500:every=3,on=app"},
	} {
		t.Run(strings.Join(faults, " "), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newStoringWorld(t, 1, 300, faults...)
				defer w.run.Close()
				w.check(w.send(nil))
				if tally := w.books(); tally.Count(ledger.Accepted) != 300 || tally.AfterServerError+tally.AfterDoubt != 0 {
					t.Errorf("accepted %d of 300; %d after server errors, %d after doubt", tally.Count(ledger.Accepted), tally.AfterServerError, tally.AfterDoubt)
				}
			})
		})
	}
}

// Rows that were in flight when a start ended are settled by the next one.
func TestVirtualDoubtIsSettledAtResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newStoringWorld(t, 1, 200, "delay-after:every=2,after=20")
		defer w.run.Close()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2*time.Second, cancel)
		stopCause(t, Send(ctx, make(chan struct{}), w.config(w)))
		if tally := w.books(); tally.Count(ledger.InDoubt) == 0 {
			t.Fatal("nobody is in doubt")
		}
		w.faults()
		began := time.Now()
		w.check(w.send(nil))
		if tally := w.books(); tally.Count(ledger.Accepted) != 200 {
			t.Errorf("accepted %d of 200", tally.Count(ledger.Accepted))
		}
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("messages that were there were found after %v", took)
		}
	})
}
