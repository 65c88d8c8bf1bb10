package cli

import (
	"fmt"
	"strings"
	"testing"
)

func TestBrief(t *testing.T) {
	for lines, want := range map[int]int{0: 0, 1: 1, 14: 14, 15: 15, 100: 15} {
		var out strings.Builder
		b := &brief{to: &out}
		for i := range lines {
			fmt.Fprintf(b, "line %d", i) // in two parts, as a question and what comes behind it
			fmt.Fprintln(b, " of many")
		}
		b.end()
		got := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if lines > 0 && (len(got) != want || got[0] != "line 0 of many" || got[len(got)-1] != fmt.Sprintf("line %d of many", lines-1)) {
			t.Errorf("of %d lines:\n%s", lines, out.String())
		}
		if lines == 100 && !strings.Contains(out.String(), "line 9 of many\n… and 86 lines more, shown without --quiet\nline 96 of many\n") {
			t.Errorf("of %d lines:\n%s", lines, out.String())
		}
	}
}
