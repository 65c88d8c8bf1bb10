package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// listing is a page of messages.
type listing struct {
	Messages      []storedMessage `json:"messages"`
	NextPageToken string          `json:"next_page_token"`
}

// listed asks for messages, and returns the page.
func listed(t testing.TB, s *Server, query string) listing {
	t.Helper()
	r := call(t, s, "GET", "/messages?"+query, "")
	if r.status != http.StatusOK {
		t.Fatalf("%s: status %d, body %s", query, r.status, r.body)
	}
	return decodeAs[listing](t, r.body)
}

// ids returns the ids of a page.
func (l listing) ids() []string {
	ids := []string{}
	for _, m := range l.Messages {
		ids = append(ids, m.ID)
	}
	return ids
}

func TestGetMessage(t *testing.T) {
	now := newClock()
	s := New(Config{Now: now.Now, DispatchRetention: 1})
	id := sendText(t, s, "+447700900001")
	r := call(t, s, "GET", "/messages/"+id+"?messages_source=DISPATCH_SOURCE", "")
	if r.status != http.StatusOK {
		t.Fatalf("status %d, body %s", r.status, r.body)
	}
	want := `{"id":"` + id + `","direction":"TO_CONTACT","app_message":{"text_message":{"text":"Hello"}},` +
		`"channel_identity":{"channel":"SMS","identity":"447700900001","app_id":""},"contact_id":"","conversation_id":"",` +
		`"metadata":"about +447700900001","accept_time":"2026-03-28T09:00:00Z","sender_id":"","processing_mode":"DISPATCH","injected":false,"message_status":null}`
	if r.body != want {
		t.Errorf("got  %s\nwant %s", r.body, want)
	}
}

// Where a message can be looked up depends on how it was processed, and for how long the app keeps it.
func TestRetention(t *testing.T) {
	const day = 24 * time.Hour
	dispatchOnly := requestWith(t, `{"processing_strategy":"DISPATCH_ONLY"}`)
	plain := requestWith(t, `{}`)
	for _, tc := range []struct {
		name   string
		cfg    Config
		body   string
		source string
		after  time.Duration
		found  bool
	}{
		{"dispatch keeps nothing", Config{}, plain, "DISPATCH_SOURCE", 0, false},
		{"nothing, though the sandbox does", Config{Keep: true}, plain, "DISPATCH_SOURCE", 0, false},
		{"dispatch keeps for a day", Config{DispatchRetention: 1}, plain, "DISPATCH_SOURCE", day - time.Second, true},
		{"and no longer", Config{DispatchRetention: 1}, plain, "DISPATCH_SOURCE", day, false},
		{"dispatch, wrong source", Config{DispatchRetention: 1}, plain, "CONVERSATION_SOURCE", 0, false},
		{"dispatch, no source", Config{DispatchRetention: 1}, plain, "", 0, false},
		{"conversation", Config{Mode: Conversation}, plain, "CONVERSATION_SOURCE", 179 * day, true},
		{"conversation, no source", Config{Mode: Conversation}, plain, "", 0, true},
		{"conversation, too old", Config{Mode: Conversation}, plain, "", 180 * day, false},
		{"conversation, wrong source", Config{Mode: Conversation}, plain, "DISPATCH_SOURCE", 0, false},
		{"as dispatch", Config{Mode: Conversation, DispatchRetention: 1}, dispatchOnly, "DISPATCH_SOURCE", 0, true},
		{"as dispatch, that keeps nothing", Config{Mode: Conversation}, dispatchOnly, "CONVERSATION_SOURCE", 0, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			now := newClock()
			tc.cfg.Now = now.Now
			s := New(tc.cfg)
			id := decodeAs[Message](t, send(t, s, tc.body).body).ID
			now.advance(tc.after)
			status, want := http.StatusNotFound, []string{}
			if tc.found {
				status, want = http.StatusOK, []string{id}
			}
			if got := call(t, s, "GET", "/messages/"+id+"?messages_source="+tc.source, ""); got.status != status {
				t.Errorf("get: status %d, want %d", got.status, status)
			}
			if got := listed(t, s, "messages_source="+tc.source).ids(); !slices.Equal(got, want) {
				t.Errorf("list: %v, want %v", got, want)
			}
		})
	}
}

// What nobody can look up any more is not held either.
func TestMemory(t *testing.T) {
	now := newClock()
	for _, tc := range []struct {
		name string
		cfg  Config
		held int
	}{
		{"nothing kept", Config{}, 0},
		{"kept for a day", Config{DispatchRetention: 1}, 2}, // the newest, and the one of a moment before
		{"kept for tests", Config{Keep: true}, 4},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.cfg.Now = now.Now
			s := New(tc.cfg)
			for _, wait := range []time.Duration{0, time.Hour, 25 * time.Hour, time.Second} {
				now.advance(wait)
				sendText(t, s, "+447700900001")
			}
			if got := len(s.Accepted()); got != tc.held {
				t.Errorf("%d held, want %d", got, tc.held)
			}
			if got := s.AcceptedCount(); got != 4 {
				t.Errorf("AcceptedCount() = %d, want 4", got)
			}
		})
	}
}

