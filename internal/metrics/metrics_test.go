package metrics

import (
	"errors"
	"io"
	"net/http"
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
	RateAllowed: 16, Queue: 412,
	Receipts: &Receipts{Delivered: 900, Read: 100, Failed: 50, Pending: 150, SentTwice: 5},
}

func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "birthday.prom")
	if err := mustOpen(t, path).Write(&sampleMetrics, states); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	labels := `campaign="Vårrea \"50 %\" \\ {x}\n2026",run_key="birthday-2026-04-01"`
	want := strings.ReplaceAll(`# HELP sendoff_accepted Recipients whose message Sinch took.
# TYPE sendoff_accepted gauge
sendoff_accepted{LABELS} 1200
# HELP sendoff_delivered Accepted recipients whose message arrived, and of whom no receipt says that they read it.
# TYPE sendoff_delivered gauge
sendoff_delivered{LABELS} 900
# HELP sendoff_failed Accepted recipients whose message failed later.
# TYPE sendoff_failed gauge
sendoff_failed{LABELS} 50
# HELP sendoff_in_doubt Recipients of whom nobody knows yet whether Sinch took their message.
# TYPE sendoff_in_doubt gauge
sendoff_in_doubt{LABELS} 3
# HELP sendoff_last_end_timestamp_seconds When the last start ended.
# TYPE sendoff_last_end_timestamp_seconds gauge
sendoff_last_end_timestamp_seconds{LABELS} 1.7751114e+09
# HELP sendoff_last_exit_code The exit code of the last start that ended.
# TYPE sendoff_last_exit_code gauge
sendoff_last_exit_code{LABELS} 8
# HELP sendoff_last_success_timestamp_seconds When a run of the campaign was last seen through with exit code 0; 0: never.
# TYPE sendoff_last_success_timestamp_seconds gauge
sendoff_last_success_timestamp_seconds{LABELS} 1.775025e+09
# HELP sendoff_left_in_doubt Recipients of whom somebody has settled that nobody will know.
# TYPE sendoff_left_in_doubt gauge
sendoff_left_in_doubt{LABELS} 4
# HELP sendoff_not_sent Recipients who are still to be sent to.
# TYPE sendoff_not_sent gauge
sendoff_not_sent{LABELS} 1
# HELP sendoff_pending Accepted recipients of whom no final receipt has come.
# TYPE sendoff_pending gauge
sendoff_pending{LABELS} 150
# HELP sendoff_queue Messages, of whomever, in the app's queue at Sinch when it was read last; 0 where nobody knows.
# TYPE sendoff_queue gauge
sendoff_queue{LABELS} 412
# HELP sendoff_rate_allowed Messages a second that may leave now; 0: none is sent.
# TYPE sendoff_rate_allowed gauge
sendoff_rate_allowed{LABELS} 16
# HELP sendoff_read Accepted recipients who read their message.
# TYPE sendoff_read gauge
sendoff_read{LABELS} 100
# HELP sendoff_recipients People that the run is for.
# TYPE sendoff_recipients gauge
sendoff_recipients{LABELS} 1210
# HELP sendoff_rejected Recipients whose message Sinch refused for good.
# TYPE sendoff_rejected gauge
sendoff_rejected{LABELS} 2
# HELP sendoff_run_state 1 for the state that the run is in, 0 for the others.
# TYPE sendoff_run_state gauge
sendoff_run_state{LABELS,state="finished"} 1
sendoff_run_state{LABELS,state="running"} 0
# HELP sendoff_sent_twice Accepted recipients of whom receipts speak of two messages.
# TYPE sendoff_sent_twice gauge
sendoff_sent_twice{LABELS} 5
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

func mustOpen(t *testing.T, path string) *File {
	t.Helper()
	f, _, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestReadWhatWasWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "birthday.prom")
	for _, want := range []Metrics{sampleMetrics, {Campaign: `\n`, State: "running"}, {Receipts: &Receipts{}}, {}} {
		if err := mustOpen(t, path).Write(&want, states); err != nil {
			t.Fatal(err)
		}
		_, got, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-written +read):\n%s", diff)
		}
	}
}

func TestReadSomethingElse(t *testing.T) {
	const text = "sendoff_accepted 5\nsendoff_accepted{campaign=\"a\",run_key=\"b\"} 99999999999999999999999\n\x00\xff{{{\n"
	if got, isOurs := parse([]byte(text)); isOurs || got != (Metrics{}) {
		t.Errorf("of lines that are none of ours: %+v", got)
	}
}

// Nothing is replaced that was not written here.
func TestOpen(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"empty.prom": "", "other.prom": "# HELP node_up Up.\n", "campaign.yaml": "name: a\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder.prom"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, unfit := range map[string]bool{
		"none.prom": false, "empty.prom": false, filepath.Join("nosuch", "none.prom"): false,
		"other.prom": true, "campaign.yaml": true, "folder.prom": true, "none": true, "none.PROM": true,
	} {
		if _, m, err := Open(filepath.Join(dir, name)); errors.Is(err, ErrUnfit) != unfit || !unfit && err != nil || m != (Metrics{}) {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
}

// A file system that does not answer is waited for once.
func TestSlow(t *testing.T) {
	f := &File{path: filepath.Join(t.TempDir(), "a.prom"), patience: time.Millisecond}
	answer := make(chan struct{})
	defer close(answer)
	err := f.within(func() (func(), error) {
		<-answer
		return func() {}, nil
	})
	if !errors.Is(err, errSlow) {
		t.Errorf("got %v", err)
	}
	if err := f.Write(&sampleMetrics, states); !errors.Is(err, errSlow) {
		t.Errorf("then: %v", err)
	}
	if _, err := os.Stat(f.path); err == nil {
		t.Error("a file that was given up was written")
	}
}

// A file that cannot be replaced stays, and nothing is left beside it.
func TestWriteFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.prom")
	f := mustOpen(t, path)
	if err := os.MkdirAll(filepath.Join(path, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := f.Write(&sampleMetrics, states); err == nil {
		t.Error("a folder was replaced")
	}
	if err := mustOpen(t, filepath.Join(dir, "none", "a.prom")).Write(&sampleMetrics, states); err == nil {
		t.Error("written into a folder that is not there")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || !slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == "a.prom" }) {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

// A file of an earlier version has other metrics first, and fewer.
func TestReadOlder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.prom")
	text := "# HELP sendoff_last_success_timestamp_seconds When.\n# TYPE sendoff_last_success_timestamp_seconds gauge\n" +
		"sendoff_last_success_timestamp_seconds{campaign=\"a\",run_key=\"b\"} 1775025000\n# HELP sendoff_accepted Taken.\n# TYPE sendoff_accepted gauge\n" +
		"sendoff_accepted{campaign=\"a\",run_key=\"b\"} 1200\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, got, err := Open(path)
	if want := (Metrics{Campaign: "a", RunKey: "b", LastSuccess: time.Unix(1775025000, 0), Accepted: 1200}); err != nil || got != want {
		t.Errorf("read %+v, %v, want %+v", got, err, want)
	}
}

// What receipts say is not there where none were collected: 0 would say that nothing arrived.
func TestWithoutReceipts(t *testing.T) {
	text, err := (&Metrics{Campaign: "a\xff"}).text(states)
	if err != nil || strings.Contains(string(text), "sendoff_delivered") || !strings.Contains(string(text), `sendoff_accepted{campaign="a�",run_key=""} 0`) {
		t.Errorf("%s, %v", text, err)
	}
}

func TestServe(t *testing.T) {
	s, err := Serve("127.0.0.1:0", states)
	if err != nil {
		t.Fatal(err)
	}
	get := func() string {
		t.Helper()
		resp, err := http.Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatal(resp.Status, err)
		}
		return string(body)
	}
	if got := get(); got != "" {
		t.Errorf("before there is a run: %s", got)
	}
	m := sampleMetrics
	s.Show(m)
	if got := get(); !strings.Contains(got, "} 1200\n") || strings.Contains(got, "go_") || strings.Contains(got, "process_") || strings.Contains(got, "promhttp_") {
		t.Errorf("shows %s", got)
	}
	m.Accepted, m.LastSuccess = 1201, time.Time{} // which nobody has told it
	s.Show(m)
	if got := get(); !strings.Contains(got, "} 1201\n") || strings.Contains(got, successName) {
		t.Errorf("then %s", got)
	}
	if _, err := Serve(strings.TrimSuffix(strings.TrimPrefix(s.URL, "http://"), "/metrics"), states); err == nil {
		t.Error("a port that is taken was had")
	}
	s.Close()
	if _, err := http.Get(s.URL); err == nil {
		t.Error("answers after Close")
	}
}

func TestAddress(t *testing.T) {
	for text, want := range map[string]string{
		":9090": "127.0.0.1:9090", "localhost:1": "localhost:1", "[::1]:1": "[::1]:1", "0.0.0.0:1": "public 0.0.0.0:1", "[::]:1": "public [::]:1",
		"metrics.example:1": "public metrics.example:1", "9090": "", "": "", "127.0.0.1:": "",
	} {
		got, isPublic, err := Address(text)
		if isPublic {
			got = "public " + got
		}
		if got != want || (err != nil) != (want == "") {
			t.Errorf("Address(%q) = %s, %v, want %s", text, got, err, want)
		}
	}
}
