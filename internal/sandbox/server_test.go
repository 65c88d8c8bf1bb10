package sandbox

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Many clients at once, over a network, with everything going wrong: the record, what is kept and the count are the same messages, and
// every id that a client was told is among them.
func TestConcurrentSends(t *testing.T) {
	const clients, each = 8, 50
	var record bytes.Buffer
	s := New(Config{RateLimit: -1, DispatchRetention: 1, Record: &record, Faults: mustParseAll(t,
		"reset-after:5% reset:5% 500-after:5% 503:5% truncated:5% 429:10%")})
	server := httptest.NewServer(s)
	defer server.Close()

	told := make([][]string, clients)
	var wg sync.WaitGroup
	for client := range clients {
		wg.Go(func() {
			for i := range each {
				if id, ok := trySend(t, server, fmt.Sprintf("+4477009%05d", client*each+i)); ok {
					told[client] = append(told[client], id)
				}
			}
		})
		wg.Go(func() {
			getApp(t, s)
			listed(t, s, "messages_source=DISPATCH_SOURCE")
			fetchedLast(t, s, `{"messages_source":"DISPATCH_SOURCE"}`)
			asked(t, s, "GET", "stats", "")
			s.Accepted()
		})
	}
	wg.Wait()

	recorded := recordedIDs(t, &record)
	var kept []string
	for _, m := range s.Accepted() {
		kept = append(kept, m.ID)
	}
	if !slices.Equal(recorded, kept) || len(kept) != s.AcceptedCount() {
		t.Errorf("recorded %d, kept %d, accepted %d", len(recorded), len(kept), s.AcceptedCount())
	}
	if !slices.IsSorted(recorded) || len(slices.Compact(slices.Clone(recorded))) != len(recorded) {
		t.Error("ids do not rise")
	}
	ids := slices.Concat(told...)
	if len(ids) == 0 || len(ids) >= len(recorded) {
		t.Errorf("told %d ids, accepted %d; want fewer, but some", len(ids), len(recorded))
	}
	for _, id := range ids {
		if _, ok := slices.BinarySearch(recorded, id); !ok {
			t.Errorf("told %s, which is not recorded", id)
		}
	}
}

// trySend sends a message over the network, and returns the id if there was a whole answer.
func trySend(t *testing.T, server *httptest.Server, phone string) (id string, ok bool) {
	r, err := http.NewRequest("POST", server.URL+"/v1/projects/"+DefaultProjectID+"/messages:send", strings.NewReader(textTo(phone)))
	if err != nil {
		t.Error(err)
		return "", false
	}
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth(DefaultKeyID, DefaultKeySecret)
	response, err := server.Client().Do(r)
	if err != nil {
		return "", false
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return "", false
	}
	var m Message
	if err := json.Unmarshal(body, &m); err != nil {
		t.Errorf("%v in %s", err, body)
	}
	return m.ID, true
}

// recordedIDs reads a record, all of whose lines must be whole.
func recordedIDs(t *testing.T, record io.Reader) (ids []string) {
	t.Helper()
	lines := bufio.NewScanner(record)
	for lines.Scan() {
		m := decodeAs[Message](t, lines.Text())
		if m.AcceptedTime.IsZero() || len(m.Request) == 0 {
			t.Fatalf("line %s", lines.Text())
		}
		ids = append(ids, m.ID)
	}
	return ids
}

func TestRecord(t *testing.T) {
	var record bytes.Buffer
	now := newClock()
	s := New(Config{Record: &record, Now: now.Now})
	body := strings.ReplaceAll(textTo("+447700900001"), ",", ",\r\n ")
	r := send(t, s, strings.Replace(body, "Hello", `a <b> & \"c\" \\ \n 🎈 \u00e9`, 1))
	want := `{"message_id":"` + decodeAs[Message](t, r.body).ID + `","accepted_time":"2026-03-28T09:00:00Z","request":` +
		strings.Replace(textTo("+447700900001"), "Hello", `a <b> & \"c\" \\ \n 🎈 \u00e9`, 1) + "}\n"
	if record.String() != want {
		t.Errorf("recorded %s, want %s", record.String(), want)
	}
}

// A message is recorded by the time that anybody can know of it.
func TestRecordComesFirst(t *testing.T) {
	var record bytes.Buffer
	s := New(Config{Record: &record, Faults: []Fault{{Kind: ResetAfter}}})
	if _, err := sendOverNetwork(t, s); err == nil {
		t.Fatal("answered, want a reset")
	}
	if got := recordedIDs(t, &record); len(got) != 1 {
		t.Errorf("recorded %v, want one", got)
	}
}

