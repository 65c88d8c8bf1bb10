package sinch_test

import (
	"fmt"
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
			`{"app_id":%q,"target":"http://127.0.0.1:9/%d","target_type":%q,"triggers":["MESSAGE_DELIVERY"]}`, sandbox.DefaultAppID, i, kind)))
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
	}
}
