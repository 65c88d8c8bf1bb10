package send

import (
	"context"
	"math"
	"math/rand/v2"
	"time"

	"sendoff/internal/sinch"
)

// restingInterval is how often what keeps messages back is looked at where no queue is read.
const restingInterval = 5 * time.Second

// watchQueue reads the app as long as there is something to send: how many messages wait in its queue, and how fast it hands them on.
func (s *sender) watchQueue() {
	interval := restingInterval
	if s.backlog != nil {
		interval = s.backlog.Interval()
		s.Progress.Queue.Store(-1)
	}
	for wanted := true; ; {
		if s.backlog != nil && s.worthReading(wanted) {
			s.readQueue(2 * interval)
		}
		s.mu.Lock()
		s.explain(time.Now())
		s.mu.Unlock()
		offer(s.freed)
		// Not quite regular, so that of several runs on one app none is always the first to find room.
		timer := time.NewTimer(interval - interval/4 + rand.N(interval/4))
		select {
		case <-timer.C:
			wanted = false
		case <-s.wanted:
			wanted = true
		case <-s.admitting.Done():
		}
		timer.Stop()
		if s.admitting.Err() != nil {
			return
		}
	}
}

// worthReading reports whether a reading of the queue would tell something that matters now.
func (s *sender) worthReading(wanted bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, open := s.breaker.Open()
	return wanted || (s.backlog.Begun() || s.said.others > 0) && !open && !s.Valve.Paused()
}

// readQueue reads the app once. An error stops nothing: the queue is reckoned with meanwhile.
func (s *sender) readQueue(within time.Duration) {
	s.mu.Lock()
	s.backlog.Ask(time.Now())
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(s.admitting, within)
	app, err := s.Client.App(ctx)
	cancel()
	if err != nil && s.admitting.Err() == nil {
		s.Log.Warn("the app's queue cannot be read", "error", err)
	}
	if err == nil {
		if err := s.Settler.Observe(app); err != nil {
			s.close() // the ledger is broken, and says so to everybody
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if err == nil {
		s.follow(app, now)
	}
	if err != nil || !app.QueueKnown {
		s.backlog.Fail()
		s.Progress.Queue.Store(-1)
		return
	}
	others := s.backlog.Read(now, int(app.QueueSize))
	if s.said.others = 0; s.backlog.Crowded(others) {
		s.said.others = others
		s.pacer.Yield(now, s.backlog.Drain())
	} else {
		s.pacer.Resume(now)
	}
	s.Progress.Queue.Store(app.QueueSize)
}

// follow goes by the limits that an app has now. Called with mu held.
func (s *sender) follow(app *sinch.App, now time.Time) {
	if app.OutboundRate > 0 && app.OutboundRate != s.backlog.Drain() {
		s.Log.Info("the app hands on another number of messages now", "before", s.backlog.Drain(), "now", app.OutboundRate)
		s.backlog.SetDrain(now, app.OutboundRate)
		if s.RateFor != nil {
			s.pacer.SetCeiling(now, s.RateFor(app.OutboundRate))
		}
	}
	s.Progress.Drain.Store(int64(math.Ceil(s.backlog.Drain())))
}
