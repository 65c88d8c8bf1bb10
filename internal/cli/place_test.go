package cli

import (
	"runtime"
	"testing"

	"sendoff/internal/runstore"
)

func TestSameDestination(t *testing.T) {
	at := func(endpoint string) runstore.Destination {
		return runstore.Destination{ProjectID: "p", AppID: "a", Region: "eu", Endpoint: endpoint}
	}
	tests := []struct {
		a, b string
		want bool
	}{
		{"", "", true},
		{"http://127.0.0.1:8089", "http://localhost:4711/", true}, // a sandbox gets another port each time
		{"http://[::1]:1", "http://127.0.0.1:2", true},
		{"", "http://127.0.0.1:8089", false},
		{"https://proxy.example.com/", "https://proxy.example.com", true},
		{"https://proxy.example.com", "https://other.example.com", false},
	}
	for _, tc := range tests {
		if got := sameDestination(at(tc.a), at(tc.b)); got != tc.want {
			t.Errorf("sameDestination(%q, %q) = %v", tc.a, tc.b, got)
		}
	}
	other := at("")
	other.AppID = "b"
	if sameDestination(at(""), other) {
		t.Error("another app is the same destination")
	}
}

func TestQuote(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("this is what a POSIX shell wants")
	}
	for arg, want := range map[string]string{
		"samples/spring-sale": "samples/spring-sale", "Vårrea 2026": "'Vårrea 2026'", "it's": `'it'\''s'`, "": "''", "$HOME": "'$HOME'", `a\b`: `'a\b'`,
	} {
		if got := quote(arg); got != want {
			t.Errorf("quote(%q) = %s, want %s", arg, got, want)
		}
	}
}

func TestParseCount(t *testing.T) {
	for text, want := range map[string]int{"48213": 48213, "48,213": 48213, "48 213\n": 48213, "0": 0} {
		if got, ok := parseCount(text); !ok || got != want {
			t.Errorf("parseCount(%q) = %d, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "\n", "y", "-1", "1.5"} {
		if _, ok := parseCount(text); ok {
			t.Errorf("parseCount(%q) is a count", text)
		}
	}
}
