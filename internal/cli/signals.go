package cli

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// panicSpan is how long presses of Ctrl-C count as one: a person in a panic presses several times, and that must not create doubt.
const panicSpan = 2 * time.Second

// interrupts turns signals into the two ways of stopping.
type interrupts struct {
	stop   chan struct{} // closed at the first: nothing new leaves
	cancel context.CancelFunc
	onStop func()        // says what happens, once
	said   chan struct{} // closed when it has

	mu     sync.Mutex
	reason string // what the first was
}

// What has stopped us: a signal, another process, or else --max-duration.
const (
	stopped          = "stopped"
	stoppedByCommand = "stopped by sendoff stop"
)

// endSignals are those that ask us to end. A SIGHUP that was ignored when we were started stays so (nohup).
func endSignals() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// watchSignals watches for endSignals until the returned function is called. The first stops; one more than two seconds later ends the
// context, and one after that kills, as it does without us. Writing to a pipe that nobody reads any more, or beyond a limit on the size of
// files, must not kill a process that is sending.
func watchSignals(ctx context.Context, onStop func()) (context.Context, *interrupts, func()) {
	ctx, cancel := context.WithCancel(ctx)
	i := &interrupts{stop: make(chan struct{}), cancel: cancel, onStop: onStop, said: make(chan struct{})}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, endSignals()...)
	signal.Ignore(syscall.SIGPIPE)
	ignoreFileSizeLimit()
	go func() {
		i.watch(ctx, signals, time.Now)
		signal.Stop(signals)
	}()
	return ctx, i, func() {
		cancel()
		i.awaitSaid()
	}
}

// begin stops as the first signal does. It returns false where somebody has done so before.
func (i *interrupts) begin(reason string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.begun() {
		return false
	}
	i.reason = reason
	close(i.stop)
	go func() {
		defer close(i.said)
		i.onStop()
	}()
	return true
}

// begun reports whether we are to stop.
func (i *interrupts) begun() bool {
	select {
	case <-i.stop:
		return true
	default:
		return false
	}
}

// how says what has stopped us.
func (i *interrupts) how() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.reason
}

// awaitSaid gives the words at the first signal a moment to come out; a terminal that has hung must not keep us.
func (i *interrupts) awaitSaid() {
	if !i.begun() {
		return
	}
	select {
	case <-i.said:
	case <-time.After(time.Second):
	}
}

// watch obeys signals. Whatever has stopped us before, the first signal is the first press: whoever presses once wants no doubt.
func (i *interrupts) watch(ctx context.Context, signals <-chan os.Signal, now func() time.Time) {
	var first time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-signals:
		}
		switch at := now(); {
		case first.IsZero():
			first = at
			i.begin(stopped)
		case at.Sub(first) > panicSpan:
			i.cancel()
			return
		}
	}
}

// untilSignal returns a context that ends at the first signal, for commands that can be given up at any moment.
func untilSignal(ctx context.Context) (context.Context, func()) {
	ctx, i, release := watchSignals(ctx, func() {})
	ctx, cancel := untilStopped(ctx, i.stop)
	return ctx, func() {
		cancel()
		release()
	}
}

// untilStopped returns a context that ends when stop is closed, for work that can be given up at any moment.
func untilStopped(ctx context.Context, stop <-chan struct{}) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}
