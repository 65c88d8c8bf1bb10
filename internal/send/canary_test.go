package send

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/sandbox"
)

func waiting(rows int, atMost time.Duration) func(*Config) {
	return func(c *Config) {
		c.Canary = campaign.Canary{Rows: rows, WaitFor: campaign.CanaryDelivered, AtMost: atMost}
	}
}

// Everybody else waits for the receipts of the first rows: they pass, stop the run, or leave it waiting for the next start.
func TestVirtualCanaryWaits(t *testing.T) {
	rateLimited := delivery.ParseReason("RATE_LIMITED")
	for _, tc := range []struct {
		name   string
		faults []string
		rows   int
		after  time.Duration
		fate   func(row int) (delivery.Status, delivery.Reason)
		want   string        // how it stops; empty: it does not
		held   time.Duration // how long the others wait at least
	}{
		{"all arrive", nil, 10, 90 * time.Second, arrives, "", 90 * time.Second},
		{"read", nil, 10, 20 * time.Second, func(int) (delivery.Status, delivery.Reason) { return delivery.Read, 0 }, "", 20 * time.Second},
		{"enough arrive", nil, 10, time.Minute, func(row int) (delivery.Status, delivery.Reason) {
			return []delivery.Status{delivery.Delivered, delivery.Queued}[row/8%2], 0
		}, "", time.Minute},
		{"two fail, and all are known", nil, 10, time.Minute, func(row int) (delivery.Status, delivery.Reason) {
			return []delivery.Status{delivery.Failed, delivery.Delivered}[min(row/2, 1)], rateLimited
		}, "", time.Minute},
		{"three fail", nil, 10, time.Minute, func(row int) (delivery.Status, delivery.Reason) {
			return []delivery.Status{delivery.Failed, delivery.Delivered}[min(row/3, 1)], rateLimited
		}, "3 of the first 10 messages failed or were not accepted: 3 RATE_LIMITED (the channel takes no more messages at this pace); nothing more was sent", 0},
		{"some fail, some are refused", []string{"400:first=2"}, 10, time.Second, func(row int) (delivery.Status, delivery.Reason) {
			return delivery.Failed, rateLimited
		}, "of the first 10 messages failed or were not accepted: 8 RATE_LIMITED", 0},
		{"nothing is heard", nil, 10, 0, func(int) (delivery.Status, delivery.Reason) { return delivery.None, 0 },
			"within 5 minutes it was not known of enough of the first 10 messages whether they have arrived (0 arrived, of 10 nothing final was heard)", 0},
		{"more rows", nil, 50, time.Minute, func(row int) (delivery.Status, delivery.Reason) {
			return []delivery.Status{delivery.Failed, delivery.Delivered}[min(row/10, 1)], rateLimited
		}, "", time.Minute},
		{"a lost answer", []string{"reset-after:first=2"}, 10, time.Minute, arrives, "", time.Minute},
		{"throttled", []string{"429:every=3"}, 10, time.Minute, arrives, "", time.Minute},
		{"after server errors", []string{"503:first=2"}, 10, time.Minute, arrives, "", time.Minute},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 200, tc.faults...)
				defer w.run.Close()
				end := w.deliver(tc.after, tc.fate)
				defer end()
				err := w.send(waiting(tc.rows, 5*time.Minute))
				if tc.want == "" {
					w.check(err)
					tally := w.books()
					if held := w.left[len(w.left)-200+tc.rows].Sub(w.left[0]); tally.Count(ledger.Accepted) != 200 || held < tc.held || !w.run.Meta().CanaryPassed {
						t.Errorf("the others waited %v; accepted %d", held, tally.Count(ledger.Accepted))
					}
					return
				}
				if stopCause(t, err) != Brake || !strings.Contains(err.Error(), tc.want) {
					t.Errorf("Send = %v, want %q", err, tc.want)
				}
				if tally := w.books(); tally.Count(ledger.Accepted)+tally.Count(ledger.Rejected) != tc.rows || w.run.Meta().CanaryPassed {
					t.Errorf("accepted %d, want the first %d", tally.Count(ledger.Accepted), tc.rows)
				}
			})
		})
	}
}

// The next start goes on waiting for the same rows, and sends to nobody else before.
func TestVirtualCanaryWaitsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 100)
		defer w.run.Close()
		if err := w.send(func(c *Config) { waiting(10, time.Minute)(c); c.Limit = 4 }); stopCause(t, err) != LimitReached {
			t.Errorf("Send = %v", err)
		}
		for range 2 {
			if err := w.send(waiting(10, time.Minute)); stopCause(t, err) != Brake {
				t.Errorf("Send = %v", err)
			}
			if tally := w.books(); tally.Count(ledger.Accepted) != 10 {
				t.Errorf("%d were sent to, want the first 10", tally.Count(ledger.Accepted))
			}
		}
		p := new(Progress)
		time.AfterFunc(30*time.Second, func() {
			if h := p.Hindrances(); len(h) != 1 || h[0].Kind != HinderedByCanary || h[0].Until.IsZero() ||
				h[0].Text != "waiting until it is known whether the first 10 messages have arrived: 0 arrived, 10 to come" {
				t.Errorf("hindrances %+v", h)
			}
		})
		end := w.deliver(24*time.Hour, arrives)
		defer end()

		err := w.send(func(c *Config) { waiting(10, 48*time.Hour)(c); c.Progress = p })
		w.check(err)
		if tally := w.books(); tally.Count(ledger.Accepted) != 100 {
			t.Errorf("accepted %d of 100", tally.Count(ledger.Accepted))
		}
	})
}

// Where the app keeps how far messages are, it is asked, and no receipt need come.
func TestVirtualCanaryAsks(t *testing.T) {
	for _, tc := range []struct {
		name    string
		outcome sandbox.Outcome
		stops   bool
	}{{"arrives", sandbox.Delivered, false}, {"fails", "RECIPIENT_NOT_REACHABLE", true}} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newStoringWorld(t, 1, 100)
				defer w.run.Close()
				w.server = sandbox.New(sandbox.Config{RateLimit: -1, Keep: true, DispatchRetention: 1, KeepStatus: true, ReceiptAfter: 20 * time.Second,
					Outcomes: map[string]sandbox.Outcome{"": tc.outcome}})
				w.faults("502:every=2,on=fetch-last", "500:first=1,on=list")
				began := time.Now()
				err := w.send(func(c *Config) { waiting(10, 5*time.Minute)(c); c.KeepsStatus = true })
				var stop *Stop
				if errors.As(err, &stop) != tc.stops {
					t.Errorf("Send = %v", err)
				}
				if took := time.Since(began); took < 20*time.Second || took > 2*time.Minute {
					t.Errorf("it took %v", took)
				}
				w.books()
			})
		})
	}
}
