package sandbox

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

var deliveredStory = []string{"SMS SUBMIT", "SMS QUEUED_ON_CHANNEL", "SMS DELIVERED"}

func TestCallbacksAreTriedAgain(t *testing.T) {
	for _, tc := range []struct {
		name   string
		status int
		err    error
		tries  int
	}{
		{"taken", 204, nil, 1},
		{"redirect", 307, nil, 1},
		{"refused", 400, nil, 1},
		{"not found", 404, nil, 1},
		{"too many", 429, nil, 4},
		{"error", 500, nil, 4},
		{"overload", 503, nil, 4},
		{"network", 0, errors.New("connection refused"), 4},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, r := listened(t, Config{Outcomes: map[string]Outcome{"": Silent}, Callbacks: Callbacks{Tries: 4, Backoff: 10 * time.Second}})
				r.answer = func(int) (int, error) { return tc.status, tc.err }
				sendText(t, s, "+447700900001")
				time.Sleep(time.Hour)
				got := r.received()
				if len(got) != tc.tries {
					t.Fatalf("%d tries, want %d", len(got), tc.tries)
				}
				for i := 1; i < len(got); i++ {
					wait := 10 * time.Second << (i - 1)
					if after := got[i].at.Sub(got[i-1].at); after < wait || after > wait+time.Second {
						t.Errorf("try %d after %v, want %v", i+1, after, wait)
					}
					if got[i].body != got[0].body || got[i].target != webhookTarget {
						t.Errorf("try %d is %s", i+1, got[i].body)
					}
				}
			})
		})
	}
}

func TestCallbacksComeThroughAtLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, r := listened(t, Config{})
		r.answer = func(n int) (int, error) {
			if n == 1 {
				return 503, nil
			}
			return 200, nil
		}
		sendText(t, s, "+447700900001")
		time.Sleep(time.Hour)
		if got, want := r.told(t), []string{"SMS SUBMIT", "SMS QUEUED_ON_CHANNEL", "SMS DELIVERED", "SMS SUBMIT"}; !slices.Equal(got, want) {
			t.Errorf("told %v, want %v", got, want)
		}
	})
}

func TestCallbacksAreLimited(t *testing.T) {
	for _, rate := range []int{25, 100} {
		synctest.Test(t, func(t *testing.T) {
			s, r := listened(t, Config{Webhooks: rate, Drain: 100_000, RateLimit: -1, Outcomes: map[string]Outcome{"": Silent}})
			for range 4 * rate {
				sendText(t, s, "+447700900001")
			}
			for second := 1; second <= 4; second++ {
				time.Sleep(time.Second)
				if got, want := len(r.received()), second*rate; got < want-1 || got > want {
					t.Errorf("%d callbacks after %d s, want %d", got, second, want)
				}
			}
			time.Sleep(time.Hour)
		})
	}
}

func TestCallbacksGoWrong(t *testing.T) {
	for _, tc := range []struct {
		name string
		cfg  Callbacks
		want []string
	}{
		{"lost", Callbacks{Lost: 1}, nil},
		{"duplicate", Callbacks{Duplicate: 1}, []string{"SMS SUBMIT", "SMS SUBMIT", "SMS QUEUED_ON_CHANNEL", "SMS QUEUED_ON_CHANNEL", "SMS DELIVERED", "SMS DELIVERED"}},
		{"out of order", Callbacks{OutOfOrder: 1}, []string{"SMS DELIVERED", "SMS QUEUED_ON_CHANNEL", "SMS SUBMIT"}},
		{"delayed", Callbacks{Delayed: 1, Delay: time.Hour}, deliveredStory},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, r := listened(t, Config{Callbacks: tc.cfg})
				start := time.Now()
				sendText(t, s, "+447700900001")
				time.Sleep(2 * time.Hour)
				if got := r.told(t); !slices.Equal(got, tc.want) {
					t.Errorf("told %v, want %v", got, tc.want)
				}
				for _, c := range r.received() {
					if late := c.at.Sub(start) >= time.Hour; late != (tc.cfg.Delay > 0) {
						t.Errorf("after %v", c.at.Sub(start))
					}
				}
			})
		})
	}
}

