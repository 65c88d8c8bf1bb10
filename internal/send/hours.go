package send

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sendoff/internal/hours"
	"sendoff/internal/prose"
)

// wallEvery is how often the clock on the wall is looked at while nobody may get a message: machines sleep, and clocks are set.
const wallEvery = time.Minute

// delay is for how long a message may wait at Sinch until it is handed on: as far as nobody has seen how much waits, all that may. Where nothing
// bounds that, none.
func (s *sender) delay() time.Duration { return max(s.QueueAhead, 0) }

func (s *sender) timetable() *timetable {
	return &timetable{clock: s.Hours, notAfter: s.NotAfter, expires: s.Expires, delay: s.delay, spans: map[*hours.Place]opening{}}
}

// mayLeave reports whether a row is within its hours, now and when its message is handed on.
func (s *sender) mayLeave(j *job) bool {
	return j.span.IsZero() || inTime(j.span, s.Now(), s.delay())
}

// tooLate says why nobody may get a message any more; nothing where they may.
func (s *sender) tooLate() string {
	now := s.Now()
	switch {
	case !s.NotAfter.IsZero() && now.After(s.NotAfter):
		return notAfterPassed
	case !s.Expires.IsZero() && s.worth(now) < least:
		return worthless
	}
	return ""
}

// worth is for how long a message that leaves now is worth getting once it is handed on.
func (s *sender) worth(now time.Time) time.Duration {
	return s.Expires.Sub(now) - s.delay()
}

// holdBack is [sender.next] before Config.NotBefore. What look-ups release meanwhile waits too.
func (s *sender) holdBack(sweep *sweep, now time.Time, lookups bool) (j *job, wait time.Duration, idle bool, err error) {
	s.mu.Lock()
	left, doubtful := sweep.left.left+len(s.retries) > 0, len(s.doubtful) > 0
	s.mu.Unlock()
	if !left {
		s.Progress.OnlyAsking.Store(doubtful && lookups)
		return nil, 0, !doubtful || !lookups, nil
	}
	at := prose.Moment(s.NotBefore)
	s.Progress.hinder(Hindrance{Kind: HinderedByStart, Text: "waiting for not_before, " + at, Until: s.NotBefore})
	wait, idle = s.waitUntil(s.NotBefore, now, doubtful && lookups, "nothing leaves before "+at+" (not_before)")
	return nil, wait, idle, nil
}

// waitUntil is what is done while nobody may get a message: it returns for how long to wait before all is asked again; or, where nobody wants
// to wait, leaves with the reason why, once there are no look-ups to wait for.
func (s *sender) waitUntil(due, now time.Time, asking bool, why string) (wait time.Duration, idle bool) {
	s.Progress.OnlyAsking.Store(asking && s.LeaveOutside)
	switch {
	case !s.LeaveOutside:
		s.Progress.Waiting.Store(true)
		s.brakes.rest()
	case !asking:
		s.halt(&Stop{OutsideHours, why})
		return 0, true
	}
	return sooner(0, due.Sub(now)), false
}

// sooner is the shorter of two waits, at most [wallEvery]; one of 0 has no end.
func sooner(wait, until time.Duration) time.Duration {
	until = min(max(until, time.Millisecond), wallEvery)
	if wait == 0 {
		return until
	}
	return min(wait, until)
}

// sayHours makes known who waits for their hours, at most once a second unless it is urgent, and returns why nobody may get a message now, where
// that is so.
func (s *sender) sayHours(sweep *sweep, now time.Time, urgent bool) string {
	if len(sweep.waiting) == 0 && sweep.said.IsZero() || !urgent && now.Sub(sweep.said).Abs() < time.Second {
		return ""
	}
	sweep.said = now
	var at time.Time
	var places []*hours.Place // those that open first
	var last time.Time
	people, all := 0, 0
	for p, n := range sweep.waiting {
		opens := sweep.table.spans[p].span.From
		if n == 0 || !opens.After(now) { // the sweep comes to them
			continue
		}
		all += n
		if opens.After(last) {
			last = opens
		}
		switch {
		case at.IsZero() || opens.Before(at):
			at, places, people = opens, nil, 0
		case opens.After(at):
			continue
		}
		places = append(places, p)
		people += n
	}
	if len(places) == 0 {
		s.Progress.free(HinderedByHours)
		return ""
	}
	slices.SortFunc(places, func(p, q *hours.Place) int {
		if more := sweep.waiting[q] - sweep.waiting[p]; more != 0 {
			return more
		}
		return strings.Compare(p.String(), q.String())
	})
	text := onTheirClock(at, now, places)
	s.Progress.hinder(Hindrance{Kind: HinderedByHours, Text: "waiting for " + text, Until: at, People: people, Later: all - people, Last: last})
	return fmt.Sprintf("nobody may get a message at this hour; next is %s: %s (%s)", text, prose.Counted(people, "person", "people"), prose.Moment(at))
}

// onTheirClock writes when people of some places, which are most in the first, may get messages: 09:00 in Berlin.
func onTheirClock(t, now time.Time, places []*hours.Place) string {
	zone, layout := time.Local, "15:04 MST"
	if first := places[0]; len(first.Zones) == 1 {
		zone, layout = first.Zones[0], "15:04"
	}
	t, now = t.In(zone), now.In(zone)
	switch days := t.Sub(now); {
	case days > 6*24*time.Hour:
		layout = "Mon 2 Jan " + layout
	case t.YearDay() != now.YearDay():
		layout = "Mon " + layout
	}
	text := t.Format(layout) + " in " + places[0].String()
	if more := len(places) - 1; more > 0 {
		text += " and " + prose.Counted(more, "place more", "places more")
	}
	return text
}