func TestListFilters(t *testing.T) {
	now := newClock()
	s := New(Config{Now: now.Now, Mode: Conversation})
	var ids []string
	for _, to := range []struct{ channel, identity string }{
		{"SMS", "+447700900001"}, {"RCS", "+447700900001"}, {"SMS", "447700900002"}, {"MESSENGER", "+psid"},
	} {
		r := send(t, s, requestWith(t, fmt.Sprintf(
			`{"recipient":{"identified_by":{"channel_identities":[{"channel":%q,"identity":%q}]}}}`, to.channel, to.identity)))
		ids = append(ids, decodeAs[Message](t, r.body).ID)
		now.advance(time.Minute)
	}
	contact := "01EXA07N79THJ20WSN6AS30TMW"
	ids = append(ids, decodeAs[Message](t, send(t, s, requestWith(t, `{"recipient":{"contact_id":"`+contact+`"}}`)).body).ID)
	all := listed(t, s, "").Messages

	for _, tc := range []struct {
		query string
		want  []int // of ids, newest first
	}{
		{"", []int{4, 3, 2, 1, 0}},
		{"view=WITHOUT_METADATA&only_recipient_originated=false", []int{4, 3, 2, 1, 0}},
		{"app_id=" + DefaultAppID + "&direction=TO_CONTACT", []int{4, 3, 2, 1, 0}},
		{"app_id=01F8MECHZX3TBDSZ7XRADM79XE", nil},
		{"direction=TO_APP", nil},
		{"only_recipient_originated=true", nil},
		{"channel=SMS", []int{2, 0}},
		{"channel=WHATSAPP", nil},
		{"channel_identity=447700900001", []int{1, 0}},
		{"channel_identity=%2B447700900001", nil}, // as they are stored, only
		{"channel_identity=%2Bpsid", []int{3}},    // no phone number, so the sign is a part of it
		{"channel_identity=447700900001&channel=RCS", []int{1}},
		{"start_time=2026-03-28T09:02:00Z", []int{4, 3, 2}},
		{"end_time=2026-03-28T09:02:00Z", []int{1, 0}},
		{"start_time=2026-03-28T10:01:00%2B01:00&end_time=2026-03-28T09:03:00Z", []int{2, 1}},
		{"contact_id=" + contact, []int{4}},
		{"contact_id=" + all[4].ContactID, []int{1, 0}}, // one person on two channels
		{"conversation_id=" + all[2].ConversationID, []int{2}},
	} {
		want := []string{}
		for _, i := range tc.want {
			want = append(want, ids[i])
		}
		if got := listed(t, s, tc.query).ids(); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", tc.query, got, want)
		}
	}
	if got := listed(t, s, "view=WITHOUT_METADATA").Messages[0].Metadata; got != "" {
		t.Errorf("metadata %q without metadata", got)
	}
	if got := all[1].ChannelIdentity; got != (channelIdentity{"MESSENGER", "+psid", DefaultAppID}) {
		t.Errorf("identity %+v, want one of the app", got)
	}
}

func TestListRefuses(t *testing.T) {
	s := New(Config{})
	for _, tc := range []struct{ query, field string }{
		{"page_size=0", "page_size"},
		{"page_size=1001", "page_size"},
		{"page_size=many", "page_size"},
		{"page_token=2", "page_token"},
		{"channel=sms", "channel"},
		{"direction=OUT", "direction"},
		{"start_time=yesterday", "start_time"},
		{"end_time=1774688400", "end_time"},
		{"messages_source=DISPATCH", "messages_source"},
		{"messages_source=DISPATCH_SOURCE&contact_id=01EXA07N79THJ20WSN6AS30TMW", "messages_source"},
		{"view=FULL", "view"},
		{"only_recipient_originated=1", "only_recipient_originated"},
		{"metadata=row", "metadata"},
		{"correlation_id=run/1", "correlation_id"},
	} {
		r := call(t, s, "GET", "/messages?"+tc.query, "")
		if r.status != http.StatusBadRequest || !names(violationsOf(t, r), tc.field) {
			t.Errorf("%s: status %d, body %s, want 400 for %s", tc.query, r.status, r.body, tc.field)
		}
	}
}

