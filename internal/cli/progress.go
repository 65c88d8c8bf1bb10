package cli

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"sendoff/internal/prose"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
)

const (
	barEvery    = 200 * time.Millisecond
	statusEvery = time.Second
	lineEvery   = 30 * time.Second
)

// watcher shows how far sending is: a bar on a terminal, elsewhere a line every 30 seconds; and keeps status.json up to date.
type watcher struct {
	*runner
	began   time.Time // on the valve's clock
	said    bool      // that nothing but look-ups is left
	trouble bool      // was told of
	bar     *progressbar.ProgressBar
	over    chan struct{}
	running sync.WaitGroup
}

// watchProgress starts watching. The caller ends it.
func (r *runner) watchProgress() *watcher {
	w := &watcher{runner: r, began: r.valve.Clock(time.Now()), over: make(chan struct{})}
	if isTerminal(r.Stderr) && !r.quiet {
		w.bar = newBar(r.Stderr)
	}
	r.watching.Store(w)
	w.running.Go(w.watch)
	return w
}

func newBar(to io.Writer) *progressbar.ProgressBar {
	return progressbar.NewOptions64(1,
		progressbar.OptionSetWriter(to), progressbar.OptionSetWidth(20), progressbar.OptionClearOnFinish(),
		progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false), progressbar.OptionSetTheme(progressbar.ThemeASCII))
}

// end takes the bar away, and returns when nothing more is written.
func (w *watcher) end() {
	close(w.over)
	w.running.Wait()
	if w.bar != nil {
		fmt.Fprint(w.Stderr, "\r\033[K") // erase the line (ECMA-48, EL)
	}
}

func (w *watcher) watch() {
	w.writeMetrics()
	bar, status, line, metrics := time.NewTicker(barEvery), time.NewTicker(statusEvery), time.NewTicker(lineEvery), time.NewTicker(metricsEvery)
	defer bar.Stop()
	defer status.Stop()
	defer line.Stop()
	defer metrics.Stop()
	for {
		select {
		case <-w.over:
			return
		case <-bar.C:
			w.draw()
		case <-status.C:
			w.writeStatus(w.status())
			w.sayWaiting()
		case <-metrics.C:
			w.writeMetrics()
		case <-line.C:
			if w.bar == nil {
				w.say("%s", w.line())
			}
		}
	}
}

func (w *watcher) draw() {
	p := &w.progress
	total := p.Total.Load()
	if w.bar == nil || total == 0 {
		return
	}
	if w.lookups() != "" { // a bar that is full takes itself away
		fmt.Fprintf(w.Stderr, "\r%s\033[K", w.line()) // erase what stood behind it (ECMA-48, EL)
		return
	}
	w.bar.ChangeMax64(total)
	w.bar.Describe(w.line())
	_ = w.bar.Set64(min(p.Settled(), total)) // a bar that cannot be drawn is no reason to stop
}

// line is the state in one line: sent, rejected, in flight, rate, time left.
func (w *watcher) line() string {
	p := &w.progress
	text := fmt.Sprintf("%s of %s sent", prose.Thousands(p.Accepted.Load()), prose.Thousands(p.Total.Load()))
	if n := p.Rejected.Load(); n > 0 {
		text += fmt.Sprintf(", %s rejected", prose.Thousands(n))
	}
	if n := p.InDoubt.Load(); n > 0 {
		text += fmt.Sprintf(", %s in doubt", prose.Thousands(n))
	}
	if waiting := w.lookups(); waiting != "" {
		return text + "; " + waiting
	}
	if w.valve.Paused() {
		text += ", paused"
	} else if until := p.Paused.Load(); until > time.Now().Add(2*time.Second).UnixMilli() {
		text += ", waiting until " + time.UnixMilli(until).Format("15:04:05 MST") + " as Sinch asks"
	}
	text += fmt.Sprintf(", %s in flight, %s/s", prose.Thousands(p.InFlight.Load()), prose.Thousands(w.reached()))
	if left := w.left(); left > 0 {
		text += fmt.Sprintf(", %v left", left)
	}
	return text
}

// sayWaiting tells, once, those who see no bar that everyone is sent to and Sinch has still to be asked.
func (w *watcher) sayWaiting() {
	text := w.lookups()
	if text == "" || w.bar != nil {
		return
	}
	if !w.said {
		w.said = true
		w.say("%s; this takes up to %v. Ctrl-C leaves, and the same command goes on", text, w.settler.Longest())
	}
	if err := w.settler.Trouble(); err != nil && !w.trouble {
		w.trouble = true
		w.say("Sinch cannot be asked (%v); trying for up to %v", err, w.flags.giveUp)
	}
}

// lookups says when Sinch is asked about people in doubt, where that is all there is left to do.
func (w *watcher) lookups() string {
	rows, next := w.settler.Waiting()
	if rows == 0 || !w.progress.OnlyAsking.Load() {
		return ""
	}
	if w.settler.Trouble() != nil {
		return fmt.Sprintf("Sinch cannot be asked about %s in doubt; trying again", prose.Counted(rows, "recipient", "recipients"))
	}
	return fmt.Sprintf("asking Sinch about %s in doubt in %v", prose.Counted(rows, "recipient", "recipients"), max(time.Until(next), 0).Round(time.Second))
}

