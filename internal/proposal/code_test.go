package proposal

import (
	"testing"

	"sendoff/internal/runstore"
)

func TestCodeOf(t *testing.T) {
	through := runstore.Destination{ProjectID: "p", AppID: "a", Region: "eu"}
	want := CodeOf("digest", "key", through)
	if want != "SDF0-Q65Q" { // what was approved must hold with the next version too
		t.Errorf("the code of plans has changed: %s", want)
	}
	named := through
	named.AppName, named.Profile = "Acme", "production"
	if got := CodeOf("digest", "key", named); got != want {
		t.Errorf("a name for people changes the code")
	}
	seen := map[Code]bool{want: true}
	for what, code := range map[string]Code{
		"plan":     CodeOf("other", "key", through),
		"key":      CodeOf("digest", "other", through),
		"project":  CodeOf("digest", "key", runstore.Destination{ProjectID: "q", AppID: "a", Region: "eu"}),
		"app":      CodeOf("digest", "key", runstore.Destination{ProjectID: "p", AppID: "b", Region: "eu"}),
		"region":   CodeOf("digest", "key", runstore.Destination{ProjectID: "p", AppID: "a", Region: "us"}),
		"endpoint": CodeOf("digest", "key", runstore.Destination{ProjectID: "p", AppID: "a", Region: "eu", Endpoint: "https://example.com"}),
		"nobody":   CodeOf("digest", "key", runstore.Destination{}),
		"border":   CodeOf("digestk", "ey", through),
	} {
		if seen[code] {
			t.Errorf("another %s has no other code", what)
		}
		seen[code] = true
		if parsed, err := ParseCode(string(code)); parsed != code || err != nil {
			t.Errorf("ParseCode(%q) = %q, %v", code, parsed, err)
		}
	}
}

func TestParseCode(t *testing.T) {
	for text, want := range map[string]Code{
		"K7QF-2M9P": "K7QF-2M9P", "k7qf2m9p": "K7QF-2M9P", " K7-QF 2M-9P ": "K7QF-2M9P", "oOiI-lL00": "0011-1100",
		"": "", "K7QF": "", "K7QF-2M9PX": "", "K7QF-2M9U": "", "K7QF-2M9é": "", "K7QF_2M9P": "", "plan K7QF-2M9P": "",
	} {
		got, err := ParseCode(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("ParseCode(%q) = %q, %v, want %q", text, got, err, want)
		}
	}
}