// Pages hold together while messages are accepted.
func TestListPages(t *testing.T) {
	s := New(Config{Mode: Conversation, RateLimit: -1})
	var want []string
	for i := range 25 {
		want = append(want, sendText(t, s, "+4477009000"+strconv.Itoa(10+i)))
	}
	slices.Reverse(want)

	sendText(t, s, "+447700900010")
	one := listed(t, s, "channel_identity=447700900010")
	if page := listed(t, s, "channel_identity=447700900010&page_token="+one.Messages[0].ID); !slices.Equal(page.ids(), want[24:]) {
		t.Errorf("the page behind the newest to one is %v, want %v", page.ids(), want[24:])
	}
	want = slices.Insert(want, 0, one.Messages[0].ID)

	if got := listed(t, s, "").ids(); !slices.Equal(got, want[:defaultPageSize]) {
		t.Errorf("the first page is %v, want %v", got, want[:defaultPageSize])
	}
	for _, size := range []int{1, 7, 24, 25, 26, 1000} {
		newest := listed(t, s, "page_size=1").ids()[0]
		begin := slices.Index(want, newest)
		var got []string
		token := ""
		for {
			page := listed(t, s, url.Values{"page_size": {strconv.Itoa(size)}, "page_token": {token}}.Encode())
			if len(page.Messages) > size {
				t.Fatalf("%d messages on a page of %d", len(page.Messages), size)
			}
			got = append(got, page.ids()...)
			if token == "" { // one more comes in, and must not shift the pages that follow
				want = slices.Insert(want, 0, sendText(t, s, "+447700900009"))
			}
			if token = page.NextPageToken; token == "" {
				break
			}
		}
		if !slices.Equal(got, want[begin+1:]) {
			t.Errorf("pages of %d: %d messages, want %d", size, len(got), len(want[begin+1:]))
		}
	}
}

// A message is stored with the identity that it is tried on first.
func TestFirstTried(t *testing.T) {
	const both = `"recipient":{"identified_by":{"channel_identities":[{"channel":"SMS","identity":"+447700900001"},{"channel":"RCS","identity":"+447700900002"}]}}`
	for _, tc := range []struct {
		name, order string
		channels    []string
		want        string
	}{
		{"as given", ``, nil, "447700900001"},
		{"by priority", `,"channel_priority_order":["RCS","SMS"]`, nil, "447700900002"},
		{"no identity for the first", `,"channel_priority_order":["LINE","RCS"]`, nil, "447700900002"},
		{"the app lacks the first", `,"channel_priority_order":["RCS","SMS"]`, []string{"SMS"}, "447700900001"},
		{"the app lacks the one given first", ``, []string{"RCS"}, "447700900002"},
		{"the app lacks all", ``, []string{"LINE"}, "447700900001"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := New(Config{Channels: tc.channels, DispatchRetention: 1})
			if r := send(t, s, requestWith(t, "{"+both+tc.order+"}")); r.status != http.StatusOK {
				t.Fatalf("status %d, body %s", r.status, r.body)
			}
			if got := listed(t, s, "messages_source=DISPATCH_SOURCE").Messages[0].ChannelIdentity.Identity; got != tc.want {
				t.Errorf("stored with %s, want %s", got, tc.want)
			}
		})
	}
}

func TestUpdateMessage(t *testing.T) {
	s := New(Config{Mode: Conversation, DispatchRetention: 1})
	id := sendText(t, s, "+447700900001")
	r := call(t, s, "PATCH", "/messages/"+id, `{"metadata":"new"}`)
	if got := decodeAs[storedMessage](t, r.body); r.status != http.StatusOK || got.ID != id || got.Metadata != "new" {
		t.Errorf("status %d, body %s", r.status, r.body)
	}
	if r := call(t, s, "PATCH", "/messages/"+id, `{}`); r.status != http.StatusOK {
		t.Errorf("nothing to change: status %d, body %s", r.status, r.body)
	}
	if got := listed(t, s, "").Messages[0].Metadata; got != "new" {
		t.Errorf("metadata %q, want new", got)
	}
	inDispatch := decodeAs[Message](t, send(t, s, requestWith(t, `{"processing_strategy":"DISPATCH_ONLY"}`)).body).ID
	for path, want := range map[string]int{
		"/messages/" + inDispatch:                                      404,
		"/messages/" + inDispatch + "?messages_source=DISPATCH_SOURCE": 400,
	} {
		if r := call(t, s, "PATCH", path, `{"metadata":"new"}`); r.status != want {
			t.Errorf("%s: status %d, want %d", path, r.status, want)
		}
	}
	for _, body := range []string{`{"metadata":1}`, `{"message_metadata":"new"}`, `{"metadata":"` + strings.Repeat("x", 1025) + `"}`, ``} {
		if r := call(t, s, "PATCH", "/messages/"+id, body); r.status != http.StatusBadRequest {
			t.Errorf("%.40s: status %d, want 400", body, r.status)
		}
	}
}

