package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// onBatchHost asks for something of the batch host.
func onBatchHost(t testing.TB, s *Server, method, resource, body string) reply {
	t.Helper()
	r := newRequest(t, method, "https://us.conversationbatch.api.sinch.com/v1/projects/"+DefaultProjectID+resource, body)
	r.SetBasicAuth(DefaultKeyID, DefaultKeySecret)
	return do(t, s, r)
}

// batchOf returns a batch to people who are given by the last digits of their number, with some fields more.
func batchOf(more string, digits ...string) string {
	var entries []string
	for i, d := range digits {
		entries = append(entries, `{"recipient":{"identified_by":{"channel_identities":[{"channel":"SMS","identity":"+4477009000`+d+
			`"}]}},"parameters":{"name":"N`+d+`"},"message_metadata":{"row":"`+strconv.Itoa(i)+`","k":"own"}}`)
	}
	return `{"app_id":"` + DefaultAppID + `","message":{"text_message":{"text":"Hi ${name}, ${who}"}},"batch_metadata":{"run":"r1"},` +
		`"message_metadata":{"k":"all","l":"all"},` + more + `"recipient_and_params":[` + strings.Join(entries, ",") + `]}`
}

type batchAccepted struct {
	ID        string    `json:"batch_id"`
	SendAfter time.Time `json:"send_after"`
}

func TestBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, r := listened(t, Config{Keep: true})
		start := time.Now().UTC()
		answer := onBatchHost(t, s, "POST", "/messages", batchOf(`"channel_priority_order":["SMS"],`, "01", "02"))
		b := decodeAs[batchAccepted](t, answer.body)
		if answer.status != http.StatusOK || len(b.ID) != 26 || !b.SendAfter.Equal(start) {
			t.Fatalf("status %d, body %s", answer.status, answer.body)
		}
		time.Sleep(time.Minute)

		var requests []string
		for _, m := range s.Accepted() {
			requests = append(requests, string(m.Request))
		}
		request := func(digits, row string) string {
			return `{"app_id":"` + DefaultAppID + `","channel_priority_order":["SMS"],"conversation_metadata":{"_batch_id":"` + b.ID +
				`"},"message":{"text_message":{"text":"Hi N` + digits + `, ${who}"}},` +
				`"message_metadata":"{\"_batch_id\":\"` + b.ID + `\",\"k\":\"own\",\"l\":\"all\",\"row\":\"` + row + `\"}",` +
				`"recipient":{"identified_by":{"channel_identities":[{"channel":"SMS","identity":"+4477009000` + digits + `"}]}}}`
		}
		if want := []string{request("01", "0"), request("02", "1")}; !slices.Equal(requests, want) {
			t.Errorf("sent %s, want %s", requests, want)
		}
		if got := onBatchHost(t, s, "GET", "/messages/"+b.ID, "").body; got != `{"batch_id":"`+b.ID+`","meta_data":{"run":"r1"},"status":"PROCESSED","send_after":"2000-01-01T00:00:00Z"}` {
			t.Errorf("batch %s", got)
		}
		told := r.told(t)
		want := `{"app_id":"` + DefaultAppID + `","accepted_time":"2000-01-01T00:00:00Z","event_time":"2000-01-01T00:00:00Z","project_id":"` + DefaultProjectID +
			`","batch_status_update_notification":{"batch_id":"` + b.ID + `","batch_status":"BATCH_STATUS_PROCESSED","batch_type":"BATCH_TYPE_MESSAGES",` +
			`"additional_data":{"message_batch_data":{"send_after":"2000-01-01T00:00:00Z","batch_metadata":{"run":"r1"}}}},"message_metadata":""}`
		if len(told) != 7 || told[0] != want {
			t.Errorf("told %v, want 7, the first %s", told, want)
		}
	})
}

func TestBatchSendAfter(t *testing.T) {
	now := time.Date(2026, 3, 28, 9, 0, 0, 0, time.UTC)
	for in, want := range map[time.Duration]time.Duration{
		time.Second:                   time.Second,
		time.Minute:                   time.Minute,
		time.Minute + time.Second:     5 * time.Minute,
		5 * time.Minute:               5 * time.Minute,
		5*time.Minute + time.Second:   10 * time.Minute,
		167*time.Hour + 7*time.Minute: 167*time.Hour + 10*time.Minute,
	} {
		if got := sendAfter(now.Add(in), now).Sub(now); got != want {
			t.Errorf("%v is rounded to %v, want %v", in, got, want)
		}
	}
}

