package send

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata" // the machine may have none

	"sendoff/campaign"
	"sendoff/internal/hours"
	"sendoff/internal/ledger"
	"sendoff/internal/render"
)

// at puts the bubble's clock to a time, which nobody has begun to wait for yet.
func at(t testing.TB, text string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Until(when))
	return when
}

// days are the hours from–to, in minutes since midnight, on some days of the week.
func days(from, to int, days ...time.Weekday) campaign.Hours {
	h := campaign.Hours{From: from, To: to}
	for _, d := range days {
		h.Days[d] = true
	}
	return h
}

func daily(from, to int) campaign.Hours {
	return days(from, to, 0, 1, 2, 3, 4, 5, 6)
}

// clock is that of a window, for the people of the world.
func (w *world) clock(window ...campaign.Hours) *hours.Clock {
	w.t.Helper()
	clock, err := hours.New(&campaign.Campaign{Window: campaign.Window{Hours: window}}, w.columns, nil)
	w.check(err)
	return clock
}

var rowInBody = regexp.MustCompile(`"correlation_id":"[^"/]*/(\d+)"`)

// row is whom the request was for that left as number i.
func (w *world) row(i int) int {
	w.t.Helper()
	row, err := strconv.Atoi(rowInBody.FindStringSubmatch(w.bodies[i])[1])
	w.check(err)
	return row
}

// onTheirWall is when request i left, on the clock of whom it was for.
func (w *world) onTheirWall(i int) time.Time {
	w.t.Helper()
	zone, err := time.LoadLocation(w.zones[w.row(i)%len(w.zones)])
	w.check(err)
	return w.left[i].In(zone)
}

// Not one message leaves outside its recipient's hours, in the days around each change of the clocks; the requests that left are the witnesses.
func TestVirtualWeeksOfHours(t *testing.T) {
	zones := []string{"Europe/Berlin", "America/New_York", "Europe/London", "America/Los_Angeles"}
	workdays := []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday}
	for _, tc := range []struct{ begins, changes string }{
		{"2026-03-06T05:00:00Z", "2026-03-08T10:00:00Z"}, // US: spring forward
		{"2026-03-27T05:00:00Z", "2026-03-29T01:00:00Z"}, // EU
		{"2026-10-23T05:00:00Z", "2026-10-25T01:00:00Z"}, // EU: fall back
		{"2026-10-30T05:00:00Z", "2026-11-01T06:00:00Z"}, // US
	} {
		t.Run(tc.begins[:10], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := at(t, tc.begins)
				w := newWorldIn(t, zones, 0, 160, "429:every=13")
				defer w.run.Close()
				// On Sundays the hour that is left out, or comes twice, is one of theirs in part.
				clock := w.clock(days(9*60, 12*60, workdays...), days(13*60, 18*60+30, workdays...), days(30, 2*60+30, time.Sunday))
				w.check(w.send(func(c *Config) {
					c.Hours, c.Rate, c.MaxInFlight, c.NoCanary, c.QueueAhead = clock, 1.0/1300, 2, true, 20*time.Minute
				}))
				if tally := w.books(); tally.Count(ledger.Accepted) != 160 {
					t.Errorf("accepted %d, want all", tally.Count(ledger.Accepted))
				}
				if took := time.Since(began); took < 3*24*time.Hour || took > 6*24*time.Hour {
					t.Errorf("it took %v, want some days", took)
				}
				change, err := time.Parse(time.RFC3339, tc.changes)
				w.check(err)
				perZone, sundays := map[string][2]int{}, 0
				for i, left := range w.left {
					wall := w.onTheirWall(i)
					for _, t := range []time.Time{wall, wall.Add(20 * time.Minute)} { // when it leaves, and when it is handed on
						minute := t.Hour()*60 + t.Minute()
						inside := 9*60 <= minute && minute < 12*60 || 13*60 <= minute && minute < 18*60+30
						if t.Weekday() == time.Sunday {
							inside = 30 <= minute && minute < 2*60+30
							sundays++
						}
						if !inside {
							w.t.Errorf("a message left at %v, and was handed on by %v", wall, t)
						}
					}
					n := perZone[wall.Location().String()]
					if left.Before(change) {
						n[0]++
					} else {
						n[1]++
					}
					perZone[wall.Location().String()] = n
				}
				for _, zone := range zones {
					if n := perZone[zone]; n[0] < 10 || n[1] < 10 {
						t.Errorf("%s: %d messages before the change and %d after it: the test shows nothing", zone, n[0], n[1])
					}
				}
				if sundays == 0 {
					t.Error("nobody got a message on Sunday")
				}
			})
		})
	}
}

