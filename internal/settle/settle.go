package settle

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"sendoff/campaign"
	"sendoff/internal/failpoint"
	"sendoff/internal/ledger"
	"sendoff/internal/pace"
	"sendoff/internal/prose"
	"sendoff/internal/runstore"
	"sendoff/internal/sinch"
)

// Config says whom to ask about what.
type Config struct {
	Run          *runstore.Run
	Client       *sinch.Client
	DispatchOnly bool          // as of [StorageOf]
	Settle       time.Duration // from the last moment in which a request can have left to the first look that counts, and on to the second
	GiveUp       time.Duration // stop after so long without a complete look
	Log          *slog.Logger
}

// Doubt is a row of which nobody knows whether Sinch took it.
type Doubt struct {
	Row     int
	To      []campaign.Identity // the addresses of its person
	Begun   time.Time           // its last intent
	Storage int                 // of that intent, as the run numbers it
	// Since is when the last of its request can have left, on this process's clock; zero where it was the request of an earlier process.
	Since time.Time
}

// Outcome is what was found out.
type Outcome uint8

// The outcomes.
const (
	Taken      Outcome = iota // Sinch has the message
	NotTaken                  // Sinch does not have it, and did not take it
	Unknowable                // nobody can find out any more
)

func (o Outcome) String() string { return [...]string{"taken", "not taken", "unknowable"}[o] }

// Answer is what was found out about a row.
type Answer struct {
	Row     int
	Outcome Outcome
	Trace   Trace  // where it was taken
	Why     string // where nobody can know, in words
	Refused bool   // nobody can know since Sinch refuses to say, which can be mended
}

// asked is the reason of rows in doubt about which Sinch was asked, to no avail: no later look can say more.
const asked = 1

// Result is what the ledger is told, of a row whose detail so far is given.
func (a Answer) Result(detail string, now time.Time) ledger.Result {
	switch a.Outcome {
	case Taken:
		return a.Trace.Result()
	case NotTaken:
		return ledger.Result{State: ledger.Released, Time: now, Detail: detail + "; Sinch has no such message"}
	}
	if !strings.Contains(detail, a.Why) { // else an earlier start has found out the same
		detail += "; " + a.Why
	}
	r := ledger.Result{State: ledger.InDoubt, Reason: asked, Time: now, Detail: detail}
	if a.Refused {
		r.Reason = 0
	}
	return r
}

// BeyondAsking is the result for a row in doubt about which nobody need be asked.
func BeyondAsking(detail string, now time.Time) ledger.Result {
	return ledger.Result{State: ledger.InDoubt, Reason: asked, Time: now, Detail: detail}
}

// Settler asks about rows in doubt, in groups, when it is time to. Its methods may be called by many goroutines, Run by one.
type Settler struct {
	cfg   Config
	added chan struct{} // holds one token when waiting grew

	mu      sync.Mutex
	waiting map[int]*pending
	trouble error // of the last look, where it was not complete
	hear    func(row int) (messageID string, at time.Time, heard bool)
}

// pending is a doubt that is waited with.
type pending struct {
	Doubt
	due    time.Time // of the next look
	counts time.Time // a look before it that finds nothing says nothing
	misses int
}

// New returns a settler for nobody as yet.
func New(c Config) *Settler {
	if failpoint.Broken(failpoint.NoSettle) {
		c.Settle = 0
	}
	return &Settler{cfg: c, added: make(chan struct{}, 1), waiting: map[int]*pending{}}
}

// CanAsk reports whether a message of which the intent was recorded with a number of storage could be found at all.
func (s *Settler) CanAsk(storage int) bool {
	return len(sources(since(s.cfg.Run.Meta().Storage, storage))) > 0
}

// WorthAsking reports whether Sinch is asked about a row that an earlier start has left begun or in doubt.
func (s *Settler) WorthAsking(e ledger.Entry) bool {
	return s.CanAsk(e.Storage) && !(e.State == ledger.InDoubt && e.Reason == asked)
}

// Longest is how long it takes to conclude about somebody, where no look fails.
func (s *Settler) Longest() time.Duration { return 2*s.cfg.Settle + 2*s.cfg.Settle/ticks }

// early is the part of the settle time after which a first look is taken: what is there is mostly there at once.
const early = 12

// longAgo is when a request of an earlier process has surely had its settle time: it can have waited for its turn for minutes after its intent.
const longAgo = time.Hour

// ticks per settle time: doubts that come due within one are asked about together.
const ticks = 10

