package campaign

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWindow(t *testing.T) {
	c, err := Load("testdata/ok/window.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if c.Window.Zone != c.TimeZone || c.Window.Holidays != "days-off.csv" || c.Window.Any || !c.Window.IsSet() {
		t.Errorf("window %+v", c.Window)
	}
	want := []Hours{
		{[7]bool{1: true, 3: true, 4: true, 5: true}, 9 * 60, 19 * 60},
		{[7]bool{0: true, 2: true, 6: true}, 10 * 60, 12 * 60},
		{[7]bool{true, true, true, true, true, true, true}, 20 * 60, 24 * 60},
	}
	if diff := cmp.Diff(want, c.Window.Hours); diff != "" {
		t.Errorf("hours (-want +got):\n%s", diff)
	}
	if w := parsed(t, datedFile+"window: any\n").Window; !w.Any || w.IsSet() {
		t.Errorf("any: %+v", w)
	}
	if w := parsed(t, datedFile).Window; w.Any || w.IsSet() {
		t.Errorf("none: %+v", w)
	}
	if w := parsed(t, datedFile+"window: {from: \"09:00\", to: \"10:00\", zone: Asia/Tokyo}\n").Window; w.Zone.String() != "Asia/Tokyo" {
		t.Errorf("zone: %+v", w)
	}
}

func TestWeekdays(t *testing.T) {
	for text, want := range map[string]string{
		"mon": "mon", "Mon-Sat": "mon tue wed thu fri sat", "mon, wed-fri": "mon wed thu fri", "mon,tue": "mon tue", "sat-mon": "sun mon sat",
		"sun-sat": "sun mon tue wed thu fri sat", "sun-sun": "sun", "Daily": "sun mon tue wed thu fri sat", "mon-": "", "monday": "", "": "",
	} {
		var got []string
		for day, is := range weekdays(text) {
			if is {
				got = append(got, dayNames()[day])
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q is %v, want %s", text, got, want)
		}
	}
}

// What the format takes has days, and its ends are among them.
func FuzzWeekdays(f *testing.F) {
	f.Add("mon-sat")
	f.Add("Mon, wed-fri")
	f.Add("daily")
	f.Fuzz(func(t *testing.T, text string) {
		days := weekdays(text)
		if takes := daysFormat().pattern.MatchString(text); takes && days == [7]bool{} {
			t.Errorf("%q is taken, and has no days", text)
		} else if !takes {
			return
		}
		for _, name := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r == '-' || r == ',' || r == ' ' }) {
			for day, known := range dayNames() {
				if name == known && !days[day] {
					t.Errorf("%q is without %s", text, name)
				}
			}
		}
	})
}

func TestTooEarlyAndExpiry(t *testing.T) {
	begun := time.Date(2026, 3, 28, 6, 30, 0, 0, time.UTC)
	for _, tc := range []struct{ lines, early, expires string }{
		{"", "", ""},
		{`not_before: "07:30"`, "2026-03-28T07:30:00Z", ""},
		{"not_before: 2026-03-29T07:30", "2026-03-29T06:30:00Z", ""}, // summer time has begun
		{"expires: 4h", "", ""},                                      // each at its own time
		{`expires: "21:00"`, "", "2026-03-28T21:00:00Z"},             // of the day on which the run began
		{"expires: 2026-03-29 21:00", "", "2026-03-29T20:00:00Z"},
	} {
		c := parsed(t, datedFile+"time_zone: Europe/London\n"+tc.lines)
		if got := utc(c.TooEarly(begun)); got != tc.early {
			t.Errorf("%q: too early until %q, want %q", tc.lines, got, tc.early)
		}
		if got := utc(c.ExpiresAt(begun)); got != tc.expires {
			t.Errorf("%q: expires %q, want %q", tc.lines, got, tc.expires)
		}
	}
}

// utc writes a time, and nothing for none.
func utc(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func TestExpiryString(t *testing.T) {
	for _, text := range []string{"4h", "90m", "2d", "21:00", "2026-03-28 21:00", ""} {
		if got := expiry(text).String(); got != text {
			t.Errorf("%q is written %q", text, got)
		}
	}
}
