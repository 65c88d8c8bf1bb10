package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sendoff/internal/prose"
	"sendoff/internal/send"
)

// mostReasons is how many reasons why a run is slow a person is told at once.
const mostReasons = 3

// sending is the progress of whoever is sent to now: the seeds, or the audience.
func (r *runner) sending() *send.Progress {
	if seeds := r.seeds.Load(); seeds != nil {
		return seeds
	}
	return &r.progress
}

// isOutside reports whether nobody may get a message now.
func (r *runner) isOutside() bool { return r.sending().Waiting.Load() }

// outside says what is waited for where nobody may get a message now: waiting for 09:00 in Berlin: 3,120 people.
func (r *runner) outside() string {
	if !r.isOutside() {
		return ""
	}
	text := waitingFor(r.sending().Hindrances())
	if r.seeds.Load() != nil && text != "" {
		text = "seeds: " + text
	}
	return text
}

// waitingFor says what in hindrances has to do with the time.
func waitingFor(hindrances []send.Hindrance) string {
	for _, h := range hindrances {
		if h.Kind == send.HinderedByStart || h.Kind == send.HinderedByHours {
			return whom(h)
		}
	}
	return waitingForFirst(hindrances)
}

// waitingForFirst says what in hindrances has to do with the first messages.
func waitingForFirst(hindrances []send.Hindrance) string {
	for _, h := range hindrances {
		if h.Kind == send.HinderedByCanary {
			return h.Text
		}
	}
	return ""
}

// holdsBack reports whether people do not get their message as long as h lasts, be they few or all.
func holdsBack(h send.Hindrance) bool {
	switch h.Kind {
	case send.HinderedByStart, send.HinderedByHours, send.HinderedByCanary, send.HinderedByOutage, send.HinderedByWait:
		return true
	}
	return false
}

// heldBack reports whether nothing may leave to any of so many people.
func heldBack(found []send.Hindrance, people int64) bool {
	return slices.ContainsFunc(found, func(h send.Hindrance) bool {
		return holdsBack(h) && (h.People == 0 || int64(h.People+h.Later) >= people)
	})
}

// timeLeft is how long it takes to send to so many people; 0 where nobody can tell. Those who are kept back until a time come after it.
func timeLeft(people int64, perSecond float64, found []send.Hindrance, now time.Time) time.Duration {
	if people <= 0 || perSecond <= 0 {
		return 0
	}
	seconds := float64(people) / perSecond
	for _, h := range found {
		switch {
		case !holdsBack(h):
		case !h.Until.IsZero():
			kept := people
			if h.People > 0 {
				kept = min(kept, int64(h.People))
			}
			seconds = max(seconds, max(h.Until.Sub(now).Seconds(), 0)+float64(kept)/perSecond)
			if h.Later > 0 {
				seconds = max(seconds, h.Last.Sub(now).Seconds()+float64(h.Later)/perSecond)
			}
		case h.People == 0:
			return 0
		}
	}
	return time.Duration(seconds * float64(time.Second))
}

// slow says in words why a run is slow, or else what it is as fast as: a line each, on the clock of zone.
func (st *status) slow(zone *time.Location, now time.Time) []string {
	var lines []string
	for i, h := range st.Hindrances {
		if i == mostReasons-1 && len(st.Hindrances) > mostReasons {
			lines = append(lines, fmt.Sprintf("  and for %s more", prose.Counted(len(st.Hindrances)-i, "reason", "reasons")))
			break
		}
		lines = append(lines, []string{"why it is slow: ", "  and: "}[min(i, 1)]+reason(h, zone, now))
	}
	if len(lines) == 0 && st.Limit != "" {
		lines = append(lines, st.Limit)
	}
	return lines
}

// reason says what keeps whom back, and until when: waiting for 09:00 in Berlin: 3,120 people (until 08:00 GMT, in 42 minutes).
func reason(h send.Hindrance, zone *time.Location, now time.Time) string {
	text := whom(h)
	if h.Until.After(now) {
		until := ""
		if h.Kind != send.HinderedByStart { // whose words say it
			until = "until " + ahead(h.Until, zone, now) + ", "
		}
		text += fmt.Sprintf(" (%sin %s)", until, prose.Lasting(h.Until.Sub(now)))
	}
	if h.Later > 0 {
		text += fmt.Sprintf("; %s later, the last from %s on", prose.Counted(h.Later, "person", "people"), ahead(h.Last, zone, now))
	}
	return text
}

// whom says what keeps whom back.
func whom(h send.Hindrance) string {
	if h.People == 0 {
		return h.Text
	}
	return h.Text + ": " + prose.Counted(h.People, "person", "people")
}

// ahead writes a time to come as briefly as it is clear: 09:00 CET, Mon 09:00 CET, 24 Dec 09:00 CET. One that is near has its seconds.
func ahead(t time.Time, zone *time.Location, now time.Time) string {
	t, now = t.In(zone), now.In(zone)
	switch {
	case t.Sub(now) < 2*time.Minute:
		return t.Format("15:04:05 MST")
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return t.Format("15:04 MST")
	case t.Sub(now) < 6*24*time.Hour:
		return t.Format("Mon 15:04 MST")
	}
	return t.Format("2 Jan 15:04 MST")
}

// limit says what a run is as fast as that nothing hinders; empty where it is slower than it may be, for whatever reason.
func (r *runner) limit(reached float64) string {
	wanted, name := r.campaign.Pace.Rate.String(), "rate: "
	if r.flags.rate != "" {
		wanted, name = r.flags.rate, "--rate "
	}
	switch {
	case reached < 0.8*float64(r.progress.Rate.Load()):
		return ""
	case wanted != "auto":
		return "as fast as " + name + wanted + " allows"
	case drainOf(r.app) > maxProjectRate:
		return fmt.Sprintf("as fast as Sinch takes requests of one project: %d a second", maxProjectRate)
	}
	return "as fast as the app hands on"
}

// shortly is the first reason alone, for a line that has little room.
func shortly(found []send.Hindrance, zone *time.Location, now time.Time) string {
	if len(found) == 0 {
		return ""
	}
	h := found[0]
	text, _, _ := strings.Cut(h.Text, ": ")
	if h.Until.After(now) && h.Kind != send.HinderedByStart && !strings.Contains(text, h.Until.In(zone).Format("15:04")) {
		text += ", until " + ahead(h.Until, zone, now)
	}
	return text
}
