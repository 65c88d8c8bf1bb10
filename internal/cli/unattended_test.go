package cli

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/urfave/cli/v2"

	"sendoff/internal/metrics"
)

const unattended = "../../samples/unattended/"

func readSample(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// checkCommandLine fails where sendoff has no such command, or the command no such flag.
func checkCommandLine(t *testing.T, where, line string) {
	t.Run(where, func(t *testing.T) {
		args := strings.Fields(line)
		if len(args) < 2 || strings.TrimSuffix(filepath.Base(strings.ReplaceAll(args[0], `\`, "/")), ".exe") != "sendoff" {
			t.Fatalf("%q does not start sendoff", line)
		}
		cmd := newApp(&session{}).Command(args[1])
		if cmd == nil {
			t.Fatalf("%q: there is no command %s", line, args[1])
		}
		if len(args) > 2 {
			if sub := cmd.Command(args[2]); sub != nil {
				cmd = sub
			}
		}
		for _, arg := range args[2:] {
			name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
			if strings.HasPrefix(arg, "-") && !slices.ContainsFunc(cmd.Flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) }) {
				t.Errorf("%q: %s has no flag %s", line, args[1], arg)
			}
		}
	})
}

// Everything that the samples' pages tell people to type can be typed.
func TestCommandsOfSamples(t *testing.T) {
	pages, err := filepath.Glob("../../samples/*/README.md")
	if err != nil || len(pages) < 5 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	command := regexp.MustCompile("(?m)(?:^ {4,}|`)(sendoff [a-z][^`\n]*)")
	for _, page := range append(pages, "../../samples/README.md") {
		for _, found := range command.FindAllStringSubmatch(readSample(t, page), -1) {
			line, _, _ := strings.Cut(found[1], "  ") // what it does
			checkCommandLine(t, page, line)
		}
	}
}

func TestCrontab(t *testing.T) {
	jobs := 0
	for line := range strings.Lines(readSample(t, unattended+"crontab")) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if regexp.MustCompile(`(^|[^\\])%`).MatchString(line) {
			t.Errorf("%q: crontab(5) ends the command at %%", line)
		}
		if regexp.MustCompile(`^[A-Z_]+=`).MatchString(line) {
			continue
		}
		job := regexp.MustCompile(`^(?:@reboot|(?:[0-9*/,-]+ ){4}[0-9*/,-]+) +(.+)$`).FindStringSubmatch(line)
		if job == nil {
			t.Errorf("%q is no line of a crontab", line)
			continue
		}
		jobs++
		checkCommandLine(t, line, job[1])
	}
	if jobs != 3 {
		t.Errorf("%d jobs", jobs)
	}
}

func TestSystemdUnits(t *testing.T) {
	units, err := filepath.Glob(unattended + "systemd/*")
	if err != nil || len(units) != 4 {
		t.Fatalf("units %q, %v", units, err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var copies []string
	for _, unit := range units {
		text := readSample(t, unit)
		for _, found := range regexp.MustCompile(`(?m)^ExecStart=(.*)$`).FindAllStringSubmatch(text, -1) {
			checkCommandLine(t, filepath.Base(unit), found[1])
		}
		if strings.HasSuffix(unit, "birthday.service") {
			checkRestarts(t, text)
		}
		copied := filepath.Join(dir, filepath.Base(unit))
		writeFile(t, copied, strings.ReplaceAll(text, "/usr/bin/sendoff", program))
		copies = append(copies, copied)
	}
	verifyUnits(t, dir, copies)
}

// checkRestarts holds what systemd starts again against what is worth it: an error that nobody foresaw, and what is not finished.
func checkRestarts(t *testing.T, text string) {
	t.Helper()
	found := regexp.MustCompile(`(?m)^RestartPreventExitStatus=(.*)$`).FindStringSubmatch(text)
	if found == nil {
		t.Fatal("every failure would be tried again")
	}
	prevented := strings.Fields(found[1])
	for _, code := range precedence {
		again := code == exitBug || code == exitUnfinished
		if again == slices.Contains(prevented, strconv.Itoa(code)) && code != exitOK {
			t.Errorf("exit code %d: started again %t", code, !again)
		}
	}
}

func verifyUnits(t *testing.T, dir string, units []string) {
	t.Helper()
	const needed = 250 // has %d
	out, err := exec.Command("systemd-analyze", "--version").Output()
	if err != nil {
		t.Skipf("NOT CHECKED: systemd-analyze: %v", err)
	}
	if version, err := strconv.Atoi(regexp.MustCompile(`\d+`).FindString(string(out))); err != nil || version < needed {
		t.Skipf("NOT CHECKED: systemd-analyze is of version %d (%v), want %d", version, err, needed)
	}
	said, err := exec.Command("systemd-analyze", append([]string{"verify"}, units...)...).CombinedOutput()
	if err != nil {
		t.Errorf("systemd-analyze verify: %v", err)
	}
	for line := range strings.Lines(string(said)) { // of this machine's own units it may say something, too
		if strings.Contains(line, dir) || strings.Contains(line, "birthday") || strings.Contains(line, "sendoff-") {
			t.Error(strings.TrimSpace(line))
		}
	}
}

func TestWindowsTask(t *testing.T) {
	text := readSample(t, unattended+"windows/sendoff-birthday.xml")
	if strings.ContainsFunc(text, func(r rune) bool { return r > 127 }) {
		t.Error("schtasks guesses the encoding, so it has to be ASCII")
	}
	var task struct {
		XMLName xml.Name `xml:"http://schemas.microsoft.com/windows/2004/02/mit/task Task"`
		Version string   `xml:"version,attr"`
		Start   string   `xml:"Triggers>CalendarTrigger>StartBoundary"`
		Days    int      `xml:"Triggers>CalendarTrigger>ScheduleByDay>DaysInterval"`
		Logon   string   `xml:"Principals>Principal>LogonType"`
		Late    bool     `xml:"Settings>StartWhenAvailable"`
		Several string   `xml:"Settings>MultipleInstancesPolicy"`
		Limit   string   `xml:"Settings>ExecutionTimeLimit"`
		Command string   `xml:"Actions>Exec>Command"`
		Args    string   `xml:"Actions>Exec>Arguments"`
	}
	if err := xml.Unmarshal([]byte(text), &task); err != nil {
		t.Fatal(err)
	}
	if task.Version != "1.2" || !strings.HasSuffix(task.Start, "T06:30:00") || task.Days != 1 || task.Logon != "Password" || !task.Late ||
		task.Several != "IgnoreNew" || task.Limit != "PT0S" {
		t.Errorf("the task is %+v", task)
	}
	checkCommandLine(t, "task", strings.ReplaceAll(task.Command, " ", "_")+" "+task.Args)
}

// Alerts that name a metric which nobody writes never fire.
func TestAlerts(t *testing.T) {
	var file struct {
		Groups []struct {
			Name  string
			Rules []struct{ Alert, Expr, For string }
		}
	}
	if err := yaml.Unmarshal([]byte(readSample(t, unattended+"alerts.yml")), &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Groups) != 1 || len(file.Groups[0].Rules) != 3 {
		t.Fatalf("alerts %+v", file)
	}
	for _, rule := range file.Groups[0].Rules {
		named := regexp.MustCompile(`sendoff_\w+`).FindAllString(rule.Expr, -1)
		if rule.Alert == "" || len(named) == 0 {
			t.Errorf("%+v watches nothing", rule)
		}
		for _, name := range named {
			if !slices.Contains(metrics.Names(), name) {
				t.Errorf("%s: %s is not written", rule.Alert, name)
			}
		}
	}
}
