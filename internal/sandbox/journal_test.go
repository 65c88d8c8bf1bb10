package sandbox

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// open opens a directory as a process does that comes after one that was killed: nobody has closed it.
func open(t testing.TB, dir string, cfg Config) *Server {
	t.Helper()
	s, err := Open(dir, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// advance puts the clock of s forward.
func advance(t testing.TB, s *Server, d time.Duration) {
	t.Helper()
	if err := s.Advance(d); err != nil {
		t.Fatal(err)
	}
}

func TestOpenGoesOn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made")
	now := newClock()
	cfg := Config{Now: now.Now, Drain: 10, QueueSize: 5, RateLimit: -1}
	s := open(t, dir, cfg)
	lostOnes := []string{sendText(t, s, "+447700900001")}
	edited := editApp(t, s, `{"processing_mode":"CONVERSATION","display_name":"Spring"}`)
	deleted, changed := sendText(t, s, "+447700900002"), sendText(t, s, "+447700900003")
	if r := call(t, s, "DELETE", "/messages/"+deleted, ""); r.status != 200 {
		t.Fatalf("delete: status %d", r.status)
	}
	if r := call(t, s, "PATCH", "/messages/"+changed, `{"metadata":"new"}`); r.status != 200 {
		t.Fatalf("update: status %d", r.status)
	}
	advance(t, s, 300*time.Millisecond)
	last := sendText(t, s, "+447700900003")
	wanted, stats := listed(t, s, ""), statsOf(t, s)

	for range 2 {
		s = open(t, dir, cfg)
		if got := listed(t, s, ""); !reflect.DeepEqual(got, wanted) {
			t.Errorf("found %+v, want %+v", got, wanted)
		}
		if got := fetchedLast(t, s, `{"channel_identities":["447700900003","447700900002"]}`).ids(); !slices.Equal(got, []string{last}) {
			t.Errorf("last %v, want %s", got, last)
		}
		got := statsOf(t, s)
		if got.Accepted != 4 || got.Queue != stats.Queue || !got.Now.Equal(stats.Now) {
			t.Errorf("stats %+v, want as in %+v", got, stats)
		}
		if got := getApp(t, s); !reflect.DeepEqual(got.appSettings, edited.appSettings) {
			t.Errorf("app %+v, want %+v", got, edited)
		}
		record := asked(t, s, "GET", "messages", "")
		if got := recordedIDs(t, strings.NewReader(record.body)); !slices.Equal(got, append(lostOnes, deleted, changed, last)) {
			t.Errorf("record %v", got)
		}
	}
	if next := sendText(t, s, "+447700900004"); next <= last {
		t.Errorf("%s comes after %s", next, last)
	}
}

// What an app has once let go does not come back when it keeps messages for longer and the sandbox starts again.
func TestOpenForgets(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Config{})
	sendText(t, s, "+447700900001")
	s = open(t, dir, Config{DispatchRetention: 7})
	sendText(t, s, "+447700900001")
	if got := listed(t, s, "messages_source=DISPATCH_SOURCE").ids(); len(got) != 1 {
		t.Errorf("found %v, want only what was kept", got)
	}
	advance(t, s, 48*time.Hour)
	editApp(t, s, `{"dispatch_retention_policy":{"ttl_days":1}}`)
	editApp(t, s, `{"dispatch_retention_policy":{"ttl_days":7}}`)
	for range 2 {
		if got := listed(t, s, "messages_source=DISPATCH_SOURCE").ids(); len(got) != 0 {
			t.Errorf("found %v", got)
		}
		s = open(t, dir, Config{DispatchRetention: 7})
	}
}

// A process that was killed in the middle of a line had told nobody of the message.
func TestOpenCutsHalfALine(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, journalName)
	s := open(t, dir, Config{DispatchRetention: 1})
	want := []string{sendText(t, s, "+447700900001"), sendText(t, s, "+447700900002")}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	half := whole[:bytes.IndexByte(whole, '\n')+30]
	if err := os.WriteFile(path, half, 0o600); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, Config{DispatchRetention: 1})
	want[1] = sendText(t, s, "+447700900003")
	s = open(t, dir, Config{DispatchRetention: 1})
	slices.Reverse(want)
	if got := listed(t, s, "messages_source=DISPATCH_SOURCE").ids(); !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
	if got := s.AcceptedCount(); got != 2 {
		t.Errorf("accepted %d, want 2", got)
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, want := range map[string]string{journalName: journalName + ":2: ", "app.json": "app.json: ", "clock.json": "clock.json: "} {
		dir := t.TempDir()
		s := open(t, dir, Config{})
		sendText(t, s, "+447700900001")
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, "\"no\n"); err != nil {
			t.Fatal(err)
		}
		f.Close()
		if _, err := Open(dir, Config{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open() = %v, want %s", err, want)
		}
	}
}

// A closed server says what it cannot do any more, rather than forget it.
func TestClosedAcceptsNothing(t *testing.T) {
	s, err := Open(t.TempDir(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if r := send(t, s, textTo("+447700900001")); r.status != 500 || s.AcceptedCount() != 0 {
		t.Errorf("status %d, accepted %d, want 500 and none", r.status, s.AcceptedCount())
	}
}

func TestState(t *testing.T) {
	type thing struct{ Names []string }
	var got thing
	st := state{t.TempDir()}
	if err := st.load("things", &got); err != nil || got.Names != nil {
		t.Errorf("load() = %v, %v before anything was saved", got, err)
	}
	for _, want := range []thing{{[]string{"a", "b"}}, {[]string{"c"}}} {
		if err := st.save("things", want); err != nil {
			t.Fatal(err)
		}
		if err := st.load("things", &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("load() = %v, %v, want %v", got, err, want)
		}
	}
	if err := (state{}).save("things", 1); err != nil {
		t.Errorf("save() = %v without a directory", err)
	}
	if err := (state{}).load("things", &got); err != nil {
		t.Errorf("load() = %v without a directory", err)
	}
}
