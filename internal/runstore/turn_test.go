package runstore

import (
	"context"
	"errors"
	"testing"
)

func TestTakeTurn(t *testing.T) {
	run := &Run{Dir: t.TempDir()}
	done, err := run.TakeTurn(t.Context(), func() { t.Error("nobody has a turn") })
	if err != nil {
		t.Fatal(err)
	}
	waits, got := make(chan struct{}), make(chan error)
	go func() {
		done, err := run.TakeTurn(t.Context(), func() { close(waits) })
		if err == nil {
			done()
		}
		got <- err
	}()
	<-waits
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := run.TakeTurn(ctx, func() {}); !errors.Is(err, context.Canceled) {
		t.Errorf("two have a turn, or nobody can leave: %v", err)
	}
	done()
	if err := <-got; err != nil {
		t.Error(err)
	}
}
