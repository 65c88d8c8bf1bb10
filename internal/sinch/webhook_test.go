package sinch_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"sendoff/internal/sandbox"
	"sendoff/internal/sinch"
)

// Webhooks are read as the sandbox has them; those that are switched off are none.
func TestWebhooks(t *testing.T) {
	c, s := inSandbox(t, sandbox.Config{}, nil)
	if hooks, err := c.Webhooks(t.Context()); err != nil || len(hooks) != 0 {
		t.Errorf("an app without: %v, %v", hooks, err)
	}
	for i, kind := range []string{"HTTP", "DISMISS"} {
		r, err := http.NewRequest(http.MethodPost, "http://localhost/v1/projects/"+sandbox.DefaultProjectID+"/webhooks", strings.NewReader(fmt.Sprintf(
			`{"app_id":%q,"target":"http://127.0.0.1:9/%d?token=secret","target_type":%q,"triggers":["MESSAGE_DELIVERY"]}`, sandbox.DefaultAppID, i, kind)))
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth(sandbox.DefaultKeyID, sandbox.DefaultKeySecret)
		r.Header.Set("Content-Type", "application/json")
		if answer, err := s.RoundTrip(r); err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("%v, %v", answer, err)
		}
	}
	hooks, err := c.Webhooks(t.Context())
	if err != nil || len(hooks) != 1 || !hooks[0].Hears(sinch.OnDelivery) || hooks[0].Hears(sinch.OnSubmit) {
		t.Errorf("Webhooks() = %+v, %v, want the one that hears of deliveries", hooks, err)
	} else if hooks[0].Host != "127.0.0.1:9" {
		t.Errorf("host %q, want that alone", hooks[0].Host)
	}
}

// A webhook is made once for a target, changed when it is there, and hears of what it has heard of besides. A sixth one is refused.
func TestRegister(t *testing.T) {
	c, s := inSandbox(t, sandbox.Config{}, nil)
	register := func(target, secret string, triggers ...string) (bool, error) {
		return c.Register(t.Context(), target, sinch.NewSecret(secret), triggers)
	}
	if isNew, err := register("http://127.0.0.1:9/0", "first secret", sinch.OnDelivery, sinch.OnOptOut); err != nil || !isNew {
		t.Fatalf("Register = %v, %v; want a new one", isNew, err)
	}
	if isNew, err := register("http://127.0.0.1:9/0", "another secret", sinch.OnDelivery, sinch.OnSubmit); err != nil || isNew {
		t.Fatalf("Register = %v, %v; want the one that is there", isNew, err)
	}
	hooks, err := c.Webhooks(t.Context())
	if err != nil || len(hooks) != 1 || !hooks[0].Hears(sinch.OnSubmit) || !hooks[0].Hears(sinch.OnOptOut) {
		t.Errorf("Webhooks() = %+v, %v", hooks, err)
	}
	r, err := http.NewRequest(http.MethodGet, "http://localhost/v1/projects/"+sandbox.DefaultProjectID+"/apps/"+sandbox.DefaultAppID+"/webhooks", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(sandbox.DefaultKeyID, sandbox.DefaultKeySecret)
	answer, err := s.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, err := io.ReadAll(answer.Body); err != nil || !strings.Contains(string(text), `"secret":"another secret"`) {
		t.Errorf("the webhook is %s, %v", text, err)
	}
	for i := 1; i < 5; i++ {
		if _, err := register(fmt.Sprintf("http://127.0.0.1:9/%d", i), "secret", sinch.OnDelivery); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := register("http://127.0.0.1:9/5", "secret", sinch.OnDelivery); !errors.Is(err, sinch.ErrWebhooks) {
		t.Errorf("a sixth: %v", err)
	}
}
