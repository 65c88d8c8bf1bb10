package send

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sendoff/internal/ledger"
	"sendoff/internal/sandbox"
)

// paced makes w's app one that hands on so many messages a second, and whose project may make so many requests a second; 0: any number.
func (w *world) paced(drain, limit int) {
	if limit == 0 {
		limit = -1
	}
	w.server = sandbox.New(sandbox.Config{Drain: drain, RateLimit: limit, Keep: true})
}

// most returns the largest number of requests that left in any half-open window of length d.
func most(left []time.Time, d time.Duration) int {
	n, from := 0, 0
	for i, t := range left {
		for t.Sub(left[from]) >= d {
			from++
		}
		n = max(n, i-from+1)
	}
	return n
}

// long is how long a proof takes: so long in a soak, else a part of it.
func long(soak, short time.Duration) time.Duration {
	if os.Getenv("SOAK_PACE") != "" {
		return soak
	}
	return short
}

// No second has more than the rate and its burst, and what is allowed is used.
func TestVirtualRates(t *testing.T) {
	for _, tc := range []struct {
		rate        float64
		soak, short time.Duration
	}{
		{20, 10 * time.Minute, 5 * time.Minute},
		{800, 10 * time.Minute, 30 * time.Second},
		{5000, 10 * time.Minute, 5 * time.Second},
	} {
		t.Run(fmt.Sprint(tc.rate), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				seconds := long(tc.soak, tc.short).Seconds()
				rows := int(tc.rate * seconds)
				w := newWorld(t, rows)
				defer w.run.Close()
				began := time.Now()
				w.check(w.send(func(c *Config) {
					c.Rate, c.Drain, c.QueueAhead, c.MaxInFlight, c.NoCanary = tc.rate, 100_000, 30*time.Second, 64, true
				}))
				took := time.Since(began).Seconds()
				if n, limit := most(w.left, time.Second), int(tc.rate+max(1, tc.rate/100)); n > limit {
					t.Errorf("%d requests within a second, want at most %d", n, limit)
				}
				if used := seconds / took; used < 0.98 {
					t.Errorf("%.3f of the allowance was used", used)
				}
				if tally := w.books(); tally.Count(ledger.Accepted) != rows {
					t.Errorf("accepted %d of %d", tally.Count(ledger.Accepted), rows)
				}
			})
		})
	}
}

// A warm-up costs what its curve says, and nothing afterwards.
func TestVirtualWarmUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2000)
		defer w.run.Close()
		w.check(w.send(func(c *Config) { c.WarmUp, c.NoCanary = 10*time.Second, true }))
		seconds := make([]int, 100)
		for _, at := range w.left {
			seconds[int(at.Sub(w.left[0]).Seconds())]++
		}
		if seconds[0] < 10 || seconds[0] > 15 || seconds[5] < 30 || seconds[5] > 42 {
			t.Errorf("the rate rose as %v", seconds[:11])
		}
		if n := most(w.left, time.Second); n > 101 {
			t.Errorf("%d requests within a second", n)
		}
		for i := 11; i < 20; i++ {
			if seconds[i] < 98 {
				t.Errorf("second %d had %d requests", i, seconds[i])
			}
		}
	})
}

// queueWatch hands requests to a world, and remembers the longest queue that any message has met.
type queueWatch struct {
	*world
	mu      sync.Mutex
	longest int
}

func (q *queueWatch) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := q.world.RoundTrip(r)
	if strings.HasSuffix(r.URL.Path, "messages:send") {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.longest = max(q.longest, q.server.Queued())
	}
	return answer, err
}

// However fast a run may go, no more than was wanted waits in the app's queue, and the app is never idle for it.
func TestVirtualQueueAhead(t *testing.T) {
	for _, tc := range []struct {
		name   string
		ahead  time.Duration
		bound  int
		rows   int
		faults []string
	}{
		{"standard", 30 * time.Second, 600, 3000, nil},
		{"short", 2 * time.Second, 40, 1000, nil},
		{"cannot be asked", 30 * time.Second, 600, 3000, []string{"503:all,on=app"}},
		{"with refusals", 30 * time.Second, 600, 2000, []string{"429:every=10", "503:every=31"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, tc.rows)
				defer w.run.Close()
				w.paced(20, 0)
				w.faults(tc.faults...)
				watch := &queueWatch{world: w}
				began := time.Now()
				w.check(w.send(func(c *Config) {
					*c = w.config(watch)
					c.Rate, c.Drain, c.QueueAhead, c.MaxInFlight, c.NoCanary = 800, 20, tc.ahead, 64, true
				}))
				took := time.Since(began)
				if watch.longest > tc.bound {
					t.Errorf("%d waited in the queue, want at most %d", watch.longest, tc.bound)
				}
				used := float64(tc.rows-w.server.Queued()) / (20 * took.Seconds())
				if least := map[bool]float64{true: 0.85, false: 0.98}[len(tc.faults) > 0]; used < least {
					t.Errorf("the app handed on %.3f of what it can", used)
				}
				w.books()
			})
		})
	}
}