// Rows wait for their hour while others go on, and everybody who may get a message now gets it in the order of the file; also across frames.
func TestVirtualSweepGoesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at(t, "2026-06-01T08:50:00Z") // 09:50 in London, 04:50 in New York
		w := newWorldIn(t, []string{"America/New_York", "Europe/London"}, 0, 3000)
		defer w.run.Close()
		p := new(Progress)
		time.AfterFunc(time.Minute, func() {
			if h := p.Hindrances(); len(h) != 1 || h[0].Text != "waiting for 09:00 in New York" || h[0].Kind != HinderedByHours || p.Waiting.Load() {
				t.Errorf("while London is sent to: %+v", h)
			}
		})
		time.AfterFunc(2*time.Hour, func() {
			want := time.Date(2026, 6, 1, 13, 0, 0, 0, time.UTC)
			if h := p.Hindrances(); len(h) != 1 || h[0].People != 1500 || !h[0].Until.Equal(want) || !p.Waiting.Load() {
				t.Errorf("while New York sleeps: %+v", h)
			}
		})
		w.check(w.send(func(c *Config) { c.Hours, c.Rate, c.MaxInFlight, c.Progress = w.clock(daily(9*60, 20*60)), 5, 1, p }))
		w.books()
		var rows []int
		for i := range w.left {
			rows = append(rows, w.row(i))
		}
		if !slices.IsSorted(rows[:1500]) || !slices.IsSorted(rows[1500:]) || rows[1499] != 2999 || rows[1500] != 0 {
			t.Error("they did not go out in the order of the file")
		}
		if got := w.left[1500].UTC().Format(time.TimeOnly); got != "13:00:00" {
			t.Errorf("New York was sent to from %s on", got)
		}
		if h := p.Hindrances(); len(h) != 0 || p.Waiting.Load() {
			t.Errorf("in the end %+v", h)
		}
	})
}

// Whose hours open while others are sent to comes next, where they stand before them in the file; then the others go on where they were.
func TestVirtualSweepIsInTheOrderOfTheFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at(t, "2026-06-01T12:58:00Z")
		zones := slices.Concat(slices.Repeat([]string{"America/New_York"}, 1000), slices.Repeat([]string{"Europe/London"}, 500))
		w := newWorldIn(t, zones, 0, 1500)
		defer w.run.Close()
		w.check(w.send(func(c *Config) { c.Hours, c.Rate, c.MaxInFlight, c.NoCanary = w.clock(daily(9*60, 20*60)), 2, 1, true }))
		w.books()
		before, rows := 0, make([]int, len(w.left))
		for i, left := range w.left {
			if rows[i] = w.row(i); left.UTC().Hour() == 12 {
				before++
			}
		}
		first := slices.Index(rows, 0)
		if before < 235 || before > 245 || first-before > 2 || rows[0] != 1000 || !slices.IsSorted(rows[:first]) || !slices.IsSorted(rows[first:]) { // two were handed out
			t.Errorf("%d left before New York's hours, then rows %d", before, rows[before:before+5])
		}
	})
}

