package cli

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sendoff/internal/sandbox"
)

// The nightly sample, started for five days by what cron and systemd are given in samples/unattended: a good day, a reboot in the middle of a run,
// a feed without rows, yesterday's feed, and one ten times its size. What is sent is what should be, and each bad day has its exit code.
func TestCrashFiveNights(t *testing.T) {
	service := unitLines(t, "systemd/birthday.service")
	environment := map[string]string{}
	for _, line := range service["Environment"] {
		name, value, _ := strings.Cut(line, "=")
		environment[name] = value
	}
	for name, n := range map[string]nights{
		"cron":    {run: cronLine(t, "30 6 * * *"), boot: cronLine(t, "@reboot")},
		"systemd": {run: service["ExecStart"][0], boot: unitLines(t, "systemd/sendoff-resume.service")["ExecStart"][0], environment: environment},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n.start(t)
			day := time.Date(2026, time.November, 23, 6, 30, 0, 0, time.UTC)

			n.feed(t, day, 40, "A")
			n.expect(t, n.at(t, day, n.run), exitOK, 40)

			day = day.AddDate(0, 0, 1)
			n.feed(t, day, 60, "B")
			n.reboot(t, day)
			n.expect(t, n.at(t, day.Add(3*time.Minute), n.boot), exitOK, 100)
			n.expect(t, n.at(t, day.Add(4*time.Minute), n.run), exitOK, 100) // somebody makes sure

			day = day.AddDate(0, 0, 1)
			n.feed(t, day, 0, "C")
			n.expect(t, n.at(t, day, n.run), exitInput, 100)

			n.feed(t, day, 50, "D")
			day = day.AddDate(0, 0, 1)
			n.expect(t, n.at(t, day, n.run), exitInput, 100)

			day = day.AddDate(0, 0, 1)
			n.feed(t, day, 600, "E")
			n.expect(t, n.at(t, day, n.run), exitInput, 100)

			n.expect(t, n.at(t, day, n.boot), exitOK, 100) // nothing is left unfinished
			n.everybodyOnce(t)
		})
	}
}

// nights is a machine with a campaign that is started every night.
type nights struct {
	run, boot   string            // command lines, as the samples have them
	environment map[string]string // of the unit, with %d for the folder of credentials

	*bench
	variables []string
}

// start copies the sample, with the age of its feed checked, and lets a sandbox with its own key play the API.
func (n *nights) start(t *testing.T) {
	c := testSandbox()
	c.DispatchRetention = 1
	n.bench = &bench{dir: t.TempDir(), server: sandbox.New(c)}
	n.serve(t)
	text := readSample(t, "../../samples/nightly/campaign.yaml")
	const commented = "  # max_age: 20h\n"
	if !strings.Contains(text, commented) {
		t.Fatal("the sample does not say any more how old its feed may be")
	}
	folder := filepath.Join(n.dir, "birthday")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(folder, "campaign.yaml"), strings.Replace(strings.Replace(text, commented, "  max_age: 20h\n", 1), "rate: 5", "rate: 25", 1))
	writeFile(t, filepath.Join(folder, "optouts.csv"), "+447700900999\n")
	writeFile(t, filepath.Join(n.dir, "sinch-key-secret"), n.server.Config().KeySecret+"\n")

	// Nothing but what the samples give it, and through what to send: neither HOME nor a locale.
	sandboxed := map[string]string{}
	for _, v := range n.env {
		if name, value, _ := strings.Cut(v, "="); strings.HasPrefix(name, "SINCH_") || name == asProgram {
			sandboxed[name] = value
		}
	}
	delete(sandboxed, "SINCH_KEY_SECRET")
	sandboxed["SINCH_KEY_SECRET_FILE"] = filepath.Join(n.dir, "sinch-key-secret")
	for name, value := range n.environment {
		sandboxed[name] = strings.ReplaceAll(value, "%d", n.dir)
	}
	for _, name := range slices.Sorted(maps.Keys(sandboxed)) {
		n.variables = append(n.variables, name+"="+sandboxed[name])
	}
}

