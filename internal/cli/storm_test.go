package cli

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sendoff/internal/runstore"
	"sendoff/internal/sandbox"
)

// storm is a bad day: faults of every kind at once, each rare enough that the brakes let the run go on.
func storm() []string {
	return []string{
		"429:2%", "429:0.5%,retry-after=1", "reset:1%", "503:1%", "500:1%", "502:1%", "504:0.5%", "408:0.5%", "500-html:0.5%", "401:0.5%",
		"reset-after:1%", "500-after:1%", "503-after:0.5%", "502-after:1%", "504-after:0.5%", "truncated:0.5%", "html-after:0.5%",
		"type-after:0.5%", "empty-after:0.5%", "no-id-after:0.5%", "201-after:0.5%", "late-after:1%,delay=200ms",
		"delay-after:0.2%,delay=1500ms", "slow-after:0.2%,delay=500ms",
		"502:5%,on=fetch-last", "reset:5%,on=fetch-last", "short-page:20%,on=fetch-last", "missing-page:first=1,on=fetch-last", "503:5%,on=app", "500:5%,on=list",
		"503:2%,on=token",
	}
}

// stormBench is a bench whose app keeps messages, in a storm that a seed decides on.
func stormBench(t testing.TB, seed uint64, rows int) *bench {
	t.Helper()
	cfg := testSandbox()
	cfg.DispatchRetention, cfg.Seed, cfg.ListLag = 3, seed, 100*time.Millisecond
	b := &bench{dir: t.TempDir(), server: sandbox.New(cfg)}
	b.serve(t)
	b.writeCampaign(t, rows)
	b.faults(t, storm()...)
	return b
}

func (b *bench) faults(t testing.TB, texts ...string) {
	t.Helper()
	faults := make([]sandbox.Fault, len(texts))
	for i, text := range texts {
		var err error
		if faults[i], err = sandbox.ParseFault(text); err != nil {
			t.Fatal(err)
		}
	}
	b.server.SetFaults(faults...)
}

// keep has the app keep messages for so many days from now on.
func (b *bench) keep(t testing.TB, days int) {
	t.Helper()
	c := b.server.Config()
	body := fmt.Sprintf(`{"dispatch_retention_policy":{"retention_type":"MESSAGE_EXPIRE_POLICY","ttl_days":%d}}`, days)
	req, err := http.NewRequest(http.MethodPatch, "http://localhost/v1/projects/"+c.ProjectID+"/apps/"+c.AppID, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(c.KeyID, c.KeySecret)
	req.Header.Set("Content-Type", "application/json")
	resp, err := b.server.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("change the app: %v, %+v", err, resp)
	}
}

// stormArgs are those of a run whose look-ups come soon after the sandbox is sure to have accepted what it will accept.
func (b *bench) stormArgs(more ...string) []string {
	return b.runArgs(append([]string{"--no-canary", "--settle", "500ms", "--http-timeout", "1s", "--give-up", "30s", "--run-dir", b.runDir()}, more...)...)
}

// toEnd starts the run again until it has finished, whatever stops it.
func (b *bench) toEnd(t testing.TB, args []string) {
	t.Helper()
	var out []byte
	for range 30 {
		cmd := b.command(args...)
		out, _ = cmd.CombinedOutput()
		switch code := cmd.ProcessState.ExitCode(); code {
		case exitOK, exitRejections, exitDoubt:
			return
		case exitBrake, exitAccess: // a brake, or a 401 for a token that was just fetched
		default:
			t.Fatalf("exit %d\n%s", code, out)
		}
	}
	t.Fatalf("the run does not come to its end\n%s", out)
}

// soak is how often something is done: as often as the variable says, or as it takes to notice a mistake.
func soak(variable string, standard int) int {
	if n, err := strconv.Atoi(os.Getenv(variable)); err == nil {
		return n
	}
	return standard
}

// seedOf returns the seed of a test: that of SOAK_SEED, so that a failure can be looked at again, or a new one.
func seedOf(t testing.TB) uint64 {
	t.Helper()
	seed, err := strconv.ParseUint(os.Getenv("SOAK_SEED"), 10, 64)
	if err != nil {
		seed = rand.Uint64()
	}
	t.Logf("SOAK_SEED=%d", seed)
	return seed
}

// Senders that are killed again and again at random moments of a bad day, and started again: nobody is lost, nobody is written to twice, no
// ledger is damaged, and every doubt is settled, since the app keeps messages.
func TestCrashStorm(t *testing.T) {
	const rows, perRun = 600, 25
	doubtful := new(atomic.Int64)
	runs := rounds(t, soak("SOAK_KILLS", 500), func(t *testing.T, rng *rand.Rand) (killed int) {
		b := stormBench(t, rng.Uint64(), rows)
		for range perRun {
			if b.startAndKill(t, b.stormArgs(), after(time.Duration(rng.IntN(160))*time.Millisecond)) {
				killed++
			}
		}
		doubtful.Add(int64(b.inDoubt(t)))
		b.toEnd(t, b.stormArgs())
		if err := b.server.Advance(time.Minute); err != nil { // what was to come late has come
			t.Fatal(err)
		}
		if rep := b.checkBooks(t); rep.Accepted != rows {
			t.Errorf("%d of %d accepted, %d in doubt, after %d kills", rep.Accepted, rows, rep.InDoubt, killed)
		}
		return killed
	})
	t.Logf("%d runs of %d rows; %d rows were in doubt after the last kill of a run, and all of them are settled", runs, rows, doubtful.Load())
}

// stormWorkers is how many runs are under way at the same time: most of a run's end is waiting.
const stormWorkers = 4