// A batch that is scheduled can be found and cancelled by its metadata; others cannot be cancelled, and nobody says so.
func TestBatchesAreScheduledAndCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, r := listened(t, Config{})
		later := `"send_after":"` + time.Now().Add(time.Hour).UTC().Format(time.RFC3339) + `",`
		var ids []string
		for _, more := range []string{later, later, ""} {
			ids = append(ids, decodeAs[batchAccepted](t, onBatchHost(t, s, "POST", "/messages", batchOf(more, "01")).body).ID)
		}
		statuses := func() (all []string) {
			for _, b := range decodeAs[[]batch](t, onBatchHost(t, s, "GET", "/messages?metadataKey=run&metadataValue=r1", "").body) {
				all = append(all, b.Status)
			}
			return all
		}
		synctest.Wait()
		if got, want := statuses(), []string{"SCHEDULED", "SCHEDULED", "PROCESSED"}; !slices.Equal(got, want) {
			t.Errorf("statuses %v, want %v", got, want)
		}
		for _, body := range []string{`{"batch_id":"` + ids[1] + `"}`, `{"batch_id":"` + ids[2] + `"}`, `{"batch_id":"none"}`, `{"run":"r2"}`, `{}`} {
			if r := onBatchHost(t, s, "DELETE", "/messages", body); r.status != http.StatusOK {
				t.Errorf("cancel %s: status %d, want 200", body, r.status)
			}
		}
		time.Sleep(2 * time.Hour)
		if got, want := statuses(), []string{"PROCESSED", "CANCELLED", "PROCESSED"}; !slices.Equal(got, want) {
			t.Errorf("statuses %v, want %v", got, want)
		}
		if s.AcceptedCount() != 2 {
			t.Errorf("accepted %d, want 2", s.AcceptedCount())
		}
		if got := strings.Join(r.told(t), ""); strings.Count(got, "BATCH_STATUS_CANCELLED") != 1 || strings.Count(got, "BATCH_STATUS_PROCESSED") != 2 {
			t.Errorf("told %s", got)
		}
		later = `"send_after":"` + time.Now().Add(time.Hour).UTC().Format(time.RFC3339) + `",`
		onBatchHost(t, s, "POST", "/messages", batchOf(later, "01"))
		onBatchHost(t, s, "DELETE", "/messages", `{"run":"r1"}`)
		time.Sleep(2 * time.Hour)
		if got := statuses(); got[len(got)-1] != "CANCELLED" {
			t.Errorf("statuses %v, want the last cancelled", got)
		}
	})
}

// Where the queue is full the rest of a batch waits, and nothing of it is lost. It is too late to cancel it.
func TestBatchWaitsForTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Config{QueueLimit: 3, Drain: 1, RateLimit: -1, Keep: true})
		soon := `"send_after":"` + time.Now().Add(time.Minute).UTC().Format(time.RFC3339) + `",`
		onBatchHost(t, s, "POST", "/messages", batchOf(soon, "01", "02", "03", "04", "05", "06", "07"))
		time.Sleep(time.Minute)
		synctest.Wait()
		if s.AcceptedCount() != 3 {
			t.Errorf("accepted %d, want 3", s.AcceptedCount())
		}
		onBatchHost(t, s, "DELETE", "/messages", `{"run":"r1"}`)
		time.Sleep(time.Minute)
		all := s.Accepted()
		if len(all) != 7 || !strings.Contains(string(all[6].Request), "+447700900007") {
			t.Errorf("accepted %d, want 7", len(all))
		}
	})
}