// The same seed makes the same things go wrong.
func TestCallbacksDice(t *testing.T) {
	told := func(seed uint64) (all []string) {
		synctest.Test(t, func(t *testing.T) {
			s, r := listened(t, Config{Seed: seed, RateLimit: -1, Callbacks: Callbacks{Lost: 0.3, Duplicate: 0.2, OutOfOrder: 0.2, Delayed: 0.2}})
			for range 20 {
				sendText(t, s, "+447700900001")
			}
			time.Sleep(time.Hour)
			all = r.told(t)
		})
		return all
	}
	first := told(1)
	if len(first) == 0 || !slices.Equal(first, told(1)) {
		t.Error("one seed, two stories")
	}
	if slices.Equal(first, told(2)) {
		t.Error("two seeds, one story")
	}
}

// Over a network: a redirect is not followed, one slow receiver does not hold up another, and Close leaves nothing behind.
func TestCallbacksOverNetwork(t *testing.T) {
	before := runtime.NumGoroutine()
	var redirected, elsewhere atomic.Int32
	stuck := make(chan struct{})
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/redirect":
			redirected.Add(1)
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		case "/stuck":
			<-stuck
		default:
			elsewhere.Add(1)
		}
	}))
	s := New(Config{Drain: 1000, Webhooks: 1000, ReceiptAfter: time.Millisecond})
	for _, path := range []string{"/redirect", "/stuck"} {
		r := call(t, s, "POST", "/webhooks", `{"app_id":"`+DefaultAppID+`","target":"`+target.URL+path+
			`","target_type":"HTTP","triggers":["MESSAGE_DELIVERY","MESSAGE_SUBMIT"]}`)
		if r.status != http.StatusOK {
			t.Fatalf("status %d, body %s", r.status, r.body)
		}
	}
	for range 5 {
		sendText(t, s, "+447700900001")
	}
	waitFor(t, func() bool { return redirected.Load() == 15 })
	s.Close()
	s.Close()
	sendText(t, s, "+447700900001") // answered still, but nobody is told
	close(stuck)
	target.Close()
	if elsewhere.Load() != 0 {
		t.Error("a redirect was followed")
	}
	waitFor(t, func() bool { return runtime.NumGoroutine() <= before })
}

// waitFor waits until something is so.
func waitFor(t testing.TB, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !so(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("not within a minute")
		}
	}
}

// Without anybody to listen nothing is started.
func TestNobodyListens(t *testing.T) {
	s := New(Config{})
	before := runtime.NumGoroutine()
	call(t, s, "POST", "/webhooks", `{"app_id":"`+DefaultAppID+`","target":"`+webhookTarget+`","target_type":"DISMISS","triggers":["MESSAGE_DELIVERY"]}`)
	sendText(t, s, "+447700900001")
	send(t, s, requestWith(t, `{"callback_url":"https://example.com/receipts"}`)) // nobody on this machine
	if after := runtime.NumGoroutine(); after > before {                          // those of other tests may have ended
		t.Errorf("%d goroutines, before %d", after, before)
	}
}

// Wherever a name leads, a connection to another machine is not made.
func TestRefuseOthers(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1:80": true, "127.9.8.7:80": true, "[::1]:80": true, "192.0.2.1:80": false, "[2001:db8::1]:80": false, "0.0.0.0:80": false,
	} {
		if got := refuseOthers("tcp", address, nil) == nil; got != want {
			t.Errorf("%s: taken %v, want %v", address, got, want)
		}
	}
	_, err := New(Config{}).caller.cfg.Transport.RoundTrip(newRequest(t, "POST", "http://192.0.2.1/", ""))
	if err == nil || !strings.Contains(err.Error(), "not this machine") {
		t.Errorf("a call to another machine: %v", err)
	}
	for address, want := range map[string]bool{
		"http://127.0.0.1:8090/a": true, "https://[::1]/": true, "http://localhost:1/": true, "http://user@localhost:1/": true,
		"https://example.com/": false, "http://127.0.0.1.example.com/": false, "http://127.0.0.1@example.com/": false, "ftp://127.0.0.1/": false, "": false,
	} {
		if got := onThisMachine(address); got != want {
			t.Errorf("%s: on this machine %v, want %v", address, got, want)
		}
	}
}