// feed writes the export of a morning, half an hour before it is needed.
func (n *nights) feed(t *testing.T, day time.Time, people int, series string) {
	var b strings.Builder
	b.WriteString("CustomerNo,First name,Mobile,code\n")
	for i := range people {
		fmt.Fprintf(&b, "%s%03d,Ann,+4477009%02d%03d,X%d\n", series, i, series[0], i, i)
	}
	path := filepath.Join(n.dir, "birthday", "audience.csv")
	writeFile(t, path, b.String())
	if at := day.Add(-30 * time.Minute); os.Chtimes(path, at, at) != nil {
		t.Fatal("the feed's time cannot be set")
	}
}

// command is a command line of the samples at a time of the clock, as it would be here.
func (n *nights) commandAt(now time.Time, line string) *exec.Cmd {
	args := strings.Fields(strings.NewReplacer("/srv/campaigns/birthday", filepath.Join(n.dir, "birthday"), "/srv/campaigns", n.dir,
		"/var/lib/node_exporter/textfile_collector", n.dir).Replace(line))
	cmd := exec.Command(os.Args[0], args[1:]...)
	cmd.Dir = "/"
	cmd.Env = append(slices.Clone(n.variables), testClock+"="+now.Format(time.RFC3339))
	return cmd
}

func (n *nights) at(t *testing.T, now time.Time, line string) int {
	cmd := n.commandAt(now, line)
	out, _ := cmd.CombinedOutput()
	t.Logf("%s %s: exit code %d\n%s", now.Format("Mon 15:04"), line, cmd.ProcessState.ExitCode(), out)
	if cmd.ProcessState.ExitCode() == exitDoubt {
		lists, _ := filepath.Glob(filepath.Join(n.dir, "birthday", "runs", "*", "in-doubt.csv"))
		for _, path := range lists {
			b, _ := os.ReadFile(path)
			t.Logf("%s", b)
		}
	}
	if cmd.ProcessState.ExitCode() == exitOK && len(out) > 0 {
		t.Error("a good night is not silent")
	}
	return cmd.ProcessState.ExitCode()
}

// reboot kills the night's run when it has sent a few.
func (n *nights) reboot(t *testing.T, now time.Time) {
	before := n.server.AcceptedCount()
	cmd := n.commandAt(now, n.run)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); n.server.AcceptedCount() < before+15; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the night's run does not send")
		}
	}
	_ = cmd.Process.Kill() // it may have been faster
	_ = cmd.Wait()
	if n.server.AcceptedCount() >= before+60 {
		t.Fatal("killed too late to say anything")
	}
}

func (n *nights) expect(t *testing.T, got, want, taken int) {
	t.Helper()
	if got != want {
		t.Errorf("exit code %d, want %d", got, want)
	}
	if n := n.server.AcceptedCount(); n != taken {
		t.Errorf("%d messages are sent by now, want %d", n, taken)
	}
}

func (n *nights) everybodyOnce(t *testing.T) {
	latest, err := latestFolders(n.dir)
	if err != nil || len(latest) != 2 {
		t.Fatalf("%d runs have sent, want 2: %v", len(latest), err)
	}
	for _, f := range latest {
		if err := f.check(n.accepted()); err != nil {
			t.Error(err)
		}
	}
}

// cronLine returns the command of the sample crontab's line that begins with when.
func cronLine(t *testing.T, when string) string {
	for line := range strings.Lines(readSample(t, unattended+"crontab")) {
		if command, ok := strings.CutPrefix(line, when); ok {
			return strings.TrimSpace(command)
		}
	}
	t.Fatalf("the crontab has no line for %s", when)
	return ""
}

// unitLines returns the values of a sample unit by their names.
func unitLines(t *testing.T, name string) map[string][]string {
	values := map[string][]string{}
	for line := range strings.Lines(readSample(t, unattended+name)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(key, "#") {
			values[key] = append(values[key], value)
		}
	}
	return values
}
