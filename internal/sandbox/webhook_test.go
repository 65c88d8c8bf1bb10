package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func webhookBody(target, more string) string {
	return `{"app_id":"` + DefaultAppID + `","target":"` + target + `","triggers":["MESSAGE_DELIVERY"]` + more + `}`
}

func TestWebhooks(t *testing.T) {
	s := New(Config{})
	r := call(t, s, "POST", "/webhooks", webhookBody("http://127.0.0.1:9/a", `,"target_type":"HTTP","secret":"x"`))
	w := decodeAs[webhook](t, r.body)
	if r.status != http.StatusOK || len(w.ID) != 26 || w.Target != "http://127.0.0.1:9/a" || w.Secret != "x" || !slices.Equal(w.Triggers, []string{onDelivery}) {
		t.Fatalf("status %d, body %s", r.status, r.body)
	}
	if got := call(t, s, "GET", "/webhooks/"+w.ID, ""); got.body != r.body {
		t.Errorf("get %s, want %s", got.body, r.body)
	}
	if got, want := call(t, s, "GET", "/apps/"+DefaultAppID+"/webhooks", "").body, `{"webhooks":[`+r.body+`]}`; got != want {
		t.Errorf("list %s, want %s", got, want)
	}
	r = call(t, s, "PATCH", "/webhooks/"+w.ID+"?update_mask=triggers", `{"app_id":"`+DefaultAppID+`","target":"http://127.0.0.1:9/a","triggers":["MESSAGE_SUBMIT"],"secret":"y"}`)
	if changed := decodeAs[webhook](t, r.body); changed.Secret != "x" || changed.TargetType != "HTTP" || !slices.Equal(changed.Triggers, []string{onSubmit}) {
		t.Errorf("patch %s", r.body)
	}
	if r := call(t, s, "DELETE", "/webhooks/"+w.ID, ""); r.status != http.StatusOK || r.body != "{}" {
		t.Errorf("delete: status %d, body %s", r.status, r.body)
	}
	for _, method := range []string{"GET", "DELETE"} {
		if r := call(t, s, method, "/webhooks/"+w.ID, ""); r.status != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", method, r.status)
		}
	}
	if got := call(t, s, "GET", "/apps/"+DefaultAppID+"/webhooks", "").body; got != `{"webhooks":[]}` {
		t.Errorf("list %s", got)
	}
}

func TestWebhooksAreRefused(t *testing.T) {
	for _, tc := range []struct{ body, field, description string }{
		{webhookBody("https://example.com/hook", ""), "target", "on this machine"},
		{webhookBody("http://127.0.0.1/"+strings.Repeat("a", 742), ""), "target", "At most 742"},
		{webhookBody("http://127.0.0.1:9/b", `,"client_credentials":{}`), "client_credentials", "use a secret"},
		{webhookBody("http://127.0.0.1:9/b", `,"target_type":"SMTP"`), "target_type", "DISMISS, HTTP"},
		{strings.Replace(webhookBody("http://127.0.0.1:9/b", ""), "MESSAGE_DELIVERY", "UNSPECIFIED_TRIGGER", 1), "triggers[0]", "Must be one of"},
		{webhookBody("http://127.0.0.1:9/a", ""), "target", "Another webhook"},
		{`{"app_id":"` + DefaultAppID + `","target":"http://127.0.0.1:9/b"}`, "triggers", "mandatory"},
	} {
		s := New(Config{})
		if r := call(t, s, "POST", "/webhooks", webhookBody("http://127.0.0.1:9/a", "")); r.status != http.StatusOK {
			t.Fatalf("status %d", r.status)
		}
		r := call(t, s, "POST", "/webhooks", tc.body)
		if r.status != http.StatusBadRequest {
			t.Errorf("%s: status %d, want 400", tc.body, r.status)
			continue
		}
		if got := violationsOf(t, r)[0]; got.Field != tc.field || !strings.Contains(got.Description, tc.description) {
			t.Errorf("%s: %+v, want %s %s", tc.body, got, tc.field, tc.description)
		}
	}
	if r := call(t, New(Config{}), "POST", "/webhooks", strings.Replace(webhookBody("http://127.0.0.1:9/b", ""), DefaultAppID,
		"01F8MECHZX3TBDSZ7XRADM79XE", 1)); r.status != http.StatusNotFound {
		t.Errorf("another app: status %d, want 404", r.status)
	}
}

func TestWebhooksAreFive(t *testing.T) {
	s := New(Config{})
	var last webhook
	for i := range 6 {
		r := call(t, s, "POST", "/webhooks", webhookBody(fmt.Sprintf("http://127.0.0.1:9/%d", i), ""))
		if want := i < 5; (r.status == http.StatusOK) != want {
			t.Fatalf("webhook %d: status %d", i+1, r.status)
		}
		if i < 5 {
			last = decodeAs[webhook](t, r.body)
		}
	}
	if r := call(t, s, "PATCH", "/webhooks/"+last.ID, `{"target":"http://127.0.0.1:9/0"}`); r.status != http.StatusBadRequest {
		t.Errorf("a target twice: status %d, want 400", r.status)
	}
	if r := call(t, s, "PATCH", "/webhooks/"+last.ID, `{"target":"http://127.0.0.1:9/4","target_type":"HTTP"}`); r.status != http.StatusOK {
		t.Errorf("its own target: status %d, want 200", r.status)
	}
}