// The app's limit moves while a run goes: the rate of auto or a share moves with it, a number stays, and the bound of the queue always moves.
func TestVirtualMovingLimit(t *testing.T) {
	for _, follows := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, 10_000)
			defer w.run.Close()
			w.paced(20, 0)
			began, stop := time.Now(), make(chan struct{})
			time.AfterFunc(1*time.Minute, func() { w.server.SetLimits(100, -1) })
			time.AfterFunc(2*time.Minute, func() { w.server.SetLimits(10, -1) })
			time.AfterFunc(3*time.Minute, func() { close(stop) })
			c := w.config(w)
			c.Rate, c.Drain, c.QueueAhead, c.NoCanary = 20, 20, 30*time.Second, true
			if follows {
				c.RateFor = func(outbound float64) float64 { return outbound }
			}
			stopCause(t, Send(t.Context(), stop, c))
			minutes := make([]int, 3)
			for _, at := range w.left {
				minutes[min(2, int(at.Sub(began).Minutes()))]++
			}
			low, high := []int{1190, 5500, 500}, []int{1202, 6001, 1100}
			if !follows {
				low, high = []int{1190, 1190, 300}, []int{1202, 1202, 1000}
			}
			for i := range minutes {
				if minutes[i] < low[i] || minutes[i] > high[i] {
					t.Errorf("follows %v: minute %d had %d messages, want %d to %d", follows, i, minutes[i], low[i], high[i])
				}
			}
			w.books()
		})
	}
}

// Requests are refused by a limit that nobody has told us, and that moves: most of it is used, and little is refused.
func TestVirtualUnknownLimitMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 60_000)
		defer w.run.Close()
		w.paced(100_000, 80)
		stop := make(chan struct{})
		phase := long(5*time.Minute, time.Minute)
		time.AfterFunc(phase, func() { w.server.SetLimits(100_000, 20) })
		time.AfterFunc(2*phase, func() { w.server.SetLimits(100_000, 80) })
		time.AfterFunc(3*phase, func() { close(stop) })
		c := w.config(w)
		c.Rate, c.Drain, c.QueueAhead, c.NoCanary = 80, 100_000, 30*time.Second, true
		stopCause(t, Send(t.Context(), stop, c))
		accepted, refused := int(c.Progress.Accepted.Load()), int(c.Progress.Throttled.Load())
		if used := float64(accepted) / (180 * phase.Seconds()); used < 0.9 {
			t.Errorf("%.3f of the limit was used", used)
		}
		if share := float64(refused) / float64(accepted); share > 0.03 {
			t.Errorf("%.3f refusals for every message", share)
		}
		w.books()
	})
}

// shares has several senders send through the app of w for so long.
func shares(t *testing.T, w *world, senders []*world, change func(i int, c *Config), d time.Duration) {
	t.Helper()
	stop := make(chan struct{})
	time.AfterFunc(d, func() { close(stop) })
	var all sync.WaitGroup
	configs := make([]Config, len(senders))
	for i, one := range senders {
		one.server = w.server
		configs[i] = one.config(one)
		configs[i].NoCanary, configs[i].QueueAhead, configs[i].Drain = true, 30*time.Second, 20
		change(i, &configs[i])
	}
	for i := range senders {
		all.Go(func() {
			if got := stopCause(t, Send(t.Context(), stop, configs[i])); got != Interrupted {
				t.Errorf("sender %d: cause = %v", i, got)
			}
		})
	}
	all.Wait()
}

// Two runs on one app keep to its rate together, and to about equal parts of it.
func TestVirtualTwoRunsShareAnApp(t *testing.T) {
	for _, rate := range []float64{20, 800} {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const minutes = 10
				a, b := newWorld(t, 15_000), newWorld(t, 15_000)
				defer a.run.Close()
				defer b.run.Close()
				a.paced(20, 0)
				shares(t, a, []*world{a, b}, func(_ int, c *Config) { c.Rate = rate }, minutes*time.Minute)
				both := slices.Concat(a.left, b.left)
				slices.SortFunc(both, time.Time.Compare)
				if n := most(both, time.Minute); n > 20*60+600 {
					t.Errorf("%d within a minute, at 20 a second and 600 ahead", n)
				}
				share := float64(len(a.left)) / float64(len(b.left))
				if share < 0.5 || share > 2 {
					t.Errorf("%d and %d messages", len(a.left), len(b.left))
				}
				if used := float64(len(both)-a.server.Queued()) / (20 * 60 * minutes); used < 0.9 {
					t.Errorf("%.3f of what the app hands on was used", used)
				}
				t.Logf("%v/s: %d and %d messages, %d waiting", rate, len(a.left), len(b.left), a.server.Queued())
			})
		})
	}
}

