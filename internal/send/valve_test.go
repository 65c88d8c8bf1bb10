package send

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"sendoff/campaign"
	"sendoff/internal/ledger"
	"sendoff/internal/suppress"
)

// pauseFor shuts a new valve from a moment on, for so long.
func pauseFor(from, d time.Duration) *Valve {
	v := new(Valve)
	time.AfterFunc(from, func() { v.Pause() })
	time.AfterFunc(from+d, func() { v.Continue() })
	return v
}

func TestVirtualValveClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var v Valve
		began := time.Now()
		if v.Paused() || v.Continue() || !v.Pause() || v.Pause() || !v.Paused() {
			t.Error("a new valve is not open, or one that is shut is not shut")
		}
		time.Sleep(time.Hour)
		if got := v.Clock(time.Now()).Sub(began); got != 0 {
			t.Errorf("while it is shut its clock goes on by %v", got)
		}
		if !v.Continue() || v.Paused() {
			t.Error("it does not open")
		}
		time.Sleep(time.Second)
		v.Pause()
		time.Sleep(time.Hour)
		if got := v.Clock(time.Now()).Sub(began); got != time.Second {
			t.Errorf("its clock has gone on by %v, want 1s", got)
		}
	})
}

// While the valve is shut nothing leaves, and nobody is begun; what is under way gets its answer. Afterwards everyone else is sent to, no faster
// than before.
func TestVirtualPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1000, "429:every=40")
		defer w.run.Close()
		began := time.Now()
		time.AfterFunc(time.Hour, func() {
			if tally := w.tally(); tally.Count(ledger.Begun) != 0 || tally.Count(ledger.InDoubt) != 0 {
				t.Errorf("begun %d, in doubt %d during the pause", tally.Count(ledger.Begun), tally.Count(ledger.InDoubt))
			}
		})
		w.check(w.send(func(c *Config) { c.Valve = pauseFor(3*time.Second, 2*time.Hour) }))
		before := 0
		for i, at := range w.left {
			switch since := at.Sub(began); {
			case since <= 3*time.Second:
				before++
			case since < 2*time.Hour+3*time.Second:
				t.Fatalf("a request left after %v", since)
			}
			if i >= 102 && at.Sub(w.left[i-102]) < time.Second {
				t.Fatal("102 requests within a second, the rate is 100")
			}
		}
		if before < 100 || before > 320 {
			t.Errorf("%d requests left in the 3 s before the pause", before)
		}
		if tally := w.books(); tally.Count(ledger.Accepted) != 1000 {
			t.Errorf("accepted = %d, want 1000", tally.Count(ledger.Accepted))
		}
	})
}

// A run that begins paused sends nothing before it is told to; whoever stops it meanwhile leaves at once.
func TestVirtualStopWhilePaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 100)
		defer w.run.Close()
		began, stop := time.Now(), make(chan struct{})
		time.AfterFunc(time.Hour, func() { close(stop) })
		c := w.config(w)
		c.Valve = new(Valve)
		c.Valve.Pause()
		if got := stopCause(t, Send(t.Context(), stop, c)); got != Interrupted {
			t.Errorf("cause = %v, want Interrupted", got)
		}
		if took := time.Since(began); took != time.Hour || len(w.left) != 0 {
			t.Errorf("%d requests left, and stopping took until %v", len(w.left), took)
		}
		// The pause was not durable.
		w.check(w.send(nil))
		if tally := w.books(); tally.Count(ledger.Accepted) != 100 {
			t.Errorf("accepted = %d, want 100", tally.Count(ledger.Accepted))
		}
	})
}

// Look-ups go on, and rows that are to be tried again wait; what was found meanwhile needs no more.
func TestVirtualLookupsWhilePaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newStoringWorld(t, 1, 100, "reset-after:after=40,first=1", "reset:after=41,first=1")
		defer w.run.Close()
		time.AfterFunc(time.Hour, func() {
			tally := w.tally()
			if tally.Count(ledger.InDoubt) != 0 || tally.Count(ledger.Begun) != 0 {
				t.Errorf("in doubt %d, begun %d after an hour of pause", tally.Count(ledger.InDoubt), tally.Count(ledger.Begun))
			}
		})
		w.check(w.send(func(c *Config) { c.Valve = pauseFor(600*time.Millisecond, 2*time.Hour) }))
		if tally := w.books(); tally.Count(ledger.Accepted) != 100 {
			t.Errorf("accepted = %d, want 100", tally.Count(ledger.Accepted))
		}
	})
}