// A disk that is full must not make the record lie: what it does not hold is not accepted.
func TestRecordBreaks(t *testing.T) {
	w := &fullDisk{lines: 2}
	s := New(Config{Record: w, Keep: true})
	sendText(t, s, "+447700900001")
	sendText(t, s, "+447700900002")
	for range 2 {
		if r := send(t, s, textTo("+447700900003")); r.status != http.StatusInternalServerError || !strings.Contains(r.body, "record") {
			t.Errorf("status %d, body %s, want 500 that names the record", r.status, r.body)
		}
	}
	if s.AcceptedCount() != 2 || len(s.Accepted()) != 2 || w.writes != 3 {
		t.Errorf("accepted %d, held %d, %d writes, want 2, 2, 3", s.AcceptedCount(), len(s.Accepted()), w.writes)
	}
}

// fullDisk takes some lines and then no more.
type fullDisk struct{ lines, writes int }

func (d *fullDisk) Write(p []byte) (int, error) {
	d.writes++
	if d.writes > d.lines {
		return 0, errors.New("no space left on device")
	}
	return len(p), nil
}

func TestRoundTrip(t *testing.T) {
	s := New(Config{})
	var headers, written bool
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		WroteHeaders: func() { headers = true },
		WroteRequest: func(httptrace.WroteRequestInfo) { written = true },
	})
	r := newRequest(t, "POST", base+"/v1/projects/"+DefaultProjectID+"/messages:send", textTo("+447700900001")).WithContext(ctx)
	r.SetBasicAuth(DefaultKeyID, DefaultKeySecret)
	client := http.Client{Transport: s}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.Status != "200 OK" || response.ContentLength <= 0 || response.Request != r {
		t.Errorf("response %+v", response)
	}
	if !headers || !written {
		t.Errorf("traced headers %v, request %v, want both", headers, written)
	}

	bare := &http.Request{Method: "GET", URL: r.URL, Header: r.Header} // a client may leave out the body and the host
	if got := do(t, s, bare); got.status != http.StatusNotImplemented {
		t.Errorf("without body and host: status %d, want 501", got.status)
	}

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.RoundTrip(r.WithContext(ended)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
	if s.AcceptedCount() != 1 {
		t.Errorf("accepted %d, want 1", s.AcceptedCount())
	}
}

// When nobody waits for the answer any more the connection is given up: an empty 200 would be a lie.
func TestServeHTTPAborts(t *testing.T) {
	s := New(Config{Latency: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := newRequest(t, "POST", base+"/v1/projects/"+DefaultProjectID+"/messages:send", textTo("+447700900001")).WithContext(ctx)
	r.SetBasicAuth(DefaultKeyID, DefaultKeySecret)
	defer func() {
		if got := recover(); got != http.ErrAbortHandler {
			t.Errorf("panic %v, want http.ErrAbortHandler", got)
		}
		if s.AcceptedCount() != 1 {
			t.Errorf("accepted %d, want 1", s.AcceptedCount())
		}
	}()
	s.ServeHTTP(httptest.NewRecorder(), r)
}

func ExampleServer() {
	s := New(Config{Drain: 500})
	s.SetFaults(Fault{Kind: TooManyRequests, First: 1, RetryAfter: 2 * time.Second})
	server := httptest.NewServer(s) // or http.ListenAndServe("127.0.0.1:8089", s)
	defer server.Close()

	for range 2 {
		r, err := http.NewRequest("POST", server.URL+"/v1/projects/"+DefaultProjectID+"/messages:send", strings.NewReader(`{
			"app_id": "`+DefaultAppID+`",
			"recipient": {"identified_by": {"channel_identities": [{"channel": "SMS", "identity": "+447700900001"}]}},
			"message": {"text_message": {"text": "Hello"}}
		}`))
		if err != nil {
			panic(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.SetBasicAuth(DefaultKeyID, DefaultKeySecret)
		response, err := server.Client().Do(r)
		if err != nil {
			panic(err)
		}
		response.Body.Close()
		fmt.Println(response.Status)
	}
	fmt.Println("accepted", s.AcceptedCount())
	// Output:
	// 429 Too Many Requests
	// 200 OK
	// accepted 1
}
