package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sendoff/internal/books"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
	"sendoff/internal/sandbox"
)

// bench is a campaign in a folder, and a sandbox that outlives the processes that send it.
type bench struct {
	dir      string
	folder   string // of the run; empty: beside the campaign
	env      []string
	server   *sandbox.Server // nil where the sandbox is a process
	accepted func() []sandbox.Message
	open     *atomic.Int64 // connections to the sandbox
}

// serve makes the sandbox answer over HTTP, and points the environment of commands at it.
func (b *bench) serve(t testing.TB) {
	t.Helper()
	b.open = new(atomic.Int64)
	web := httptest.NewUnstartedServer(b.server)
	web.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		switch s {
		case http.StateNew:
			b.open.Add(1)
		case http.StateClosed, http.StateHijacked:
			b.open.Add(-1)
		}
	}
	web.Start()
	t.Cleanup(web.Close)
	b.accepted = b.server.Accepted
	b.env = append(os.Environ(), asProgram+"=1")
	for name, value := range environment(b.server, web.URL) {
		b.env = append(b.env, name+"="+value)
	}
}

const benchCampaign = `name: crash
message_content_type: CONTENT_NOTIFICATION
audience: {file: audience.csv}
suppress: none
channel_priority_order: [SMS]
message: "Hi ${name}"
`

func newBench(t testing.TB, rows int) *bench {
	t.Helper()
	b := &bench{dir: t.TempDir(), server: sandbox.New(testSandbox())}
	b.serve(t)
	b.writeCampaign(t, rows)
	return b
}

func (b *bench) writeCampaign(t testing.TB, rows int) {
	t.Helper()
	writeFile(t, filepath.Join(b.dir, "campaign.yaml"), benchCampaign)
	writeFile(t, filepath.Join(b.dir, "audience.csv"), benchAudience(rows))
}

// benchAudience has numbers of the United Kingdom's range for fiction, and beyond its thousand, of the unassigned +44 7700 9 range below it.
func benchAudience(rows int) string {
	var text strings.Builder
	text.WriteString("phone,name\n")
	for i := range rows {
		fmt.Fprintf(&text, "+4477009%05d,Ann %d\n", i, i)
	}
	return text.String()
}

func writeFile(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// command is sendoff in a process of its own.
func (b *bench) command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = b.env
	return cmd
}

func (b *bench) runArgs(more ...string) []string {
	return append([]string{"run", "--yes", "--quiet", "--rate", "4000", b.dir}, more...)
}

func (b *bench) runDir() string {
	if b.folder != "" {
		return b.folder
	}
	return filepath.Join(b.dir, "runs", "crash")
}

// checkBooks holds the ledger, the report and the sandbox's own list of accepted messages against each other.
func (b *bench) checkBooks(t testing.TB) *report.Report {
	t.Helper()
	run, err := runstore.View(b.runDir())
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	rep, err := books.Check(run, b.accepted())
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

// A sender that is killed again and again, at random moments, and started again with the same command, against a sandbox in a process of its
// own: nobody is lost, nobody is written to twice, and at most as many are in doubt as were in flight.
func TestCrashKill(t *testing.T) {
	const rows, kills, inFlight = 20_000, 20, 64
	b := newProcessBench(t, rows)
	killed := 0
	for killed < kills && b.startAndKill(t, b.runArgs(), after(time.Duration(rand.IntN(500))*time.Millisecond)) {
		killed++
	}
	b.finish(t)
	rep := b.checkBooks(t)
	if rep.Accepted+rep.InDoubt != rows || rep.InDoubt > killed*inFlight {
		t.Errorf("%d accepted, %d in doubt after %d kills; %d rows", rep.Accepted, rep.InDoubt, killed, rows)
	}
	t.Logf("%d kills: %d accepted, %d in doubt, %d at the sandbox", killed, rep.Accepted, rep.InDoubt, len(b.accepted()))
}

// newProcessBench is a bench whose sandbox is the command, with a record of what it has accepted.
func newProcessBench(t *testing.T, rows int) *bench {
	t.Helper()
	b := &bench{dir: t.TempDir(), env: append(os.Environ(), asProgram+"=1")}
	record := filepath.Join(b.dir, "accepted.jsonl")
	cmd := b.command("sandbox", "--addr", "127.0.0.1:0", "--drain", "100000", "--rate-limit", "100000", "--record", record)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it has nothing to lose
		_ = cmd.Wait()
	})
	for lines := bufio.NewScanner(out); lines.Scan() && !strings.HasPrefix(lines.Text(), "export SINCH_REGION="); {
		if variable, ok := strings.CutPrefix(lines.Text(), "export "); ok {
			b.env = append(b.env, variable)
		}
	}
	b.accepted = func() []sandbox.Message { return readRecord(t, record) }
	b.writeCampaign(t, rows)
	return b
}