// A message that is deleted is found by no look-up, but it was sent all the same.
func TestDeleteMessage(t *testing.T) {
	s := New(Config{DispatchRetention: 1})
	older, id := sendText(t, s, "+447700900001"), sendText(t, s, "+447700900001")
	const source = "messages_source=DISPATCH_SOURCE"
	if r := call(t, s, "DELETE", "/messages/"+id, ""); r.status != http.StatusNotFound {
		t.Errorf("of another source: status %d, want 404", r.status)
	}
	if r := call(t, s, "DELETE", "/messages/"+id+"?"+source, ""); r.status != http.StatusOK || r.body != "{}" {
		t.Errorf("status %d, body %s, want an empty object", r.status, r.body)
	}
	for _, method := range []string{"GET", "DELETE"} {
		if r := call(t, s, method, "/messages/"+id+"?"+source, ""); r.status != http.StatusNotFound {
			t.Errorf("%s afterwards: status %d, want 404", method, r.status)
		}
	}
	last := fetchedLast(t, s, `{"messages_source":"DISPATCH_SOURCE","channel_identities":["447700900001"]}`).ids()
	for what, got := range map[string][]string{
		"list": listed(t, s, source).ids(), "list of one": listed(t, s, source+"&channel_identity=447700900001").ids(), "last": last,
	} {
		if !slices.Equal(got, []string{older}) {
			t.Errorf("%s: %v, want %s", what, got, older)
		}
	}
	if s.AcceptedCount() != 2 || getApp(t, s).QueueStats.OutboundSize != 2 || len(s.Accepted()) != 1 {
		t.Errorf("accepted %d, held %d", s.AcceptedCount(), len(s.Accepted()))
	}
}

// A message is accepted and cannot be found yet.
func TestListLag(t *testing.T) {
	now := newClock()
	s := New(Config{Now: now.Now, DispatchRetention: 1, ListLag: 30 * time.Second})
	id := sendText(t, s, "+447700900001")
	found := func() (where string) {
		if len(listed(t, s, "messages_source=DISPATCH_SOURCE").Messages) > 0 {
			where += "list "
		}
		if call(t, s, "GET", "/messages/"+id+"?messages_source=DISPATCH_SOURCE", "").status == http.StatusOK {
			where += "get "
		}
		if len(fetchedLast(t, s, `{"messages_source":"DISPATCH_SOURCE"}`).Messages) > 0 {
			where += "last"
		}
		return where
	}
	const everywhere = "list get last"
	if got := found(); got != "" {
		t.Errorf("found by %q at once", got)
	}
	now.advance(30*time.Second - 1)
	sendText(t, s, "+447700900002") // makes room, but not at the cost of who has not been seen yet
	if got := found(); got != "" {
		t.Errorf("found by %q too early", got)
	}
	now.advance(1)
	if got := found(); got != everywhere {
		t.Errorf("found by %q, want %q", got, everywhere)
	}
	if r := asked(t, s, "PUT", "lag", "1m\n"); r.status != http.StatusOK || statsOf(t, s).Lag != "1m0s" {
		t.Errorf("status %d, body %q", r.status, r.body)
	}
	if got := found(); got != "" {
		t.Errorf("found by %q with a longer lag", got)
	}
	s.SetListLag(0)
	if got := found(); got != everywhere {
		t.Errorf("found by %q without lag, want %q", got, everywhere)
	}
	if r := asked(t, s, "PUT", "lag", "soon"); r.status != http.StatusBadRequest {
		t.Errorf("status %d, want 400", r.status)
	}
}

// The index of identities follows when old messages are let go.
func TestIndexForgets(t *testing.T) {
	now := newClock()
	s := New(Config{Now: now.Now, Mode: Conversation, ConversationRetention: 1})
	for _, phone := range []string{"+447700900001", "+447700900002", "+447700900001"} {
		sendText(t, s, phone)
		now.advance(10 * time.Hour)
	}
	sendText(t, s, "+447700900003") // lets go of the first
	if got := len(listed(t, s, "channel_identity=447700900001").Messages); got != 1 {
		t.Errorf("%d to the first, want 1", got)
	}
	now.advance(25 * time.Hour)
	last := sendText(t, s, "+447700900003") // lets go of all others
	if got := listed(t, s, "").ids(); !slices.Equal(got, []string{last}) {
		t.Errorf("found %v, want %s", got, last)
	}
	if len(s.store.newest) != 1 || len(s.store.contacts) != 1 || len(s.store.entries) != 1 {
		t.Errorf("%d addresses, %d contacts, %d messages, want one of each", len(s.store.newest), len(s.store.contacts), len(s.store.entries))
	}
}
