package send

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sendoff/campaign"
	"sendoff/internal/books"
	"sendoff/internal/ledger"
	"sendoff/internal/sandbox"
	"sendoff/internal/suppress"
)

// ask makes a request to the sandbox with its own key.
func (w *world) ask(method, path, body string) {
	w.t.Helper()
	c := w.server.Config()
	req, err := http.NewRequest(method, "http://localhost/v1/projects/"+c.ProjectID+"/"+path, strings.NewReader(body))
	w.check(err)
	req.SetBasicAuth(c.KeyID, c.KeySecret)
	req.Header.Set("Content-Type", "application/json")
	resp, err := w.server.RoundTrip(req)
	w.check(err)
	if resp.StatusCode != http.StatusOK {
		w.t.Fatalf("%s %s: %s", method, path, resp.Status)
	}
}

// keep has the app keep messages for so many days from now on.
func (w *world) keep(days int) {
	w.t.Helper()
	w.ask(http.MethodPatch, "apps/"+w.server.Config().AppID, fmt.Sprintf(`{"dispatch_retention_policy":{"ttl_days":%d}}`, days))
}

// Where the app keeps messages every doubt is settled, whichever half of a pair of faults it was: everyone is sent to, once.
func TestVirtualDoubtIsSettled(t *testing.T) {
	for _, faults := range [][]string{
		{"reset:every=20"}, {"reset-after:every=20"}, {"late-after:every=20,delay=50s"},
		{"502:every=20"}, {"502-after:every=20"}, {"504:every=20"}, {"504-after:every=20"}, {"408:every=20"}, {"408-after:every=20"},
		{"500:every=20"}, {"500-after:every=20"}, {"503:every=20"}, {"503-after:every=20"},
		{"500-html:every=20"}, {"500-html-after:every=20"}, {"503-html:every=20"},
		{"delay:every=20"}, {"delay-after:every=20"}, {"slow-after:every=20,delay=1m"}, {"truncated:every=20"}, {"html-after:every=20"},
		{"type-after:every=20"}, {"empty-after:every=20"}, {"no-id-after:every=20"}, {"201-after:every=20"}, {"202-after:every=20"},
		{"reset:every=23", "reset-after:every=31", "500-after:every=29", "503:every=19", "429:every=17", "truncated:every=37"},
		{"502:every=20", "502:every=3,on=fetch-last", "500:every=3,on=app"},
		{"502-after:every=20", "html-after:every=2,on=fetch-last"}, {"502-after:every=20", "truncated:every=2,on=fetch-last"},
		{"502-after:every=20", "missing-page:first=1,on=fetch-last"}, {"502-after:every=20", "short-page:all,on=fetch-last"},
		{"502-after:every=20", "last-page-missing:first=1,on=fetch-last"},
		{"502:every=20", "307:first=2,on=app"}, {"502-after:every=20", "413:first=1,on=fetch-last", "500-html:first=3,on=list"},
		{"502-after:every=20", "404:all,on=fetch-last"}, {"502:every=20", "501:all,on=fetch-last"},
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

// A settle time covers a server that is slow to take a message, or to show it. What is slower than that leads to somebody being written to twice,
// and the books say so.
func TestVirtualSettleTimeIsTheBound(t *testing.T) {
	for _, tc := range []struct {
		name  string
		fault string
		lag   time.Duration
		twice bool
	}{
		{"shown within it", "reset-after:every=20", 55 * time.Second, false},
		{"taken within it", "late-after:every=20,delay=55s", 0, false},
		{"shown later", "reset-after:every=20", 10 * time.Minute, true},
		{"taken later", "late-after:every=20,delay=10m", 0, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newStoringWorld(t, 1, 100, tc.fault)
				defer w.run.Close()
				w.server.SetListLag(tc.lag)
				w.check(w.send(nil))
				time.Sleep(time.Hour) // until everything late has come
				if _, err := books.Check(w.run, w.server.Accepted()); (err != nil) != tc.twice {
					t.Errorf("books: %v", err)
				}
			})
		})
	}
}

