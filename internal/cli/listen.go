package cli

import (
	"context"

	"sendoff/internal/control"
	"sendoff/internal/prose"
	"sendoff/internal/runs"
	"sendoff/internal/runstore"
)

// listen lets other processes ask this one, which holds the run, how far it is and who its people are, and stop or pause it. Where that cannot be,
// the run goes on without.
func (r *runner) listen() {
	server, err := control.Listen(control.Holder{Status: func() any { return r.liveStatus() }, Obey: r.obey, People: r.people, Ledger: r.run.Ledger.CopyTo}, r.log.Logger)
	if err == nil {
		r.server = server
		err = r.run.Announce(server.Addr, server.Token)
	}
	if err != nil {
		r.log.Warn("nobody can ask this process how far it is", "error", err)
	}
	r.listenForChain()
}

// hangUp ends what listen has begun, and the log.
func (r *runner) hangUp() {
	if r.server != nil {
		r.server.Close()
	}
	if r.log != nil {
		r.log.close()
	}
}

// people says who the people of the run are (see [runs.Each]). It may be called at any time.
func (r *runner) people(ctx context.Context, yield func(keys []uint64) error) error {
	return runs.Each(ctx, r.run, yield)
}

// liveStatus is how far the run is. It may be called at any time.
func (r *runner) liveStatus() status {
	if w := r.watching.Load(); w != nil {
		return w.status()
	}
	return r.statusIn(string(runstore.Planning))
}

// obey does what another process asks for, and says what happens. Its words for this process's own terminal, which may have hung, hold
// nobody up.
func (r *runner) obey(o control.Order) string {
	switch {
	case o == control.Stop && r.signals.begin(stoppedByCommand):
		return "Stopping." + r.onTheWay()
	case r.signals.begun():
		return "It is stopping already." + r.onTheWay()
	case o == control.Pause && !r.valve.Pause():
		return "It is paused already." + r.onTheWay()
	case o == control.Pause && r.watching.Load() == nil:
		return "Paused before sending has begun: nothing leaves when it does."
	case o == control.Pause:
		text := "Paused." + r.onTheWay()
		go r.sayBelowBar(text + " To go on: sendoff continue " + r.whereabouts())
		return text
	case !r.valve.Continue():
		return "It is not paused."
	}
	go r.sayBelowBar("Sending goes on.")
	return "It goes on."
}

// onTheWay says behind other words how many answers are waited for, and what goes out all the same.
func (r *runner) onTheWay() string {
	text := ""
	if n := r.progress.InFlight.Load(); n > 0 {
		text = " " + prose.Counted(n, "message is on its way; its answer is", "messages are on their way; their answers are") + " waited for."
	}
	return text + r.goingOutNow()
}

// sayBelowBar says something on a line of its own.
func (r *runner) sayBelowBar(text string) {
	if isTerminal(r.Stderr) {
		text = "\n" + text
	}
	r.say("%s", text)
}
