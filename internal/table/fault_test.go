package table

import (
	"strings"
	"testing"
)

// TestFaults wants every fault to say what it is in words of its own, behind which a cell can be named.
func TestFaults(t *testing.T) {
	seen := make(map[string]bool)
	for f := OK + 1; f < faults; f++ {
		if text := f.String(); !strings.HasPrefix(text, "row: ") || seen[text] || f.Hint() == "" {
			t.Errorf("fault %d: %q, hint %q", f, text, f.Hint())
		}
		seen[f.String()] = true
	}
}
