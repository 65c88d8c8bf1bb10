package cli

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sendoff/campaign"
	"sendoff/internal/sandbox"
	"sendoff/internal/sinch"
)

// Webhooks that cannot be asked for are no reason to stop, and nothing is said of them.
func TestEffectsWithoutWebhooks(t *testing.T) {
	const hooks = `{"webhooks":[{"target_type":"HTTP","triggers":["MESSAGE_DELIVERY","MESSAGE_SUBMIT"]},
		{"target_type":"HTTP","triggers":["MESSAGE_INBOUND"]},{"target_type":"DISMISS","triggers":["MESSAGE_DELIVERY"]}]}`
	server := sandbox.New(testSandbox())
	var status int
	var body string
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !strings.HasSuffix(r.URL.Path, "/webhooks"):
			server.ServeHTTP(w, r)
		case status == 0:
			panic(http.ErrAbortHandler)
		default:
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body)) // the client may be gone
		}
	}))
	defer api.Close()
	st := sandboxSettings(sandbox.Config{})
	st.sandbox, st.destination.Endpoint = nil, api.URL
	client, err := st.client(tuning{httpTimeout: defaultTimeout, maxInFlight: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, tc := range []struct {
		status    int
		body      string
		isKnown   bool
		webhooks  int
		callbacks int
	}{
		{200, hooks, true, 1, 3},
		{200, `{}`, true, 0, 0},
		{200, `<html>`, false, 0, 0},
		{403, `{"error":{"code":403,"message":"no","status":"PERMISSION_DENIED"}}`, false, 0, 0},
		{404, ``, false, 0, 0},
		{500, ``, false, 0, 0},
		{0, ``, false, 0, 0},
	} {
		status, body = tc.status, tc.body
		r := &runner{client: client, app: &sinch.App{OutboundRate: 20}, campaign: new(campaign.Campaign)}
		app := r.effects(t.Context(), false)
		if (app.Webhooks != nil) != tc.isKnown || tc.isKnown && *app.Webhooks != tc.webhooks || app.Callbacks != tc.callbacks {
			t.Errorf("%d %s: %+v", tc.status, tc.body, app)
		}
	}
}
