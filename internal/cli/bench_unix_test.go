//go:build unix

package cli

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sendoff/internal/ledger"
)

// asBareLoop makes the test binary post as many messages as it says with nothing but net/http: the yardstick of [BenchmarkRun].
const asBareLoop = "SENDOFF_TEST_AS_BARE_LOOP"

func bareLoop() {
	n, _ := strconv.Atoi(os.Getenv(asBareLoop)) // a number that this file has written
	url := os.Getenv("SINCH_ENDPOINT") + "/v1/projects/" + os.Getenv("SINCH_PROJECT_ID") + "/messages:send"
	body := []byte(fmt.Sprintf(`{"app_id":%q,"recipient":{"identified_by":{"channel_identities":[{"channel":"SMS","identity":"+447700900000"}]}},`+
		`"message":{"text_message":{"text":"Hi Ann 12345"}},"channel_priority_order":["SMS"],"message_metadata":"{\"sendoff\":{\"row\":1}}"}`,
		os.Getenv("SINCH_APP_ID")))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 64}}
	var left atomic.Int64
	left.Store(int64(n))
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				req, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
				if err != nil {
					panic(err)
				}
				req.SetBasicAuth(os.Getenv("SINCH_KEY_ID"), os.Getenv("SINCH_KEY_SECRET"))
				req.Header.Set("Content-Type", "application/json")
				resp, err := client.Do(req)
				if err != nil {
					panic(err)
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		})
	}
	wg.Wait()
	os.Exit(0)
}

// BenchmarkRun measures whole processes: run and plan of 50,000 messages, and a bare net/http loop that posts as many to the same server.
func BenchmarkRun(b *testing.B) {
	const rows = 50_000
	for b.Loop() {
		bench := newBench(b, rows)
		plan, _ := measure(b, bench.command("plan", bench.dir))
		run, took := measure(b, bench.command("run", "--yes", "--quiet", "--no-canary", "--rate", "1000000", bench.dir))
		bare := bench.command()
		bare.Env = append(bare.Env, asBareLoop+"="+strconv.Itoa(rows))
		loop, _ := measure(b, bare)
		b.ReportMetric(rows/took.Seconds(), "messages/s")
		b.ReportMetric((run.cpu-plan.cpu).Seconds()/loop.cpu.Seconds(), "(run-plan)/bare-cpu")
		b.ReportMetric(run.cpu.Seconds()/loop.cpu.Seconds(), "run/bare-cpu")
		b.ReportMetric(float64(run.peak)/1024, "run-peak-MiB")
		if info, err := os.Stat(filepath.Join(bench.runDir(), ledger.FileName)); err == nil {
			b.ReportMetric(float64(info.Size())/(1<<20), "ledger-MiB")
		}
	}
}

// BenchmarkPlan measures the process that plans a million rows in E.164.
func BenchmarkPlan(b *testing.B) {
	const rows = 1_000_000
	dir := b.TempDir()
	writeFile(b, filepath.Join(dir, "campaign.yaml"), benchCampaign)
	writeFile(b, filepath.Join(dir, "audience.csv"), benchAudience(100_000)+moreAudience(rows-100_000))
	for b.Loop() {
		cmd := exec.Command(os.Args[0], "plan", dir)
		cmd.Env = append(os.Environ(), asProgram+"=1")
		used, took := measure(b, cmd)
		b.ReportMetric(rows/took.Seconds(), "rows/s")
		b.ReportMetric(used.cpu.Seconds()/rows*1e6, "µs-cpu/row")
		b.ReportMetric(float64(used.peak)/1024, "peak-MiB")
	}
}

// moreAudience has numbers of an unassigned British range, as many as are wanted; they are planned, never sent.
func moreAudience(rows int) string {
	var text bytes.Buffer
	for i := range rows {
		fmt.Fprintf(&text, "+4470%08d,Ann %d\n", 11_000_000+i, i)
	}
	return text.String()
}

type usage struct {
	cpu  time.Duration
	peak int64 // KiB
}

func measure(b *testing.B, cmd *exec.Cmd) (usage, time.Duration) {
	b.Helper()
	began := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	took := time.Since(began)
	ru := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return usage{cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), ru.Maxrss}, took
}
