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
	"sendoff/internal/send"
)

const (
	barEvery    = 200 * time.Millisecond
	statusEvery = time.Second
	lineEvery   = 30 * time.Second
	leastBar    = 18 // characters of a line that a bar and its share have at least
)

// watcher shows how far sending is: a bar on a terminal, elsewhere a line every 30 seconds; and keeps status.json up to date.
type watcher struct {
	*runner
	speed   speed
	first   bool   // it was said that the first messages are waited for
	said    bool   // that nothing but look-ups is left
	told    string // what was said last of what is waited for
	trouble bool   // was told of
	bar     *progressbar.ProgressBar
	over    chan struct{}
	running sync.WaitGroup
}

// watchProgress starts watching. The caller ends it.
func (r *runner) watchProgress() *watcher {
	w := &watcher{runner: r, over: make(chan struct{})}
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
	w.showMetrics()
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
			w.measure()
			w.draw()
		case <-status.C:
			w.sayWaiting()
			w.writeStatus(w.status())
			w.showMetrics()
		case <-metrics.C:
			w.writeMetrics()
		case <-line.C:
			if w.bar == nil && !w.isOutside() { // which was said once
				w.say("%s", w.fullLine())
			}
		}
	}
}

func (w *watcher) draw() {
	p := &w.progress
	total := p.Total.Load()
	if w.bar == nil || total == 0 && !w.isOutside() {
		return
	}
	width := terminalWidth(w.Stderr)
	if w.lookups() != "" || w.isOutside() { // a bar that is full takes itself away
		fmt.Fprintf(w.Stderr, "\r%s\033[K", cut(w.line(w.sending().Hindrances()), width-1)) // erase what stood behind it (ECMA-48, EL)
		return
	}
	w.bar.ChangeMax64(total)
	w.bar.Describe(cut(w.line(w.sending().Hindrances()), max(width-leastBar, leastBar)))
	_ = w.bar.Set64(min(p.Settled(), total)) // a bar that cannot be drawn is no reason to stop
}

// measure takes note of how far sending is. Nothing is measured before it is known what is left.
func (w *watcher) measure() {
	p := &w.progress
	if p.Total.Load() > 0 {
		w.speed.tell(time.Now(), p.Settled()-p.Before.Load(), w.valve.Paused() || heldBack(w.sending().Hindrances(), p.Total.Load()-p.Settled()))
	}
}

// line is the state in one line that has little room: sent, rejected, rate, time left, and what of found makes it slow.
func (w *watcher) line(found []send.Hindrance) string {
	if waiting := w.outside(); waiting != "" && w.seeds.Load() != nil {
		return waiting
	}
	text := w.sums()
	if waiting := w.lookups(); waiting != "" {
		return text + "; " + waiting
	}
	if w.valve.Paused() {
		return text + ", paused"
	}
	if why := shortly(found, w.campaign.Zone(), time.Now()); why != "" && heldBack(found, w.progress.Total.Load()-w.progress.Settled()) {
		return text + "; " + why
	} else if why != "" {
		return text + w.pace() + "; " + why
	}
	return text + w.pace()
}

// fullLine is the state in one line: sent, rejected, in flight, rate, time left, why it is slow.
func (w *watcher) fullLine() string {
	text := w.sums()
	if waiting := w.lookups(); waiting != "" {
		return text + "; " + waiting
	}
	if w.valve.Paused() {
		text += ", paused"
	}
	text += fmt.Sprintf(", %s in flight", prose.Thousands(w.progress.InFlight.Load())) + w.pace()
	if found := w.sending().Hindrances(); len(found) > 0 {
		text += "; " + reason(found[0], w.campaign.Zone(), time.Now())
	}
	return text
}

// sums says how many were sent.
func (w *watcher) sums() string {
	p := &w.progress
	text := fmt.Sprintf("%s of %s sent", prose.Thousands(p.Accepted.Load()), prose.Thousands(p.Total.Load()))
	if n := p.Rejected.Load(); n > 0 {
		text += fmt.Sprintf(", %s rejected", prose.Thousands(n))
	}
	if n := p.InDoubt.Load(); n > 0 {
		text += fmt.Sprintf(", %s in doubt", prose.Thousands(n))
	}
	return text
}

