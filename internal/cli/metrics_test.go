package cli

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Whoever asks while a run sends sees how far it is.
func TestMetricsAddress(t *testing.T) {
	b := newBench(t, 1000)
	cmd := b.command("run", "--yes", "--no-canary", "--rate", "10", "--metrics-addr", ":0", b.dir)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	url := ""
	lines := bufio.NewScanner(stderr)
	for url == "" && lines.Scan() {
		url, _ = strings.CutPrefix(lines.Text(), "metrics: ")
		if !strings.HasPrefix(url, "http") {
			url = ""
		}
	}
	some, seen := regexp.MustCompile(`\nsendoff_accepted\{campaign="[^"]+",run_key="[^"]+"\} [1-9]`), ""
	for until := time.Now().Add(time.Minute); !some.MatchString(seen) && time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		if resp, err := http.Get(url); err == nil {
			body, _ := io.ReadAll(resp.Body) // half of it is looked for again
			_ = resp.Body.Close()
			seen = string(body)
		}
	}
	if !strings.HasPrefix(url, "http://127.0.0.1:") || !some.MatchString(seen) || !strings.Contains(seen, `state="running"} 1`) {
		t.Errorf("on %s was seen %s", url, seen)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
	_, _ = io.Copy(io.Discard, stderr) // so that it can go on
	_ = cmd.Wait()                     // its code is looked at
	if code := cmd.ProcessState.ExitCode(); code != exitUnfinished {
		t.Errorf("exit %d, want 7", code)
	}
	if _, err := http.Get(url); err == nil {
		t.Error("it answers after the run")
	}
}

// An address that cannot be had, or that others can reach, is worth a warning, and holds nothing up; one that is none is refused.
func TestMetricsAddressWarnings(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	b := newBench(t, 3)
	for _, tc := range []struct{ key, address, want string }{
		{"taken", taken.Addr().String(), "warning: nobody can ask for metrics: listen on " + taken.Addr().String()},
		{"public", "0.0.0.0:0", "warning: other machines can ask for metrics on 0.0.0.0:0"},
	} {
		out, err := b.command("run", "--yes", "--run-key", tc.key, "--metrics-addr", tc.address, b.dir).CombinedOutput()
		if err != nil || !strings.Contains(string(out), tc.want) {
			t.Errorf("%s: %v\n%s", tc.address, err, out)
		}
	}
	cmd := b.command("run", "--yes", "--metrics-addr", "9090", b.dir)
	if out, _ := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != exitInput || !strings.Contains(string(out), "--metrics-addr: it has to be an address and a port") {
		t.Errorf("exit %d: %s", cmd.ProcessState.ExitCode(), out)
	}
}
