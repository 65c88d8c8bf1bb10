package send

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"sendoff/internal/pace"
	"sendoff/internal/prose"
	"sendoff/internal/sinch"
)

const (
	explainEvery = time.Second
	// lingers is how long something counts as a hindrance after it has kept a message back: the queue is full again and again between readings.
	lingers = 10 * time.Second
)

// said is what there is to say about why messages do not leave faster.
type said struct {
	at     time.Time // when it was said
	full   time.Time // when the queue had no room
	busy   time.Time // when as many as may be were under way
	others int       // messages that wait and are not ours, where they are too many
}

// explain puts on record what keeps messages back. Called with mu held.
func (s *sender) explain(now time.Time) {
	if now.Sub(s.said.at) < explainEvery {
		return
	}
	s.said.at = now
	why, until := s.pacer.Why(now)
	allowed, atBest := perSecond(s.pacer.Rate()), perSecond(s.pacer.Ceiling())
	s.sayWait(now)
	s.say(why == pace.Throttled, Hindrance{Kind: HinderedByLimit, Text: fmt.Sprintf("Sinch takes fewer than %s a second now: we try %s", atBest, allowed)})
	s.say(why == pace.WarmingUp, Hindrance{Kind: HinderedByWarmUp, Text: fmt.Sprintf("the rate still rises: %s of %s a second", allowed, atBest), Until: until})
	// Requests a second times seconds are those under way (Little's law): with fewer slots than that the pace is that of the answers.
	isBound := now.Sub(s.said.busy) < lingers && s.latency.Typical().Seconds()*s.pacer.Rate() > 0.8*float64(s.MaxInFlight)
	s.say(isBound || why == pace.Slow, Hindrance{Kind: HinderedByLatency, Text: fmt.Sprintf("Sinch takes %s for an answer, and at most %s on their way at a time",
		brief(s.latency.Typical()), prose.Counted(s.MaxInFlight, "message is", "messages are"))})
	if s.backlog == nil {
		return
	}
	ours := s.backlog.Ours(now)
	drain := perSecond(s.backlog.Drain())
	full := now.Sub(s.said.full) < lingers
	s.say(full && ours > 0, Hindrance{Kind: HinderedByQueue, Text: fmt.Sprintf("%s at Sinch, which hands on %s a second",
		prose.Counted(ours, "of ours waits", "of ours wait"), drain)})
	room := fmt.Sprintf("we make room, and send %s a second", allowed)
	if full && ours == 0 {
		room = "nothing leaves before there is room"
	}
	s.say(s.said.others > 0, Hindrance{Kind: HinderedByOthers, Text: fmt.Sprintf("up to %s wait at Sinch that are not ours: %s",
		prose.Counted(s.said.others, "message", "messages"), room)})
}

// sayWait says that nothing leaves for a while since Sinch asks for that. Called with mu held.
func (s *sender) sayWait(now time.Time) {
	wait := s.pacer.Paused(now)
	s.say(wait > time.Second, Hindrance{Kind: HinderedByWait, Text: "Sinch asks us to wait", Until: now.Add(wait)})
}

// say puts a hindrance on record, or takes it back.
func (s *sender) say(holds bool, h Hindrance) {
	if holds {
		s.Progress.hinder(h)
	} else {
		s.Progress.free(h.Kind)
	}
}

func (s *sender) sayOutage(o sinch.Outcome, until time.Time) {
	text := "Sinch cannot take messages now: one tries again from time to time"
	if o.Status == 0 {
		text = "Sinch does not answer: one message tries again from time to time"
	}
	s.Progress.hinder(Hindrance{Kind: HinderedByOutage, Text: text, Until: until})
}

// brief writes how long an answer takes: 40 ms, 2.1 s.
func brief(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", max(1, d.Milliseconds()))
	}
	return strconv.FormatFloat(math.Round(d.Seconds()*10)/10, 'f', -1, 64) + " s"
}

// perSecond writes a rate, with one decimal where it is low.
func perSecond(rate float64) string {
	if rate >= 10 {
		return prose.Thousands(int(math.Round(rate)))
	}
	return strconv.FormatFloat(math.Round(rate*10)/10, 'f', -1, 64)
}
