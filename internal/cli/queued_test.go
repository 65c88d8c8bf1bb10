package cli

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"testing"
	"time"

	"sendoff/internal/runstore"
	"sendoff/internal/sandbox"
)

// The number of messages that a stopped run says still go out is that of the sandbox's own queue.
func TestStoppedRunSaysWhatStillGoesOut(t *testing.T) {
	const rows, drain, others = 3000, 20, 200
	cfg := testSandbox()
	cfg.Drain, cfg.QueueSize = drain, others
	b := &bench{dir: t.TempDir(), server: sandbox.New(cfg)}
	b.serve(t)
	b.writeCampaign(t, rows)
	cmd := b.command("run", "--yes", "--no-canary", "--rate", "200", b.dir)
	var out bytes.Buffer
	cmd.Stderr = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { return b.server.AcceptedCount() > 50 })
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // its code is looked at
	if code := cmd.ProcessState.ExitCode(); code != exitUnfinished {
		t.Fatalf("exit %d, want 7\n%s", code, out.String())
	}
	said := regexp.MustCompile(`(?m)^(\d+) messages that Sinch has accepted still go out, for about (\d+) s: nobody can recall them( \(up to (\d+) of them not of this run\))?$`).
		FindStringSubmatch(out.String())
	if said == nil {
		t.Fatalf("it does not say what still goes out:\n%s", out.String())
	}
	messages, _ := strconv.Atoi(said[1]) // digits, as the next
	seconds, _ := strconv.Atoi(said[2])
	if want := (messages + drain - 1) / drain; seconds < want || seconds > want+1 {
		t.Errorf("%d messages take %d s at %d a second", messages, seconds, drain)
	}
	rep := b.checkBooks(t)
	got := rep.Queued
	if got == nil {
		t.Fatal("it is not on record what still goes out")
	}
	then := b.queue(t) + int(time.Since(got.Time).Seconds()*drain)        // in the sandbox
	if int(got.Messages) < then-drain || int(got.Messages) > then+drain { // a second's worth: an answer takes its time
		t.Errorf("%d messages still went out at that moment, and %d waited in the sandbox", got.Messages, then)
	}
	if messages > int(got.Messages) || messages < int(got.Messages)-5*drain { // some go out while it is written down
		t.Errorf("it says %d, and has on record %d", messages, got.Messages)
	}
	if ours := got.Messages - got.Others; ours > int64(rep.Accepted) || got.Others > others || (got.Others > 0) != (said[4] != "") {
		t.Errorf("%d were accepted, and the queue is %+v: %s", rep.Accepted, got, said[0])
	}
}

// queue is how many messages wait in the sandbox.
func (b *bench) queue(t testing.TB) int {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, "http://localhost/sandbox/stats", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := b.server.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var stats struct{ Queue int }
	if err := json.NewDecoder(resp.Body).Decode(&stats); err != nil {
		t.Fatal(err)
	}
	return stats.Queue
}

func TestGoingOut(t *testing.T) {
	then := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		queue *runstore.Queue
		after time.Duration
		want  string
	}{
		{nil, 0, ""},
		{&runstore.Queue{Messages: 412, Rate: 20}, 0, "412 messages that Sinch has accepted still go out, for about 21 s: nobody can recall them"},
		{&runstore.Queue{Messages: 412, Rate: 20}, 10 * time.Second, "212 messages that Sinch has accepted still go out, for about 11 s: nobody can recall them"},
		{&runstore.Queue{Messages: 412, Rate: 20}, 21 * time.Second, ""},
		{&runstore.Queue{Messages: 1, Rate: 20}, 0, "1 message that Sinch has accepted still goes out, within 1 s: nobody can recall it"},
		{&runstore.Queue{Messages: 60_000, Others: 312, Rate: 20}, 0,
			"60,000 messages that Sinch has accepted still go out, for about 50 minutes: nobody can recall them (up to 310 of them not of this run)"},
	} {
		if tc.queue != nil {
			tc.queue.Time = then
		}
		if got := goingOut(tc.queue, then.Add(tc.after)); got != tc.want {
			t.Errorf("%+v after %v: %q, want %q", tc.queue, tc.after, got, tc.want)
		}
	}
}

// At the first signal a run says what it knows then.
func TestGoingOutNow(t *testing.T) {
	for _, tc := range []struct {
		queue, ours, drain int64
		want               string
	}{
		{0, 0, 0, ""},
		{0, 0, 20, ""},
		{412, 400, 20, " About 412 messages that Sinch has accepted still go out, for about 21 s: nobody can recall them."},
		{412, 300, 20, " At least 412 messages that Sinch has accepted still go out, of this run and others: nobody can recall them."},
		{-1, 400, 20, " About 400 messages that Sinch has accepted still go out, for about 20 s: nobody can recall them."},
	} {
		var r runner
		r.progress.Queue.Store(tc.queue)
		r.progress.QueueOurs.Store(tc.ours)
		r.progress.Drain.Store(tc.drain)
		if got := r.goingOutNow(); got != tc.want {
			t.Errorf("%+v: %q", tc, got)
		}
	}
}
