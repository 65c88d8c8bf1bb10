package sinch_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"sendoff/internal/sinch"
)

const inFlight = 64

// acceptAll answers at once, so that what a benchmark shows is the client's own work and that of net/http.
func acceptAll() *httptest.Server {
	answer := []byte(`{"message_id":"` + messageID + `","accepted_time":"2026-01-01T12:00:00.25Z"}`)
	mux := http.NewServeMux()
	mux.HandleFunc("/oauth2/token", reply(200, `{"access_token":"`+string(bytes.Repeat([]byte("x"), 900))+`","expires_in":3600}`))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	})
	return httptest.NewServer(mux)
}

// BenchmarkSend is to be read beside BenchmarkBareNetHTTP: the same server, the same number of requests at a time.
func BenchmarkSend(b *testing.B) {
	s := acceptAll()
	defer s.Close()
	c := newClient(b, sinch.Options{Destination: destination(s.URL), MaxConns: inFlight})
	b.ReportAllocs()
	b.SetParallelism(inFlight / 2)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if o := c.Send(b.Context(), message); o.Err != nil {
				b.Error(o.Err)
			}
		}
	})
}

// BenchmarkBareNetHTTP is the least that a program of net/http can do with a message and its answer.
func BenchmarkBareNetHTTP(b *testing.B) {
	s := acceptAll()
	defer s.Close()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = inFlight
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	authorization := "Bearer " + string(bytes.Repeat([]byte("x"), 900))
	b.ReportAllocs()
	b.SetParallelism(inFlight / 2)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if id := barePost(b, client, s.URL+"/v1/projects/p/messages:send", authorization); id == "" {
				b.Error("not accepted")
			}
		}
	})
}

func barePost(b *testing.B, client *http.Client, url, authorization string) string {
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, url, bytes.NewReader(message))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Authorization", authorization)
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	var accepted struct {
		MessageID string `json:"message_id"`
	}
	if err := json.Unmarshal(body, &accepted); err != nil {
		b.Fatal(err)
	}
	return accepted.MessageID
}
