package send

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"sendoff/campaign"
	"sendoff/internal/forecast"
	"sendoff/internal/hours"
	"sendoff/internal/pace"
	"sendoff/internal/render"
	"sendoff/internal/runstore"
	"sendoff/internal/settle"
	"sendoff/internal/sinch"
	"sendoff/internal/suppress"
)

// Config says what to send and how.
type Config struct {
	Run      *runstore.Run // planned, and held by this process
	Renderer *render.Renderer
	Suppress *suppress.Set
	// Had says why somebody is taken to have the message from before this run; "": they are not. Many call it at once; nil: nobody is.
	Had      func(row int) (why string, err error)
	Client   *sinch.Client
	IDColumn int    // of the customer's own identifier, for suppression; -1: none
	Epoch    string // of this start; in the ledger's meta already

	Rate        float64       // requests a second
	MaxInFlight int           // rows that are begun and not settled
	Limit       int           // begin at most so many rows now; 0: all
	GiveUp      time.Duration // stop after so long without any answer
	NoCanary    bool
	Canary      campaign.Canary  // the first messages; zero: the default
	KeepsStatus bool             // the app shows how far messages are: where the canary waits for that, it is asked
	Budget      *forecast.Budget // nil: nothing limits what is spent
	NotAfter    time.Time        // whoever is not begun by then is left out as expired; zero: it is never too late

	NotBefore    time.Time        // nothing leaves before; zero: it may at once
	Hours        *hours.Clock     // at which hours people may get messages; nil: at any
	LeaveOutside bool             // return with [OutsideHours] instead of waiting for an hour
	Expires      time.Time        // until when a message is worth getting; zero: nobody says, or the renderer knows for how long
	Now          func() time.Time // the clock of hours, NotBefore, NotAfter and Expires; nil: that of this machine

	Drain      float64                        // messages a second that the app hands on, until it says otherwise
	QueueAhead time.Duration                  // how much work for the app may wait in its queue; 0: there is no bound, and the queue is not read
	RateFor    func(outbound float64) float64 // the Rate through an app that hands on so many a second; nil: it does not depend on that
	WarmUp     time.Duration                  // how long the rate takes to rise to Rate
	Gauge      *forecast.Gauge                // knows country, channel and language of rows
	Limits     campaign.Limits
	OnHalt     func(runstore.Halt) // is told when a slice is halted; nil: nobody is

	Settler          *settle.Settler      // asks about rows in doubt where that is possible
	InDoubt          campaign.DoubtPolicy // what is done with the others
	AskLater         bool                 // rows in doubt wait for the next call
	HoldServerErrors bool                 // a 500 or 503 that cannot be looked up leaves doubt, and is not tried again

	Valve    *Valve // nil: always open
	Progress *Progress
	Log      *slog.Logger
}

// sender is one call of [Send].
type sender struct {
	Config
	rows    chan *job
	permits chan struct{}
	brakes  *brakes
	changed chan struct{} // holds one token when open, retries or doubtful changed
	ear     *ear
	lost    atomic.Int64  // rows that stay in doubt, with those of earlier starts
	freed   chan struct{} // holds one token when there may be room for another request
	wanted  chan struct{} // holds one token when a reading of the queue is waited for
	isOpen  atomic.Bool   // the breaker lets nobody through, but for a probe
	putOff  atomic.Bool   // somebody was left to the next start because of Config.Limit

	// admitting ends when nothing new may leave.
	admitting context.Context
	close     context.CancelFunc

	measuring sync.Mutex      // guards meter
	meter     *forecast.Meter // nil where no Gauge is

	mu       sync.Mutex // guards what follows
	pacer    *pace.Pacer
	breaker  *pace.Breaker
	flipped  chan struct{} // closed, and replaced, when the breaker lets others through than before
	latency  pace.Latency
	backlog  *pace.Backlog // nil: there is no bound
	inFlight int           // permits that are on offer or held
	said     said
	awake    awake

	retryBudget *pace.RetryBudget
	retries     retries
	doubtful    map[int]*job // by row: they wait for a look-up
	open        int          // jobs that workers hold
	canary      map[int]bool // rows that went out before the canary was passed; nil: nobody waits to hear of them
	begun       int          // rows that were handed out and begun, or may yet be; held against Config.Limit
	detail      string       // of the last row that was not accepted
	stop        *Stop        // the gravest reason why admitting has ended
}

