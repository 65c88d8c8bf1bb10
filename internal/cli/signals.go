package cli

import (
	"context"
	"os"
	"os/signal"
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
}

// watchSignals watches for SIGINT, SIGTERM and SIGHUP until the returned function is called. The first closes the channel; one more than
// two seconds later ends the context, and one after that kills, as it does without us. A SIGHUP that was ignored when we were started
// stays so (nohup). Writing to a pipe that nobody reads any more, or beyond a limit on the size of files, must not kill a process that is
// sending.
func watchSignals(ctx context.Context, onStop func()) (context.Context, <-chan struct{}, func()) {
	ctx, cancel := context.WithCancel(ctx)
	i := &interrupts{stop: make(chan struct{}), cancel: cancel, onStop: onStop, said: make(chan struct{})}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(signals, syscall.SIGHUP)
	}
	signal.Ignore(syscall.SIGPIPE)
	ignoreFileSizeLimit()
	go func() {
		i.watch(ctx, signals, time.Now)
		signal.Stop(signals)
	}()
	return ctx, i.stop, func() {
		cancel()
		i.awaitSaid()
	}
}

// awaitSaid gives the words at the first signal a moment to come out; a terminal that has hung must not keep us.
func (i *interrupts) awaitSaid() {
	select {
	case <-i.stop:
	default:
		return
	}
	select {
	case <-i.said:
	case <-time.After(time.Second):
	}
}

func (i *interrupts) watch(ctx context.Context, signals <-chan os.Signal, now func() time.Time) {
	var first time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-signals:
		}
		switch {
		case first.IsZero():
			first = now()
			close(i.stop)
			go func() {
				defer close(i.said)
				i.onStop()
			}()
		case now().Sub(first) > panicSpan:
			i.cancel()
			return
		}
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