// rounds repeats a round until so much has happened in them, and returns how many it took. Each has a seed of its own, which follows from that
// of the test.
func rounds(t *testing.T, wanted int, round func(t *testing.T, rng *rand.Rand) (happened int)) (taken int) {
	t.Helper()
	seed := seedOf(t)
	var mu sync.Mutex
	happened := 0
	next := func(happenedNow int) (number int, more bool) {
		mu.Lock()
		defer mu.Unlock()
		happened += happenedNow
		if happened >= wanted || t.Failed() {
			return 0, false
		}
		taken++
		return taken, true
	}
	var workers sync.WaitGroup
	for range stormWorkers {
		workers.Go(func() {
			for n, more := next(0); more; {
				done := 0
				t.Run(fmt.Sprintf("round %d", n), func(t *testing.T) { done = round(t, rand.New(rand.NewPCG(seed, uint64(n)))) })
				n, more = next(done)
			}
		})
	}
	workers.Wait()
	t.Logf("%d happened in %d runs", happened, taken)
	return taken
}

// death waits until a sender is to die, or until it has ended by itself.
type death func(ended <-chan struct{})

// after is a while after the start.
func after(d time.Duration) death {
	return func(ended <-chan struct{}) {
		select {
		case <-ended:
		case <-time.After(d):
		}
	}
}

// sent is when so many more messages were accepted, however long that takes.
func (b *bench) sent(n int) death {
	want := b.server.AcceptedCount() + n
	return func(ended <-chan struct{}) {
		for b.server.AcceptedCount() < want {
			select {
			case <-ended:
				return
			case <-time.After(100 * time.Microsecond):
			}
		}
	}
}

// startAndKill kills a sender at a moment, and reports whether it was still there.
func (b *bench) startAndKill(t testing.TB, args []string, when death) bool {
	t.Helper()
	isKilled, err := b.tryToKill(t, args, when)
	if err != nil {
		t.Fatal(err)
	}
	return isKilled
}

// tryToKill is startAndKill for a program that may be broken: it returns what the program says that has ended by itself, as none does that is sound.
func (b *bench) tryToKill(t testing.TB, args []string, when death) (isKilled bool, err error) {
	t.Helper()
	cmd := b.command(args...)
	var out bytes.Buffer
	cmd.Stderr = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // its code is looked at
		close(ended)
	}()
	when(ended)
	_ = cmd.Process.Kill() // it may have ended
	<-ended
	state := cmd.ProcessState
	if !state.Exited() {
		return true, nil
	}
	if code := state.ExitCode(); code != exitOK && code != exitDoubt && code != exitBrake && code != exitAccess {
		return false, fmt.Errorf("exit %d: %s", code, out.String())
	}
	return false, nil
}

// inDoubt is how many rows are in doubt, of a run that may never have come to be.
func (b *bench) inDoubt(t testing.TB) int {
	t.Helper()
	if _, err := os.Stat(b.runDir()); err != nil || !isRun(b.runDir()) {
		return 0
	}
	return b.checkBooks(t).InDoubt
}

// Kills on the same bad day where the app keeps nothing, so that nobody can be asked. What is held is held: nobody twice, at most as many in doubt per
// kill as were in flight, all of them in in-doubt.csv, and exit 8. What Sinch advises, or the user wants, may reach somebody twice, and says so; then
// nobody is lost.
func TestCrashNothingStored(t *testing.T) {
	const rows, kills, inFlight = 600, 6, 64
	seed := seedOf(t)
	for i, policy := range [][]string{{"--in-doubt", "hold", "--server-errors", "hold"}, {}, {"--in-doubt", "resend"}} {
		t.Run(joined(policy), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, uint64(i)))
			b := stormBench(t, seed, rows)
			b.keep(t, 0)
			args := b.stormArgs(policy...)
			for range kills {
				before := b.inDoubt(t)
				b.faults(t) // whoever is in doubt now is so for the kill
				if b.startAndKill(t, args, after(time.Duration(20+rng.IntN(60))*time.Millisecond)) && b.inDoubt(t) > before+inFlight {
					t.Errorf("%d in doubt after a kill, %d before", b.inDoubt(t), before)
				}
			}
			b.faults(t, storm()...)
			b.toEnd(t, args)
			if err := b.server.Advance(time.Minute); err != nil {
				t.Fatal(err)
			}
			rep := b.checkBooks(t)
			resend := len(policy) == 2
			switch {
			case rep.NotSent > 0, resend != (rep.InDoubt == 0), resend != (rep.ExitCode == exitOK), !resend && rep.ExitCode != exitDoubt:
				t.Errorf("exit %d, %d accepted, %d in doubt, %d not sent", rep.ExitCode, rep.Accepted, rep.InDoubt, rep.NotSent)
			case len(policy) == 4 && rep.AfterServerError+rep.AfterDoubt > 0, len(policy) == 0 && rep.AfterDoubt > 0:
				t.Errorf("%d after server errors, %d after doubt", rep.AfterServerError, rep.AfterDoubt)
			}
			if n := b.lines(t, runstore.InDoubtName); n != rep.InDoubt {
				t.Errorf("in-doubt.csv has %d rows, and %d are in doubt", n, rep.InDoubt)
			}
			t.Logf("%d accepted, %d in doubt, %d after server errors, %d after doubt; the sandbox took %d messages",
				rep.Accepted, rep.InDoubt, rep.AfterServerError, rep.AfterDoubt, b.server.AcceptedCount())
		})
	}
}

// lines is how many rows a list has.
func (b *bench) lines(t testing.TB, list string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(b.runDir(), list))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(text), "\n") - 1
}

func joined(flags []string) string {
	if len(flags) == 0 {
		return "default"
	}
	return strings.Join(flags, " ")
}
