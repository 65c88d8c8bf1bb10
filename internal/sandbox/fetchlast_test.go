package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// fetchedLast asks for the last messages, and returns the page.
func fetchedLast(t testing.TB, s *Server, body string) listing {
	t.Helper()
	r := call(t, s, "POST", "/messages:fetch-last-message", body)
	if r.status != http.StatusOK {
		t.Fatalf("%s: status %d, body %s", body, r.status, r.body)
	}
	return decodeAs[listing](t, r.body)
}

func TestFetchLast(t *testing.T) {
	now := newClock()
	s := New(Config{Now: now.Now, Mode: Conversation, DispatchRetention: 1})
	const contact = "01EXA07N79THJ20WSN6AS30TMW"
	var ids []string
	for _, changed := range []string{
		`{}`, // to +447700900001 by SMS
		`{"recipient":{"identified_by":{"channel_identities":[{"channel":"SMS","identity":"+447700900002"}]}}}`,
		`{"recipient":{"identified_by":{"channel_identities":[{"channel":"RCS","identity":"+447700900001"}]}}}`,
		`{"processing_strategy":"DISPATCH_ONLY"}`,
		`{"recipient":{"contact_id":"` + contact + `"}}`,
	} {
		ids = append(ids, decodeAs[Message](t, send(t, s, requestWith(t, changed)).body).ID)
		now.advance(time.Minute)
	}
	made := listed(t, s, "channel_identity=447700900001").Messages[0].ContactID
	for _, tc := range []struct {
		body string
		want []int // of ids, newest first
	}{
		{`{}`, []int{4, 2, 1}},
		{`{"channel_identities":[]}`, []int{4, 2, 1}},
		{`{"channel_identities":["447700900001"]}`, []int{2}},
		{`{"channel_identities":["447700900002","447700900001","447700900002","447700900003"]}`, []int{2, 1}},
		{`{"channel_identities":["+447700900001","` + contact + `"]}`, nil},
		{`{"channel_identities":["447700900001"],"channel":"SMS"}`, []int{0}},
		{`{"channel_identities":["447700900001"],"end_time":"2026-03-28T09:02:00Z"}`, []int{0}},
		{`{"channel_identities":["447700900001","447700900002"],"start_time":"2026-03-28T09:01:30Z"}`, []int{2}},
		{`{"channel_identities":["447700900001"],"messages_source":"DISPATCH_SOURCE"}`, []int{3}},
		{`{"channel_identities":["447700900001"],"app_id":"` + DefaultAppID + `","direction":"TO_CONTACT","messages_source":"CONVERSATION_SOURCE"}`, []int{2}},
		{`{"channel_identities":["447700900001"],"app_id":"01F8MECHZX3TBDSZ7XRADM79XE"}`, nil},
		{`{"channel_identities":["447700900001"],"direction":"TO_APP"}`, nil},
		{`{"contact_ids":["` + contact + `","` + made + `","01F8MECHZX3TBDSZ7XRADM79XE"]}`, []int{4, 2}},
		{`{"contact_ids":["` + made + `"],"channel":"SMS"}`, []int{0}},
	} {
		want := []string{}
		for _, i := range tc.want {
			want = append(want, ids[i])
		}
		if got := fetchedLast(t, s, tc.body).ids(); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", tc.body, got, want)
		}
	}
	if got := fetchedLast(t, s, `{"view":"WITHOUT_METADATA"}`).Messages[1].Metadata; got != "" {
		t.Errorf("metadata %q without metadata", got)
	}
	const newcomer = "+447700900009" // whose first message is in the other mode
	send(t, s, strings.ReplaceAll(requestWith(t, `{"processing_strategy":"DISPATCH_ONLY"}`), "+447700900001", newcomer))
	id := sendText(t, s, newcomer)
	if got := fetchedLast(t, s, `{"contact_ids":["`+listed(t, s, "").Messages[0].ContactID+`"]}`).ids(); !slices.Equal(got, []string{id}) {
		t.Errorf("the newcomer's last message is %v, want %s", got, id)
	}
	toContact := send(t, s, requestWith(t, `{"recipient":{"contact_id":"`+made+`"}}`))
	if got := fetchedLast(t, s, `{"contact_ids":["`+made+`"]}`).ids(); !slices.Equal(got, []string{decodeAs[Message](t, toContact.body).ID}) {
		t.Errorf("the contact's last message is %v, want the one that was addressed to it", got)
	}
}

