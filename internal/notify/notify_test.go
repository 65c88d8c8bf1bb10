package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const secret = "5f0c-very-secret"

// ear is a server that remembers what it is told.
type ear struct {
	*httptest.Server
	mu    sync.Mutex
	heard []string // method, path with query, and body
	kinds []string
}

// listen starts a server that answers the nth request, from 0, by answer.
func listen(t *testing.T, answer func(n int, w http.ResponseWriter, r *http.Request)) *ear {
	t.Helper()
	e := new(ear)
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // a client that hangs up sends nothing more
		e.mu.Lock()
		n := len(e.heard)
		e.heard = append(e.heard, r.Method+" "+r.URL.RequestURI()+" "+string(body))
		e.kinds = append(e.kinds, r.Header.Get("Content-Type"))
		e.mu.Unlock()
		if answer != nil {
			answer(n, w, r)
		}
	}))
	t.Cleanup(func() {
		e.CloseClientConnections()
		e.Close()
	})
	return e
}

func (e *ear) all() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.heard)
}

// patient never has to wait where a server answers.
var patient = patience{tries: 3, timeout: 10 * time.Second, pause: time.Millisecond, span: 30 * time.Second}

func heartbeat(t *testing.T, address string) *Heartbeat {
	t.Helper()
	h, err := ParseHeartbeat(address)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func webhook(t *testing.T, address string) *Webhook {
	t.Helper()
	w, err := ParseWebhook(address)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// wait returns when the first heartbeat has been delivered, or cannot be.
func (t *Teller) wait() *Teller {
	t.began <- <-t.began
	return t
}

func TestHeartbeat(t *testing.T) {
	for _, tc := range []struct {
		name, path string
		code       int
		want       []string // without bodies
	}{
		{"success", "/" + secret, 0, []string{"POST /" + secret + "/start", "POST /" + secret}},
		{"failure", "/" + secret, 2, []string{"POST /" + secret + "/start", "POST /" + secret + "/fail"}},
		{"slug", "/key/slug?create=1", 8, []string{"POST /key/slug/start?create=1", "POST /key/slug/fail?create=1"}},
		{"slash", "/a/", 0, []string{"POST /a/start", "POST /a/"}},
		{"unfinished", "/a", 7, []string{"POST /a/start"}},
		{"held", "/a", 11, []string{"POST /a/start"}},
		{"status", "/a?s={status}", 0, []string{"GET /a?s=start", "GET /a?s=success"}},
		{"words", "/a/{run|complete|fail}?msg={1|2|3}", 3, []string{"GET /a/run?msg=1", "GET /a/fail?msg=3"}},
		{"no word at the start", "/a?status={|up|down}", 1, []string{"GET /a?status=down"}},
		{"no word at the end", "/a?{start||down}", 0, []string{"GET /a?start"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := listen(t, nil)
			teller := begin(Options{Heartbeat: heartbeat(t, e.URL+tc.path), Ignore: []int{7, 11}}, patient).wait()
			if err := teller.End(t.Context(), Message{ExitCode: tc.code}, nil); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, request := range e.all() {
				got = append(got, strings.Join(strings.Fields(request)[:2], " "))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAddressesThatAreRefused(t *testing.T) {
	for _, address := range []string{
		"", secret, "ftp://" + secret, "https:", "https:///" + secret, "http://[" + secret, "https://example.com/\n" + secret, "https://exa mple.com/" + secret,
		"slack:" + secret, "https://example.com/%zz" + secret,
	} {
		_, err := ParseWebhook(address)
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("ParseWebhook(%q) = %v", address, err)
		}
		if _, err := ParseHeartbeat(address); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("ParseHeartbeat(%q) = %v", address, err)
		}
	}
	if _, err := ParseHeartbeat("https://example.com/{" + secret + "}"); err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("ParseHeartbeat with a word that is none: %v", err)
	}
}

var message = Message{
	Campaign: "birthday", RunKey: "birthday-2026-04-01", State: "finished with rejections", ExitCode: 3, Reason: "2 messages were rejected by Sinch (failures.csv)",
	Totals:  &Totals{Rows: 1210, Skipped: map[string]int{"duplicate": 3, "suppressed": 5}, Accepted: 1200, Rejected: 2},
	Started: time.Date(2026, 4, 1, 6, 30, 0, 0, time.UTC), Ended: time.Date(2026, 4, 1, 6, 31, 0, 0, time.UTC), Host: "web1", Version: "v1.2.3",
}

func TestWebhooks(t *testing.T) {
	e := listen(t, nil)
	err := Begin(Options{}).End(t.Context(), message, []*Webhook{webhook(t, e.URL+"/"+secret)})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"schema":1,"event":"end","campaign":"birthday","run_key":"birthday-2026-04-01","state":"finished with rejections","exit_code":3,` +
		`"reason":"2 messages were rejected by Sinch (failures.csv)","sandbox":false,"totals":{"rows":1210,"skipped":{"duplicate":3,"suppressed":5},` +
		`"accepted":1200,"rejected":2,"in_doubt":0,"left_in_doubt":0,"not_sent":0,"after_server_error":0},` +
		`"started":"2026-04-01T06:30:00Z","ended":"2026-04-01T06:31:00Z","host":"web1","version":"v1.2.3"}`
	if diff := cmp.Diff([]string{"POST /" + secret + " " + want + "\n"}, e.all()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if e.kinds[0] != "application/json" {
		t.Errorf("Content-Type %q", e.kinds[0])
	}
}

func TestSlack(t *testing.T) {
	e := listen(t, nil)
	m := message
	m.Reason = "a & <!channel>\nb\nc\nd"
	m.Sandbox = true
	if err := Begin(Options{}).End(t.Context(), m, []*Webhook{webhook(t, "slack:"+e.URL)}); err != nil {
		t.Fatal(err)
	}
	var got struct{ Text string }
	if _, body, _ := strings.Cut(e.all()[0], "{"); json.Unmarshal([]byte("{"+body), &got) != nil {
		t.Fatalf("got %q", e.all())
	}
	const want = "birthday-2026-04-01 on web1: finished with rejections, exit code 3\nSANDBOX: nothing was sent to anyone\na &amp; &lt;!channel&gt;\nb\n…\n" +
		"1200 accepted, 2 rejected, 8 left out; 1210 rows"
	if diff := cmp.Diff(want, got.Text); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	if w := webhook(t, "https://hooks.slack.com/services/"+secret); !w.slack {
		t.Error("Slack's own host is not known")
	}
}

func TestTextOfWhatDidNotBegin(t *testing.T) {
	m := Message{ExitCode: 2, Reason: strings.Repeat("é", 10_000), Host: "web1"}.complete()
	if text := m.text(); !strings.HasPrefix(text, "sendoff on web1: did not begin, exit code 2\n") || len(text) > 10_000 {
		t.Errorf("text of %d bytes: %.80q", len(text), text)
	}
}

// What the other side does decides how often it is told, and what is said of it: never more than its host.
func TestDelivery(t *testing.T) {
	status := func(codes ...int) func(int, http.ResponseWriter, *http.Request) {
		return func(n int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(codes[min(n, len(codes)-1)])
		}
	}
	hangUp := func(int, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	for _, tc := range []struct {
		name   string
		answer func(int, http.ResponseWriter, *http.Request)
		tries  int
		want   string
	}{
		{"taken", status(204), 1, ""},
		{"better the third time", status(500, 429, 200), 3, ""},
		{"out of order", status(503), 3, "answered with 503"},
		{"unknown", status(404), 1, "answered with 404"},
		{"redirect", status(307), 1, "answered with a redirect (307), which is not followed"},
		{"hung up", hangUp, 3, "no answer that can be read"},
		{"endless head", func(_ int, w http.ResponseWriter, _ *http.Request) {
			for i := range 100 {
				w.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat(secret, 100))
			}
		}, 3, "no answer that can be read"},
		{"endless body", func(_ int, w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, strings.Repeat("x", 1<<10)); err != nil {
					return
				}
			}
		}, 1, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := listen(t, tc.answer)
			err := begin(Options{}, patient).End(t.Context(), message, []*Webhook{webhook(t, e.URL+"/"+secret+"?k="+secret)})
			if got := len(e.all()); got != tc.tries {
				t.Errorf("told %d times, want %d", got, tc.tries)
			}
			checkError(t, err, "notify", e, tc.want)
		})
	}
}

// checkError fails where err does not say which of heartbeat and notify it is of, the host and what is wanted.
func checkError(t *testing.T, err error, which string, e *ear, want string) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Errorf("error %q", err)
		}
		return
	}
	if want = which + ": " + strings.TrimPrefix(e.URL, "http://") + ": " + want; err == nil || err.Error() != want {
		t.Errorf("error %q, want %q", err, want)
	}
}

func TestNobodyListens(t *testing.T) {
	e := listen(t, nil)
	e.Close()
	err := begin(Options{Heartbeat: heartbeat(t, e.URL+"/"+secret)}, patient).End(t.Context(), message, []*Webhook{webhook(t, e.URL+"/"+secret), webhook(t, e.URL)})
	if err == nil || strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "\n") || strings.Count(err.Error(), "dial") != 2 {
		t.Errorf("error %q, want one line that says so once of each of the two", err)
	}
}

// A server that never answers keeps nobody longer than the time that there is.
func TestSilence(t *testing.T) {
	e := listen(t, func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	for name, p := range map[string]patience{
		"tries":   {tries: 3, timeout: 10 * time.Millisecond, pause: time.Millisecond, span: time.Hour},
		"at once": {tries: 3, timeout: time.Hour, pause: time.Hour, span: 30 * time.Millisecond},
	} {
		checkError(t, begin(Options{}, p).End(t.Context(), message, []*Webhook{webhook(t, e.URL+"/"+secret), webhook(t, e.URL)}), "notify", e, "no answer in time")
		if err := begin(Options{Heartbeat: heartbeat(t, e.URL+"/"+secret)}, p).End(t.Context(), message, nil); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: error %q of the heartbeat", name, err)
		}
	}
}

func TestSignalAtTheEnd(t *testing.T) {
	arrived := make(chan struct{}, 1)
	e := listen(t, func(_ int, _ http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	checkError(t, begin(Options{}, patient).End(ctx, message, []*Webhook{webhook(t, e.URL)}), "notify", e, "interrupted")
}

// A service that hears of the end before the start takes the job for one that hangs. So the end waits for a start that is on its way, and a
// start that has not arrived is not tried again.
func TestStartBeforeEnd(t *testing.T) {
	arrived, answer := make(chan struct{}, 1), make(chan struct{})
	e := listen(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		if n == 0 {
			arrived <- struct{}{}
			<-answer
			w.WriteHeader(500)
		}
	})
	p := patient
	p.pause = time.Hour
	teller := begin(Options{Heartbeat: heartbeat(t, e.URL+"/a")}, p)
	<-arrived
	ended := make(chan error)
	go func() { ended <- teller.End(t.Context(), Message{}, nil) }()
	<-teller.hurried
	if got := e.all(); len(got) != 1 {
		t.Errorf("the end was told while the start was on its way: %q", got)
	}
	close(answer)
	checkError(t, <-ended, "heartbeat", e, "answered with 500")
	if got := e.all(); len(got) != 2 || !strings.HasPrefix(got[0], "POST /a/start") || !strings.HasPrefix(got[1], "POST /a ") {
		t.Errorf("requests %q", got)
	}
}

// Where there is no heartbeat, nothing is waited for, however late it is.
func TestNoTimeAndNoHeartbeat(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 50 { // either of two could be looked at first
		if err := begin(Options{}, patient).End(ctx, message, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// A mistake of ours becomes an error: people are being sent to.
func TestPanic(t *testing.T) {
	teller := begin(Options{}, patient)
	teller.client = nil
	if err := teller.End(t.Context(), message, []*Webhook{webhook(t, "http://127.0.0.1:1")}); err == nil {
		t.Error("no error")
	}
}
