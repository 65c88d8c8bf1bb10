package sinch_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"sendoff/internal/sandbox"
	"sendoff/internal/sinch"
)

// Everything is listed, however many pages it takes, and the newest message to each of many is found by one call.
func TestMessages(t *testing.T) {
	c, s := inSandbox(t, sandbox.Config{DispatchRetention: 1, RateLimit: -1, QueueLimit: 10_000}, nil)
	const sent = 2300
	for i := range sent {
		body := bytes.ReplaceAll(sandboxMessage, []byte(number), fmt.Appendf(nil, "4477009%05d", i%1150))
		body = append(body[:len(body)-1], fmt.Sprintf(`,"message_metadata":"m%d"}`, i)...)
		if o := c.Send(t.Context(), body); o.Err != nil {
			t.Fatal(o.Err)
		}
	}
	all := func(q sinch.Query) (metadata []string) {
		t.Helper()
		for m, err := range c.Messages(t.Context(), q) {
			if err != nil {
				t.Fatal(err)
			}
			if m.ID == "" || m.Inbound || time.Since(m.AcceptTime) > time.Hour {
				t.Fatalf("message %+v", m)
			}
			metadata = append(metadata, m.Metadata)
		}
		return metadata
	}
	if got := all(sinch.Query{Source: sinch.DispatchSource}); len(got) != sent || got[0] != "m2299" || got[sent-1] != "m0" {
		t.Errorf("%d messages, from %s to %s", len(got), got[0], got[len(got)-1])
	}
	if got := all(sinch.Query{Source: sinch.DispatchSource, Identity: "447700900007"}); strings.Join(got, " ") != "m1157 m7" {
		t.Errorf("to one person: %v", got)
	}
	if got := all(sinch.Query{Source: sinch.ConversationSource}); len(got) != 0 {
		t.Errorf("in the other source: %d", len(got))
	}
	if got := all(sinch.Query{Source: sinch.DispatchSource, Start: time.Now().Add(time.Minute)}); len(got) != 0 {
		t.Errorf("from the future: %d", len(got))
	}
	var last []string
	for m, err := range c.LastMessages(t.Context(), sinch.DispatchSource, []string{"447700900007", "447700900008", "447700909999"}) {
		if err != nil {
			t.Fatal(err)
		}
		last = append(last, m.Identity+" "+m.Metadata)
	}
	if strings.Join(last, ", ") != "447700900008 m1158, 447700900007 m1157" {
		t.Errorf("last messages: %v", last)
	}
	if n := s.AcceptedCount(); n != sent {
		t.Errorf("looking has sent: %d", n)
	}
}

// An answer that is not wholly a page ends a list with an error: what it lacks proves nothing.
func TestMessagesFail(t *testing.T) {
	page := `{"messages":[{"id":"01HZX4C7QF3T8Y2M9K5N6P1RSV","direction":"TO_APP","metadata":"ours","channel_identity":{"identity":"447700900001"}}],"next_page_token":"%s"}`
	tests := []struct {
		name        string
		status      int
		contentType string
		body        string
		want        string
	}{
		{"not the API's", 200, "text/html", "<html>", "not a page of messages"},
		{"something else", 200, "application/json", `{"message":"welcome"}`, "not a page of messages"},
		{"half", 200, "application/json", page[:30], "not a page of messages"},
		{"pages without end", 200, "application/json", fmt.Sprintf(page, "again"), "the pages do not end"},
		{"refused", 403, "application/json", `{"error":{"code":403,"message":"no","status":"PERMISSION_DENIED"}}`, "403 PERMISSION_DENIED: no"},
		{"a gateway", 502, "text/html", "<html>", "502 Bad Gateway"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			key := credentials()
			key.Basic = true
			c := newClient(t, sinch.Options{
				Destination: destination("http://127.0.0.1"), Credentials: key,
				Transport: answering{status: tc.status, contentType: tc.contentType, text: tc.body},
			})
			var last error
			for _, err := range c.Messages(t.Context(), sinch.Query{Source: sinch.DispatchSource}) {
				last = err
			}
			if last == nil || !strings.Contains(last.Error(), tc.want) {
				t.Errorf("Messages ended with %v, want %q", last, tc.want)
			}
			var status *sinch.StatusError
			if errors.As(last, &status) != (tc.status != http.StatusOK) {
				t.Errorf("error %v is of type StatusError: %v", last, status)
			}
		})
	}
}

// A message from a person is told apart, and the metadata that it may carry is not taken for ours.
func TestInboundMessage(t *testing.T) {
	key := credentials()
	key.Basic = true
	c := newClient(t, sinch.Options{Destination: destination("http://127.0.0.1"), Credentials: key, Transport: answering{
		status: 200, contentType: "application/json",
		text: `{"messages":[{"id":"01HZX4C7QF3T8Y2M9K5N6P1RSV","direction":"TO_APP","metadata":"ours","channel_identity":{"identity":"447700900001"}}]}`,
	}})
	messages, next, err := c.Page(t.Context(), sinch.Query{Source: sinch.DispatchSource}, "")
	if err != nil || next != "" || len(messages) != 1 || !messages[0].Inbound || messages[0].Metadata != "" {
		t.Errorf("Page = %+v, %q, %v", messages, next, err)
	}
}

// How far a message is can be anything that nobody has documented: the page that it stands on is read all the same.
func TestMessageStatus(t *testing.T) {
	c, s := inSandbox(t, sandbox.Config{DispatchRetention: 1, KeepStatus: true, ReceiptAfter: time.Hour}, nil)
	if o := c.Send(t.Context(), sandboxMessage); o.Err != nil {
		t.Fatal(o.Err)
	}
	if err := s.Advance(2 * time.Hour); err != nil {
		t.Fatal(err)
	}
	for m, err := range c.Messages(t.Context(), sinch.Query{Source: sinch.DispatchSource}) {
		if err != nil || m.Status != "DELIVERED" || m.Channel == "" {
			t.Errorf("message %+v, %v", m, err)
		}
	}
	for _, status := range []string{`null`, `7`, `{"status":"READ"}`, `["READ"]`} {
		key := credentials()
		key.Basic = true
		c := newClient(t, sinch.Options{
			Destination: destination("http://127.0.0.1"), Credentials: key,
			Transport: answering{status: 200, contentType: "application/json",
				text: fmt.Sprintf(`{"messages":[{"id":"01A","direction":"TO_CONTACT","metadata":"ours","message_status":%s}],"next_page_token":""}`, status)},
		})
		for m, err := range c.Messages(t.Context(), sinch.Query{}) {
			if err != nil || m.Metadata != "ours" || m.Status != "" {
				t.Errorf("%s: message %+v, %v", status, m, err)
			}
		}
	}
}