// pace says behind other words how fast it goes, and how long it takes, as far as anybody can tell.
func (w *watcher) pace() string {
	text := ""
	if recently, overall := w.speed.now(); overall > 0 {
		text = fmt.Sprintf(", %s/s", prose.Thousands(int64(recently+0.5)))
	}
	if left := w.left(); left > 0 {
		text += fmt.Sprintf(", %s left", prose.Lasting(left))
	}
	return text
}

// sayWaiting tells, once, those who see no bar what is waited for: an hour at which people may get messages; or, where everyone is sent to, Sinch's
// answers about people in doubt.
func (w *watcher) sayWaiting() {
	if text := waitingForFirst(w.sending().Hindrances()); text != "" && !w.first && w.bar == nil {
		w.first = true
		w.say("%s; this takes up to %s. Ctrl-C leaves, and the same command goes on", text, prose.Lasting(w.campaign.Canary.AtMost))
	}
	if text := w.outside(); text != "" && text != w.told && w.bar == nil {
		w.told = text
		w.say("%s; Ctrl-C leaves, and the same command goes on", text)
	}
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

// left is how long it takes until everyone is sent to; 0 where nobody can tell, as in a pause. Before anything was measured what is allowed counts.
func (w *watcher) left() time.Duration {
	p := &w.progress
	people := p.Total.Load() - p.Settled()
	recently, overall := w.speed.now()
	if recently == 0 && overall == 0 {
		recently = float64(p.Rate.Load())
	}
	if w.valve.Paused() {
		return 0
	}
	return timeLeft(people, recently, w.sending().Hindrances(), time.Now())
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
	Reached  int64     `json:"reached"`         // rows settled a second, over the last ten seconds in which any could leave
	Overall  int64     `json:"reached_overall"` // the same over all of this start
	Seconds  int64     `json:"left_seconds"`    // 0 where nobody can tell

	Receipts         report.Receipts `json:"receipts"` // as in the report
	*report.Delivery                 // of the report; nil where no receipts have come in

	Queue      int64            `json:"queue"`                // messages that waited in the app's queue when it was read last; -1: nobody knows
	QueueOurs  int64            `json:"queue_ours"`           // how many of ours wait there, by estimate
	Drain      int64            `json:"drain"`                // messages a second that the app hands on; 0: nobody knows
	Hindrances []send.Hindrance `json:"hindrances"`           // why it is slow, the most important first
	Limit      string           `json:"limited_by,omitempty"` // what it is as fast as, where nothing hinders
	Zone       string           `json:"time_zone,omitempty"`  // on whose clock people are told times; empty: of this machine
}

// The states of sending, beside those of a run.
const (
	statePaused   = "paused"
	stateWaiting  = "waiting" // for an hour at which somebody may get a message, or for look-ups
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
	case w.lookups() != "", w.isOutside(), waitingForFirst(w.sending().Hindrances()) != "":
		state = stateWaiting
	}
	s := w.statusIn(state)
	recently, overall := w.speed.now()
	s.Reached, s.Overall, s.Seconds = int64(recently+0.5), int64(overall+0.5), int64(w.left().Seconds())
	if s.Hindrances = w.sending().Hindrances(); len(s.Hindrances) == 0 && state == string(runstore.Running) {
		s.Limit = w.limit(recently)
	}
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
		Queue: p.Queue.Load(), QueueOurs: p.QueueOurs.Load(), Drain: p.Drain.Load(), Hindrances: []send.Hindrance{},
	}
	s.Receipts, s.Delivery = r.heard()
	if s.Drain == 0 {
		s.Queue = -1
	}
	if r.campaign.TimeZone != nil {
		s.Zone = r.campaign.TimeZone.String()
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
	s.Receipts, s.Delivery = rep.Receipts, rep.Delivery
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
	text := "Stopping."
	if n := r.progress.InFlight.Load(); n > 0 {
		text += fmt.Sprintf(" %s on the way; waiting up to %v for the answers. Press Ctrl-C again only if you must: %s would be in doubt.",
			prose.Counted(n, "message is", "messages are"), r.flags.httpTimeout, prose.Counted(n, "recipient", "recipients"))
	}
	r.warn("%s", text+r.goingOutNow())
}