// Whoever does not want to wait leaves, and hears when it goes on. The rows are as they were.
func TestVirtualLeaveOutside(t *testing.T) {
	for _, tc := range []struct {
		name, now string
		change    func(*world, *Config)
		accepted  int
		reason    string
	}{
		{"nobody's hours", "2026-06-01T05:00:00Z", func(w *world, c *Config) {}, 0,
			"nobody may get a message at this hour; next is 09:00 in London: 100 people (1 Jun 2026 08:00 UTC)"},
		{"one zone's hours", "2026-06-01T09:00:00Z", func(w *world, c *Config) {}, 100,
			"nobody may get a message at this hour; next is 09:00 in New York: 100 people (1 Jun 2026 13:00 UTC)"},
		{"fewer than the canary", "2026-06-01T09:00:00Z", func(w *world, c *Config) { c.Limit = 4 }, 4, "4 were begun, as --limit says"},
		{"not before", "2026-06-01T09:00:00Z", func(w *world, c *Config) { c.NotBefore = time.Date(2026, 6, 2, 7, 0, 0, 0, time.UTC) }, 0,
			"nothing leaves before 2 Jun 2026 07:00 UTC (not_before)"},
		{"the weekend", "2026-05-29T22:00:00Z", func(w *world, c *Config) { c.Hours = w.clock(days(540, 600, time.Friday)) }, 0,
			"nobody may get a message at this hour; next is Fri 5 Jun 09:00 in London: 100 people (5 Jun 2026 08:00 UTC)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := at(t, tc.now)
				w := newWorldIn(t, []string{"America/New_York", "Europe/London"}, 0, 200)
				defer w.run.Close()
				err := w.send(func(c *Config) {
					c.Hours, c.LeaveOutside = w.clock(daily(9*60, 20*60)), true
					tc.change(w, c)
				})
				var stop *Stop
				if !errors.As(err, &stop) || stop.Reason != tc.reason || (stop.Cause != OutsideHours) != (tc.accepted == 4) {
					t.Errorf("Send = %v", err)
				}
				if took := time.Since(began); took > time.Minute {
					t.Errorf("leaving took %v", took)
				}
				if tally := w.books(); tally.Count(ledger.Accepted) != tc.accepted {
					t.Errorf("accepted %d, want %d", tally.Count(ledger.Accepted), tc.accepted)
				}
				w.check(w.send(func(c *Config) { c.Hours = w.clock(daily(9*60, 20*60)) }))
				if tally := w.books(); tally.Count(ledger.Accepted) != 200 {
					t.Errorf("accepted %d in the end", tally.Count(ledger.Accepted))
				}
			})
		})
	}
}

// Before its beginning a run waits, and then keeps hours as always; whoever stops it meanwhile does not wait.
func TestVirtualNotBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := at(t, "2026-06-01T05:00:00Z")
		w := newWorldIn(t, []string{"Europe/London"}, 0, 20)
		defer w.run.Close()
		p, stop := new(Progress), make(chan struct{})
		change := func(c *Config) {
			c.Hours, c.NotBefore, c.Progress = w.clock(daily(9*60, 20*60)), time.Date(2026, 6, 1, 19, 59, 58, 0, time.UTC), p
		}
		c := w.config(w)
		change(&c)
		time.AfterFunc(time.Hour, func() {
			if h := p.Hindrances(); len(h) != 1 || h[0].Kind != HinderedByStart || h[0].Text != "waiting for not_before, 1 Jun 2026 19:59 UTC" {
				t.Errorf("%+v", h)
			}
			close(stop)
		})
		if cause := stopCause(t, Send(t.Context(), stop, c)); cause != Interrupted || time.Since(began) > time.Hour+time.Second {
			t.Errorf("stopped by %v after %v", cause, time.Since(began))
		}
		time.AfterFunc(20*time.Hour, func() { // it has passed, and they wait for their hours
			if h := p.Hindrances(); len(h) != 1 || h[0].Kind != HinderedByHours {
				t.Errorf("%+v", h)
			}
		})
		w.check(w.send(change))
		w.books()
		if got := w.left[0].UTC().Format(time.DateTime); got != "2026-06-02 08:00:00" { // 20:59 in London is too late for today
			t.Errorf("the first left at %s", got)
		}
	})
}