// reached is how many rows a second this start has settled, pauses not counted.
func (w *watcher) reached() int64 {
	settled, seconds := w.progress.Settled()-w.progress.Before.Load(), w.valve.Clock(time.Now()).Sub(w.began).Seconds()
	if settled <= 0 || seconds <= 0 { // what earlier starts had in doubt may be sent again
		return 0
	}
	return int64(float64(settled) / seconds)
}

// left is how long it takes until everyone is sent to; 0 where nobody can tell, as in a pause.
func (w *watcher) left() time.Duration {
	rate := w.reached()
	if rate == 0 || w.valve.Paused() {
		return 0
	}
	return time.Duration((w.progress.Total.Load()-w.progress.Settled())/rate) * time.Second
}

// status is what status.json holds. What a report says too has the same name there.
type status struct {
	Message  string `json:"message,omitempty"` // what has to be read before anything else
	Schema   int    `json:"schema"`
	Live     bool   `json:"live,omitempty"` // a process holds the run, and says so
	Campaign string `json:"campaign"`
	RunKey   string `json:"run_key"`
	RunID    string `json:"run_id"`
	Sandbox  bool   `json:"sandbox"`

	Destination runstore.Destination `json:"destination,omitzero"`

	Time     time.Time `json:"time"`
	State    string    `json:"state"`
	Eligible int64     `json:"eligible"`
	Accepted int64     `json:"accepted"`
	Rejected int64     `json:"rejected"`
	InDoubt  int64     `json:"in_doubt"`
	Left     int64     `json:"left_in_doubt"`
	NotSent  int64     `json:"not_sent"`
	Skipped  int64     `json:"skipped_while_sending"`
	InFlight int64     `json:"in_flight"`
	Allowed  int64     `json:"rate_allowed"`
	Answers  int64     `json:"answers_429"`
	Reached  int64     `json:"reached"`      // rows settled a second, pauses not counted
	Seconds  int64     `json:"left_seconds"` // 0 where nobody can tell
}

// The states of sending, beside those of a run.
const (
	statePaused   = "paused"
	stateWaiting  = "waiting" // for look-ups
	stateStopping = "stopping"
)

// status is how far sending is now.
func (w *watcher) status() status {
	state := string(runstore.Running)
	switch {
	case w.signals.begun():
		state = stateStopping
	case w.valve.Paused():
		state = statePaused
	case w.lookups() != "":
		state = stateWaiting
	}
	s := w.statusIn(state)
	s.Reached, s.Seconds = w.reached(), int64(w.left().Seconds())
	return s
}

// statusIn is what has been counted by now, in a state.
func (r *runner) statusIn(state string) status {
	p, m := &r.progress, r.run.Meta()
	s := status{
		Schema: 1, Live: true, Campaign: m.Campaign, RunKey: m.Key, RunID: m.RunID, Sandbox: m.Sandbox, Destination: m.Destination,
		Time: time.Now(), State: state,
		Eligible: p.Total.Load(), Accepted: p.Accepted.Load(), Rejected: p.Rejected.Load(), InDoubt: p.InDoubt.Load(), Left: p.Left.Load(),
		NotSent: p.Total.Load() - p.Settled(), Skipped: p.Skipped.Load(),
		InFlight: p.InFlight.Load(), Allowed: p.Rate.Load(), Answers: p.Throttled.Load(),
	}
	if s.Destination.AppID == "" { // it is put on record when sending begins
		s.Destination = r.settings.pinned("")
	}
	if s.Sandbox {
		s.Message = "SANDBOX: nothing is sent to anyone"
	}
	return s
}

// statusAtEnd is how a start ended.
func (r *runner) statusAtEnd(state runstore.State, rep *report.Report) status {
	s := r.statusIn(string(state))
	s.Live = false
	s.Accepted, s.Rejected, s.InDoubt, s.Left, s.NotSent = int64(rep.Accepted), int64(rep.Rejected), int64(rep.InDoubt), int64(rep.LeftInDoubt), int64(rep.NotSent)
	s.Eligible = s.Accepted + s.Rejected + s.InDoubt + s.Left + s.NotSent + s.Skipped
	return s
}

// writeStatus puts s where it can be read without asking this process.
func (r *runner) writeStatus(s status) {
	_ = r.run.WriteJSON(runstore.StatusName, s) // it is for people who look; the ledger is what counts
}

// sayHalt tells that a slice is halted, on a line above the bar. Who wants it quiet reads it at the end.
func (r *runner) sayHalt(h runstore.Halt) {
	if isTerminal(r.Stderr) && !r.quiet {
		fmt.Fprint(r.Stderr, "\r\033[K") // erase the line (ECMA-48, EL)
	}
	r.say("stopped for %s: %s; going on with the others", h.Slice, h.Reason)
}

// sayStopping tells the person who pressed Ctrl-C what happens, on a line below the bar and the terminal's ^C.
func (r *runner) sayStopping() {
	if isTerminal(r.Stderr) {
		fmt.Fprintln(r.Stderr)
	}
	n := r.progress.InFlight.Load()
	if n == 0 {
		r.warn("Stopping.")
		return
	}
	r.warn("Stopping. %s on the way; waiting up to %v for the answers. Press Ctrl-C again only if you must: %s would be in doubt.",
		prose.Counted(n, "message is", "messages are"), r.flags.httpTimeout, prose.Counted(n, "recipient", "recipients"))
}
