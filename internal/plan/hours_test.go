package plan

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/calendar"
	"sendoff/internal/hours"
)

// Places are counted exactly: whoever is left out, or loses as a duplicate, is in none.
func TestPlaces(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", `phone,time_zone
+447700900001,Europe/London
+447700900002,America/New_York
+447700900001,America/New_York
+447700900003,America/New_York
+447700900004,Europe/London
nobody,Europe/London
+447700900005,America/New_York
`)
	write(t, dir, "optouts.csv", "+447700900004\n")
	const lines = "audience: {file: audience.csv, max_bad_rows: 1}\nsuppress: [optouts.csv]\nmessage: Hi\n"
	for _, tc := range []struct {
		name   string
		change func(*campaign.Campaign)
		want   string
	}{
		{"marketing without a window", func(*campaign.Campaign) {}, "America/New_York 3, Europe/London 1"},
		{"at any hour", func(c *campaign.Campaign) { c.Window.Any = true }, ""},
		{"a notification", func(c *campaign.Campaign) { c.MessageContentType = "CONTENT_NOTIFICATION" }, ""},
		{"a notification with a window", func(c *campaign.Campaign) {
			c.MessageContentType = "CONTENT_NOTIFICATION"
			c.Window.Hours = []campaign.Hours{{Days: [7]bool{true}, From: 540, To: 600}}
		}, "America/New_York 3, Europe/London 1"},
	} {
		c := testCampaign(t, dir, lines)
		tc.change(c)
		p := mustBuild(t, c, mustAcquire(t, filepath.Join(t.TempDir(), "run")))
		var texts []string
		for _, g := range p.Places {
			texts = append(texts, fmt.Sprintf("%s %d", g.Place.Zones[0], g.People))
		}
		if got := strings.Join(texts, ", "); got != tc.want || (p.Clock != nil) != (tc.want != "") {
			t.Errorf("%s: places are %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestCellsThatAreNoZone(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", "phone,time_zone\n+447700900001,Europe/London\n+447700900002,GMT+1 or so\n+447700900003,\n+447700900004,Local\n")
	c := testCampaign(t, dir, "audience: audience.csv\nmessage: Hi\n")
	found := func() []Finding {
		p := mustBuild(t, c, mustAcquire(t, filepath.Join(t.TempDir(), "run")))
		return slices.DeleteFunc(p.Findings, func(f Finding) bool { return !strings.HasPrefix(f.Message, "time_zone") })
	}
	want := []Finding{{Message: "time_zone: not the name of a time zone: it counts for nothing", Warning: true, Count: 2, Lines: []int{3, 5}}}
	got := found()
	for i := range got {
		got[i].Hint = ""
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	c.Window.Any = true
	if got := found(); len(got) > 0 {
		t.Errorf("where it does not matter there is %v", got)
	}
}

func TestUnknownHolidays(t *testing.T) {
	group := func(country string, people int) calendar.Group {
		return calendar.Group{Place: &hours.Place{Country: country}, People: people}
	}
	isKnown := func(p *hours.Place) bool { return p.Country == "GB" }
	if got := unknownHolidays([]calendar.Group{group("GB", 9)}, isKnown); got != nil {
		t.Errorf("of countries that are known there is %v", got)
	}
	got := unknownHolidays([]calendar.Group{group("GB", 9), group("XK", 3), group("", 1), group("AQ", 2), group("AQ", 4)}, isKnown)
	if want := "window: holidays: nobody here knows the public holidays of AQ (6), XK (3), an unknown country (1): 10 people may get a message on one"; len(got) != 1 || got[0].Message != want {
		t.Errorf("there is %v, want %s", got, want)
	}
}
