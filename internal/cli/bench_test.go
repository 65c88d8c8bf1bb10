package cli

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"sendoff/internal/ledger"
)

// BenchmarkRun measures whole processes: run and plan of 50,000 messages, and a bare net/http loop that posts as many to the same server.
func BenchmarkRun(b *testing.B) {
	const rows = 50_000
	var plan, run, bare usage
	for b.Loop() {
		bench := newBench(b, rows)
		plan.add(b, bench.command("plan", bench.dir))
		run.add(b, bench.command("run", "--yes", "--quiet", "--no-canary", "--rate", "900000", bench.dir))
		loop := bench.command()
		loop.Env = append(loop.Env, asBareLoop+"="+strconv.Itoa(rows))
		bare.add(b, loop)
		if info, err := os.Stat(filepath.Join(bench.runDir(), ledger.FileName)); err == nil {
			b.ReportMetric(float64(info.Size())/(1<<20), "ledger-MiB")
		}
	}
	b.ReportMetric(float64(rows*b.N)/run.took.Seconds(), "messages/s")
	b.ReportMetric((run.cpu-plan.cpu).Seconds()/bare.cpu.Seconds(), "(run-plan)/bare-cpu")
	b.ReportMetric(run.cpu.Seconds()/bare.cpu.Seconds(), "run/bare-cpu")
	b.ReportMetric(float64(run.peak)/(1<<20), "peak-anonymous-MiB")
}

// BenchmarkPlan measures the process that plans ten million rows, of which one in a hundred has the number of another, beside a list of a million
// people who are left out; in the same run a bare pass of encoding/csv over the same file; and a million rows of a workbook.
func BenchmarkPlan(b *testing.B) {
	const rows, suppressed = 10_000_000, 1_000_000
	for _, tc := range []struct{ name, format string }{
		{"E164", "+44110%07d"},
		{"National", "0110 %07d"},
	} {
		dir := b.TempDir()
		writeFile(b, filepath.Join(dir, "campaign.yaml"), strings.NewReplacer("audience.csv", "audience.csv, country: GB", "none", "[optouts.csv]",
			"Hi ${name}", "Hi ${first_name} in ${city}, your ${points} points are waiting").Replace(benchCampaign))
		writeLines(b, filepath.Join(dir, "audience.csv"), "id,phone,First name,Last name,city,points", rows, func(w io.Writer, i int) {
			number := i
			if i%100 == 99 {
				number -= 50
			}
			fmt.Fprintf(w, "C%07d,"+tc.format+",Anna,Lindström,\"Leeds, UK\",%d\n", i, number, i%5000)
		})
		writeLines(b, filepath.Join(dir, "optouts.csv"), "phone", suppressed, func(w io.Writer, i int) { fmt.Fprintf(w, "+44110%07d\n", i*10+3) })
		b.Run(tc.name, func(b *testing.B) {
			var bare time.Duration
			plan := benchmarkPlan(b, dir, rows, func() { bare += barePass(b, filepath.Join(dir, "audience.csv")) })
			b.ReportMetric(plan.took.Seconds()/bare.Seconds(), "plan/bare-csv")
		})
	}
	b.Run("Workbook", func(b *testing.B) {
		const rows = 1_000_000
		dir := b.TempDir()
		writeFile(b, filepath.Join(dir, "campaign.yaml"), strings.NewReplacer("audience.csv", "audience.xlsx, country: GB",
			"Hi ${name}", "Hi ${first_name} in ${city}, your ${points} points are waiting").Replace(benchCampaign))
		writeWorkbook(b, filepath.Join(dir, "audience.xlsx"), rows)
		b.ResetTimer()
		benchmarkPlan(b, dir, rows, func() {})
	})
}

// benchmarkPlan measures the process that plans the campaign in a folder, and calls beside after each time.
func benchmarkPlan(b *testing.B, dir string, rows int, beside func()) (plan usage) {
	for b.Loop() {
		cmd := exec.Command(os.Args[0], "plan", dir)
		cmd.Env = append(os.Environ(), asProgram+"=1")
		plan.add(b, cmd)
		beside()
	}
	b.ReportMetric(float64(rows*b.N)/plan.took.Seconds(), "rows/s")
	b.ReportMetric(plan.cpu.Seconds()/float64(rows*b.N)*1e6, "µs-cpu/row")
	b.ReportMetric(float64(plan.peak)/(1<<20), "peak-anonymous-MiB")
	return plan
}

// writeWorkbook writes a sheet of six columns as a program would that streams it: texts stand in their cells.
func writeWorkbook(b *testing.B, path string, rows int) {
	b.Helper()
	book := excelize.NewFile()
	w, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	put := func(row int, cells ...any) {
		if err == nil {
			err = w.SetRow("A"+strconv.Itoa(row), cells)
		}
	}
	put(1, "id", "phone", "First name", "Last name", "city", "points")
	for i := range rows {
		put(i+2, fmt.Sprintf("C%07d", i), fmt.Sprintf("+44110%07d", i), "Anna", "Lindström", "Leeds, UK", i%5000)
	}
	if err := errors.Join(err, w.Flush(), book.SaveAs(path), book.Close()); err != nil {
		b.Fatal(err)
	}
}

// writeLines writes a file of a header and so many lines. The numbers in it lie below a British area code that does not exist; nothing is sent to them.
func writeLines(b *testing.B, path, header string, lines int, write func(io.Writer, int)) {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintln(w, header)
	for i := range lines {
		write(w, i)
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		b.Fatal(err)
	}
}

// barePass reads a file with encoding/csv and does nothing with it.
func barePass(b *testing.B, path string) time.Duration {
	b.Helper()
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(bufio.NewReaderSize(f, 64<<10))
	r.ReuseRecord = true
	began := time.Now()
	for err == nil {
		_, err = r.Read()
	}
	if !errors.Is(err, io.EOF) {
		b.Fatal(err)
	}
	return time.Since(began)
}

// usage is what processes have used.
type usage struct {
	cpu, took time.Duration
	peak      int64 // bytes of anonymous memory, the largest of all; 0 where the system does not tell
}

// add runs a command to its end.
func (u *usage) add(b *testing.B, cmd *exec.Cmd) {
	b.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	over := make(chan struct{})
	peak := make(chan int64)
	go func() { peak <- watchMemory(cmd.Process.Pid, over) }()
	err := cmd.Wait()
	close(over)
	u.peak = max(u.peak, <-peak)
	if err != nil {
		b.Fatalf("%v\n%s", err, out.String())
	}
	u.took += time.Since(began)
	u.cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

// watchMemory returns the most anonymous memory that a process had (proc(5): RssAnon); pages of the mapped ledger do not count.
func watchMemory(pid int, over <-chan struct{}) (most int64) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-over:
			return most
		case <-tick.C:
			most = max(most, anonymousMemory(pid))
		}
	}
}

func anonymousMemory(pid int) int64 {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if kb, ok := strings.CutPrefix(lines.Text(), "RssAnon:"); ok {
			n, _ := strconv.ParseInt(strings.Fields(kb)[0], 10, 64) // the kernel writes a number
			return n << 10
		}
	}
	return 0
}
