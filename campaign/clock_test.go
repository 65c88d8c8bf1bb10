package campaign

import (
	"testing"
	"time"
)

const datedFile = `name: birthday
message_content_type: CONTENT_MARKETING
audience: a.csv
channel_priority_order: [SMS]
message: Hi
`

func parsed(t *testing.T, text string) *Campaign {
	t.Helper()
	c, err := Parse("c.yaml", []Source{{Name: "c.yaml", Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestKeyIsOfTheCampaignsDay(t *testing.T) {
	for _, test := range []struct{ key, zone, now, want string }{
		{"birthday-{date}", "Europe/London", "2026-03-28T23:59:00Z", "birthday-2026-03-28"},
		{"birthday-{date}", "Asia/Tokyo", "2026-03-28T23:59:00Z", "birthday-2026-03-29"},
		{"birthday-{date}", "Europe/London", "2026-06-30T23:30:00Z", "birthday-2026-07-01"}, // summer time
		{"weekly {week}", "Europe/London", "2027-01-02T12:00:00Z", "weekly 2026-W53"},
		{"{month}/{month}", "America/New_York", "2026-03-01T03:00:00Z", "2026-02/2026-02"},
		{"plain", "Europe/London", "2026-03-28T23:59:00Z", "plain"},
	} {
		c := parsed(t, datedFile+"run_key: \""+test.key+"\"\ntime_zone: "+test.zone+"\n")
		now, err := time.Parse(time.RFC3339, test.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Key(now); got != test.want {
			t.Errorf("%s in %s at %s: %q, want %q", test.key, test.zone, test.now, got, test.want)
		}
	}
}

func TestTooLate(t *testing.T) {
	for _, test := range []struct{ lines, begun, want string }{
		{"run_key: a", "2026-03-28T06:30:00Z", ""},
		{"run_key: a-{week}", "2026-03-28T06:30:00Z", ""},
		{"run_key: a-{date}", "2026-03-28T06:30:00Z", "2026-03-29T00:00:00Z"},
		{"run_key: a-{date}", "2026-03-29T06:30:00Z", "2026-03-29T23:00:00Z"}, // the day on which summer time begins
		{"run_key: a-{date}\nnot_after: never", "2026-03-28T06:30:00Z", ""},
		{"run_key: a-{date}\nnot_after: \"21:30\"", "2026-03-29T06:30:00Z", "2026-03-29T20:30:00Z"},
		{"not_after: 2026-04-01 20:00", "2026-03-28T06:30:00Z", "2026-04-01T19:00:00Z"},
		{"not_after: 2026-04-01T20:00", "2026-03-28T06:30:00Z", "2026-04-01T19:00:00Z"},
	} {
		begun, err := time.Parse(time.RFC3339, test.begun)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if late := parsed(t, datedFile+"time_zone: Europe/London\n"+test.lines).TooLate(begun); !late.IsZero() {
			got = late.UTC().Format(time.RFC3339)
		}
		if got != test.want {
			t.Errorf("%q, begun at %s: too late at %q, want %q", test.lines, test.begun, got, test.want)
		}
	}
}

// A day ends where the date changes, also where there is no midnight, or two.
func TestEndOfDay(t *testing.T) {
	for _, test := range []struct{ zone, begun, want string }{
		{"America/Santiago", "2026-09-05 06:30", "2026-09-06T01:00:00-03:00"},
		{"America/Santiago", "2026-04-04 06:30", "2026-04-05T00:00:00-04:00"}, // 23:00 comes twice
		{"America/Havana", "2026-03-07 06:30", "2026-03-08T01:00:00-04:00"},
		{"America/Havana", "2026-10-31 06:30", "2026-11-01T00:00:00-04:00"}, // 00:00 comes twice
		{"Pacific/Apia", "2011-12-29 06:30", "2011-12-31T00:00:00+14:00"},   // a whole day is not there
		{"Europe/London", "2026-10-25 00:00", "2026-10-26T00:00:00Z"},
	} {
		c := parsed(t, datedFile+"run_key: a-{date}\ntime_zone: "+test.zone+"\n")
		begun, err := time.ParseInLocation("2006-01-02 15:04", test.begun, c.TimeZone)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.TooLate(begun.Add(time.Nanosecond)).Format(time.RFC3339); got != test.want {
			t.Errorf("%s in %s ends at %s, want %s", test.begun, test.zone, got, test.want)
		}
	}
}