// interrupted sends until some rows are in flight whose answers do not come, and leaves at once.
func (w *world) interrupted() {
	w.t.Helper()
	w.faults("delay-after:every=2,after=20")
	ctx, cancel := context.WithCancel(w.t.Context())
	time.AfterFunc(2*time.Second, cancel)
	stopCause(w.t, Send(ctx, make(chan struct{}), w.config(w)))
	if tally := w.books(); tally.Count(ledger.InDoubt) < 4 {
		w.t.Fatalf("in doubt %d, want some", tally.Count(ledger.InDoubt))
	}
	w.faults()
}

// Rows that were in flight when a start ended are settled by the next one, where the absence of their messages can prove anything. Otherwise they
// are held. Nobody is written to twice either way.
func TestVirtualResumeAfter(t *testing.T) {
	for _, tc := range []struct {
		name    string
		days    int
		between func(w *world)
		settled bool
	}{
		{"nothing changed", 1, func(*world) {}, true},
		{"hours", 1, func(*world) { time.Sleep(12 * time.Hour) }, true},
		{"longer than an absence would prove anything", 1, func(*world) { time.Sleep(20 * time.Hour) }, true},
		{"retention raised", 1, func(w *world) { w.keep(3) }, true},
		{"retention raised from nothing", 0, func(w *world) { w.keep(3) }, false},
		{"retention lowered to nothing", 3, func(w *world) { w.keep(0) }, false},
		{"nothing stored at all", 0, func(*world) {}, false},
		{"retention has passed", 1, func(*world) { time.Sleep(25 * time.Hour) }, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newStoringWorld(t, tc.days, 200)
				defer w.run.Close()
				w.interrupted()
				tc.between(w)
				w.check(w.send(nil))
				tally := w.books()
				if settled := tally.Count(ledger.InDoubt) == 0; settled != tc.settled || tally.Count(ledger.Accepted)+tally.Count(ledger.InDoubt) != 200 {
					t.Errorf("accepted %d, in doubt %d of 200", tally.Count(ledger.Accepted), tally.Count(ledger.InDoubt))
				}
			})
		})
	}
}

// A message that is there is found at once, not after a settle time.
func TestVirtualFoundSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newStoringWorld(t, 1, 200)
		defer w.run.Close()
		w.interrupted()
		began := time.Now()
		w.check(w.send(nil))
		w.books()
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("messages that were there were found after %v", took)
		}
	})
}

// Where nothing is stored, the policy decides. Nobody is in doubt and tried again at the same time, and nobody is lost who is to be tried again.
func TestVirtualPolicies(t *testing.T) {
	faults := []string{"reset-after:every=23", "reset:every=29", "503-after:every=31", "500:every=37", "502-after:every=41", "truncated:every=43"}
	for _, tc := range []struct {
		name             string
		policy           campaign.DoubtPolicy
		holdServerErrors bool
	}{
		{"hold, hold", campaign.HoldDoubt, true},
		{"hold", campaign.HoldDoubt, false},
		{"resend", campaign.ResendDoubt, false},
		{"leave", campaign.LeaveDoubt, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 300, faults...)
				defer w.run.Close()
				policy := func(c *Config) { c.InDoubt, c.HoldServerErrors = tc.policy, tc.holdServerErrors }
				w.check(w.send(policy))
				tally, twice := w.books(), w.server.AcceptedCount()-w.reached()
				switch {
				case tc.holdServerErrors != (tally.AfterServerError == 0), tc.policy == campaign.ResendDoubt != (tally.AfterDoubt > 0):
					t.Errorf("%d after server errors, %d after doubt", tally.AfterServerError, tally.AfterDoubt)
				case tc.holdServerErrors && twice > 0:
					t.Errorf("%d were written to twice", twice)
				case tc.policy == campaign.ResendDoubt && (w.reached() != 300 || tally.Count(ledger.InDoubt) != 0):
					t.Errorf("%d of 300 have it, %d in doubt", w.reached(), tally.Count(ledger.InDoubt))
				case tc.policy == campaign.LeaveDoubt && (tally.Count(ledger.LeftInDoubt) == 0 || tally.Count(ledger.InDoubt) > 0):
					t.Errorf("left in doubt %d, in doubt %d", tally.Count(ledger.LeftInDoubt), tally.Count(ledger.InDoubt))
				case tc.policy == campaign.HoldDoubt && tally.Count(ledger.InDoubt) == 0:
					t.Error("nobody is in doubt")
				}
				// A change of mind: those who were held are sent to now, or left.
				w.faults()
				w.check(w.send(func(c *Config) { c.InDoubt = campaign.ResendDoubt }))
				if tally := w.books(); tally.Count(ledger.InDoubt) != 0 {
					t.Errorf("in doubt %d in the end", tally.Count(ledger.InDoubt))
				}
			})
		})
	}
}

