package sandbox

import (
	"fmt"
	"net/http"
	"reflect"
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
	if got.RetentionPolicy.Days != 180 || got.DispatchRetention != (retention{expirePolicy, 3}) {
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

func TestQueueOfOthers(t *testing.T) {
	now := newClock()
	s := New(Config{Now: now.Now, Drain: 10, QueueSize: 25})
	for _, want := range []int{25, 15, 5, 0} {
		if got := getApp(t, s).QueueStats.OutboundSize; got != want {
			t.Errorf("%v: %d wait, want %d", now.Now(), got, want)
		}
		now.advance(time.Second)
	}
}

// editApp changes the app, and returns it as the API then describes it.
func editApp(t testing.TB, s *Server, body string) appBody {
	t.Helper()
	r := call(t, s, "PATCH", "/apps/"+DefaultAppID, body)
	if r.status != http.StatusOK {
		t.Fatalf("%s: status %d, body %s", body, r.status, r.body)
	}
	return decodeAs[appBody](t, r.body)
}

func TestUpdateApp(t *testing.T) {
	s := New(Config{AppName: "Spring", DispatchRetention: 3})
	want := getApp(t, s)
	want.DisplayName = "Summer"
	want.ProcessingMode = Conversation
	want.RetentionPolicy.Days = 3650
	want.CallbackSettings.Secret = "s"
	want.MessageRetrySettings.Seconds = 30
	want.PersistMessageStatus.Enabled = true
	got := editApp(t, s, `{"display_name":"Summer","processing_mode":"CONVERSATION","retention_policy":{"ttl_days":3650},
		"callback_settings":{"secret_for_overridden_callback_urls":"s"},"message_retry_settings":{"retry_duration":30},
		"persist_message_status":{"enabled":true},"dispatch_retention_policy":null}`)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("changed to %+v, want %+v", got, want)
	}
	list := decodeAs[struct{ Apps []appBody }](t, call(t, s, "GET", "/apps", "").body).Apps
	if len(list) != 1 || !reflect.DeepEqual(list[0], want) {
		t.Errorf("listed %+v, want %+v", list, want)
	}
	for _, tc := range []struct{ body, field string }{
		{`{"retention_policy":{"ttl_days":0}}`, "retention_policy.ttl_days"},
		{`{"retention_policy":{"ttl_days":3651}}`, "retention_policy.ttl_days"},
		{`{"retention_policy":{"ttl_days":1.5}}`, "retention_policy.ttl_days"},
		{`{"retention_policy":{"retention_type":"PERSIST_RETENTION_POLICY"}}`, "retention_policy.retention_type"},
		{`{"dispatch_retention_policy":{"ttl_days":8}}`, "dispatch_retention_policy.ttl_days"},
		{`{"dispatch_retention_policy":{"ttl_days":-1}}`, "dispatch_retention_policy.ttl_days"},
		{`{"processing_mode":"BATCH"}`, "processing_mode"},
		{`{"persist_message_status":{"enabled":"yes"}}`, "persist_message_status.enabled"},
		{`{"message_retry_settings":{"retry_duration":29}}`, "message_retry_settings.retry_duration"},
		{`{"display_name":1}`, "display_name"},
		{`{"display_name":"Autumn","rate_limits":{"outbound":1000}}`, "rate_limits"},
		{`{"id":"01F8MECHZX3TBDSZ7XRADM79XE"}`, "id"},
	} {
		r := call(t, s, "PATCH", "/apps/"+DefaultAppID, tc.body)
		if r.status != http.StatusBadRequest || !names(violationsOf(t, r), tc.field) {
			t.Errorf("%s: status %d, body %s, want 400 for %s", tc.body, r.status, r.body, tc.field)
		}
	}
	if got := getApp(t, s); !reflect.DeepEqual(got, want) {
		t.Errorf("refused changes have made it %+v, want %+v", got, want)
	}
}

// A change is about messages that are accepted from then on: none that was not kept comes back.
func TestRetentionChanges(t *testing.T) {
	const day = 24 * time.Hour
	now := newClock()
	s := New(Config{Now: now.Now, Keep: true})
	accepted := 0
	expect := func(what, source string, want int) {
		t.Helper()
		if got := len(listed(t, s, "messages_source="+source).Messages); got != want {
			t.Errorf("%s: %d found, want %d", what, got, want)
		}
		if got := len(s.Accepted()); got != accepted {
			t.Errorf("%s: %d held, want %d", what, got, accepted)
		}
	}
	sendOne := func() {
		sendText(t, s, "+447700900001")
		accepted++
		now.advance(time.Hour)
	}
	sendOne()
	editApp(t, s, `{"dispatch_retention_policy":{"ttl_days":7}}`)
	expect("accepted while nothing was kept", "DISPATCH_SOURCE", 0)
	sendOne()
	now.advance(2 * day)
	sendOne()
	expect("kept for a week", "DISPATCH_SOURCE", 2)
	editApp(t, s, `{"dispatch_retention_policy":{"ttl_days":2}}`)
	expect("kept for two days", "DISPATCH_SOURCE", 1)
	editApp(t, s, `{"dispatch_retention_policy":{"ttl_days":7}}`)
	expect("a week again, and the old one is gone", "DISPATCH_SOURCE", 1)
	editApp(t, s, `{"processing_mode":"CONVERSATION"}`)
	sendOne()
	expect("those of the other mode", "DISPATCH_SOURCE", 1)
	expect("the new mode", "CONVERSATION_SOURCE", 1)
	editApp(t, s, `{"retention_policy":{"ttl_days":1}}`)
	now.advance(day - time.Hour)
	expect("a day later", "CONVERSATION_SOURCE", 0)
}

func TestMessageStatus(t *testing.T) {
	s := New(Config{Mode: Conversation, Drain: 10, QueueSize: 10})
	id := sendText(t, s, "+447700900001")
	status := func() string {
		m := listed(t, s, "").Messages[0]
		if m.ID != id || m.MessageStatus == nil {
			return ""
		}
		return *m.MessageStatus
	}
	if got := status(); got != "" {
		t.Errorf("status %q of an app that keeps none", got)
	}
	editApp(t, s, `{"persist_message_status":{"enabled":true}}`)
	if got := status(); got != "QUEUED" {
		t.Errorf("status %q behind others, want QUEUED", got)
	}
	advance(t, s, 2*time.Second)
	if got := status(); got != "QUEUED_ON_CHANNEL" {
		t.Errorf("status %q two seconds later, want QUEUED_ON_CHANNEL", got)
	}
	advance(t, s, time.Second)
	if got := status(); got != "DELIVERED" {
		t.Errorf("status %q three seconds later, want DELIVERED", got)
	}
}

func TestMessageStatusOnItsChannel(t *testing.T) {
	const order = `{"channel_priority_order":["RCS","SMS"],"recipient":{"identified_by":{"channel_identities":[` +
		`{"channel":"RCS","identity":"+4477009000%[1]s"},{"channel":"SMS","identity":"+4477009000%[1]s"}]}}}`
	for ending, want := range map[string]string{"01": "RCS DELIVERED", "90": "SMS FAILED", "91": "RCS READ", "92": "SMS DELIVERED", "94": "RCS QUEUED", "99": "RCS FAILED"} {
		s := New(Config{DispatchRetention: 1, KeepStatus: true})
		if r := send(t, s, requestWith(t, fmt.Sprintf(order, ending))); r.status != http.StatusOK {
			t.Fatalf("status %d, body %s", r.status, r.body)
		}
		advance(t, s, time.Minute)
		m := listed(t, s, "messages_source=DISPATCH_SOURCE").Messages[0]
		if got := m.ChannelIdentity.Channel + " " + *m.MessageStatus; got != want {
			t.Errorf("%s: %s, want %s", ending, got, want)
		}
	}
}