// Add waits with a doubt that can be asked about.
func (s *Settler) Add(d Doubt) {
	now := time.Now()
	p := &pending{Doubt: d}
	if d.Since.IsZero() {
		p.Since = now
		// The clock on the wall may be wrong; but a second look follows a settle time from now.
		if now.Round(0).Sub(d.Begun) > longAgo {
			p.Since = now.Add(-s.cfg.Settle)
		}
	}
	p.counts = p.Since.Add(s.cfg.Settle)
	p.due = p.counts
	if first := p.Since.Add(s.cfg.Settle / early); first.After(now) {
		p.due = first
	}
	s.mu.Lock()
	s.waiting[d.Row] = p
	s.mu.Unlock()
	s.wake()
}

// Waiting returns how many rows are waited with, and when the next of them are asked about.
func (s *Settler) Waiting() (rows int, next time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.waiting {
		if next.IsZero() || p.due.Before(next) {
			next = p.due
		}
	}
	return len(s.waiting), next
}

// Trouble returns why the last look was not complete, or nil.
func (s *Settler) Trouble() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trouble
}

// Added has something to receive after [Settler.Add].
func (s *Settler) Added() <-chan struct{} { return s.added }

// Listen has hear asked about everybody who is waited with, before Sinch is and before anything is concluded: whether a receipt has proved that Sinch
// took the message of a row. It is called before [Settler.Run].
func (s *Settler) Listen(hear func(row int) (messageID string, at time.Time, heard bool)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hear = hear
}

// Heard tells that receipts have come.
func (s *Settler) Heard() { s.wake() }

func (s *Settler) wake() {
	select {
	case s.added <- struct{}{}:
	default:
	}
}

// answerHeard answers about those whose message receipts have proved to be taken.
func (s *Settler) answerHeard(answer func(Answer) error) error {
	var answers []Answer
	s.mu.Lock()
	for row := range s.waiting {
		if s.hear == nil {
			break
		}
		if id, at, heard := s.hear(row); heard {
			answers = append(answers, Answer{Row: row, Outcome: Taken, Trace: Trace{Row: row, ID: id, Time: at}, Why: "a receipt came"})
		}
	}
	s.mu.Unlock()
	for _, a := range answers {
		if err := answer(a); err != nil {
			return err
		}
		s.mu.Lock()
		delete(s.waiting, a.Row)
		s.mu.Unlock()
	}
	return nil
}

// ErrNoLook means that for Config.GiveUp no look was complete. What is waited with is as doubtful as before.
var ErrNoLook = errors.New("no answer from Sinch about recipients in doubt")

// Run asks until nobody is waited with any more. Every answer goes to answer once, and its row is waited with no longer. Run returns the error
// of ctx or of answer, or one that wraps [ErrNoLook].
func (s *Settler) Run(ctx context.Context, answer func(Answer) error) error {
	failures, failing := 0, time.Time{}
	for {
		if err := s.answerHeard(answer); err != nil {
			return err
		}
		rows, next := s.Waiting()
		if rows == 0 {
			return nil
		}
		next = next.Add(s.cfg.Settle / ticks)
		if err := s.sleep(ctx, time.Until(next)); err != nil {
			return err
		}
		now := time.Now()
		if now.Before(next) {
			continue // something was added
		}
		group := s.due(now)
		err := s.look(ctx, group, answer)
		var failed *lookError
		s.mu.Lock()
		s.trouble = err
		s.mu.Unlock()
		switch {
		case err == nil:
			failures = 0
			continue
		case ctx.Err() != nil:
			return ctx.Err()
		case !errors.As(err, &failed):
			return err
		}
		s.cfg.Log.Warn("look-up failed", "rows", len(group), "error", failed.err)
		left, _ := s.Waiting()
		if failures++; failures == 1 || left < rows {
			failing = time.Now() // it was good for something
		}
		if silent := time.Since(failing); silent >= s.cfg.GiveUp {
			return fmt.Errorf("%w for %s: %w", ErrNoLook, prose.Lasting(silent), failed.err)
		}
		s.postpone(group, max(pace.Backoff(failures, time.Second, min(time.Minute, s.cfg.GiveUp/4)), failed.retryAfter()))
	}
}

// sleep returns after d, or when something was added, or with the error of ctx.
func (s *Settler) sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.added:
	case <-ctx.Done():
	}
	return ctx.Err()
}

// due returns the rows whose time for a look has come.
func (s *Settler) due(now time.Time) []*pending {
	s.mu.Lock()
	defer s.mu.Unlock()
	var group []*pending
	for _, p := range s.waiting {
		if !p.due.After(now) {
			group = append(group, p)
		}
	}
	return group
}

func (s *Settler) postpone(group []*pending, d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for now, i := time.Now(), 0; i < len(group); i++ {
		if p := group[i]; !p.due.After(now) { // the look was not complete for them
			p.due = now.Add(d)
		}
	}
}

