package send

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
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

// mishaps are what goes wrong in [TestVirtualEverythingTogether]; "" is nothing.
var mishaps = []string{
	"", "", "429:every=7", "429:every=25,retry-after=20", "429:after=30,first=3,retry-after=200", "401:every=20", "500:every=9", "503-after:every=11",
	"503:every=13,retry-after=40", "reset:every=17", "reset-after:every=19", "502-after:every=23", "late-after:every=29,delay=40s", "delay-after:every=31",
	"400:to=+46,after=15", "reset-after:to=+46,after=15", "503:to=+46,after=9", "reset:all", "503:all", "429:all,retry-after=5", "503:all,on=app",
	"502:every=2,on=app", "502:every=2,on=fetch-last", "503:every=3,on=token", "429:all,on=token,retry-after=60", "slow-after:every=9,delay=3s", "403:after=60",
}

// together is one run that everything happens to: it is started again and again, until nothing more goes wrong.
type together struct {
	*world
	*rand.Rand
	now     func() time.Time
	valve   *Valve
	clocks  bool // hours are kept
	ahead   time.Duration
	longest int  // queue that a message has met
	heard   bool // receipts come
	told    int  // messages of which they do
	coming  []*time.Timer
	moved   bool // the app's limit has, so that what is the bound of the queue is not known to whoever cannot read it
}

func (g *together) oneOf(n int) bool { return g.IntN(n) == 0 }

// within is a random time, mostly short.
func (g *together) within(most time.Duration) time.Duration {
	f := g.Float64()
	return time.Duration(f * f * f * float64(most))
}

// RoundTrip watches what leaves.
func (g *together) RoundTrip(r *http.Request) (*http.Response, error) {
	isMessage := strings.HasSuffix(r.URL.Path, "messages:send")
	now, isPaused := g.now(), g.valve.Paused()
	answer, err := g.world.RoundTrip(r)
	if isMessage {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.hear()
		g.longest = max(g.longest, g.server.Queued())
		if isPaused {
			g.t.Error("a message left during a pause")
		}
		if body := g.bodies[len(g.bodies)-1]; g.clocks {
			row, _ := strconv.Atoi(rowInBody.FindStringSubmatch(body)[1])
			zone, _ := time.LoadLocation(g.zones[row%len(g.zones)])
			for _, at := range []time.Time{now, now.Add(g.ahead)} {
				if h := at.In(zone).Hour(); h < 9 || h > 19 {
					g.t.Errorf("row %d left at %v, ahead %v", row, now.In(zone), g.ahead)
				}
			}
		}
	}
	return answer, err
}

// hear has receipts come of the messages that the sandbox has accepted by now: soon, later, or never.
func (g *together) hear() {
	if !g.heard {
		return
	}
	for _, m := range g.server.Accepted()[g.told:] {
		g.told++
		r := g.receipt(m, delivery.Status(1+g.told%6), delivery.NoReason)
		if g.told%5 == 0 {
			continue
		}
		after := []time.Duration{0, time.Second, 10 * time.Second, time.Hour}[g.told%4]
		g.coming = append(g.coming, time.AfterFunc(after, func() {
			if err := receipts.AppendTo(g.run, r); err != nil {
				g.t.Error(err)
			}
		}))
	}
}

