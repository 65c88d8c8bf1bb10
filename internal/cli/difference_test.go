package cli

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
)

// The addresses under notify are secrets, whatever else has changed.
func TestDifferenceHidesSecrets(t *testing.T) {
	source := func(text string) []campaign.Source {
		return []campaign.Source{{Name: "campaign.yaml", Data: []byte(text)}}
	}
	const old, now = "name: a\nnotify: https://hooks.example/S3\nmessage: Hi\n", "name: a\nnotify:\n  - https://hooks.example/S4\n  - https://b.example/S3\nmessage: Hello\n"
	got := difference(source(old), source(now))
	want := []string{"3 + notify: …", "3 - message: Hi", "4 + notify: …", "5 + message: Hello"}
	sortLines := cmp.Transformer("sort", func(s []string) map[string]bool {
		m := map[string]bool{}
		for _, line := range s {
			m[line] = true
		}
		return m
	})
	if diff := cmp.Diff(want, got, sortLines); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	blank := difference(campaign.WithoutSecrets(source(old)), source(strings.Replace(old, "S3", "other", 1)))
	if len(blank) > 0 {
		t.Errorf("an address that has changed is shown as %q", blank)
	}
}