// lookError is a look that was not complete. It is no reason to end.
type lookError struct{ err error }

func (e *lookError) Error() string { return e.err.Error() }
func (e *lookError) Unwrap() error { return e.err }

func (e *lookError) retryAfter() time.Duration {
	var status *sinch.StatusError
	if errors.As(e.err, &status) {
		return status.RetryAfter
	}
	return 0
}

// look asks once about a group. A [*lookError] says that it was not complete, so that nothing is known of some.
func (s *Settler) look(ctx context.Context, group []*pending, answer func(Answer) error) error {
	began := time.Now()
	seen, shown, lookErr := s.ask(ctx, group)
	failpoint.Hit(failpoint.LookTaken)
	var failed *lookError
	if lookErr != nil && !errors.As(lookErr, &failed) {
		return lookErr
	}
	if err := s.answerHeard(answer); err != nil { // a receipt may have come meanwhile
		return err
	}
	for _, p := range group {
		if !s.waitsWith(p) {
			continue
		}
		a, ok := s.conclude(p, seen, shown, began)
		if !ok {
			continue
		}
		if err := answer(a); err != nil {
			return err
		}
		failpoint.Hit(failpoint.DoubtSettled)
		s.mu.Lock()
		if s.waiting[p.Row] == p { // else it was answered, tried again, and is in doubt once more
			delete(s.waiting, p.Row)
		}
		s.mu.Unlock()
	}
	return lookErr
}

func (s *Settler) waitsWith(p *pending) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting[p.Row] == p
}

// conclude says what a look, begun at a time, says about p. It returns false where that is nothing yet.
func (s *Settler) conclude(p *pending, seen []runstore.Storage, shown *sight, began time.Time) (Answer, bool) {
	a := Answer{Row: p.Row, Outcome: Unknowable}
	if t, ok := shown.found[p.Row]; ok {
		return Answer{Row: p.Row, Outcome: Taken, Trace: t}, true
	}
	if err := shown.failed[p.Row]; err != nil {
		if a.Why = refusal(err); a.Why == "" || began.Before(p.counts) {
			return a, false
		}
		a.Refused = true
		return a, true
	}
	misses := s.missed(p, began)
	if misses == 0 {
		return a, false
	}
	if a.Why = Inconclusive(since(seen, p.Storage), p.Begun, began); a.Why != "" {
		return a, true // no later look can say more
	}
	if misses == 1 {
		return a, false
	}
	if shown.unclear[p.Row] {
		a.Why = "Sinch's records do not show whose the messages to this person are"
		return a, true
	}
	a.Outcome = NotTaken
	return a, true
}

// missed takes note of a look, begun at a time, that did not find p, and returns how many such looks count.
func (s *Settler) missed(p *pending, began time.Time) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !began.Before(p.counts) {
		p.misses++
		p.counts = began.Add(s.cfg.Settle)
	}
	p.due = p.counts
	return p.misses
}

// Observe puts on record how an app that was read just now keeps the messages of the run.
func (s *Settler) Observe(app *sinch.App) error {
	_, err := s.cfg.Run.Observe(StorageOf(app, s.cfg.DispatchOnly, time.Now()))
	return err
}

// ask looks at everything that could hold a message of the group, and returns what was ever heard of storage.
func (s *Settler) ask(ctx context.Context, group []*pending) ([]runstore.Storage, *sight, error) {
	shown := newSight()
	app, err := s.cfg.Client.App(ctx)
	if err != nil {
		for _, p := range group {
			shown.failed[p.Row] = err
		}
		return nil, shown, &lookError{err}
	}
	if err := s.Observe(app); err != nil {
		return nil, shown, err
	}
	m := s.cfg.Run.Meta()
	people := map[sinch.Source]map[int]person{}
	for _, p := range group {
		for _, source := range sources(since(m.Storage, p.Storage)) {
			if people[source] == nil {
				people[source] = map[int]person{}
			}
			people[source][p.Row] = person{p.To, p.Begun}
		}
	}
	for source, sought := range people {
		if findErr := shown.find(ctx, s.cfg.Client, source, m.RunID, sought); findErr != nil {
			err = &lookError{findErr}
		}
	}
	return m.Storage, shown, err
}

// refusal says why the API will not answer the next time either, or "" where it may. What is not in the API's own words comes from something in
// between, and may pass.
func refusal(err error) string {
	var status *sinch.StatusError
	final := errors.Is(err, sinch.ErrCredentials)
	if errors.As(err, &status) && status.API != nil {
		final = final || status.Status < 500 && status.Status != http.StatusTooManyRequests && status.Status != http.StatusRequestTimeout
	}
	if !final {
		return ""
	}
	return fmt.Sprintf("Sinch refuses to say: %v", err)
}
