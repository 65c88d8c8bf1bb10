package send

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sendoff/campaign"
	"sendoff/internal/forecast"
	"sendoff/internal/ledger"
	"sendoff/internal/lint"
	"sendoff/internal/phone"
	"sendoff/internal/render"
	"sendoff/internal/runstore"
)

// gauge is what planning would measure people by; their forecast becomes the run's.
func (w *world) gauge(people []campaign.Address) *forecast.Gauge {
	w.t.Helper()
	renderer, err := render.New(w.cam, w.columns, render.Identity{})
	w.check(err)
	numbers, err := phone.New("")
	w.check(err)
	g := forecast.NewGauge(w.cam, renderer, lint.New(w.cam, renderer, nil), w.columns, numbers)
	meter, tally := g.Meter(), new(forecast.Tally)
	for i, p := range people {
		tally.Add(tally.ID(meter.Row(&campaign.Recipient{Row: i, Address: p, Fields: []string{"", "Ann"}})), i, i+2)
	}
	f, err := forecast.New(w.cam, tally, nil)
	w.check(err)
	w.check(w.run.Update(func(m *runstore.Meta) { err = forecast.Keep(m, f, nil) }))
	w.check(err)
	return g
}

// numbers are n phone numbers that begin in the same way.
func numbers(prefix string, digits, from, n int) []campaign.Address {
	all := make([]campaign.Address, n)
	for i := range all {
		all[i] = campaign.PhoneAddress(fmt.Sprintf("%s%0*d", prefix, digits, from+i))
	}
	return all
}

// interleaved takes from two lists in turn.
func interleaved(a, b []campaign.Address) (all []campaign.Address) {
	for i := range max(len(a), len(b)) {
		all = append(append(all, a[min(i, len(a)):min(i+1, len(a))]...), b[min(i, len(b)):min(i+1, len(b))]...)
	}
	return all
}

// A country that starts failing halts within its threshold, and everybody else gets the message. When the cause is mended, the rest do.
func TestVirtualSliceHalts(t *testing.T) {
	british, swedish := numbers("+447700", 6, 900_000, 300), numbers("+4670174", 4, 0, 200)
	for _, tc := range []struct {
		name   string
		people []campaign.Address
		faults []string
		state  ledger.State // in which the rows of the threshold are
	}{
		{"sorted", slices.Concat(british, swedish), []string{"400:to=+46,after=100"}, ledger.Rejected},
		{"interleaved", interleaved(british, swedish), []string{"400:to=+46,after=100"}, ledger.Rejected},
		{"in doubt", interleaved(british, swedish), []string{"reset-after:to=+46,after=100"}, ledger.InDoubt},
		{"server errors of others", interleaved(british, swedish), []string{"503:to=+44,every=9", "429:to=+44,every=40", "413:to=+46,after=100"}, ledger.Rejected},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 0, tc.faults...)
				defer w.run.Close()
				w.freezePeople(tc.people)
				gauge := w.gauge(tc.people)
				var said []runstore.Halt
				c := w.config(w)
				c.Gauge, c.OnHalt = gauge, func(h runstore.Halt) { said = append(said, h) }
				err := Send(t.Context(), make(chan struct{}), c)
				if got := stopCause(t, err); got != Brake {
					t.Errorf("cause = %v, want Brake", got)
				}
				tally := w.books()
				left := 500 - tally.Count(ledger.Accepted) - tally.Count(tc.state)
				if bad := tally.Count(tc.state); bad < inARow/2 || bad > inARow+8 || tally.Count(ledger.Accepted) != 300+100 {
					t.Errorf("accepted %d, %d as bad, %d left", tally.Count(ledger.Accepted), bad, left)
				}
				if got := err.Error(); !strings.HasPrefix(got, "stopped for country SE: ") || !strings.HasSuffix(got, fmt.Sprintf("; %d people there were not sent to", left)) {
					t.Errorf("reason %q, and %d are left", got, left)
				}
				halted := w.run.Meta().Halted
				if len(said) != 1 || len(halted) != 1 || halted[0].By != "country" || halted[0].Name != "SE" || halted[0].NotSent != left || said[0].Reason != halted[0].Reason {
					t.Errorf("said %+v, on record %+v", said, halted)
				}
				isThem := func(h Hindrance) bool { return h.Kind == HinderedBySlice && h.People == left }
				if h := c.Progress.Hindrances(); !slices.ContainsFunc(h, isThem) {
					t.Errorf("hindrances %+v, want the %d of SE", h, left)
				}
				w.faults()
				w.check(w.send(func(c *Config) { c.Gauge = gauge }))
				if done := w.books(); done.Count(ledger.Accepted) != 500-tally.Count(tc.state) {
					t.Errorf("%d accepted in the end, and %d were bad", done.Count(ledger.Accepted), tally.Count(tc.state))
				}
			})
		})
	}
}

