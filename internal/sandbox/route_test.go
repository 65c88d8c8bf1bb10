package sandbox

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestRoutes(t *testing.T) {
	const project = "/v1/projects/" + DefaultProjectID
	for _, tc := range []struct {
		method, url string
		status      int
	}{
		{"GET", base + project + "/apps/" + DefaultAppID, 200},
		{"GET", base + project + "/messages", 200},
		{"GET", base + project + "/messages?page_size=5", 200},
		{"GET", "https://us.conversation.api.sinch.com" + project + "/messages", 200},

		{"GET", "https://eu.conversation.api.sinch.com" + project + "/messages", 404}, // the wrong region
		{"GET", "https://eu.conversationbatch.api.sinch.com" + project + "/messages", 404},
		{"GET", "https://us.conversationbatch.api.sinch.com" + project + "/messages", 400}, // a batch is found by its metadata
		{"GET", base + "/v1/projects/11111111-2222-4333-8444-555555555555/messages", 403},
		{"GET", base + project + "/apps/01F8MECHZX3TBDSZ7XRADM79XE", 404},
		{"GET", base + project + "/apps/my-app", 400},
		{"GET", base + project + "/apps/", 404},
		{"GET", base + project + "/messages/01F8MECHZX3TBDSZ7XRADM79XE", 404},
		{"GET", base + project + "/messages/a/b", 404},
		{"GET", base + project + "/messages/42", 400},
		{"GET", base + project, 404},
		{"GET", base + project + "//messages", 404},
		{"GET", base + "/v2/projects/" + DefaultProjectID + "/messages", 404},
		{"GET", base + "/v3" + strings.TrimPrefix(project, "/v1") + "/messages", 404},
		{"GET", base + "/", 404},
		{"GET", base + project + "/messages:send", 501},
		{"PUT", base + project + "/messages", 501},
		{"POST", base + project + "/apps/" + DefaultAppID + "/webhooks", 501},
		{"DELETE", base + project + "/apps/" + DefaultAppID, 501},
		{"GET", base + project + "/apps", 200},
		{"POST", base + project + "/apps", 501},
		{"PATCH", base + project + "/apps/01F8MECHZX3TBDSZ7XRADM79XE", 404},
		{"GET", base + project + "/messages:fetch-last-message", 501},
		{"DELETE", base + project + "/messages/01F8MECHZX3TBDSZ7XRADM79XE", 404},
		{"PATCH", base + project + "/messages/42", 400},
	} {
		r := newRequest(t, tc.method, tc.url, "")
		r.SetBasicAuth(DefaultKeyID, DefaultKeySecret)
		got := do(t, New(Config{}), r)
		if got.status != tc.status {
			t.Errorf("%s %s: status %d, want %d", tc.method, tc.url, got.status, tc.status)
		}
		if got.status != http.StatusOK && decodeAs[failure](t, got.body).Error.Code != tc.status {
			t.Errorf("%s %s: body %s, want code %d", tc.method, tc.url, got.body, tc.status)
		}
	}
}

func TestSendToAnotherApp(t *testing.T) {
	if r := send(t, New(Config{}), requestWith(t, `{"app_id":"01F8MECHZX3TBDSZ7XRADM79XE"}`)); r.status != http.StatusNotFound {
		t.Errorf("status %d, want 404", r.status)
	}
}

func TestFlatErrors(t *testing.T) {
	r := send(t, New(Config{FlatErrors: true}), "")
	f := decodeAs[errorBody](t, r.body)
	if f.Code != 400 || f.Status != "INVALID_ARGUMENT" || f.Message == "" || f.Details == nil {
		t.Errorf("body %s", r.body)
	}
}

func TestProjectIsLimited(t *testing.T) {
	now := newClock()
	s := New(Config{Now: now.Now, RateLimit: 100})
	accepted := 0
	for range 1000 { // a second, in steps of a millisecond
		r := send(t, s, textTo("+447700900001"))
		switch {
		case r.status == http.StatusOK:
			accepted++
		case r.status != http.StatusTooManyRequests:
			t.Fatalf("status %d, want 200 or 429", r.status)
		case !strings.Contains(r.body, "RESOURCE_EXHAUSTED") || r.header.Get("Retry-After") != "":
			t.Fatalf("body %s, Retry-After %q", r.body, r.header.Get("Retry-After"))
		}
		now.advance(time.Millisecond)
	}
	if accepted < 100 || accepted > 110 {
		t.Errorf("accepted %d in a second, want 100 and the 10 of the burst", accepted)
	}
	if got := s.AcceptedCount(); got != accepted {
		t.Errorf("AcceptedCount() = %d, want %d", got, accepted)
	}
}