// reached is how many people have a message at least.
func (w *world) reached() int {
	people := map[string]bool{}
	for _, m := range w.server.Accepted() {
		_, after, _ := strings.Cut(string(m.Request), `"identity":"`)
		people[after[:strings.IndexByte(after, '"')]] = true
	}
	return len(people)
}

// Doubt in the first ten counts against them at once: nobody waits by the clock to find out whether the campaign is any good.
func TestVirtualCanaryDoesNotWaitForLookups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newStoringWorld(t, 1, 30, "502:first=2")
		defer w.run.Close()
		w.check(w.send(nil))
		w.books()
		if waited := w.left[15].Sub(w.left[0]); waited > 5*time.Second {
			t.Errorf("the first ten took %v", waited)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		w := newStoringWorld(t, 1, 30, "500:first=3")
		defer w.run.Close()
		if got := stopCause(t, w.send(nil)); got != Brake {
			t.Errorf("cause = %v, want Brake", got)
		}
	})
}

// Sinch answers every message with an error of its own: nobody's attempts are used up, and the run gives up.
func TestVirtualNothingButServerErrors(t *testing.T) {
	for days := range 2 {
		synctest.Test(t, func(t *testing.T) {
			w := newStoringWorld(t, days, 300, "503:after=50")
			defer w.run.Close()
			if got := stopCause(t, w.send(nil)); got != Brake {
				t.Errorf("cause = %v, want Brake", got)
			}
			w.faults()
			w.check(w.send(nil))
			if tally := w.books(); tally.Count(ledger.Accepted) != 300 {
				t.Errorf("accepted %d of 300 in the end, rejected %d, in doubt %d", tally.Count(ledger.Accepted), tally.Count(ledger.Rejected), tally.Count(ledger.InDoubt))
			}
		})
	}
}

// Look-ups that never succeed end the run, and nobody is decided about.
func TestVirtualLookupsFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newStoringWorld(t, 1, 100, "502-after:every=20", "502:all,on=fetch-last")
		defer w.run.Close()
		if got := stopCause(t, w.send(nil)); got != Brake {
			t.Errorf("cause = %v, want Brake", got)
		}
		if tally := w.books(); tally.Count(ledger.InDoubt) != 5 {
			t.Errorf("in doubt %d, want 5", tally.Count(ledger.InDoubt))
		}
		w.faults("403:all,on=fetch-last") // no right to look: there is nothing to wait for
		w.check(w.send(nil))
		if tally := w.books(); tally.Count(ledger.InDoubt) != 5 {
			t.Errorf("in doubt %d, want 5", tally.Count(ledger.InDoubt))
		}
		w.faults()
		w.check(w.send(nil))
		if tally := w.books(); tally.Count(ledger.Accepted) != 100 {
			t.Errorf("accepted %d, want 100", tally.Count(ledger.Accepted))
		}
	})
}

// Whoever stops a run that only waits for look-ups need not wait, and the next start goes on with them.
func TestVirtualStopWhileAsking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newStoringWorld(t, 1, 100, "502:every=20")
		defer w.run.Close()
		stop := make(chan struct{})
		time.AfterFunc(30*time.Second, func() { close(stop) })
		began, c := time.Now(), w.config(w)
		if got := stopCause(t, Send(t.Context(), stop, c)); got != Interrupted {
			t.Errorf("cause = %v, want Interrupted", got)
		}
		if n, _ := c.Settler.Waiting(); n != 5 || time.Since(began) > 31*time.Second {
			t.Errorf("%d wait for a look-up, after %v", n, time.Since(began))
		}
		w.faults()
		w.check(w.send(nil))
		if tally := w.books(); tally.Count(ledger.Accepted) != 100 {
			t.Errorf("accepted %d, want 100", tally.Count(ledger.Accepted))
		}
	})
}