// Whoever cannot get their message any more is left out as soon as that is known, with the reason.
func TestVirtualExpiredBeforehand(t *testing.T) {
	for _, tc := range []struct {
		name, why string
		change    func(*world, *Config)
	}{
		{"not after", opensTooLate, func(_ *world, c *Config) { c.NotAfter = time.Date(2026, 6, 1, 13, 0, 0, 0, time.UTC) }},
		{"expires", worthless, func(_ *world, c *Config) { c.Expires = time.Date(2026, 6, 1, 13, 0, 32, 0, time.UTC) }},
		{"never", neverOpen, func(w *world, c *Config) {
			c.Hours = w.clock(campaign.Hours{From: 540, To: 1200})
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := at(t, "2026-06-01T10:00:00Z")
				w := newWorldIn(t, []string{"America/New_York"}, 0, 30)
				defer w.run.Close()
				w.check(w.send(func(c *Config) {
					c.Hours, c.QueueAhead = w.clock(daily(9*60, 20*60)), 30*time.Second
					tc.change(w, c)
				}))
				tally := w.books()
				if e, err := w.run.Ledger.Reader().Entry(29); err != nil || e.Detail != tc.why || tally.Skipped[campaign.Expired] != 30 {
					t.Errorf("%d expired, row 29 = %+v, %v", tally.Skipped[campaign.Expired], e, err)
				}
				if took := time.Since(began); took > time.Second {
					t.Errorf("that took %v", took)
				}
			})
		})
	}
}

// A message says for how long it is worth getting once it is handed on; nobody gets one that is worth nothing.
func TestVirtualExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := at(t, "2026-06-01T10:00:00Z")
		w := newWorld(t, 100)
		defer w.run.Close()
		w.cam.Expires.Until = "12:00"
		expires := began.Add(50*time.Second + 500*time.Millisecond)
		w.check(w.send(func(c *Config) { c.Expires, c.QueueAhead, c.Rate, c.NoCanary = expires, 20*time.Second, 2, true }))
		for i, left := range w.left {
			want := fmt.Sprintf(`,"ttl":"%ds"`, int(expires.Sub(left).Seconds()-20))
			if !strings.Contains(w.bodies[i], want) || expires.Sub(left) < 23*time.Second {
				t.Errorf("what left after %v: %s, want %s", left.Sub(began), w.bodies[i], want)
			}
		}
		tally := w.books()
		if n := tally.Count(ledger.Accepted); n < 50 || n > 60 || tally.Skipped[campaign.Expired] != 100-n {
			t.Errorf("accepted %d, expired %d", n, tally.Skipped[campaign.Expired])
		}
		if e, err := w.run.Ledger.Reader().Entry(99); err != nil || e.Detail != worthless {
			t.Errorf("row 99 = %+v, %v", e, err)
		}
	})
}

// Rows whose hours close while they wait for a permit, or for their next attempt, go back: nothing was begun, or it was released. The night counts
// for no brake, and takes none of the limit.
func TestVirtualHoursClose(t *testing.T) {
	for _, fault := range []string{"", "503:every=2", "429:every=3,retry-after=20"} {
		t.Run(fault, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				at(t, "2026-06-01T18:59:30Z")
				w := newWorldIn(t, []string{"Europe/London"}, 0, 120, slices.DeleteFunc([]string{fault}, func(f string) bool { return f == "" })...)
				defer w.run.Close()
				time.AfterFunc(time.Hour, func() {
					if tally := w.tally(); tally.Count(ledger.Begun) != 0 || tally.Count(ledger.InDoubt) != 0 || tally.Count(ledger.Accepted) == 0 {
						t.Errorf("at night: %+v", tally)
					}
				})
				err := w.send(func(c *Config) { c.Hours, c.Rate, c.Limit = w.clock(daily(9*60, 20*60)), 1.5, 100 })
				if cause := stopCause(t, err); cause != LimitReached {
					t.Errorf("Send = %v", err)
				}
				tally := w.books()
				if n := tally.Count(ledger.Accepted); n > 100 || n < 90 || fault == "" && n != 100 {
					t.Errorf("accepted %d of the 100 that may be begun", n)
				}
				for i := range w.left {
					if h := w.onTheirWall(i).Hour(); h < 9 || h > 19 {
						t.Errorf("a message left at %v", w.onTheirWall(i))
					}
				}
				if e, err := w.run.Ledger.Reader().Entry(60); err != nil || fault == "" && e.Attempts != 1 {
					t.Errorf("row 60 = %+v, %v; want one attempt", e, err)
				}
			})
		})
	}
}

