package plan

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
)

// Values beyond those that are told apart are counted together, and those beyond what is kept too; no row is lost.
func TestLanguageCounts(t *testing.T) {
	c := &campaign.Campaign{Translations: []campaign.Translation{{Language: "sv"}}}
	all, frame := newLanguages(c), newLanguages(c)
	for i := range 3 * mostCounted {
		frame.add(i+2, -1, fmt.Sprintf("word %04d", i))
		frame.add(i+2, -1, " usual ")
		frame.add(i+2, 0, "sv")
		if i%100 == 99 {
			all.merge(frame)
			frame.reset()
		}
	}
	if n := len(all.values); n > mostCounted {
		t.Errorf("%d values are kept", n)
	}
	people := map[string]int{"sv": 2990, "": 5000}
	counts := all.counts(c, people)
	if len(counts) != 2 || counts[0].People != 2990 || counts[1].People != 5000 {
		t.Fatalf("counts are %+v", counts)
	}
	rest := counts[1]
	if len(rest.Values) != mostValues || rest.Values[0] != (ValueCount{"usual", 3 * mostCounted}) {
		t.Errorf("values are %v", rest.Values)
	}
	rows := rest.Others
	for _, v := range rest.Values {
		rows += v.Rows
	}
	if rows != 6*mostCounted {
		t.Errorf("%d of %d rows are counted", rows, 6*mostCounted)
	}
	findings := all.findings(c, people, true)
	if len(findings) != mostValues+1 || findings[0].Count != 3*mostCounted {
		t.Fatalf("%d findings, the first of %d rows", len(findings), findings[0].Count)
	}
	last := findings[mostValues]
	if diff := cmp.Diff(Finding{Message: "other values of the language column that are no language → the default message", Warning: true, Count: 3*mostCounted - mostValues + 1, Lines: last.Lines}, last); diff != "" || len(last.Lines) != mostLines {
		t.Errorf("the rest (-want +got):\n%s", diff)
	}
}

func TestLanguageNames(t *testing.T) {
	for value, want := range map[string]string{"SWE": "SWE", "a\x1b[31mb": "a·[31mb", "åäö åäö åäö åäö åäö åäö åäö åäö": "åäö åäö åäö åäö åäö åäö åäö åä…"} {
		if got := shortName(value); got != want {
			t.Errorf("shortName(%q) = %q, want %q", value, got, want)
		}
	}
	if a, b := quotedKey("SWE"), quotedKey("a: b"); a != "SWE" || b != `"a: b"` {
		t.Errorf("keys %s and %s", a, b)
	}
}
