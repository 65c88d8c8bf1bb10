package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// optOut puts people on a list.
func optOut(t testing.TB, s *Server, list string, identities ...string) {
	t.Helper()
	var records []string
	for _, identity := range identities {
		records = append(records, `{"identification":"`+identity+`","consent_type":"`+list+`"}`)
	}
	r := call(t, s, "POST", "/consents", `{"app_id":"`+DefaultAppID+`","consent_records":[`+strings.Join(records, ",")+`]}`)
	if r.status != http.StatusOK || !strings.HasPrefix(r.body, `{"batch_id":"`) {
		t.Fatalf("status %d, body %s", r.status, r.body)
	}
}

func TestConsents(t *testing.T) {
	now := newClock()
	s := New(Config{Now: now.Now, RateLimit: -1})
	var people []string
	for i := range 60 {
		people = append(people, fmt.Sprintf("4477009000%02d", i))
	}
	optOut(t, s, optOutMarketing, "+447700900000")
	optOut(t, s, optOutMarketing, people...) // one of them again
	optOut(t, s, optOutAll, "+447700900003")

	list := "/apps/" + DefaultAppID + "/consents/OPT_OUT_MARKETING"
	for _, size := range []int{0, 1, 7, 50} {
		var got []string
		for token := ""; ; {
			query := "?page_token=" + token
			if size > 0 {
				query += fmt.Sprintf("&page_size=%d", size)
			}
			page := decodeAs[struct {
				Identities []consentIdentity
				Next       string `json:"next_page_token"`
			}](t, call(t, s, "GET", list+query, "").body)
			if want := max(size, 1); size == 0 && len(page.Identities) != 10 || len(page.Identities) < want && page.Next != "" {
				t.Fatalf("size %d: page of %d", size, len(page.Identities))
			}
			for _, c := range page.Identities {
				got = append(got, c.Identity)
			}
			if token = page.Next; token == "" {
				break
			}
		}
		if !slices.Equal(got, people) {
			t.Errorf("size %d: got %v", size, got)
		}
	}
	for _, query := range []string{list + "?page_size=51", list + "?size=5", "/apps/" + DefaultAppID + "/consents/OPT_OUT"} {
		if r := call(t, s, "GET", query, ""); r.status != http.StatusBadRequest {
			t.Errorf("%s: status %d, want 400", query, r.status)
		}
	}

	got := call(t, s, "GET", "/apps/"+DefaultAppID+"/consents/identities/+447700900003", "").body
	record := func(list string) string {
		return `{"origin":"ORIGIN_API","operation":"OPERATION_INSERT","list_type":"` + list + `","project_id":"` + DefaultProjectID + `","app_id":"` +
			DefaultAppID + `","datetime":"2026-03-28T09:00:00Z"}`
	}
	if want := `{"identity":{"identity":"447700900003"},"audit_records":[` + record(optOutMarketing) + "," + record(optOutAll) + `]}`; got != want {
		t.Errorf("identity %s, want %s", got, want)
	}
	if r := call(t, s, "GET", "/apps/"+DefaultAppID+"/consents/identities/447700900099", ""); r.status != http.StatusNotFound {
		t.Errorf("nobody: status %d, want 404", r.status)
	}
}

// Somebody on a list is written to by a message that the list is not about.
func TestConsentsBlock(t *testing.T) {
	for _, tc := range []struct {
		list, contentType string
		blocked           bool
	}{
		{optOutAll, "CONTENT_UNKNOWN", true},
		{optOutAll, "CONTENT_MARKETING", true},
		{optOutAll, "CONTENT_NOTIFICATION", true},
		{optOutMarketing, "CONTENT_UNKNOWN", false},
		{optOutMarketing, "CONTENT_MARKETING", true},
		{optOutMarketing, "CONTENT_NOTIFICATION", false},
		{optOutNotification, "CONTENT_UNKNOWN", false},
		{optOutNotification, "CONTENT_MARKETING", false},
		{optOutNotification, "CONTENT_NOTIFICATION", true},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, r := listened(t, Config{})
			optOut(t, s, tc.list, "+447700900001")
			sendWith(t, s, `{"message_content_type":"`+tc.contentType+`"}`)
			time.Sleep(time.Minute)
			want := deliveredStory
			if tc.blocked {
				want = []string{"SMS FAILED RECIPIENT_NOT_OPTED_IN"}
			}
			if got := r.told(t); !slices.Equal(got, want) {
				t.Errorf("%s, %s: told %v", tc.list, tc.contentType, got)
			}
		})
	}
}
