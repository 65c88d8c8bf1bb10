package metrics

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var states = []string{"running", "finished"}

var sampleMetrics = Metrics{
	Campaign: "Vårrea \"50 %\" \\ {x}\n2026", RunKey: `birthday-2026-04-01`, State: "finished",
	LastSuccess: time.Unix(1775025000, 0), LastEnd: time.Unix(1775111400, 0), ExitCode: 8,
	Recipients: 1210, Accepted: 1200, Rejected: 2, InDoubt: 3, LeftInDoubt: 4, NotSent: 1,
}

func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "birthday.prom")
	if err := sampleMetrics.Write(path, states); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	labels := `campaign="Vårrea \"50 %\" \\ {x}\n2026",run_key="birthday-2026-04-01"`
	want := strings.ReplaceAll(`# HELP sendoff_last_success_timestamp_seconds When a run of the campaign was last seen through with exit code 0; 0: never.
# TYPE sendoff_last_success_timestamp_seconds gauge
sendoff_last_success_timestamp_seconds{LABELS} 1775025000
# HELP sendoff_last_end_timestamp_seconds When the last start ended.
# TYPE sendoff_last_end_timestamp_seconds gauge
sendoff_last_end_timestamp_seconds{LABELS} 1775111400
# HELP sendoff_last_exit_code The exit code of the last start that ended.
# TYPE sendoff_last_exit_code gauge
sendoff_last_exit_code{LABELS} 8
# HELP sendoff_run_state 1 for the state that the run is in, 0 for the others.
# TYPE sendoff_run_state gauge
sendoff_run_state{LABELS,state="running"} 0
sendoff_run_state{LABELS,state="finished"} 1
# HELP sendoff_recipients People that the run is for.
# TYPE sendoff_recipients gauge
sendoff_recipients{LABELS} 1210
# HELP sendoff_accepted Recipients whose message Sinch took.
# TYPE sendoff_accepted gauge
sendoff_accepted{LABELS} 1200
# HELP sendoff_rejected Recipients whose message Sinch refused for good.
# TYPE sendoff_rejected gauge
sendoff_rejected{LABELS} 2
# HELP sendoff_in_doubt Recipients of whom nobody knows yet whether Sinch took their message.
# TYPE sendoff_in_doubt gauge
sendoff_in_doubt{LABELS} 3
# HELP sendoff_left_in_doubt Recipients of whom somebody has settled that nobody will know.
# TYPE sendoff_left_in_doubt gauge
sendoff_left_in_doubt{LABELS} 4
# HELP sendoff_not_sent Recipients who are still to be sent to.
# TYPE sendoff_not_sent gauge
sendoff_not_sent{LABELS} 1
`, "LABELS", labels)
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
	for _, name := range Names() {
		if !strings.Contains(string(got), "\n"+name+"{") {
			t.Errorf("%s is not in the file", name)
		}
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestReadWhatWasWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "birthday.prom")
	for _, want := range []Metrics{sampleMetrics, {Campaign: `\n`, State: "running"}, {}} {
		if err := want.Write(path, states); err != nil {
			t.Fatal(err)
		}
		got, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-written +read):\n%s", diff)
		}
	}
}

func TestReadSomethingElse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "birthday.prom")
	if got, err := Read(path); err != nil || got != (Metrics{}) {
		t.Errorf("of no file: %+v, %v", got, err)
	}
	const text = "sendoff_accepted 5\nsendoff_accepted{campaign=\"a\",run_key=\"b\"} 99999999999999999999999\n\x00\xff{{{\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := Read(path); err != nil || got != (Metrics{}) {
		t.Errorf("of lines that are none of ours: %+v, %v", got, err)
	}
}

// A file that cannot be replaced stays, and nothing is left beside it.
func TestWriteFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.prom")
	if err := os.MkdirAll(filepath.Join(path, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := sampleMetrics.Write(path, states); err == nil {
		t.Error("a folder was replaced")
	}
	if err := sampleMetrics.Write(filepath.Join(dir, "none", "a.prom"), states); err == nil {
		t.Error("written into a folder that is not there")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || !slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == "a.prom" }) {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}
