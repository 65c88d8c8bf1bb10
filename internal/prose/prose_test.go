package prose

import (
	"strings"
	"testing"
	"time"
)

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 48213: "48,213", 1234567: "1,234,567", -999: "-999", -1000: "-1,000"} {
		if got := Thousands(n); got != want {
			t.Errorf("Thousands(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestCounted(t *testing.T) {
	for n, want := range map[int64]string{0: "0 people", 1: "1 person", 1200: "1,200 people"} {
		if got := Counted(n, "person", "people"); got != want {
			t.Errorf("Counted(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestQuoted(t *testing.T) {
	if got, want := Quoted([]string{"phone", `first "n"`}), `"phone", "first \"n\""`; got != want {
		t.Errorf("Quoted = %s, want %s", got, want)
	}
	names := strings.Split(strings.Repeat("a", 21), "")
	if got, want := Listed(names[:20]), strings.TrimSuffix(strings.Repeat("a, ", 20), ", "); got != want {
		t.Errorf("Listed of 20 = %s, want %s", got, want)
	}
	if got, want := Listed(names), strings.TrimSuffix(strings.Repeat("a, ", 20), ", ")+" and 1 more"; got != want {
		t.Errorf("Listed of 21 = %s, want %s", got, want)
	}
}

func TestBreakdown(t *testing.T) {
	for _, tc := range []struct {
		counts map[string]int
		want   string
	}{
		{nil, ""},
		{map[string]int{"invalid": 1200}, "1,200 invalid"},
		{map[string]int{"suppressed": 3, "missing_value": 12, "invalid": 2, "duplicate": 3}, "12 missing value, 3 duplicate, 3 suppressed, 2 invalid"},
	} {
		if got := Breakdown(tc.counts); got != tc.want {
			t.Errorf("Breakdown(%v) = %q, want %q", tc.counts, got, tc.want)
		}
	}
}

func TestLines(t *testing.T) {
	for _, tc := range []struct {
		count int
		first []int
		want  string
	}{
		{1, []int{25}, "1 row, line 25"},
		{2, []int{3, 7}, "2 rows, lines 3, 7"},
		{1200, []int{2, 3, 4, 5, 1008}, "1,200 rows, lines 2, 3, 4, 5, 1008, …"},
	} {
		if got := Lines(tc.count, tc.first); got != tc.want {
			t.Errorf("Lines(%d, %v) = %q, want %q", tc.count, tc.first, got, tc.want)
		}
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{0: "0 MB", 1: "1 MB", 12_000_000: "12 MB", 999_999_999: "1,000 MB", 1_400_000_000: "1.4 GB"} {
		if got := Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestAge(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 h", 45 * time.Minute: "45 min", 20 * time.Hour: "20 h", 26*time.Hour + 5*time.Minute: "26 h 5 min",
		50 * time.Hour: "2 days 2 h", 60 * 24 * time.Hour: "60 days",
	} {
		if got := Age(d); got != want {
			t.Errorf("Age(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestLasting(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 20*time.Second + 1: "21 s", 100 * time.Second: "100 s", 101 * time.Second: "2 minutes", 63*time.Minute + time.Second: "64 minutes",
		2*time.Hour + 4*time.Minute + time.Second: "2 h 5 min", 50 * time.Hour: "2 days 2 h",
	} {
		if got := Lasting(d); got != want {
			t.Errorf("Lasting(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestAbout(t *testing.T) {
	for n, want := range map[int]string{0: "0", 7: "7", 99: "99", 104: "100", 105: "110", 995: "1,000", 96_426: "96,000"} {
		if got := About(n); got != want {
			t.Errorf("About(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestPrintable(t *testing.T) {
	if got, want := Printable("a\x1b[2Jb\x1b]0;c\x07\nd e\u202eå"), "a·[2Jb·]0;c··d e·å"; got != want {
		t.Errorf("Printable = %q, want %q", got, want)
	}
}

func TestListed(t *testing.T) {
	many := strings.Split(strings.Repeat("x,", 10_000)+"x", ",")
	if got, want := Listed(many), strings.Repeat("x, ", 19)+"x and 9,981 more"; got != want {
		t.Errorf("Listed = %q, want %q", got, want)
	}
	if got := Listed([]string{"a\x1b", "b"}); got != "a·, b" {
		t.Errorf("Listed = %q", got)
	}
}
