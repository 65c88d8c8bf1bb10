package sandbox

import (
	"net/http"
	"testing"
	"time"
)

// getApp returns the app as the API describes it.
func getApp(t testing.TB, s *Server) appBody {
	t.Helper()
	r := call(t, s, "GET", "/apps/"+DefaultAppID, "")
	if r.status != http.StatusOK {
		t.Fatalf("status %d, body %s", r.status, r.body)
	}
	return decodeAs[appBody](t, r.body)
}

func TestApp(t *testing.T) {
	got := getApp(t, New(Config{AppName: "Spring", Channels: []string{"RCS", "SMS"}, Mode: Conversation, DispatchRetention: 3, Drain: 45}))
	if got.ID != DefaultAppID || got.DisplayName != "Spring" || got.ProcessingMode != Conversation {
		t.Errorf("app %+v", got)
	}
	if got.RateLimits.Outbound != 45 || got.QueueStats != (queueStats{0, 500_000}) {
		t.Errorf("rate limits %+v, queue %+v", got.RateLimits, got.QueueStats)
	}
	if got.RetentionPolicy.Days != 180 || got.DispatchRetention != (retention{"MESSAGE_EXPIRE_POLICY", 3}) {
		t.Errorf("retention %+v, of dispatch %+v", got.RetentionPolicy, got.DispatchRetention)
	}
	if len(got.ChannelCredentials) != 2 || got.ChannelCredentials[0].Channel != "RCS" || got.ChannelCredentials[1].State.Status != "ACTIVE" {
		t.Errorf("channels %+v", got.ChannelCredentials)
	}
}

func TestQueueDrains(t *testing.T) {
	now := newClock()
	s := New(Config{Now: now.Now, Drain: 20, RateLimit: -1})
	waiting := func(want int) {
		t.Helper()
		if got := getApp(t, s).QueueStats.OutboundSize; got != want {
			t.Errorf("%v: %d wait, want %d", now.Now(), got, want)
		}
	}
	waiting(0)
	for range 50 {
		sendText(t, s, "+447700900001")
	}
	waiting(50)
	now.advance(time.Second)
	waiting(30)
	now.advance(40 * time.Millisecond) // not quite another
	waiting(30)
	now.advance(10 * time.Millisecond)
	waiting(29)
	sendText(t, s, "+447700900001")
	waiting(30)
	now.advance(time.Hour)
	waiting(0)
	sendText(t, s, "+447700900001")
	waiting(1)
}

func TestQueueIsFull(t *testing.T) {
	now := newClock()
	s := New(Config{Now: now.Now, Drain: 10, QueueLimit: 3, RateLimit: -1})
	for range 3 {
		sendText(t, s, "+447700900001")
	}
	if r := send(t, s, textTo("+447700900001")); r.status != http.StatusTooManyRequests {
		t.Errorf("full: status %d, want 429", r.status)
	}
	now.advance(100 * time.Millisecond)
	sendText(t, s, "+447700900001")
	if got := s.AcceptedCount(); got != 4 {
		t.Errorf("accepted %d, want 4", got)
	}
}
