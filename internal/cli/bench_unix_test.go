//go:build unix

package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"sendoff/internal/ledger"
)

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