// Whoever of a halted slice was to be tried again is left, and so is whoever a look-up says was not reached.
func TestVirtualHaltLeavesRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		british, swedish := numbers("+447700", 6, 900_000, 150), numbers("+4670174", 4, 0, 100)
		people := interleaved(british, swedish)
		w := newStoringWorld(t, 1, 0, "503:to=+46,after=20,first=10", "400:to=+46,after=30")
		defer w.run.Close()
		w.freezePeople(people)
		gauge := w.gauge(people)
		if got := stopCause(t, w.send(func(c *Config) { c.Gauge = gauge })); got != Brake {
			t.Errorf("cause = %v, want Brake", got)
		}
		if tally := w.books(); tally.Count(ledger.Accepted) != 170 || tally.Count(ledger.InDoubt) != 0 || tally.Count(ledger.Released) < 5 {
			t.Errorf("accepted %d, in doubt %d, released %d", tally.Count(ledger.Accepted), tally.Count(ledger.InDoubt), tally.Count(ledger.Released))
		}
		w.faults()
		w.check(w.send(nil))
		w.books()
	})
}

// A number of messages is one for all starts of the run, and does not ask whose they are.
func TestVirtualCountLimits(t *testing.T) {
	for _, tc := range []struct {
		fault  string
		limits campaign.Limits
		reason string
	}{
		{"400:every=10", campaign.Limits{MaxRejected: campaign.Share{Count: 12}}, "Sinch has refused 13 messages, and limits.max_rejected allows 12"},
		{"reset-after:every=10", campaign.Limits{MaxInDoubt: campaign.Share{Count: 12}}, "13 messages stay in doubt, and limits.max_in_doubt allows 12"},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, 400, tc.fault)
			defer w.run.Close()
			limit := func(most int) func(*Config) {
				return func(c *Config) { c.Limits, c.Limit, c.MaxInFlight = tc.limits, most, 1 }
			}
			if got := stopCause(t, w.send(limit(100))); got != LimitReached {
				t.Errorf("cause = %v, want LimitReached", got)
			}
			for range 2 { // the second stops before anything is sent
				if err := w.send(limit(0)); err == nil || !strings.HasPrefix(err.Error(), tc.reason) {
					t.Errorf("Send = %v, want %q", err, tc.reason)
				}
				if tally := w.tally(); tally.Count(ledger.Accepted) != 117 {
					t.Errorf("accepted = %d, want 117", tally.Count(ledger.Accepted))
				}
			}
			w.faults()
			w.check(w.send(nil))
			w.books()
		})
	}
}

// The hours of whoever is not sent to any more are not waited for; and where the others wait for theirs, whoever starts again by himself does not
// go on with what fails.
func TestVirtualHaltAndHours(t *testing.T) {
	for _, outside := range []int{0, 2} { // the first row of four of which people live where it is night; the last always
		synctest.Test(t, func(t *testing.T) {
			at(t, "2026-06-01T09:00:00Z")
			people := interleaved(numbers("+447700", 6, 900_000, 200), numbers("+4670174", 4, 0, 200))
			zones := slices.Repeat([]string{"Europe/London"}, 4)
			zones[3] = "America/New_York"
			if outside > 0 {
				zones[outside] = "America/New_York"
			}
			w := newWorldIn(t, zones, 0, 0, "400:to=+46,after=20")
			defer w.run.Close()
			w.freezePeople(people)
			c := w.config(w)
			c.Gauge, c.Hours, c.LeaveOutside, c.Rate = w.gauge(people), w.clock(daily(9*60, 20*60)), true, 2
			time.AfterFunc(100*time.Second, func() {
				h := c.Progress.Hindrances()
				if got := slices.ContainsFunc(h, func(h Hindrance) bool { return h.Kind == HinderedByHours }); got != (outside > 0) || len(w.left) > 250 {
					t.Errorf("%d have left, and it says %+v", len(w.left), h)
				}
			})
			err := Send(t.Context(), make(chan struct{}), c)
			if got := stopCause(t, err); got != Brake || !strings.HasPrefix(err.Error(), "stopped for country SE: ") || strings.Contains(err.Error(), "at this hour") != (outside > 0) {
				t.Errorf("Send = %v", err)
			}
			w.books()
		})
	}
}