func readRecord(t testing.TB, path string) []sandbox.Message {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []sandbox.Message
	for dec := json.NewDecoder(f); ; {
		var m sandbox.Message
		if err := dec.Decode(&m); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
}

// finish runs until nothing is left to send.
func (b *bench) finish(t *testing.T) {
	t.Helper()
	cmd := b.command(b.runArgs()...)
	out, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != exitOK && code != exitDoubt {
		t.Fatalf("exit %d\n%s", code, out)
	}
}

// Two processes started at once on a fresh run key: one sends, the other leaves with 11.
func TestCrashTwoAtOnce(t *testing.T) {
	const rows = 150
	for i := range 50 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel() // the pace takes the time, not the work
			b := newBench(t, rows)
			var wg sync.WaitGroup
			codes, outputs := make([]int, 2), make([]string, 2)
			for p := range 2 {
				wg.Go(func() {
					cmd := b.command("run", "--yes", "--quiet", "--rate", "100", b.dir)
					out, _ := cmd.CombinedOutput()
					codes[p], outputs[p] = cmd.ProcessState.ExitCode(), string(out)
				})
			}
			wg.Wait()
			if codes[0]+codes[1] != exitOK+exitHeld || codes[0]*codes[1] != 0 {
				t.Fatalf("exit codes %v, want one 0 and one 11\n%s\n%s", codes, outputs[0], outputs[1])
			}
			if rep := b.checkBooks(t); rep.Accepted != rows || b.server.AcceptedCount() != rows {
				t.Fatalf("%d accepted, %d at the sandbox, want %d", rep.Accepted, b.server.AcceptedCount(), rows)
			}
		})
	}
}

// The first SIGINT lets what is in flight finish, says how to go on, writes the report and leaves with 7. The same command finishes.
func TestCrashInterrupt(t *testing.T) {
	const rows = 3000
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		b := newBench(t, rows)
		cmd := b.command("run", "--yes", "--rate", "1000", b.dir)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = io.Discard, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		waitFor(t, func() bool { return b.server.AcceptedCount() > 300 })
		for range 3 { // a person in a panic
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
		}
		_ = cmd.Wait() // its code is looked at
		if code := cmd.ProcessState.ExitCode(); code != exitUnfinished {
			t.Fatalf("exit %d, want 7\n%s", code, out.String())
		}
		if want := "to go on with the remaining "; !strings.Contains(out.String(), want) || !strings.Contains(out.String(), "sendoff run ") {
			t.Errorf("no command that goes on:\n%s", out.String())
		}
		for _, name := range []string{"report.json", "in-doubt.csv"} {
			if _, err := os.Stat(filepath.Join(b.runDir(), name)); err != nil {
				t.Error(err)
			}
		}
		if rep := b.checkBooks(t); rep.InDoubt != 0 || rep.Accepted != b.server.AcceptedCount() || rep.Accepted+rep.NotSent != rows {
			t.Errorf("%d accepted, %d in doubt, %d not sent; the sandbox has %d", rep.Accepted, rep.InDoubt, rep.NotSent, b.server.AcceptedCount())
		}
		b.finish(t)
		if rep := b.checkBooks(t); rep.Accepted != rows {
			t.Errorf("%d of %d accepted in the end", rep.Accepted, rows)
		}
	}
}