// Somebody else has written to the same people since: ours is behind theirs.
func TestVirtualOtherMessagesSince(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newStoringWorld(t, 1, 60)
		defer w.run.Close()
		w.interrupted()
		for i := range 60 {
			for range 3 {
				w.ask(http.MethodPost, "messages:send", fmt.Sprintf(
					`{"app_id":%q,"recipient":{"identified_by":{"channel_identities":[{"channel":"SMS","identity":"+4477009%05d"}]}},"message":{"text_message":{"text":"Hi"}},"message_metadata":"{}"}`,
					w.server.Config().AppID, i))
			}
		}
		w.check(w.send(nil))
		if tally := w.tally(); tally.Count(ledger.Accepted) != 60 {
			t.Errorf("accepted %d, in doubt %d", tally.Count(ledger.Accepted), tally.Count(ledger.InDoubt))
		}
	})
}

// Messages of which the records do not show whose they are could be ours: nobody is sent to again for them.
func TestVirtualRecordsWithoutMetadata(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newStoringWorld(t, 1, 30, "reset:first=2,after=15")
		defer w.run.Close()
		time.AfterFunc(30*time.Second, func() {
			for i := range 30 {
				w.ask(http.MethodPost, "messages:send", fmt.Sprintf(
					`{"app_id":%q,"recipient":{"identified_by":{"channel_identities":[{"channel":"SMS","identity":"+4477009%05d"}]}},"message":{"text_message":{"text":"Hi"}}}`,
					w.server.Config().AppID, i))
			}
		})
		w.check(w.send(nil))
		if tally := w.tally(); tally.Count(ledger.Accepted) != 28 || tally.Count(ledger.InDoubt) != 2 {
			t.Errorf("accepted %d, in doubt %d; want 28 and 2", tally.Count(ledger.Accepted), tally.Count(ledger.InDoubt))
		}
	})
}

// An API that keeps numbers with their plus sign is asked in that form, too.
func TestVirtualPlusSigns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 100)
		defer w.run.Close()
		w.server = sandbox.New(sandbox.Config{Drain: 100_000, RateLimit: -1, Keep: true, DispatchRetention: 1, PlusIdentities: true})
		w.faults("reset-after:every=20")
		w.check(w.send(nil))
		if tally := w.books(); tally.Count(ledger.Accepted) != 100 {
			t.Errorf("accepted %d, in doubt %d", tally.Count(ledger.Accepted), tally.Count(ledger.InDoubt))
		}
	})
}

// People who are to be tried again after a look-up take part in a limit, and are left out if they have opted out meanwhile.
func TestVirtualAfterLookup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newStoringWorld(t, 1, 30)
		defer w.run.Close()
		w.faults("502:first=2,after=12")
		stop := make(chan struct{})
		time.AfterFunc(20*time.Second, func() { close(stop) })
		stopCause(t, Send(t.Context(), stop, w.config(w)))
		if tally := w.books(); tally.Count(ledger.InDoubt) != 2 || tally.Count(ledger.Accepted) != 28 {
			t.Fatalf("in doubt %d, accepted %d", tally.Count(ledger.InDoubt), tally.Count(ledger.Accepted))
		}
		if got := stopCause(t, w.send(func(c *Config) { c.Limit = 1 })); got != LimitReached {
			t.Errorf("cause = %v, want LimitReached", got)
		}
		if tally := w.books(); tally.Count(ledger.Accepted) != 29 || tally.Count(ledger.Released) != 1 {
			t.Errorf("accepted %d, released %d; want 29 and 1", tally.Count(ledger.Accepted), tally.Count(ledger.Released))
		}
		dir, text := t.TempDir(), "phone\n"
		for i := range 30 {
			text += fmt.Sprintf("+4477009%05d\n", i)
		}
		w.check(os.WriteFile(filepath.Join(dir, "optouts.csv"), []byte(text), 0o600))
		lists, err := suppress.Load(dir, []campaign.SuppressionList{{File: "optouts.csv"}}, "", nil, time.Now())
		w.check(err)
		w.check(w.send(func(c *Config) { c.Suppress = lists }))
		if tally := w.books(); tally.Count(ledger.Skipped) != 1 {
			t.Errorf("left out %d, want the one who has opted out", tally.Count(ledger.Skipped))
		}
	})
}
