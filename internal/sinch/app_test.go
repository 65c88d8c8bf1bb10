package sinch_test

import (
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"sendoff/internal/sinch"
)

func TestApp(t *testing.T) {
	var got http.Header
	a := &api{app: func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		answerJSON(w, 200, `{"id":"`+appID+`","display_name":"Acme Production",
			"channel_credentials":[
				{"channel":"SMS","state":{"status":"ACTIVE","description":""},"static_bearer":{"token":"***"},"callback_secret":"abc"},
				{"channel":"RCS","state":{"status":"FAILING","description":"agent\nnot launched"}}],
			"processing_mode":"DISPATCH","rate_limits":{"outbound":20,"inbound":100,"webhooks":200},
			"queue_stats":{"outbound_size":12,"outbound_limit":500000},
			"retention_policy":{"retention_type":"MESSAGE_EXPIRE_POLICY","ttl_days":180},
			"dispatch_retention_policy":{"retention_type":"MESSAGE_EXPIRE_POLICY","ttl_days":7},
			"persist_message_status":{"enabled":true},
			"something_new":[1,2]}`)
	}}
	app, err := serve(t, a).App(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := &sinch.App{
		ID: appID, DisplayName: "Acme Production", ProcessingMode: "DISPATCH",
		Channels:          []sinch.AppChannel{{Channel: "SMS", Status: "ACTIVE"}, {Channel: "RCS", Status: "FAILING"}},
		Retention:         sinch.Retention{Days: 180},
		DispatchRetention: sinch.Retention{Days: 7},
		KeepsStatus:       true,
		OutboundRate:      20, WebhookRate: 200, QueueKnown: true, QueueSize: 12,
	}
	if !app.Clock || app.Skew.Abs() > time.Minute {
		t.Errorf("the server's clock is %v off", app.Skew)
	}
	app.Clock, app.Skew = false, 0
	if !reflect.DeepEqual(app, want) {
		t.Errorf("App() = %+v, want %+v", app, want)
	}
	if !app.Channels[0].Active() || app.Channels[1].Active() {
		t.Error("SMS is active and RCS is not")
	}
	if got.Get("Authorization") == "" || got.Get("User-Agent") != "sendoff" || got.Get("Content-Type") != "" {
		t.Errorf("head = %v, want a token, a user agent and no content type", got)
	}
}

func TestAppErrors(t *testing.T) {
	for _, tc := range []struct {
		name   string
		app    http.HandlerFunc
		status int // 0: no StatusError
		err    string
	}{
		{"wrong region", reply(404, `{"error":{"code":404,"message":"information not found","status":"NOT_FOUND"}}`), 404,
			"get app: 404 NOT_FOUND: information not found"},
		{"other project", reply(403, `{"error":{"code":403,"message":"You do not have access.","status":"PERMISSION_DENIED"}}`), 403,
			"get app: 403 PERMISSION_DENIED: You do not have access."},
		{"always 401", reply(401, `{"error":{"code":401,"message":"no","status":"UNAUTHENTICATED"}}`), 401,
			"get app: credentials refused (look at SINCH_KEY_ID and SINCH_KEY_SECRET): 401 UNAUTHENTICATED: no"},
		{"gateway", page(502), 502, "get app: 502 Bad Gateway"},
		{"redirect", page(307), 307, "get app: 307 Temporary Redirect"},
		{"page", page(200), 0, "get app: the answer is 200, but not an app in JSON"},
		{"no app", reply(200, `{}`), 0, "get app: the answer is 200, but not an app in JSON"},
		{"cut", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 0, "get app: EOF"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			app, err := serve(t, &api{app: tc.app}).App(t.Context())
			if app != nil || err == nil || err.Error() != tc.err {
				t.Fatalf("App() = %v, %v, want %s", app, err, tc.err)
			}
			var refusal *sinch.StatusError
			if errors.As(err, &refusal) != (tc.status != 0) || tc.status != 0 && refusal.Status != tc.status {
				t.Errorf("StatusError = %+v, want status %d", refusal, tc.status)
			}
			if errors.Is(err, sinch.ErrCredentials) != (tc.status == 401) {
				t.Errorf("%v: wrong about the credentials", err)
			}
		})
	}
}

// TestAppExpiredToken makes the request again with a new token, since it changes nothing.
func TestAppExpiredToken(t *testing.T) {
	a := new(api)
	c := serve(t, a)
	for range 2 {
		if _, err := c.App(t.Context()); err != nil {
			t.Fatal(err)
		}
		a.revoke()
	}
	if n := a.tokens.Load(); n != 2 {
		t.Errorf("%d requests for tokens, want 2", n)
	}
}

func TestAppWrongKey(t *testing.T) {
	key := credentials()
	key.KeySecret = sinch.NewSecret("wrong-horse-battery")
	_, err := serveKey(t, new(api), key).App(t.Context())
	want := "get app: get token: credentials refused (look at SINCH_KEY_ID and SINCH_KEY_SECRET): 401 invalid_client: Bad client credentials"
	if !errors.Is(err, sinch.ErrCredentials) || err.Error() != want {
		t.Errorf("App() = %v, want %s", err, want)
	}
	if strings.Contains(err.Error(), "horse") {
		t.Error("the error holds the secret")
	}
}
