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
		got := strings.SplitAfter(out.String(), "\n")
		got = got[:len(got)-1] // nothing stands behind the last line
		if len(got) != want || want > 0 && (got[0] != "line 0 of many\n" || got[want-1] != fmt.Sprintf("line %d of many\n", lines-1)) {
			t.Errorf("of %d lines:\n%s", lines, out.String())
		}
		if lines == 100 && !strings.Contains(out.String(), "line 9 of many\n… and 86 lines more, shown without --quiet\nline 96 of many\n") {
			t.Errorf("of %d lines:\n%s", lines, out.String())
		}
	}
}
