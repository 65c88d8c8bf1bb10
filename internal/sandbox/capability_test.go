package sandbox

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestCapability(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, r := listened(t, Config{})
		for _, number := range []string{"+447700900001", "+447700900090"} {
			body := `{"app_id":"` + DefaultAppID + `","recipient":{"identified_by":{"channel_identities":[{"channel":"RCS","identity":"` + number + `"}]}},"request_id":"r-1"}`
			if a := call(t, s, "POST", "/capability:query", body); a.status != http.StatusOK || a.body != body {
				t.Errorf("status %d, body %s, want %s", a.status, a.body, body)
			}
			time.Sleep(time.Minute)
		}
		got := strings.Join(r.told(t), "\n")
		for _, want := range []string{
			`"capability_notification":{"request_id":"r-1","contact_id":"","channel":"RCS","identity":"447700900001","capability_status":"CAPABILITY_FULL","channel_capabilities":[]}`,
			`"identity":"447700900090","capability_status":"NO_CAPABILITY"`,
		} {
			if !strings.Contains(got, want) {
				t.Errorf("told %s, want %s", got, want)
			}
		}
		if len(r.received()) != 2 {
			t.Errorf("%d callbacks, want 2", len(r.received()))
		}
	})
}