// Send sends to every row of the run that is left, through an app that the caller has just seen to be there, asks about those in doubt, and
// merges the run's receipts as they come; what came before the caller has used (see [receipts.Settle]). It returns nil when all of them are
// settled: accepted, rejected, skipped, or in doubt for good. It returns a [*Stop] where something ended it before that; any other error means that the ledger or the snapshot failed.
//
// When stop is closed nothing new leaves, and Send returns once every answer under way has come. When ctx ends it returns at once,
// and what was under way is in doubt. Either way everything that is known is in the ledger when Send returns.
func Send(ctx context.Context, stop <-chan struct{}, c Config) error {
	s := newSender(c)
	snapshot, err := c.Run.OpenSnapshot()
	if err != nil {
		return err
	}
	defer snapshot.Close()
	if s.brakes, err = newBrakes(&c, snapshot.Rows()); err != nil {
		return err
	}
	left, err := s.resume(snapshot)
	if err != nil {
		return err
	}
	if stop := s.overCount(); stop != nil && left.left > 0 {
		return stop
	}
	s.admitting, s.close = context.WithCancel(ctx)
	defer s.close()
	select {
	case <-stop:
		return &Stop{Interrupted, "stopped on request"} // resume has synced what it recorded
	default:
	}
	if err := s.hear(); err != nil {
		return err
	}
	s.Settler.Listen(s.ear.proofOf)
	if err := s.send(ctx, stop, snapshot, left); err != nil {
		return err
	}
	return s.outcome(ctx)
}

func newSender(c Config) *sender {
	s := &sender{
		Config:   c,
		rows:     make(chan *job),
		permits:  make(chan struct{}),
		changed:  make(chan struct{}, 1),
		freed:    make(chan struct{}, 1),
		wanted:   make(chan struct{}, 1),
		doubtful: map[int]*job{},
		ear:      newEar(),
	}
	if s.Canary.Rows == 0 {
		s.Canary = campaign.DefaultCanary()
	}
	s.setPace(time.Now())
	if s.Valve == nil {
		s.Valve = new(Valve)
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	if c.Gauge != nil {
		s.meter = c.Gauge.Meter()
	}
	return s
}

// send has the rows that are left sent to, and returns when nothing is under way any more. Workers and dispatcher return an error only for what
// breaks the run. It does not cancel ctx: what is under way gets its answer, so that nobody is in doubt for it.
func (s *sender) send(ctx context.Context, stop <-chan struct{}, snapshot *runstore.Snapshot, left *todo) error {
	var group errgroup.Group
	for range s.MaxInFlight {
		group.Go(func() error { return s.work(ctx) })
	}
	group.Go(func() error {
		defer close(s.rows)
		err := s.dispatch(snapshot, left)
		if err != nil {
			s.close()
		}
		return err
	})
	helpers := s.startHelpers(stop)
	err := group.Wait()
	s.close()
	helpers.Wait()
	s.Progress.end()
	return errors.Join(err, s.Run.Ledger.Sync())
}

// halt admits nothing new, and remembers why.
func (s *sender) halt(stop *Stop) {
	s.mu.Lock()
	if s.stop == nil || stop.Cause > s.stop.Cause {
		s.stop = stop
	}
	s.mu.Unlock()
	s.close()
}

// startHelpers starts the goroutines that live as long as rows are admitted.
func (s *sender) startHelpers(stop <-chan struct{}) *sync.WaitGroup {
	var helpers sync.WaitGroup
	helpers.Go(s.pace)
	helpers.Go(s.watchQueue)
	helpers.Go(func() { s.watchLists(func() error { return s.Suppress.Refresh(time.Now()) }) })
	helpers.Go(func() { s.watchLists(func() error { return s.Suppress.RefreshOptOuts(s.admitting) }) }) // which may take long
	helpers.Go(s.settleDoubt)
	helpers.Go(s.listen)
	helpers.Go(func() {
		select {
		case <-stop:
			s.halt(&Stop{Interrupted, "stopped on request"})
		case <-s.admitting.Done():
		}
	})
	return &helpers
}

// outcome is why sending ended, where the run itself is sound.
func (s *sender) outcome(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.stop != nil:
		return s.stop
	case ctx.Err() != nil:
		return &Stop{Interrupted, "stopped at once; what was under way is in doubt"}
	}
	return nil
}

// sleep returns false where rows are no longer admitted.
func (s *sender) sleep(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.admitting.Done():
		return false
	}
}

// suppressionEvery is how often the suppression lists are looked at while sending.
const suppressionEvery = 10 * time.Second

// watchLists has lists read again that changed, so that somebody who opts out while we send is left out.
func (s *sender) watchLists(refresh func() error) {
	for s.sleep(suppressionEvery) {
		switch err := refresh(); {
		case errors.Is(err, suppress.ErrLost):
			s.halt(&Stop{Brake, err.Error()})
		case err != nil:
			s.Log.Warn("suppression list not read again; the last reading holds", "error", err)
		}
	}
}
