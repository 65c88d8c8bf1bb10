//go:build unix

package cli

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"
)

// Somebody who does not want to wait until a webhook answers gets the exit code that the run has.
func TestSignalWhileNotifying(t *testing.T) {
	b := newBench(t, 3)
	told := make(chan struct{}, 3)
	var times atomic.Int32
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then it is noticed that somebody hangs up
		times.Add(1)
		told <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(hook.Close)
	cmd := b.command("run", "--yes", "--quiet", "--notify", hook.URL, b.dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-told
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil || times.Load() != 1 {
		t.Errorf("%v, after %d tries; want 0 after 1", err, times.Load())
	}
}