// start is one start; it is the last where nothing goes wrong any more. It returns what came of it.
func (g *together) start(policy campaign.DoubtPolicy, drain float64, change func(*Config), last bool) error {
	g.settle()
	c := g.config(g)
	c.Progress, c.InDoubt, c.Now = new(Progress), policy, func() time.Time { return g.now() }
	c.Rate, c.MaxInFlight = []float64{0.2, 0.5, 2, 200}[g.IntN(4)], []int{1, 2, 8, 40}[g.IntN(4)]
	c.QueueAhead, c.Drain = g.ahead, drain
	change(&c)
	g.valve = new(Valve)
	c.Valve = g.valve
	skew, jump := time.Duration(0), time.Now()
	g.now = func() time.Time {
		if now := time.Now(); now.Before(jump) {
			return now
		}
		return time.Now().Add(skew)
	}
	ctx, cancel := context.WithCancel(g.t.Context())
	defer cancel()
	stop := make(chan struct{})
	var timers []*time.Timer
	after := func(d time.Duration, f func()) { timers = append(timers, time.AfterFunc(d, f)) }
	g.faults()
	if !last {
		for range g.IntN(4) {
			text := mishaps[g.IntN(len(mishaps))]
			from := g.within(time.Hour)
			after(from, func() {
				g.faults(slices.DeleteFunc([]string{text}, func(s string) bool { return s == "" })...)
			})
			after(from+g.within(time.Hour), func() { g.faults() })
		}
		for range g.IntN(3) {
			from := g.within(2 * time.Hour)
			after(from, func() { g.valve.Pause() })
			after(from+g.within(12*time.Hour), func() { g.valve.Continue() })
		}
		if g.oneOf(3) {
			skew, jump = time.Duration(g.IntN(8*3600)-4*3600)*time.Second, time.Now().Add(g.within(4*time.Hour))
		}
		if g.oneOf(3) {
			c.Limit = 1 + g.IntN(100)
		}
		if g.oneOf(3) {
			c.WarmUp = time.Minute
		}
		if g.oneOf(6) {
			g.moved, c.RateFor = true, func(outbound float64) float64 { return min(200, outbound/2) }
			to := []int{1, 10, 300}[g.IntN(3)]
			after(g.within(time.Hour), func() { g.server.SetLimits(to, -1) })
		}
		if g.oneOf(6) {
			c.NotBefore = c.Now().Add(g.within(10 * time.Hour))
		}
		c.LeaveOutside, c.AskLater, c.HoldServerErrors = g.oneOf(4), g.oneOf(5), g.oneOf(5)
		switch g.IntN(3) {
		case 0:
			after(g.within(20*time.Hour), func() { close(stop) })
		case 1:
			after(g.within(20*time.Hour), cancel)
		}
	}
	after(10*24*time.Hour, func() {
		g.t.Errorf("Send does not end: %+v, %+v, only asking %v", g.tally(), c.Progress.Hindrances(), c.Progress.OnlyAsking.Load())
		cancel()
	})
	err := Send(ctx, stop, c)
	for _, timer := range timers {
		timer.Stop()
	}
	g.valve.Continue()
	g.settled(c.Progress, err)
	return err
}

// settled checks what a start leaves behind.
func (g *together) settled(p *Progress, err error) {
	tally := g.books()
	if n := tally.Count(ledger.Begun); n > 0 {
		g.t.Errorf("%d rows are left begun", n)
	}
	for _, same := range []struct {
		name   string
		shown  int64
		ledger int
	}{
		{"accepted", p.Accepted.Load(), tally.Count(ledger.Accepted)},
		{"rejected", p.Rejected.Load(), tally.Count(ledger.Rejected)},
		{"in doubt", p.InDoubt.Load(), tally.Count(ledger.InDoubt)},
		{"left in doubt", p.Left.Load(), tally.Count(ledger.LeftInDoubt)},
	} {
		if same.shown != int64(same.ledger) {
			g.t.Errorf("%s: progress says %d, the ledger %d", same.name, same.shown, same.ledger)
		}
	}
	if s, all := p.Settled(), p.Total.Load(); s > all || err == nil && s != all {
		g.t.Errorf("%d of %d are settled, and Send returned %v", s, all, err)
	}
	for _, h := range p.Hindrances() {
		if h.Kind != HinderedBySlice {
			g.t.Errorf("in the end still %+v", h)
		}
	}
	if p.Waiting.Load() || p.InFlight.Load() != 0 {
		g.t.Errorf("in the end still waiting %v, %d in flight", p.Waiting.Load(), p.InFlight.Load())
	}
	var stop *Stop
	if err != nil && !errors.As(err, &stop) {
		g.t.Errorf("Send = %v", err)
	}
}

