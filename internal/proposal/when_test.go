package proposal

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"sendoff/campaign"
	"sendoff/internal/calendar"
	"sendoff/internal/hours"
	"sendoff/internal/plan"
)

func place(t *testing.T, names ...string) *hours.Place {
	t.Helper()
	p := &hours.Place{}
	for _, name := range names {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		p.Zones = append(p.Zones, zone)
	}
	return p
}

// nine is from nine to seven in the evening, from Monday to Saturday.
func nine() campaign.Window {
	return campaign.Window{Hours: []campaign.Hours{{Days: [7]bool{1: true, 2: true, 3: true, 4: true, 5: true, 6: true}, From: 9 * 60, To: 19 * 60}}}
}

// abroad is the spring sale with people in London, New York and Tokyo, and within a window.
func abroad(t *testing.T, w campaign.Window, unknown int) *Proposal {
	p := spring(t)
	p.Campaign.Window, p.Rate = w, 20
	clock, err := hours.New(p.Campaign, p.Plan.Columns, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.Plan.Clock = clock
	p.Plan.Places = []calendar.Group{{Place: place(t, "Europe/London"), People: 48213 - 3120 - 100 - unknown}, {Place: place(t, "America/New_York"), People: 3120}, {Place: place(t, "Asia/Tokyo"), People: 100}}
	if unknown > 0 {
		p.Plan.Places = append(p.Plan.Places, calendar.Group{Place: &hours.Place{}, People: unknown})
	}
	return p
}

// A plan that is only looked at counts what waits in the app's queue, too, and that the app hands on less than is asked for.
func TestWhenBehindOthers(t *testing.T) {
	p := spring(t)
	p.Rate, p.App = 100, &App{Rate: 20, Queue: 12_000}
	if got, want := p.when(false)[0].Text, "20 a second: about 41 minutes; begun now, 09:15–09:56 Europe/London"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestWhenOfPlaces(t *testing.T) {
	fixed := nine()
	fixed.Zone = time.UTC
	for _, tc := range []struct {
		name   string
		window campaign.Window
		change func(*Proposal)
		want   string
	}{
		{"at any hour", campaign.Window{}, func(*Proposal) {}, "now, 20 a second: 09:05–09:46 Europe/London; on their clocks 04:05–18:46"},
		{"in one place", campaign.Window{}, func(p *Proposal) { p.Plan.Places = p.Plan.Places[:1] }, "now, 20 a second: 09:05–09:43 Europe/London"},
		{"behind others", campaign.Window{}, func(p *Proposal) { p.App = &App{Rate: 20, Queue: 12_000} },
			"behind what waits in the app's queue, 20 a second: 09:15–09:56 Europe/London; on their clocks 04:15–18:56"},
		{"later", campaign.Window{}, func(p *Proposal) { p.Early = testTime.Add(24 * time.Hour) },
			"from Tue 09:05, 20 a second: 09:05–09:46 Europe/London; on their clocks 04:05–18:46"},
		{"in their own hours", nine(), func(*Proposal) {},
			"from Mon 09:05 Europe/London to Mon 14:03, 20 a second, in their own hours mon-sat 09:00–19:00; 3,120 wait for 09:00 in New York"},
		{"in their own hours, some of which are over", nine(), func(p *Proposal) { p.Now = p.Now.Add(4 * time.Hour) },
			"from Mon 13:05 Europe/London to Tue 00:01, 20 a second, in their own hours mon-sat 09:00–19:00; 3,120 wait for 09:00 in New York, 100 for 09:00 in Tokyo"},
		{"in ours", fixed, func(p *Proposal) { p.Now = p.Now.Add(-time.Hour) },
			"from Mon 09:00 Europe/London to Mon 09:41, 20 a second, in the hours mon-sat 09:00–19:00 UTC"},
		{"in weeks", nine(), func(p *Proposal) { p.Early = testTime.AddDate(0, 0, 14) },
			"from Mon 7 Dec 09:05 Europe/London to Mon 7 Dec 14:03, 20 a second, in their own hours mon-sat 09:00–19:00; 3,120 wait for 09:00 in New York"},
		{"too late for some", nine(), func(p *Proposal) { p.Late = testTime.Add(4*time.Hour + 54*time.Minute + 40*time.Second) },
			"from Mon 09:05 Europe/London to Mon 09:43, 20 a second, in their own hours mon-sat 09:00–19:00 | " +
				"3,120 people would be too late (not_after Mon 14:00): they will be skipped as expired"},
		{"not too late", nine(), func(p *Proposal) { p.Late = testTime.Add(48 * time.Hour) },
			"from Mon 09:05 Europe/London to Mon 14:03, 20 a second, in their own hours mon-sat 09:00–19:00; 3,120 wait for 09:00 in New York | " +
				"not after 25 Nov 2026 09:05 UTC"},
		{"never", campaign.Window{Hours: []campaign.Hours{{From: 0, To: 60}}}, func(*Proposal) {},
			"20 a second: nobody would be sent to | 48,213 people have no hour within a year at which the window lets them get a message: they will be skipped as expired"},
		{"never, since they may be anywhere", nine(), func(p *Proposal) {
			p.Plan.Places = []calendar.Group{{Place: place(t, "Europe/Kaliningrad", "Asia/Kamchatka"), People: 7}}
		}, "20 a second: nobody would be sent to | 7 people have no hour within a year at which the window lets them get a message (an unknown country (2 time zones)): " +
			"they will be skipped as expired, unless a column time_zone says where they are, or the window has one zone for all"},
		{"worth nothing", nine(), func(p *Proposal) {
			p.Late, p.Campaign.TimeZone, p.Campaign.Expires.Until, p.Run.Created = testTime.Add(48*time.Hour), time.UTC, "14:00", testTime
		}, "from Mon 09:05 UTC to Mon 09:43, 20 a second, in their own hours mon-sat 09:00–19:00 | " +
			"3,120 people would be too late (expires Mon 14:00): they will be skipped as expired"},
	} {
		p := abroad(t, tc.window, 0)
		tc.change(p)
		var got []string
		for _, r := range p.when(true) {
			got = append(got, r.Text)
		}
		if got := strings.Join(got, " | "); got != tc.want {
			t.Errorf("%s: %s\nwant %s", tc.name, got, tc.want)
		}
	}
}

func TestHours(t *testing.T) {
	fixed := nine()
	fixed.Zone = time.UTC
	const night = `window: {days: mon-sat, from: "09:00", to: "19:00", zone: recipient} has them wait for their hours; window: any says that it is meant`
	for _, tc := range []struct {
		name    string
		window  campaign.Window
		now     time.Time
		unknown int
		want    []string // message, and hint
	}{
		{"by day", campaign.Window{}, testTime.Add(4 * time.Hour), 0, []string{"100 people would get it between 22:05 and 22:46 their time (Tokyo)", night}},
		{"before dawn", campaign.Window{}, testTime, 0, []string{"3,120 people would get it between 04:05 and 04:46 their time (New York)", night}},
		{"on a Sunday, at night in two places", campaign.Window{}, testTime.AddDate(0, 0, -1).Add(-3 * time.Hour), 0, []string{
			"48,113 people would get it between 01:05 and 06:46 their time (44,993 in London 06:05–06:46, 3,120 in New York 01:05–01:46)", night,
			"48,213 people would get it on a Sunday (44,993 in London, 3,120 in New York, 100 in Tokyo)", night}},
		{"in our hours", fixed, testTime, 0, []string{"3,120 people would get it between 04:05 and 04:46 their time (New York)", "with zone: recipient everybody's own clock counts"}},
		{"in their own", nine(), testTime, 0, nil},
		{"at any hour", campaign.Window{Any: true}, testTime, 0, nil},
		{"somewhere", nine(), testTime, 1, []string{"nobody knows in which time zone 1 person is: they wait for an hour that is right in all of them",
			"a column with the zone of each, such as Europe/London, says it: audience: {columns: {time_zone: …}}"}},
	} {
		p := abroad(t, tc.window, tc.unknown)
		p.Now = tc.now
		var got []string
		for _, f := range p.hours() {
			if !f.Warning || f.Count != 0 {
				t.Errorf("%s: %+v is about rows, or leaves some out", tc.name, f)
			}
			got = append(got, f.Message, f.Hint)
		}
		if strings.Join(got, "\n") != strings.Join(tc.want, "\n") {
			t.Errorf("%s: %q\nwant %q", tc.name, got, tc.want)
		}
	}
}

// Whoever checks a campaign is told what a plan says beside its calendar.
func TestClock(t *testing.T) {
	p := abroad(t, campaign.Window{}, 0)
	p.Late = testTime.Add(20 * time.Minute)
	var got []string
	for _, f := range p.Clock() {
		got = append(got, f.Message)
	}
	if len(got) != 2 || !strings.HasPrefix(got[0], "about 24,") || !strings.HasSuffix(got[1], "their time (New York)") {
		t.Errorf("findings are %q", got)
	}
	if all := p.findings(true); all[len(all)-1].Message != got[1] || strings.Contains(all[len(all)-2].Message, "too late") {
		t.Errorf("the plan finds %v", all)
	}
}

func TestCalendar(t *testing.T) {
	p := abroad(t, nine(), 0)
	p.Late = testTime.Add(4*time.Hour + 57*time.Minute)
	p.Plan.Samples = nil
	var out bytes.Buffer
	p.Text(&out, 100)
	golden(t, "calendar.golden", out.Bytes())
	out.Reset()
	if err := p.HTML(&out); err != nil {
		t.Fatal(err)
	}
	golden(t, "calendar.html", out.Bytes())
	writeJSON(t, "calendar.json", p.Result().Calendar)
}

// A calendar for people is one page long; what is not named is counted.
func TestCalendarOfMany(t *testing.T) {
	p := abroad(t, nine(), 0)
	p.Rate, p.Plan.Places = 0.01, nil
	for i := range 30 {
		zone := time.FixedZone("Z"+string(rune('A'+i)), i*60)
		p.Plan.Places = append(p.Plan.Places, calendar.Group{Place: &hours.Place{Zones: []*time.Location{zone}}, People: 1000 + i})
	}
	var out bytes.Buffer
	p.writeCalendar(writer{&out, 1000})
	text := out.String()
	for _, want := range []string{"  10 more places   10,045   ", "\n  later      "} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
	if days := p.pageDays(p.calendar()); len(days) != mostDays+1 || !strings.HasSuffix(days[mostDays].Name, " more days") || days[mostDays].Bars != nil {
		t.Errorf("the page has %d days, the last of which is %+v", len(days), days[len(days)-1])
	}
	if strings.Contains(text, "ZA ") || !strings.Contains(text, "ZK ") {
		t.Errorf("the places with the most people are not those in\n%s", text)
	}
}

func TestDays(t *testing.T) {
	for want, open := range map[string][7]bool{
		"daily":        {true, true, true, true, true, true, true},
		"mon-sat":      {false, true, true, true, true, true, true},
		"sun":          {true},
		"mon, wed-fri": {1: true, 3: true, 4: true, 5: true},
		"mon, sat-sun": {true, true, false, false, false, false, true},
		"tue":          {2: true},
	} {
		if got := days(open); got != want {
			t.Errorf("days(%v) = %q, want %q", open, got, want)
		}
	}
}

// A plan in which it decides nothing where people are says nothing of it.
func TestNoPlaces(t *testing.T) {
	p := spring(t)
	if got := p.hours(); got != nil {
		t.Errorf("there is %v", got)
	}
	var out bytes.Buffer
	if p.writeCalendar(writer{&out, 80}); out.Len() > 0 {
		t.Errorf("there is a calendar: %s", out.String())
	}
	if c := p.Result().Calendar; c.Places != nil || len(c.Hours) != 1 || c.Hours[0].People != p.Plan.Eligible {
		t.Errorf("for machines there is %+v", c)
	}
	if got := (&Proposal{Campaign: p.Campaign, Plan: &plan.Plan{}, Now: testTime}).Result().Calendar; got.Hours == nil || len(got.Hours) > 0 {
		t.Errorf("with nobody there is %+v", got)
	}
}