// An hour's pause is no hour without an answer; ten minutes of trouble, pauses not counted, are enough.
func TestVirtualPauseIsNoSilence(t *testing.T) {
	nobody := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("connection refused") }}
	for name, change := range map[string]func(*world, *Config){
		"unreachable":   func(w *world, c *Config) { *c = w.config(nobody) },
		"server errors": func(w *world, c *Config) { w.faults("503:after=15"); c.MaxInFlight = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 1000)
				defer w.run.Close()
				began := time.Now()
				err := w.send(func(c *Config) {
					change(w, c)
					c.Valve = pauseFor(5*time.Minute, time.Hour)
				})
				if got := stopCause(t, err); got != Brake {
					t.Errorf("cause = %v, want Brake", got)
				}
				if took := time.Since(began); took < 70*time.Minute || took > 75*time.Minute {
					t.Errorf("gave up after %v, of which an hour was a pause; want about 1h10m", took)
				}
			})
		})
	}
}

// A pause and what Sinch asks for hold together: nothing leaves before the later end of the two.
func TestVirtualPauseAndRetryAfter(t *testing.T) {
	for _, pause := range []time.Duration{10 * time.Second, time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, 50, "429:after=12,first=1,retry-after=30")
			defer w.run.Close()
			w.check(w.send(func(c *Config) { c.MaxInFlight, c.Valve = 1, pauseFor(time.Second, pause) }))
			if got, want := w.left[13].Sub(w.left[12]), max(30*time.Second, pause); got < want || got > want+2*time.Second {
				t.Errorf("with a pause of %v the next request left after %v, want about %v", pause, got, want)
			}
			w.books()
		})
	}
}

// Who opts out during a pause is left out, also those whose turn had come when it began.
func TestVirtualOptOutWhilePaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 100)
		defer w.run.Close()
		dir := t.TempDir()
		list := filepath.Join(dir, "optouts.csv")
		w.check(os.WriteFile(list, []byte("phone\n+447700919999\n"), 0o600))
		var err error
		w.lists, err = suppress.Load(dir, []campaign.SuppressionList{{File: "optouts.csv"}}, "", nil, time.Now())
		w.check(err)
		before := 0
		time.AfterFunc(time.Minute, func() {
			before = len(w.left)
			w.check(os.WriteFile(list, []byte(everyone(100)), 0o600))
		})
		w.check(w.send(func(c *Config) { c.Suppress, c.Valve = w.lists, pauseFor(505*time.Millisecond, 2*time.Minute) }))
		if tally := w.books(); before < 20 || len(w.left) != before || tally.Count(ledger.Skipped) != 100-before {
			t.Errorf("%d requests left before the pause, %d after it; %d people were left out", before, len(w.left)-before, tally.Count(ledger.Skipped))
		}
	})
}

// everyone is a list of all people of a world.
func everyone(rows int) string {
	text := "phone\n"
	for row := range rows {
		text += fmt.Sprintf("+4477009%05d\n", row)
	}
	return text
}

// A row that waits for the end of a pause leaves its permit to others: there may be room for no other one, and it may have to wait for them.
func TestVirtualPauseHoldsNoPermits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1)
		defer w.run.Close()
		c := w.config(w)
		c.Valve = new(Valve)
		b, err := newBrakes(&c, 1)
		w.check(err)
		s := &sender{Config: c, brakes: b, permits: make(chan struct{}), freed: make(chan struct{}, 1), admitting: t.Context()}
		s.Now = time.Now
		s.setPace(time.Now())
		admitted := make(chan bool)
		go func() {
			ok, _, _ := s.admit(new(job))
			admitted <- ok
		}()
		synctest.Wait()
		c.Valve.Pause()
		s.inFlight = 1
		s.permits <- struct{}{}
		synctest.Wait()
		if s.inFlight != 0 {
			t.Errorf("%d permits are held during a pause", s.inFlight)
		}
		c.Valve.Continue()
		s.permits <- struct{}{}
		if !<-admitted {
			t.Error("it was not admitted afterwards")
		}
	})
}