// What others send through the app goes out in time: a run leaves them their part, and says so.
func TestVirtualGivesWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const minutes = 5
		w, others := newWorld(t, 15_000), newWorld(t, 15_000)
		defer w.run.Close()
		defer others.run.Close()
		w.paced(20, 0)
		said := map[string]string{}
		watch := &queueWatch{world: others}
		shares(t, w, []*world{w, others}, func(i int, c *Config) {
			if i == 1 {
				*c = others.config(watch)
				c.Rate, c.NoCanary = 10, true // somebody who looks at no queue
				return
			}
			c.Rate = 20
			for at := time.Second; at < time.Minute; at += time.Second {
				time.AfterFunc(at, func() {
					for _, h := range c.Progress.Hindrances() {
						said[h.Kind] = h.Text
					}
				})
			}
		}, minutes*time.Minute)
		ours, theirs := len(w.left), len(others.left)
		if ours < theirs*7/10 || ours > theirs*11/10 {
			t.Errorf("%d of ours left beside %d of others", ours, theirs)
		}
		if watch.longest > 250 {
			t.Errorf("%d waited in the queue", watch.longest)
		}
		if !strings.HasSuffix(said[HinderedByOthers], " a second") {
			t.Errorf("said of others: %q", said)
		}
		t.Logf("%d of ours, %d of others, at most %d waiting; %v", ours, theirs, watch.longest, said)
	})
}

// Nobody answers for a while: one message at a time tries, the others are not begun, and all of them leave afterwards.
func TestVirtualOutage(t *testing.T) {
	for _, fault := range []string{"reset:all", "503:all"} {
		t.Run(fault, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 3000)
				defer w.run.Close()
				began := time.Now()
				c := w.config(w)
				c.NoCanary = true
				var said []Hindrance
				time.AfterFunc(10*time.Second, func() { w.faults(fault) })
				time.AfterFunc(45*time.Second, func() { said = c.Progress.Hindrances() })
				time.AfterFunc(50*time.Second, func() { w.faults() })
				w.check(Send(t.Context(), make(chan struct{}), c))
				during := 0
				for _, at := range w.left {
					if since := at.Sub(began); since > 15*time.Second && since < 50*time.Second {
						during++
					}
				}
				if during > 10 {
					t.Errorf("%d requests left in 35 s of outage", during)
				}
				if !slices.ContainsFunc(said, func(h Hindrance) bool { return h.Kind == HinderedByOutage && !h.Until.IsZero() }) {
					t.Errorf("said %+v", said)
				}
				tally := w.books()
				if n := tally.Count(ledger.Accepted); n < 2960 {
					t.Errorf("accepted %d of 3000, in doubt %d", n, tally.Count(ledger.InDoubt))
				}
				if took := time.Since(began); took > 3*time.Minute {
					t.Errorf("it took %v", took)
				}
				if left := c.Progress.Hindrances(); len(left) > 0 {
					t.Errorf("still said in the end: %+v", left)
				}
			})
		})
	}
}

// Answers that take long cost no throughput: more are under way.
func TestVirtualSlowAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3000)
		defer w.run.Close()
		w.server = sandbox.New(sandbox.Config{Drain: 100_000, RateLimit: -1, Keep: true, Latency: 2 * time.Second})
		began := time.Now()
		w.check(w.send(func(c *Config) { c.Rate, c.MaxInFlight, c.NoCanary = 20, 64, true }))
		if used := 150 / time.Since(began).Seconds(); used < 0.95 {
			t.Errorf("%.3f of the allowance was used", used)
		}
		w.books()
	})
}

// Once too much is tried again, repeats wait, and what is new goes on at half the rate.
func TestVirtualRetryBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 4500, "503:every=3")
		defer w.run.Close()
		began := time.Now()
		w.check(w.send(func(c *Config) { c.NoCanary = true }))
		before, short := 0, 0
		for _, at := range w.left {
			switch since := at.Sub(began); {
			case since < 10*time.Second:
				before++
			case since >= 35*time.Second && since < 55*time.Second:
				short++
			}
		}
		if before < 950 || short < 950 || short > 1050 {
			t.Errorf("%d requests left in the first 10 s, and %d in 20 s without a budget", before, short)
		}
		w.books()
	})
}

// A queue that others have filled is not ours.
func TestQueueFullOfOthers(t *testing.T) {
	now := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	s := &sender{Config: Config{Rate: 20, Drain: 20, QueueAhead: 30 * time.Second, GiveUp: time.Minute, MaxInFlight: 64, Progress: new(Progress)}}
	s.setPace(now)
	s.said.full, s.said.others = now, 1500
	s.explain(now)
	want := Hindrance{Kind: HinderedByOthers, Text: "up to 1,500 messages wait at Sinch that are not ours: nothing leaves before there is room"}
	if got := s.Progress.Hindrances(); len(got) != 1 || got[0] != want {
		t.Errorf("%+v", got)
	}
}