func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it did not happen within a minute")
		}
	}
}

// Nobody reads what it prints any more, as behind "| head": the run goes on all the same.
func TestCrashClosedPipe(t *testing.T) {
	b := newBench(t, 200)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	read.Close()
	defer write.Close()
	cmd := b.command("run", "--yes", "--rate", "1000", b.dir)
	cmd.Stdout, cmd.Stderr = write, write
	if err := cmd.Run(); err != nil {
		t.Errorf("run: %v", err)
	}
	if rep := b.checkBooks(t); rep.Accepted != 200 || rep.InDoubt != 0 {
		t.Errorf("%d accepted, %d in doubt", rep.Accepted, rep.InDoubt)
	}
}

// While a process sends, status and report say how far it is, and what changes the ledger says who holds it.
func TestCrashStatusWhileSending(t *testing.T) {
	b := newBench(t, 3000)
	cmd := b.command("run", "--yes", "--quiet", "--rate", "300", b.dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill() // what it has sent does not matter
		_ = cmd.Wait()
	}()
	waitFor(t, func() bool {
		_, err := os.Stat(filepath.Join(b.runDir(), runstore.StatusName))
		return err == nil
	})
	status := b.command("status", b.dir)
	out, err := status.CombinedOutput()
	if want := "of 3,000 accepted"; err != nil || !strings.Contains(string(out), want) {
		t.Errorf("status = %v, want %q in\n%s", err, want, out)
	}
	out, err = b.command("report", b.dir).CombinedOutput()
	if want := "3,000 rows"; err != nil || !strings.Contains(string(out), want) {
		t.Errorf("report = %v, want %q in\n%s", err, want, out)
	}
	held := b.command("reconcile", b.dir)
	out, _ = held.CombinedOutput()
	if want := fmt.Sprintf("process %d on ", cmd.Process.Pid); held.ProcessState.ExitCode() != exitHeld || !strings.Contains(string(out), want) {
		t.Errorf("reconcile = exit %d, want 11 and %q in\n%s", held.ProcessState.ExitCode(), want, out)
	}
}

// Ctrl-C while nothing but look-ups is left: it leaves at once with 7, says who is still to be asked about, and the same command asks.
func TestCrashInterruptWhileAsking(t *testing.T) {
	const rows = 30
	b := newBench(t, rows)
	b.keep(t, 1)
	b.faults(t, "reset-after:after=10,first=1")
	words := filepath.Join(b.dir, "stderr")
	stderr, err := os.Create(words)
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	cmd := b.command("run", "--yes", b.dir)
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := func(want string) bool {
		text, err := os.ReadFile(words)
		return err == nil && strings.Contains(string(text), want)
	}
	waitFor(t, func() bool { return said("asking Sinch about 1 recipient in doubt") })
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // its code is looked at
	if code := cmd.ProcessState.ExitCode(); code != exitUnfinished ||
		!said("Sinch was still to be asked about 1 recipient in doubt; the next start does") || !said("to go on: sendoff run ") {
		t.Errorf("exit %d, want 7, who is still to be asked about, and how to go on", code)
	}
	if rep := b.checkBooks(t); rep.Accepted != rows-1 || rep.InDoubt != 1 {
		t.Errorf("%d accepted, %d in doubt; want all but 1", rep.Accepted, rep.InDoubt)
	}
	if out, err := b.command("run", "--yes", "--settle", "200ms", b.dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if rep := b.checkBooks(t); rep.Accepted != rows {
		t.Errorf("%d of %d accepted in the end", rep.Accepted, rows)
	}
}