// Faults, hours, limits, halted slices, pauses, clocks that are set and starts that are stopped, all at once and at random: whatever comes together,
// nobody is lost, nobody is written to twice, nothing leaves when it must not, and in the end every row is settled.
func TestVirtualEverythingTogether(t *testing.T) {
	seeds := []uint64{17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28}
	if text := os.Getenv("TOGETHER"); text != "" { // 1-500 instead
		seeds = nil
		var from, to uint64
		if _, err := fmt.Sscanf(text, "%d-%d", &from, &to); err != nil {
			t.Fatal(err)
		}
		for seed := from; seed <= to; seed++ {
			seeds = append(seeds, seed)
		}
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { everythingTogether(t, rand.New(rand.NewPCG(seed, 0))) })
		})
	}
}

func everythingTogether(t *testing.T, dice *rand.Rand) {
	g := &together{Rand: dice, now: time.Now, valve: new(Valve)}
	g.ahead = []time.Duration{0, 2 * time.Second, 30 * time.Second, 5 * time.Minute}[g.IntN(4)]
	began := at(t, "2026-06-01T00:00:00Z").Add(time.Duration(g.IntN(24*60)) * time.Minute)
	if g.oneOf(2) { // hours close soon in London
		began = time.Date(2026, 6, 1, 19, 0, 0, 0, time.UTC).Add(-g.ahead - g.within(10*time.Minute))
	}
	time.Sleep(time.Until(began))
	days := g.IntN(2)
	g.world = newWorldIn(t, []string{"Europe/London", "America/New_York", "Europe/London", "Asia/Tokyo"}[:1+g.IntN(4)], days, 0)
	defer g.run.Close()
	british, swedish := numbers("+447700", 6, 900_000, 50+g.IntN(200)), numbers("+4670174", 4, 0, 1+g.IntN(100))
	people := slices.Concat(british, swedish)
	if g.oneOf(2) {
		people = interleaved(british, swedish)
	}
	g.freezePeople(people)
	drain := []int{1, 5, 20, 100_000}[g.IntN(4)]
	g.server = sandbox.New(sandbox.Config{Drain: drain, RateLimit: []int{-1, 40, 100}[g.IntN(3)], Keep: true, DispatchRetention: days,
		Latency: []time.Duration{0, 50 * time.Millisecond, 2 * time.Second}[g.IntN(3)]})
	isSliced, noCanary := g.oneOf(2), g.oneOf(2)
	g.heard = g.oneOf(2)
	defer func() {
		for _, timer := range g.coming {
			timer.Stop()
		}
	}()
	gauge, clock := g.gauge(people), g.clock(daily(9*60, 20*60))
	g.clocks = !g.oneOf(3)
	policy := []campaign.DoubtPolicy{campaign.HoldDoubt, campaign.HoldDoubt, campaign.ResendDoubt, campaign.LeaveDoubt}[g.IntN(4)]
	change := func(c *Config) {
		c.NoCanary = noCanary
		if g.clocks {
			c.Hours = clock
		}
		if isSliced {
			c.Gauge = gauge
		}
	}
	for range 4 {
		if err := g.start(policy, float64(drain), change, false); err == nil {
			break
		}
		time.Sleep(g.within(8 * time.Hour))
	}
	var err error
	for range 3 { // those who are in doubt may be over a limit
		if err = g.start(policy, float64(drain), change, true); err == nil {
			break
		}
	}
	if err != nil {
		t.Errorf("in the end: %v", err)
	}
	if bound := int(float64(drain) * g.ahead.Seconds()); g.ahead > 0 && !g.moved && g.longest > bound {
		t.Errorf("%d waited in the queue, and %d may", g.longest, bound)
	}
}
