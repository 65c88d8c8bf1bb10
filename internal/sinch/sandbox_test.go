package sinch_test

import (
	"errors"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"sendoff/internal/sandbox"
	"sendoff/internal/sinch"
)

// sandboxMessage is a message that the sandbox, which checks every field, has nothing against.
var sandboxMessage = []byte(`{"app_id":"` + sandbox.DefaultAppID + `","recipient":{"identified_by":{"channel_identities":[{"channel":"SMS","identity":"+` +
	number + `"}]}},"message":{"text_message":{"text":"Hello"}},"channel_priority_order":["SMS"]}`)

func inSandbox(t *testing.T, cfg sandbox.Config, change func(*sinch.Options)) (*sinch.Client, *sandbox.Server) {
	t.Helper()
	s := sandbox.New(cfg)
	server := httptest.NewUnstartedServer(s)
	server.Config.ErrorLog = quiet()
	server.Start()
	t.Cleanup(server.Close)
	o := sandboxOptions(server.URL)
	if change != nil {
		change(&o)
	}
	return newClient(t, o), s
}

func sandboxOptions(url string) sinch.Options {
	return sinch.Options{
		Destination: sinch.Destination{ProjectID: sandbox.DefaultProjectID, AppID: sandbox.DefaultAppID, Endpoint: url},
		Credentials: sinch.Credentials{KeyID: sandbox.DefaultKeyID, KeySecret: sinch.NewSecret(sandbox.DefaultKeySecret)},
		Timeout:     5 * time.Second,
	}
}

// TestSandboxFaults compares what the client says of a message with what really became of it. The sandbox shares no code with the
// client, so what both agree on is not the same mistake twice.
func TestSandboxFaults(t *testing.T) {
	for _, tc := range []struct {
		fault   string
		status  int
		api     bool // the answer is the API's own
		certain bool // the client can tell whether the message was taken
	}{
		{"", 200, false, true},
		{"400:all", 400, true, true},
		{"401:all", 401, true, true},
		{"403:all", 403, true, true},
		{"404:all", 404, true, true},
		{"429:all", 429, true, true},
		{"500:all", 500, true, false},
		{"500-after:all", 500, true, false},
		{"503:all", 503, true, false},
		{"503-after:all", 503, true, false},
		{"500-html:all", 500, false, false},
		{"502:all", 502, false, false},
		{"502-after:all", 502, false, false},
		{"reset:all", 0, false, false},
		{"reset-after:all", 0, false, false},
		{"truncated:all", 200, false, false},
		{"delay-after:all,delay=1m", 0, false, false},
	} {
		for _, flat := range []bool{false, true} {
			t.Run(tc.fault, func(t *testing.T) {
				cfg := sandbox.Config{FlatErrors: flat}
				if tc.fault != "" {
					f, err := sandbox.ParseFault(tc.fault)
					if err != nil {
						t.Fatal(err)
					}
					cfg.Faults = []sandbox.Fault{f}
				}
				c, s := inSandbox(t, cfg, func(o *sinch.Options) {
					if tc.status == 0 {
						o.Timeout = time.Second
					}
				})
				o := c.Send(t.Context(), sandboxMessage)
				if o.Status != tc.status || (o.API != nil) != tc.api || !o.Written {
					t.Errorf("Send() = %+v, want status %d, API error %v", o, tc.status, tc.api)
				}
				switch taken := s.AcceptedCount() == 1; {
				case o.MessageID != "" && !taken:
					t.Error("called accepted, and was not")
				case tc.certain && taken != (o.MessageID != ""):
					t.Errorf("taken %v, and Send() = %+v", taken, o)
				case s.AcceptedCount() > 1:
					t.Errorf("taken %d times", s.AcceptedCount())
				}
			})
		}
	}
}

func TestSandboxApp(t *testing.T) {
	c, _ := inSandbox(t, sandbox.Config{Drain: 30, DispatchRetention: 3, Channels: []string{"SMS", "RCS"}}, nil)
	if o := c.Send(t.Context(), sandboxMessage); o.Err != nil {
		t.Fatal(o.Err)
	}
	app, err := c.App(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if app.ID != sandbox.DefaultAppID || app.DisplayName != "Sandbox" || app.ProcessingMode != "DISPATCH" || app.DispatchRetention.Days != 3 ||
		app.OutboundRate != 30 {
		t.Errorf("App() = %+v, want what the sandbox was told to play", app)
	}
	if len(app.Channels) != 2 || !app.Channels[0].Active() || !app.Channels[1].Active() {
		t.Errorf("channels = %+v, want two that are active", app.Channels)
	}
}

func TestSandboxRefusesStrangers(t *testing.T) {
	for _, tc := range []struct {
		name        string
		change      func(*sinch.Options)
		credentials bool
	}{
		{"wrong secret", func(o *sinch.Options) { o.Credentials.KeySecret = sinch.NewSecret("other") }, true},
		{"wrong secret, basic", func(o *sinch.Options) {
			o.Credentials = sinch.Credentials{KeyID: sandbox.DefaultKeyID, KeySecret: sinch.NewSecret("other"), Basic: true}
		}, true},
		{"wrong app", func(o *sinch.Options) { o.Destination.AppID = appID }, false},
		{"wrong project", func(o *sinch.Options) { o.Destination.ProjectID = project }, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, s := inSandbox(t, sandbox.Config{}, tc.change)
			_, err := c.App(t.Context())
			if err == nil || errors.Is(err, sinch.ErrCredentials) != tc.credentials {
				t.Errorf("App() = %v, want credentials refused %v", err, tc.credentials)
			}
			var refusal *sinch.StatusError
			if !errors.As(err, &refusal) {
				t.Errorf("App() = %v, want a StatusError", err)
			}
			if s.AcceptedCount() != 0 {
				t.Error("a message was taken")
			}
		})
	}
}

func TestSandboxBasic(t *testing.T) {
	c, s := inSandbox(t, sandbox.Config{}, func(o *sinch.Options) { o.Credentials.Basic = true })
	if o := c.Send(t.Context(), sandboxMessage); o.Err != nil || s.AcceptedCount() != 1 {
		t.Errorf("Send() = %+v, and %d taken", o, s.AcceptedCount())
	}
}

// TestSandboxExpiry sends with tokens that live for a second, for a little longer than two of them do.
func TestSandboxExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.New(sandbox.Config{TokenTTL: time.Second, RateLimit: -1})
		overPipes(t, s, sandboxOptions("http://127.0.0.1"), func(t *testing.T, c *sinch.Client) {
			sent := 0
			for begun := time.Now(); time.Since(begun) < 2300*time.Millisecond; time.Sleep(7 * time.Millisecond) {
				switch o := c.Send(t.Context(), sandboxMessage); {
				case o.Err == nil:
					sent++
				case o.Status != 401 || o.CredentialsRefused:
					t.Fatalf("after %d messages: %+v", sent, o)
				}
			}
			if sent == 0 || s.AcceptedCount() != sent {
				t.Errorf("%d sent and %d taken", sent, s.AcceptedCount())
			}
		})
	})
}
