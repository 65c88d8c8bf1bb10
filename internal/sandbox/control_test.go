package sandbox

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// asked asks the sandbox itself, which wants no credentials.
func asked(t testing.TB, s *Server, method, what, body string) reply {
	t.Helper()
	return do(t, s, newRequest(t, method, base+controlPath+what, body))
}

// statsOf returns what has happened so far.
func statsOf(t testing.TB, s *Server) stats {
	t.Helper()
	return decodeAs[stats](t, asked(t, s, "GET", "stats", "").body)
}

func TestControlOfFaults(t *testing.T) {
	s := New(Config{Faults: []Fault{{Kind: NotFound}}})
	if got := asked(t, s, "GET", "faults", "").body; got != "404:all\n" {
		t.Errorf("faults %q", got)
	}
	r := asked(t, s, "PUT", "faults", "500:first=1 # once\n429:every=5,retry-after=date:5\n")
	if want := "500:first=1\n429:every=5,retry-after=date:5s\n"; r.status != http.StatusOK || r.body != want {
		t.Errorf("status %d, body %q, want %q", r.status, r.body, want)
	}
	if got := tenStatuses(t, s); got != "5222422224" {
		t.Errorf("%s, want 5222422224", got)
	}
	if r := asked(t, s, "PUT", "faults", "500:first=1\n418:all\n"); r.status != http.StatusBadRequest || !strings.HasPrefix(r.body, "line 2: ") {
		t.Errorf("status %d, body %q, want 400 for line 2", r.status, r.body)
	}
	if got := asked(t, s, "GET", "faults", "").body; got == "" {
		t.Error("a refused list has taken the faults away")
	}
	asked(t, s, "DELETE", "faults", "")
	if got := tenStatuses(t, s); got != "2222222222" {
		t.Errorf("%s without faults", got)
	}
	if r := asked(t, s, "GET", "nothing", ""); r.status != http.StatusNotFound || r.body != controlHelp {
		t.Errorf("status %d, body %q", r.status, r.body)
	}
}

func TestStats(t *testing.T) {
	now := newClock()
	s := New(Config{Now: now.Now, QueueSize: 7, Faults: mustParseAll(t, "429:every=4 reset-after:all,on=list late-after:after=9,delay=1m")})
	for range 9 {
		send(t, s, textTo("+447700900001"))
	}
	lost(t, s, "POST", "/messages:send", textTo("+447700900001"))
	lost(t, s, "GET", "/messages", "")
	lost(t, s, "GET", "/messages", "")
	call(t, s, "GET", "/nothing", "")
	got := statsOf(t, s)
	if got.Accepted != 7 || got.Late != 1 || got.Queue != 14 || !got.Now.Equal(now.Now()) || got.Lag != "0s" {
		t.Errorf("stats %+v", got)
	}
	for op, want := range map[string]map[string]int{
		"send": {"200": 7, "429": 2, "none": 1}, "list": {"none": 2}, "other": {"404": 1},
	} {
		for status, n := range want {
			if got.Requests[op][status] != n {
				t.Errorf("%s with %s: %d, want %d", op, status, got.Requests[op][status], n)
			}
		}
	}
	want := []faultStats{{"429:every=4", 10, 2}, {"reset-after:all,on=list", 2, 2}, {"late-after:after=9,delay=1m0s", 10, 1}}
	for i, f := range got.Faults {
		if f != want[i] {
			t.Errorf("fault %+v, want %+v", f, want[i])
		}
	}
}

// The clock goes forward for everything that it rules.
func TestAdvance(t *testing.T) {
	s := New(Config{DispatchRetention: 1, Drain: 1, TokenTTL: time.Hour})
	token := newToken(t, s)
	sendText(t, s, "+447700900001")
	before := statsOf(t, s).Now
	r := asked(t, s, "POST", "advance?by=25h", "")
	if at, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(r.body)); err != nil || at.Before(before.Add(25*time.Hour)) {
		t.Errorf("status %d, body %q, want the time", r.status, r.body)
	}
	if r := sendAs(t, s, "Bearer "+token); !strings.Contains(r.header.Get("WWW-Authenticate"), "expired") {
		t.Errorf("status %d with an old token", r.status)
	}
	if got := getApp(t, s).QueueStats.OutboundSize; got != 0 {
		t.Errorf("%d wait", got)
	}
	if got := listed(t, s, "messages_source=DISPATCH_SOURCE").ids(); len(got) != 0 {
		t.Errorf("found %v", got)
	}
	for _, by := range []string{"", "tomorrow", "-1h"} {
		if r := asked(t, s, "POST", "advance?by="+by, ""); r.status != http.StatusBadRequest {
			t.Errorf("by %q: status %d, want 400", by, r.status)
		}
	}
}

func TestMessagesInMemory(t *testing.T) {
	s := New(Config{Keep: true})
	sendText(t, s, "+447700900001")
	sent := strings.Replace(textTo("+447700900002"), "Hello", "<3", 1)
	send(t, s, sent)
	r := asked(t, s, "GET", "messages", "")
	if got := recordedIDs(t, strings.NewReader(r.body)); len(got) != 2 || !strings.Contains(r.body, sent) {
		t.Errorf("messages %s", r.body)
	}
}