// What is wrong with one message of a batch is told by a receipt with its place.
func TestBatchWithWrongEntry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, r := listened(t, Config{})
		body := strings.Replace(batchOf("", "01", "02"), `"row":"1"`, `"row":"`+strings.Repeat("x", 1024)+`"`, 1)
		b := decodeAs[batchAccepted](t, onBatchHost(t, s, "POST", "/messages", body).body)
		time.Sleep(time.Minute)
		var failed []string
		for _, c := range r.received() {
			if e := decodeAs[event](t, c.body); e.Delivery != nil && e.Delivery.Status == "FAILED" {
				failed = append(failed, e.Delivery.Identity.Identity+" "+e.Delivery.Reason.Code+" "+e.Delivery.Metadata)
			}
		}
		if want := `447700900002 BAD_REQUEST {"batch_id":"` + b.ID + `","message_index":1}`; len(failed) != 1 || failed[0] != want || s.AcceptedCount() != 1 {
			t.Errorf("failed %v, want %s; accepted %d", failed, want, s.AcceptedCount())
		}
	})
}

func TestBatchesAreRefused(t *testing.T) {
	var many []string
	for range 1001 {
		many = append(many, "01")
	}
	week := time.Now().Add(8 * 24 * time.Hour).UTC().Format(time.RFC3339)
	for name, tc := range map[string]struct{ body, field string }{
		"nobody":   {batchOf(""), "recipient_and_params"},
		"too many": {batchOf("", many...), "recipient_and_params"},
		"too late": {batchOf(`"send_after":"`+week+`",`, "01"), "send_after"},
		"no time":  {batchOf(`"send_after":"soon",`, "01"), "send_after"},
		"message":  {strings.Replace(batchOf("", "01"), "text_message", "texts", 1), "message"},
		"metadata": {strings.Replace(batchOf("", "01"), `{"run":"r1"}`, `{"run":1}`, 1), "batch_metadata.run"},
	} {
		r := onBatchHost(t, New(Config{}), "POST", "/messages", tc.body)
		if r.status != http.StatusBadRequest || violationsOf(t, r)[0].Field != tc.field {
			t.Errorf("%s: status %d, body %.200s, want %s", name, r.status, r.body, tc.field)
		}
	}
	s := New(Config{})
	for _, resource := range []string{"/messages", "/messages?run=r1"} {
		if r := onBatchHost(t, s, "GET", resource, ""); r.status != http.StatusBadRequest {
			t.Errorf("%s: status %d, want 400", resource, r.status)
		}
	}
	if r := onBatchHost(t, s, "GET", "/messages/01F8MECHZX3TBDSZ7XRADM79XE", ""); r.status != http.StatusNotFound {
		t.Errorf("unknown: status %d, want 404", r.status)
	}
}

// Where no host tells a batch from a message, their ids and parameters do.
func TestBatchesWithoutTheirHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Config{Mode: Conversation})
		b := decodeAs[batchAccepted](t, call(t, s, "POST", "/messages", batchOf("", "01")).body)
		time.Sleep(time.Minute)
		id := s.Accepted()[0].ID
		for resource, want := range map[string]string{
			"/messages/" + b.ID: `{"batch_id":"` + b.ID,
			"/messages/" + id:   `{"id":"` + id,
			"/messages":         `{"messages":[{"id":"` + id,
			"/messages?metadataKey=run&metadataValue=r1": `[{"batch_id":"` + b.ID,
			"/messages?metadataKey=run&metadataValue=r2": `[]`,
		} {
			if got := call(t, s, "GET", resource, "").body; !strings.HasPrefix(got, want) {
				t.Errorf("%s: %s, want %s…", resource, got, want)
			}
		}
		if r := call(t, s, "DELETE", "/messages", `{"batch_id":"none"}`); r.status != http.StatusOK {
			t.Errorf("cancel: status %d", r.status)
		}
	})
}

func TestSubstitute(t *testing.T) {
	var in any
	if err := json.Unmarshal([]byte(`{"a":"${x}","b":["${y} ${x}",1,null,{"${x}":"$${x} ${X} ${z}"}]}`), &in); err != nil {
		t.Fatal(err)
	}
	got := string(encodeJSON(substitute(in, strings.NewReplacer("${x}", "1<2", "${y}", "${x}"))))
	if want := `{"a":"1<2","b":["${x} 1<2",1,null,{"${x}":"$1<2 ${X} ${z}"}]}`; got != want {
		t.Errorf("substituted %s, want %s", got, want)
	}
}