// A server that could not be reached in the evening has not been silent all night.
func TestVirtualNightIsNoSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := at(t, "2026-06-01T18:58:30Z")
		w := newWorldIn(t, []string{"Europe/London"}, 0, 50)
		defer w.run.Close()
		nobody := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("connection refused") }}
		err := w.send(func(c *Config) {
			*c = w.config(nobody)
			c.Hours = w.clock(daily(9*60, 20*60))
		})
		if cause, took := stopCause(t, err), time.Since(began); cause != Brake || took < 13*time.Hour+10*time.Minute {
			t.Errorf("Send = %v after %v", err, took)
		}
	})
}

// The canary is the first ten who may get a message, also where they are fewer for now.
func TestVirtualCanaryOfThoseWhoMay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at(t, "2026-06-01T10:00:00Z")
		zones := slices.Repeat([]string{"America/New_York"}, 100)
		zones[50], zones[60] = "Europe/London", "Europe/London"
		w := newWorldIn(t, zones, 0, 100, "400:after=2")
		defer w.run.Close()
		if cause := stopCause(t, w.send(func(c *Config) { c.Hours, c.MaxInFlight = w.clock(daily(9*60, 20*60)), 1 })); cause != Brake {
			t.Errorf("cause = %v, want Brake", cause)
		}
		if tally := w.books(); tally.Count(ledger.Accepted) != 2 || tally.Count(ledger.Rejected) != 8 {
			t.Errorf("accepted %d, rejected %d; want 2 and 8", tally.Count(ledger.Accepted), tally.Count(ledger.Rejected))
		}
		if w.row(0) != 50 || w.row(2) != 0 {
			t.Errorf("rows %d and %d came first", w.row(0), w.row(2))
		}
	})
}

// Sinch is asked before about those who come next by their hours.
func TestVirtualNextByHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := at(t, "2026-06-01T10:00:00Z")
		w := newWorldIn(t, []string{"America/Los_Angeles", "America/New_York", "Europe/London"}, 0, 300)
		defer w.run.Close()
		for n, most := range map[int]int{100: 1, 200: 2, 250: 3, 1000: 3} {
			people, err := Next(t.Context(), w.run, w.clock(daily(9*60, 20*60)), now, n)
			w.check(err)
			zones := map[int]int{}
			for row := range people {
				zones[row%3]++
			}
			if len(people) != min(n, 300) || len(zones) != most || zones[2] != 100 || most == 3 && zones[1] != 100 {
				t.Errorf("%d people of %v, want %d", len(people), zones, n)
			}
		}
	})
}

// A clock that is put back opens hours earlier than it said before.
func TestVirtualClockIsPutBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at(t, "2026-06-01T05:00:00Z")
		w := newWorldIn(t, []string{"Europe/London"}, 0, 30)
		defer w.run.Close()
		putBack := time.Now().Add(10 * time.Minute)
		now := func() time.Time {
			if now := time.Now(); now.Before(putBack) {
				return now.Add(24 * time.Hour)
			}
			return time.Now()
		}
		w.check(w.send(func(c *Config) { c.Hours, c.Now = w.clock(daily(9*60, 20*60)), now }))
		if got := w.left[0].UTC().Format(time.DateTime); got != "2026-06-01 08:00:00" {
			t.Errorf("the first left at %s", got)
		}
	})
}

// Bodies that nobody sends have the longest ttl there is where messages are worth getting until a moment, or that of whoever makes them. An age is
// itself.
func TestSampleTTL(t *testing.T) {
	w := newWorld(t, 1)
	defer w.run.Close()
	for _, tc := range []struct {
		expires campaign.Expiry
		ttl     time.Duration
		want    string
	}{
		{campaign.Expiry{Until: "12:00"}, 0, `"ttl":"9223372036s"`},
		{campaign.Expiry{Until: "12:00"}, 90*time.Second + 1, `"ttl":"90s"`},
		{campaign.Expiry{After: 4 * time.Hour}, time.Second, `"ttl":"14400s"`},
	} {
		w.cam.Expires = tc.expires
		r, err := render.New(w.cam, w.columns, render.Identity{TTL: tc.ttl})
		w.check(err)
		body, err := r.Body(nil, &campaign.Recipient{Address: campaign.PhoneAddress("+447700900001"), Fields: []string{"", "Ann", ""}}, render.SampleEpoch)
		if err != nil || !strings.Contains(string(body), tc.want) {
			t.Errorf("%s, %v; want %s", body, err, tc.want)
		}
	}
}
