package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"sendoff/internal/prose"
	"sendoff/internal/send"
)

// mostReasons is how many reasons why a run is slow a person is told at once.
const mostReasons = 3

// hindrances are what keeps messages back now, the most important first.
func (r *runner) hindrances() []send.Hindrance {
	found := append([]send.Hindrance{}, r.sending().Hindrances()...) // not nil: JSON has a list, be it empty
	isWait := func(h send.Hindrance) bool { return h.Kind == send.HinderedByWait }
	if until := time.UnixMilli(r.progress.Paused.Load()); time.Until(until) > 2*time.Second && !slices.ContainsFunc(found, isWait) {
		found = append(found, send.Hindrance{Kind: send.HinderedByWait, Text: "Sinch asks for patience", Until: until})
	}
	byImportance(found)
	return found
}

// byImportance sorts hindrances in the order in which they matter to a person.
func byImportance(found []send.Hindrance) {
	order := []string{
		send.HinderedByStart, send.HinderedByHours, send.HinderedByOutage, send.HinderedByWait, send.HinderedByLimit,
		send.HinderedByQueue, send.HinderedByOthers, send.HinderedByWarmUp, send.HinderedByLatency, send.HinderedBySlice,
	}
	slices.SortStableFunc(found, func(a, b send.Hindrance) int {
		return cmp.Compare(slices.Index(order, a.Kind), slices.Index(order, b.Kind))
	})
}

// holdsBack reports whether people do not get their message as long as h lasts, be they few or all.
func holdsBack(h send.Hindrance) bool {
	switch h.Kind {
	case send.HinderedByStart, send.HinderedByHours, send.HinderedByOutage, send.HinderedByWait:
		return true
	}
	return false
}

// heldBack reports whether nothing may leave to any of so many people.
func heldBack(found []send.Hindrance, people int64) bool {
	return slices.ContainsFunc(found, func(h send.Hindrance) bool {
		return holdsBack(h) && (h.People == 0 || int64(h.People) >= people)
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

// reason says what keeps whom back, and until when: waiting for 09:00 in Berlin: 3,120 people (until 09:00 CET, in 42 min).
func reason(h send.Hindrance, zone *time.Location, now time.Time) string {
	text := h.Text
	if h.People > 0 {
		text += ": " + prose.Counted(h.People, "person", "people")
	}
	if h.Until.After(now) {
		text += fmt.Sprintf(" (until %s, in %s)", ahead(h.Until, zone, now), untilAge(h.Until.Sub(now)))
	}
	return text
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

// untilAge writes how long it is until then.
func untilAge(d time.Duration) string {
	if d < 100*time.Second {
		return prose.Lasting(d)
	}
	return prose.Age((d + time.Minute - 1).Truncate(time.Minute))
}

// zone is the clock on which people are told times: the campaign's, or that of this machine.
func (r *runner) zone() *time.Location {
	if r.campaign != nil && r.campaign.TimeZone != nil {
		return r.campaign.TimeZone
	}
	return time.Local
}

// limit says what a run is as fast as that nothing hinders; empty where it is slower than it may be, for whatever reason.
func (r *runner) limit(reached float64) string {
	allowed := float64(r.progress.Rate.Load())
	wanted, name := r.campaign.Pace.Rate, "rate: "
	if r.flags.rate != "" {
		name = "--rate "
	}
	switch {
	case reached < 0.8*allowed && r.progress.InFlight.Load() >= int64(r.flags.maxInFlight):
		return fmt.Sprintf("as fast as Sinch answers %s at a time (max_in_flight)", prose.Counted(r.flags.maxInFlight, "request", "requests"))
	case reached < 0.8*allowed:
		return ""
	case r.flags.rate != "" && r.flags.rate != "auto":
		return "as fast as " + name + r.flags.rate + " allows"
	case r.flags.rate == "" && wanted.String() != "auto":
		return "as fast as " + name + wanted.String() + " allows"
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
	if h.Until.After(now) && !strings.Contains(text, h.Until.In(zone).Format("15:04")) {
		text += ", until " + ahead(h.Until, zone, now)
	}
	return text
}
