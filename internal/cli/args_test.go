package cli

import (
	"strings"
	"testing"
)

func TestReorder(t *testing.T) {
	app := newApp(&session{})
	tests := []struct{ in, want string }{
		{"sendoff run spring.yaml --dry-run", "sendoff run --dry-run -- spring.yaml"},
		{"sendoff run spring.yaml --limit 200 --yes", "sendoff run --limit 200 --yes -- spring.yaml"},
		{"sendoff run --limit=200 spring.yaml -q", "sendoff run --limit=200 -q -- spring.yaml"},
		{"sendoff run -y spring.yaml", "sendoff run -y -- spring.yaml"},
		{"sendoff run -- --odd-name.yaml", "sendoff run -- --odd-name.yaml"},
		{"sendoff run spring.yaml --unknown", "sendoff run --unknown -- spring.yaml"},
		{"sendoff run spring.yaml --yes --limit", "sendoff run --yes --limit"},
		{"sendoff run spring.yaml --help", "sendoff run --help"},
		{"sendoff check -h spring.yaml", "sendoff check -h"},
		{"sendoff run spring.yaml --generate-bash-completion", "sendoff run spring.yaml --generate-bash-completion"},
		{"sendoff profile add staging --region eu --no-check", "sendoff profile add --region eu --no-check -- staging"},
		{"sendoff profile add staging --help", "sendoff profile add --help"},
		{"sendoff profile show staging", "sendoff profile show -- staging"},
		{"sendoff profile --help", "sendoff profile --help"},
		{"sendoff profile nosuch", "sendoff profile -- nosuch"},
		{"sendoff version", "sendoff version"},
		{"sendoff", "sendoff"},
		{"sendoff nosuch --flag", "sendoff nosuch --flag"},
	}
	for _, tc := range tests {
		if got := strings.Join(reorder(app, strings.Fields(tc.in)), " "); got != tc.want {
			t.Errorf("reorder(%q) = %q, want %q", tc.in, got, tc.want)
		}
	}
}