func TestFetchLastRefuses(t *testing.T) {
	s := New(Config{})
	for _, tc := range []struct{ body, field string }{
		{`{"channel_identities":"447700900001"}`, "channel_identities"},
		{`{"channel_identities":[{"identity":"447700900001"}]}`, "channel_identities[0]"},
		{`{"contact_ids":["ann"]}`, "contact_ids[0]"},
		{`{"contact_ids":["01EXA07N79THJ20WSN6AS30TMW"],"messages_source":"DISPATCH_SOURCE"}`, "contact_ids"},
		{`{"contact_ids":["01EXA07N79THJ20WSN6AS30TMW"],"channel_identities":["447700900001"]}`, "contact_ids"},
		{`{"page_size":0}`, "page_size"},
		{`{"page_size":1001}`, "page_size"},
		{`{"page_size":"10"}`, "page_size"},
		{`{"page_token":"2"}`, "page_token"},
		{`{"messages_source":"DISPATCH"}`, "messages_source"},
		{`{"channel":"sms"}`, "channel"},
		{`{"start_time":"yesterday"}`, "start_time"},
		{`{"channel_identity":"447700900001"}`, "channel_identity"},
	} {
		r := call(t, s, "POST", "/messages:fetch-last-message", tc.body)
		if r.status != http.StatusBadRequest || !names(violationsOf(t, r), tc.field) {
			t.Errorf("%s: status %d, body %s, want 400 for %s", tc.body, r.status, r.body, tc.field)
		}
	}
}

// Everybody has one message on all pages together, however many they got.
func TestFetchLastPages(t *testing.T) {
	s := New(Config{DispatchRetention: 1, RateLimit: -1})
	var identities, want []string
	for range 3 {
		want = want[:0]
		for i := range 25 {
			phone := "4477009000" + strconv.Itoa(10+i)
			want = append(want, sendText(t, s, phone))
			identities = append(identities, phone)
		}
	}
	slices.Reverse(want)
	for _, identities := range [][]string{identities, nil} {
		for _, size := range []int{0, 1, 7, 24, 25, 26, 1000} {
			var got []string
			for token, more := "", true; more; more = token != "" {
				body, err := json.Marshal(map[string]any{
					"channel_identities": identities, "messages_source": "DISPATCH_SOURCE", "page_token": token,
					"page_size": map[bool]any{true: size}[size > 0],
				})
				if err != nil {
					t.Fatal(err)
				}
				page := fetchedLast(t, s, string(body))
				if size == 0 && len(page.Messages) > defaultPageSize {
					t.Fatalf("%d messages on a page, want %d", len(page.Messages), defaultPageSize)
				}
				got, token = append(got, page.ids()...), page.NextPageToken
			}
			if !slices.Equal(got, want) {
				t.Errorf("pages of %d: %d messages, want %d", size, len(got), len(want))
			}
		}
	}
}

// Clients do not know in which form identities are kept, so both must be there to be tried.
func TestPlusIdentities(t *testing.T) {
	for _, plus := range []bool{false, true} {
		s := New(Config{DispatchRetention: 1, PlusIdentities: plus})
		sendText(t, s, "+447700900001")
		sendText(t, s, "447700900001")
		for identity, found := range map[string]bool{"447700900001": !plus, "+447700900001": plus} {
			last := fetchedLast(t, s, `{"messages_source":"DISPATCH_SOURCE","channel_identities":["`+identity+`"]}`)
			if got := len(last.Messages) == 1; got != found {
				t.Errorf("plus %v: %s found %v", plus, identity, got)
			}
		}
	}
}

// BenchmarkFetchLast looks up 1,000 people of 100,000.
func BenchmarkFetchLast(b *testing.B) {
	s := New(Config{DispatchRetention: 1, RateLimit: -1, Drain: 1e9})
	var identities []string
	for i := range 100_000 {
		phone := "4411" + strconv.Itoa(1_000_000+i) // an area code that does not exist
		sendText(b, s, phone)
		if i%100 == 0 {
			identities = append(identities, phone)
		}
	}
	body, err := json.Marshal(map[string]any{"channel_identities": identities, "messages_source": "DISPATCH_SOURCE", "page_size": 1000})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if r := call(b, s, "POST", "/messages:fetch-last-message", string(body)); r.status != http.StatusOK {
			b.Fatal(r.body)
		}
	}
}
