package sandbox

import (
	"bytes"
	"fmt"
	"testing"
	"time"
)

// A request of a process that is dead is carried out after everything that was asked meanwhile.
func TestLateAcceptance(t *testing.T) {
	now := newClock()
	var record bytes.Buffer
	s := New(Config{Now: now.Now, Mode: Conversation, Record: &record, Faults: mustParseAll(t,
		"late-after:to=1,delay=1m late-after:to=2,delay=20s late-after:to=4,delay=40s")})
	lost(t, s, "POST", "/messages:send", textTo("+447700900001"))
	lost(t, s, "POST", "/messages:send", textTo("+447700900002"))
	lost(t, s, "POST", "/messages:send", textTo("+447700900004"))
	third := sendText(t, s, "+447700900003")
	if r := send(t, s, "{}"); r.status != 400 {
		t.Errorf("status %d, want 400", r.status)
	}
	found := func(want ...string) {
		t.Helper()
		var got []string
		for _, m := range listed(t, s, "").Messages {
			got = append(got, m.ChannelIdentity.Identity[9:]+" "+m.AcceptTime.Format(time.TimeOnly))
		}
		if len(got) != len(want) {
			t.Fatalf("found %q, want %q", got, want)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("found %q, want %q", got, want)
			}
		}
	}
	found("003 09:00:00")
	now.advance(20*time.Second - 1)
	found("003 09:00:00")
	now.advance(1)
	found("002 09:00:20", "003 09:00:00")
	if err := s.Advance(time.Hour); err != nil {
		t.Fatal(err)
	}
	if got := s.AcceptedCount(); got != 4 {
		t.Errorf("accepted %d, want 4", got)
	}
	found("001 09:01:00", "004 09:00:40", "002 09:00:20", "003 09:00:00")
	if got := recordedIDs(t, &record); len(got) != 4 || got[0] != third {
		t.Errorf("recorded %v, want four from %s", got, third)
	}
}

// A late message that is not good is refused at once, since nothing of it can come late.
func TestLateRefusal(t *testing.T) {
	s := New(Config{Faults: []Fault{{Kind: LateAfter}}})
	if r := send(t, s, "{}"); r.status != 400 || statsOf(t, s).Late != 0 {
		t.Errorf("status %d, %d late, want 400 and none", r.status, statsOf(t, s).Late)
	}
}

// It is kept if the app keeps messages when it is accepted.
func TestLateRetention(t *testing.T) {
	s := New(Config{Faults: []Fault{{Kind: LateAfter, First: 2}}})
	for _, tc := range []struct{ days, found int }{{1, 1}, {0, 0}} {
		lost(t, s, "POST", "/messages:send", textTo("+447700900001"))
		editApp(t, s, fmt.Sprintf(`{"dispatch_retention_policy":{"ttl_days":%d}}`, tc.days))
		advance(t, s, time.Minute)
		if got := len(listed(t, s, "messages_source=DISPATCH_SOURCE").Messages); got != tc.found {
			t.Errorf("kept for %d days when it is accepted: %d found, want %d", tc.days, got, tc.found)
		}
	}
}
