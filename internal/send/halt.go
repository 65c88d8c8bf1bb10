package send

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sendoff/campaign"
	"sendoff/internal/forecast"
	"sendoff/internal/prose"
	"sendoff/internal/runstore"
)

// halted reports whether a row belongs to a slice that this start sends no more to.
func (s *sender) halted(r *campaign.Recipient) bool {
	if s.brakes.number.Load() == 0 {
		return false
	}
	isKept, why := s.brakes.keepBack(s.kind(r), r.Row)
	if why != "" {
		s.Progress.keepBack(HinderedBySlice, why)
	}
	return isKept
}

// kind returns the country, channel and language of a row; the zero Kind where nobody knows them.
func (s *sender) kind(r *campaign.Recipient) forecast.Kind {
	if s.meter == nil {
		return forecast.Kind{}
	}
	s.measuring.Lock()
	defer s.measuring.Unlock()
	return s.meter.Kind(r)
}

// brake does what the brakes ask for after a row: it halts a slice, or the run.
func (s *sender) brake(h *stopped, stop *Stop) error {
	if stop == nil {
		stop = s.overCount()
	}
	if stop != nil {
		s.halt(stop)
	}
	if h == nil {
		return nil
	}
	halt := runstore.Halt{By: h.by.String(), Name: h.name, Slice: h.slice.String(), Reason: h.reason, Time: time.Now()}
	s.Log.Warn("slice halted", "by", halt.By, "name", halt.Name, "reason", halt.Reason)
	if s.OnHalt != nil {
		s.OnHalt(halt)
	}
	return s.Run.Update(func(m *runstore.Meta) { m.Halted = append(slices.Clone(m.Halted), halt) })
}

// overCount says why to stop where more of the run, with what earlier starts did, ended badly than the campaign allows in so many words.
func (s *sender) overCount() *Stop {
	for _, l := range []struct {
		most campaign.Share
		n    int64
		text string
	}{
		{s.Limits.MaxRejected, s.Progress.Rejected.Load(), "Sinch has refused %s, and limits.max_rejected allows %s; raise it to go on"},
		{s.Limits.MaxInDoubt, s.lost.Load(), "%s stay in doubt, and limits.max_in_doubt allows %s; raise it, or settle them, to go on"},
	} {
		if l.most.Percent == 0 && l.most.Count > 0 && l.most.Exceeds(int(l.n), 0) {
			return &Stop{Brake, fmt.Sprintf(l.text, prose.Counted(l.n, "message", "messages"), prose.Thousands(l.most.Count))}
		}
	}
	return nil
}

// lose tells the brakes that nobody will know of a row whether Sinch took it. One that an earlier start began says nothing about this one.
func (s *sender) lose(j *job) error {
	s.lost.Add(1)
	switch {
	case s.admitting.Err() != nil:
		return nil
	case !j.begun:
		return s.brake(nil, nil)
	}
	return s.brake(s.brakes.ended(s.kind(&j.r), inDoubt, j.detail))
}

// judgeHalts ends a start that has left people because their slice was halted. How many they are is known where all the others were seen to.
// Where it has ended since nobody may get a message now, the halts come first: whoever starts again by himself for the hours would go on with
// what fails.
func (s *sender) judgeHalts(sweep *sweep) error {
	s.mu.Lock()
	stop := s.stop
	s.mu.Unlock()
	isOutside := stop != nil && stop.Cause == OutsideHours
	if s.admitting.Err() != nil && !isOutside {
		return nil
	}
	more := sweep.left.left > 0
	kept := s.brakes.keptBack()
	if len(kept) == 0 {
		return nil
	}
	texts := make([]string, len(kept))
	for i, h := range kept {
		texts[i] = h.why()
		if !more {
			texts[i] += "; " + h.of(h.kept)
		}
	}
	if isOutside {
		texts = append(texts, stop.Reason)
	}
	s.halt(&Stop{Brake, strings.Join(texts, ". ")})
	if more {
		return nil
	}
	return s.Run.Update(func(m *runstore.Meta) {
		m.Halted = slices.Clone(m.Halted)
		for i := range m.Halted {
			for _, h := range kept {
				if m.Halted[i].By == h.by.String() && m.Halted[i].Name == h.name {
					m.Halted[i].NotSent = h.kept
				}
			}
		}
	})
}
