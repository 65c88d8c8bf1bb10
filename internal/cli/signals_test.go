package cli

import (
	"context"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// A person in a panic presses Ctrl-C several times at once; that must not create doubt. One more, later, leaves at once.
func TestInterrupts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		said := 0
		i := &interrupts{stop: make(chan struct{}), cancel: cancel, onStop: func() { said++ }, said: make(chan struct{})}
		signals := make(chan os.Signal)
		go i.watch(ctx, signals, time.Now)
		for range 5 {
			signals <- os.Interrupt
			time.Sleep(300 * time.Millisecond)
		}
		synctest.Wait()
		select {
		case <-i.stop:
		default:
			t.Error("the first signal does not stop")
		}
		if ctx.Err() != nil || said != 1 {
			t.Errorf("after 1.2 s of signals: %v, said %d times", ctx.Err(), said)
		}
		time.Sleep(panicSpan)
		signals <- os.Interrupt
		synctest.Wait()
		if ctx.Err() == nil {
			t.Error("a signal after that does not leave")
		}
	})
}

// Whoever presses once when --max-duration or another process has stopped the run wants the answers that are on their way.
func TestFirstPressAfterAnotherStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		i := &interrupts{stop: make(chan struct{}), cancel: cancel, onStop: func() {}, said: make(chan struct{})}
		signals := make(chan os.Signal)
		go i.watch(ctx, signals, time.Now)
		i.begin(stoppedByCommand)
		time.Sleep(10 * panicSpan)
		for range 2 { // in one panic
			signals <- os.Interrupt
			synctest.Wait()
			if ctx.Err() != nil || i.how() != stoppedByCommand {
				t.Errorf("the first press leaves: %v, %q", ctx.Err(), i.how())
			}
		}
		time.Sleep(panicSpan + time.Millisecond)
		signals <- os.Interrupt
		synctest.Wait()
		if ctx.Err() == nil {
			t.Error("the second press does not leave")
		}
	})
}
