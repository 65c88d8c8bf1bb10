package cli

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

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
		case exitBrake:
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
	kills, seed := soak("SOAK_KILLS", 500), seedOf(t)
	var mu sync.Mutex
	done, doubts, runs := 0, 0, 0
	more := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return done < kills
	}
	var campaigns sync.WaitGroup
	for w := range 2 {
		rng := rand.New(rand.NewPCG(seed, uint64(w)))
		campaigns.Go(func() {
			for more() && !t.Failed() {
				t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
					b := stormBench(t, rng.Uint64(), rows)
					killed := 0
					for range perRun {
						if b.startAndKill(t, b.stormArgs(), time.Duration(rng.IntN(90))*time.Millisecond) {
							killed++
						}
					}
					doubtful := b.inDoubt(t)
					b.toEnd(t, b.stormArgs())
					if err := b.server.Advance(time.Minute); err != nil { // what was to come late has come
						t.Fatal(err)
					}
					if rep := b.checkBooks(t); rep.Accepted != rows {
						t.Errorf("%d of %d accepted, %d in doubt, after %d kills", rep.Accepted, rows, rep.InDoubt, killed)
					}
					mu.Lock()
					defer mu.Unlock()
					done, doubts, runs = done+killed, doubts+doubtful, runs+1
				})
			}
		})
	}
	campaigns.Wait()
	t.Logf("%d kills in %d runs of %d rows; %d rows in doubt after the last kill of a run, all of them settled", done, runs, rows, doubts)
}

// startAndKill kills a sender after a while, and reports whether it was still there.
func (b *bench) startAndKill(t testing.TB, args []string, after time.Duration) bool {
	t.Helper()
	cmd := b.command(args...)
	var out bytes.Buffer
	cmd.Stderr = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after)
	_ = cmd.Process.Kill() // it may have ended
	_ = cmd.Wait()         // its code is looked at
	state := cmd.ProcessState
	if !state.Exited() {
		return true
	}
	if code := state.ExitCode(); code != exitOK && code != exitDoubt && code != exitBrake {
		t.Fatalf("exit %d\n%s", code, out.String())
	}
	return false
}

// inDoubt is how many rows are in doubt, of a run that may never have come to be.
func (b *bench) inDoubt(t testing.TB) int {
	t.Helper()
	if _, err := os.Stat(b.runDir()); err != nil || !isRun(b.runDir()) {
		return 0
	}
	return b.checkBooks(t).InDoubt
}
