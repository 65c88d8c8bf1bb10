package sinch

import (
	"encoding/json"
	"net/http"
	"testing"
)

// What is taken for a page of messages is one: an object that holds nothing else.
func FuzzPage(f *testing.F) {
	for _, body := range []string{
		`{"messages":[],"next_page_token":""}`, `{}`, `null`, `[]`, `{"messages":[{"id":"01A","accept_time":"2026-01-01T00:00:00Z","metadata":"{}"}]}`,
		`{"message":"no"}`, `{"messages":null}`, `{"messages":[{"accept_time":"x"}]}`, `{"messages":[]`,
	} {
		f.Add([]byte(body))
	}
	header := http.Header{"Content-Type": {"application/json"}}
	f.Fuzz(func(t *testing.T, body []byte) {
		var page messagesAnswer
		if !readPage(answer{header: header, body: body}, "messages", &page) {
			return
		}
		var fields map[string]any
		if err := json.Unmarshal(body, &fields); err != nil || fields == nil {
			t.Fatalf("%q is taken for a page", body)
		}
		delete(fields, "messages")
		delete(fields, "next_page_token")
		if len(fields) > 0 {
			t.Errorf("%q is taken for a page", body)
		}
	})
}
