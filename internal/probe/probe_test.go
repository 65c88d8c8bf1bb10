package probe_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/internal/probe"
)

func TestAll(t *testing.T) {
	var mu sync.Mutex
	asked := make(map[string]string) // the methods, by path
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked[r.URL.Path] += r.Method + " "
		mu.Unlock()
		if r.Header.Get("Authorization") != "" || r.Header.Get("Cookie") != "" {
			t.Errorf("%s was asked for with credentials", r.URL.Path)
		}
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		switch r.URL.Path {
		case "/there":
			w.Header().Set("Content-Type", "Image/JPEG; q=1")
			w.Header().Set("Content-Length", "1234")
		case "/get", "/personal", "/personal-gone":
			if r.Method == http.MethodHead {
				w.WriteHeader(map[string]int{"/get": 403, "/personal": 405, "/personal-gone": 404}[r.URL.Path])
				return
			}
			if r.Header.Get("Range") != "bytes=0-0" {
				t.Error("more than a byte was asked for")
			}
			w.Header().Set("Content-Range", "bytes 0-0/77")
			w.WriteHeader(http.StatusPartialContent)
			_, _ = w.Write([]byte("x"))
		case "/moved":
			http.Redirect(w, r, "/there", http.StatusFound)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case "/login":
			w.WriteHeader(http.StatusUnauthorized)
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	closed := httptest.NewServer(nil)
	closed.Close()
	target := func(path string) probe.Target { return probe.Target{URL: server.URL + path} }
	personal := func(path string) probe.Target { return probe.Target{URL: server.URL + path, HeadOnly: true} }
	answers, err := probe.All(context.Background(), []probe.Target{
		target("/there"), target("/get"), target("/moved"), target("/round"), target("/login"), target("/gone"),
		personal("/personal"), personal("/personal-gone"), {URL: closed.URL},
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range answers { // texts of 404 pages and the like are nobody's concern
		if answers[i].Problem != "" || answers[i].Type != "image/jpeg" {
			answers[i].Type = ""
		}
		if answers[i].Problem != "" || i == 6 {
			answers[i].Size = 0
		}
	}
	want := []probe.Answer{
		{Type: "image/jpeg", Size: 1234}, {Size: 77}, {Type: "image/jpeg", Size: 1234}, {Problem: "more than 5 redirects"},
		{Problem: "401 Unauthorized"}, {Problem: "404 Not Found"}, {}, {Problem: "404 Not Found"}, {Problem: "connection refused"},
	}
	if diff := cmp.Diff(want, answers); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if asked["/personal-gone"] != "HEAD " || asked["/personal"] != "HEAD " || asked["/get"] != "HEAD GET " {
		t.Errorf("asked %v", asked)
	}
}

func TestStopping(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := probe.All(ctx, []probe.Target{{URL: "http://127.0.0.1:1/"}}); err == nil {
		t.Error("it went on")
	}
}
