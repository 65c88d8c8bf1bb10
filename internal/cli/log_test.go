package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sendoff/internal/runstore"
	"sendoff/internal/suppress"
)

// logShapes are the keys that lines of a run's log may have, and what their values look like. Whoever adds one says here that nobody can be recognised by it.
func logShapes() map[string]*regexp.Regexp {
	shape := func(pattern string) *regexp.Regexp { return regexp.MustCompile(`^(?:` + pattern + `)$`) }
	text := shape(`"[^{}]*"`) // in our words, or in Sinch's without what may be a number
	return map[string]*regexp.Regexp{
		"time": shape(`"\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:\d\d)"`), "level": shape(`"(?:INFO|WARN)"`), "msg": shape(`"[A-Za-z' ;,]+"`),
		"run": shape(`"[0-9A-HJKMNP-TV-Z]{26}"`), "row": shape(`\d+`), "epoch": shape(`"[0-9a-f]{8}"`),
		"outcome": shape(`"[a-z ]+"`), "detail": text, "error": shape(`".*"`), // which has hints
		"rate": shape(`[0-9.e+]+`), "max_in_flight": shape(`\d+`), "rows": shape(`\d+`), "retry_after": shape(`"[0-9.hmsµn]+"`), "typical": shape(`"[0-9.hmsµn]+"`),
		"until": shape(`"\d{4}-\d\d-\d\dT.*"`), "before": shape(`\d+`), "now": shape(`\d+`), "part": shape(`"[a-z-]+"`),
		"by": shape(`"(?:country|channel|language)"`), "name": shape(`"[A-Za-z-]*"`), "reason": text,
	}
}

// A line of the log says which run it is of, and of which row where it is of one; who that is, and what they get, nobody learns from it.
func TestLog(t *testing.T) {
	t.Parallel() // the pace takes the time, not the work
	b := newLeakBench(t, 1)
	list := filepath.Join(b.dir, suppress.OptOutsName)
	cmd := b.command("run", "--yes", "--quiet", "--no-canary", "--rate", "6", "--settle", "300ms", b.dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }() // it may have ended
	waitFor(t, func() bool { return b.server.AcceptedCount() > 0 })
	writeFile(t, list, "phone\n077OO900124\n")
	var content []byte
	waitFor(t, func() bool {
		content, _ = os.ReadFile(filepath.Join(b.runDir(), runstore.LogName))
		return bytes.Contains(content, []byte("not read again")) && bytes.Contains(content, []byte("row in doubt settled"))
	})
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // with exit code 7
	content, err := os.ReadFile(filepath.Join(b.runDir(), runstore.LogName))
	if err != nil {
		t.Fatal(err)
	}
	leaks(true).search(t, runstore.LogName, content)
	run, _ := runstore.Glance(b.runDir())
	said := map[string]int{}
	for line := range strings.Lines(string(content)) {
		said[checkLogLine(t, line, run.RunID)]++
	}
	for _, msg := range []string{"sending", "row not accepted", "row in doubt settled", "suppression list not read again; the last reading holds", "sending ended"} {
		if said[msg] == 0 {
			t.Errorf("the log does not say %q, so this proves less; it says %v", msg, slices.Sorted(maps.Keys(said)))
		}
	}
}

// checkLogLine holds a line against [logShapes], and returns its message.
func checkLogLine(t *testing.T, line, runID string) (msg string) {
	t.Helper()
	var values map[string]json.RawMessage
	if err := json.Unmarshal([]byte(line), &values); err != nil {
		t.Fatal(err)
	}
	for key, value := range values {
		if shape := logShapes()[key]; shape == nil || !shape.Match(value) {
			t.Errorf("%s in %s", key, line)
		}
	}
	if string(values["run"]) != fmt.Sprintf("%q", runID) {
		t.Errorf("not of run %s: %s", runID, line)
	}
	if _, hasRow := values["row"]; !hasRow && strings.Contains(string(values["msg"]), "row ") {
		t.Errorf("of which row? %s", line)
	}
	_ = json.Unmarshal(values["msg"], &msg) // which has passed as a text
	return msg
}
