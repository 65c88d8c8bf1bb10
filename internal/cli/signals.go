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
	onStop func() // says what happens, once
}

// watchSignals watches for SIGINT and SIGTERM until the returned function is called. The first closes the channel; one more than two seconds
// later ends the context.
func watchSignals(ctx context.Context, onStop func()) (context.Context, <-chan struct{}, func()) {
	ctx, cancel := context.WithCancel(ctx)
	i := &interrupts{stop: make(chan struct{}), cancel: cancel, onStop: onStop}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go i.watch(ctx, signals, time.Now)
	return ctx, i.stop, func() {
		signal.Stop(signals)
		cancel()
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
			i.onStop()
			close(i.stop)
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
