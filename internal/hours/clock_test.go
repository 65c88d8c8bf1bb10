package hours

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/nyaruka/phonenumbers"

	"sendoff/campaign"
)

// columns are those of the rows that [row] makes.
var columns = campaign.Columns{Header: []string{"zone", "country"}, Phone: -1, ID: -1, Language: -1, Country: 1, TimeZone: 0}

func row(number, zone, country string) *campaign.Recipient {
	return &campaign.Recipient{Address: campaign.PhoneAddress(number), Fields: []string{zone, country}}
}

// parse makes a campaign with these lines.
func parse(t testing.TB, lines string) *campaign.Campaign {
	t.Helper()
	c, err := campaign.Parse("c.yaml", []campaign.Source{{Name: "c.yaml", Data: []byte(
		"name: a\nmessage_content_type: CONTENT_MARKETING\naudience: a.csv\nchannel_priority_order: [SMS]\nmessage: Hi\n" + lines)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newClock(t testing.TB, lines string) *Clock {
	t.Helper()
	clock, err := New(parse(t, lines), columns, nil)
	if err != nil {
		t.Fatal(err)
	}
	return clock
}

func date(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// allowed is the same in other words: whether every clock of the place shows an hour of the window at t.
func allowed(w campaign.Window, p *Place, t time.Time) bool {
	zones := p.Zones
	if w.Zone != nil {
		zones = []*time.Location{w.Zone}
	}
	for _, zone := range zones {
		local := t.In(zone)
		minute, inside := local.Hour()*60+local.Minute(), false
		for _, h := range w.Hours {
			inside = inside || h.Days[local.Weekday()] && h.From <= minute && minute < h.To
		}
		if !inside {
			return false
		}
	}
	return true
}

// checkMinutes holds Next against every minute of some days: whenever it is asked, and in the order of time.
func checkMinutes(t *testing.T, c *Clock, p *Place, from time.Time, days int) {
	t.Helper()
	minute := func(i int) time.Time { return from.Add(time.Duration(i) * time.Minute) }
	minutes := days * 24 * 60
	next, until := minutes, minutes // from i on, when it is open first, and how long; minutes: nobody has looked any further
	wasOpen := false
	for i := minutes - 1; i >= 0; i-- {
		open := allowed(c.window, p, minute(i))
		switch {
		case open && !wasOpen:
			next, until = i, i+1 // the last minute of a span
		case open:
			next = i
		}
		if changed := open != wasOpen; next == minutes || !changed && i%23 != 0 {
			wasOpen = open
			continue
		}
		wasOpen = open
		got := c.Next(p, minute(i))
		if open && got.From.After(minute(i)) || !open && !got.From.Equal(minute(next)) || until < minutes && !got.To.Equal(minute(until)) || !got.To.After(minute(i)) {
			t.Fatalf("%v at %v: %v to %v, want %v to %v", p, minute(i).UTC(), got.From, got.To, minute(next).UTC(), minute(until).UTC())
		}
	}
}

// Two weeks around each change, with windows that lie in the hour that is skipped or comes twice, and around it.
func TestNextAcrossDaylightSaving(t *testing.T) {
	windows := []string{
		`{from: "09:00", to: "19:00"}`,
		`{days: mon-sat, from: "02:30", to: "03:30"}`,
		`{from: "01:30", to: "02:30"}`,
		`{hours: [{from: "00:00", to: "02:15"}, {from: "02:45", to: "24:00"}]}`,
	}
	c := newClock(t, "")
	for _, tc := range []struct{ zone, change string }{
		{"Europe/Berlin", "2026-03-29"}, {"Europe/London", "2026-10-25"}, {"America/New_York", "2026-03-08"}, {"America/Los_Angeles", "2026-11-01"},
		{"Australia/Sydney", "2026-04-05"}, {"Australia/Sydney", "2026-10-04"}, {"Asia/Kolkata", "2026-03-29"},
		{"Pacific/Chatham", "2026-04-05"}, {"Pacific/Chatham", "2026-09-27"}, {"Australia/Lord_Howe", "2026-04-05"}, {"Australia/Lord_Howe", "2026-10-04"},
		{"America/St_Johns", "2026-03-08"}, {"America/St_Johns", "2026-11-01"},
		{"America/Santiago", "2026-04-05"}, {"America/Santiago", "2026-09-06"}, // no midnight, or two
		{"Pacific/Apia", "2011-12-30"}, // a day that there was not
	} {
		for _, window := range windows {
			c.window = parse(t, "window: "+window+"\n").Window
			c.week = newWeek(c.window.Hours)
			p := &Place{Zones: []*time.Location{c.zones.find(tc.zone).location}}
			checkMinutes(t, c, p, date(t, tc.change+"T00:00:00Z").AddDate(0, 0, -7), 14)
		}
	}
}

func TestNextOfRandomWindows(t *testing.T) {
	const seed = 7
	random := rand.New(rand.NewPCG(seed, seed))
	zones := []string{"Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Africa/Casablanca", "Australia/Lord_Howe", "America/Sao_Paulo"}
	c := newClock(t, "")
	for range 60 {
		p := &Place{}
		for _, i := range random.Perm(len(zones))[:1+random.IntN(3)] {
			p.Zones = append(p.Zones, c.zones.find(zones[i]).location)
		}
		var hours []campaign.Hours
		for range 1 + random.IntN(3) {
			h := campaign.Hours{From: random.IntN(1440)}
			h.To = h.From + 1 + random.IntN(1440-h.From)
			for day := range h.Days {
				h.Days[day] = random.IntN(3) > 0
			}
			hours = append(hours, h)
		}
		c.window, c.week = campaign.Window{Hours: hours}, newWeek(hours)
		if random.IntN(4) == 0 {
			c.window.Zone = p.Zones[0]
		}
		checkMinutes(t, c, p, date(t, "2026-01-01T00:00:00Z").AddDate(0, 0, random.IntN(360)), 8)
	}
}

// Hours that touch at midnight are one span, and what is never closed ends where nobody looks any further.
func TestNextJoins(t *testing.T) {
	c := newClock(t, `window: {zone: Europe/London, hours: [{days: fri, from: "20:00", to: "24:00"}, {days: sat, from: "00:00", to: "06:00"}]}`+"\n")
	got := c.Next(c.Place(row("", "", "")), date(t, "2026-03-25T12:00:00Z"))
	if want := (Span{date(t, "2026-03-27T20:00:00Z"), date(t, "2026-03-28T06:00:00Z")}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	c = newClock(t, `window: {from: "00:00", to: "24:00"}`+"\n")
	at := date(t, "2026-03-25T12:00:00Z")
	if got := c.Next(c.Place(row("", "", "")), at); got.From.After(at) || !got.To.Equal(at.AddDate(1, 0, 0)) {
		t.Errorf("always open: %v", got)
	}
}

func TestPlace(t *testing.T) {
	c := newClock(t, `window: {from: "09:00", to: "19:00"}`+"\n")
	for _, tc := range []struct{ number, zone, country, want string }{
		{"+447700900123", "", "", "London"}, // and Guernsey, Jersey and Isle of Man, whose clocks agree
		{"+447700900123", " Asia/Calcutta ", "", "Calcutta"},
		{"", "Asia/Calcutta", "IN", "Kolkata"},
		{"", "Europe/Vienna", "DE", "Vienna"},
		{"+447700900123", "Local", "", "London"},
		{"+447700900123", "GMT+1 or so", "", "London"},
		{"+447700900123", "../../etc/passwd", "", "London"},
		{"+12125550123", "", "", "New York"},
		{"+12125550123", "", "SE", "New York"}, // the number is nearer to the truth
		{"", "", "SE", "Stockholm"},
		{"", "", "Sverige", "Stockholm"},
		{"", "", "US", "US (8 time zones)"},
		{"", "", "AR", "Buenos Aires"},
		{"", "", "Atlantis", "an unknown place"},
		{"", "", "RU", "RU (11 time zones)"},
		{"", "", "", "an unknown place"},
		{phonenumbers.Format(phonenumbers.GetExampleNumberForType("PS", phonenumbers.FIXED_LINE), phonenumbers.E164), "", "", "PS (2 time zones)"}, // not Bucharest alone
	} {
		r := row(tc.number, tc.zone, tc.country)
		p := c.Place(r)
		if p.String() != tc.want {
			t.Errorf("%q %q %q is in %v, want %s", tc.number, tc.zone, tc.country, p, tc.want)
		}
		if again := c.Place(row(tc.number, tc.zone, tc.country)); again != p {
			t.Errorf("%q %q %q: another place when asked again", tc.number, tc.zone, tc.country)
		}
		unreadable := strings.TrimSpace(tc.zone) != "" && !strings.Contains(tc.zone, "Calcutta") && !strings.Contains(tc.zone, "Vienna")
		if c.ZoneUnreadable(r) != unreadable {
			t.Errorf("ZoneUnreadable of %q = %v", tc.zone, !unreadable)
		}
	}
	if c.Place(row("+447700900123", "", "")) != c.Place(row("", "Europe/London", "United Kingdom")) {
		t.Error("the same country and zone are two places")
	}
	whatsApp := &campaign.Recipient{Others: []campaign.Identity{campaign.NumberIdentity("WHATSAPP", campaign.PhoneAddress("+447700900123"))}, Fields: []string{"", ""}}
	if p := c.Place(whatsApp); p.String() != "London" {
		t.Errorf("a number on WhatsApp is in %v", p)
	}
}

// Whoever may be in several zones gets a message when all of them allow it, or never.
func TestNextOfManyZones(t *testing.T) {
	c := newClock(t, `window: {from: "09:00", to: "19:00"}`+"\n")
	at := date(t, "2026-06-15T00:00:00Z")
	for _, tc := range []struct{ country, from, to string }{
		{"US", "2026-06-15T19:00:00Z", "2026-06-15T23:00:00Z"}, // 09:00 in Honolulu, 19:00 in New York
		{"AU", "2026-06-15T01:00:00Z", "2026-06-15T08:30:00Z"}, // 09:00 in Perth, 19:00 in Lord Howe
		{"RU", "", ""}, // ten hours from Kaliningrad to Kamchatka
		{"", "", ""},
	} {
		p := c.Place(row("", "", tc.country))
		want := Span{}
		if tc.from != "" {
			want = Span{date(t, tc.from), date(t, tc.to)}
		}
		if got := c.Next(p, at); got != want {
			t.Errorf("%v: %v, want %v", p, got, want)
		}
	}
}

// The world's zones leave no hour uncovered.
func TestAnywhereIsTheWorld(t *testing.T) {
	c := newClock(t, `window: {hours: [{from: "00:00", to: "03:00"}, {from: "03:45", to: "24:00"}]}`+"\n")
	p := c.Place(row("", "", ""))
	for _, at := range []string{"2026-01-15T00:00:00Z", "2026-07-15T00:00:00Z"} {
		if got := c.Next(p, date(t, at)); !got.IsZero() && got.From.Before(date(t, at).AddDate(0, 0, 1)) && got.To.Sub(got.From) > 30*time.Minute {
			t.Errorf("from %s on %v is open in %d zones", at, got, len(p.Zones))
		}
	}
	earliest, latest := p.Local(date(t, "2026-01-15T12:00:00Z"))
	if got := fmt.Sprint(earliest.Format("02 15:04"), ", ", latest.Format("02 15:04")); got != "15 01:00, 16 02:00" {
		t.Errorf("the clocks of the world show %s", got)
	}
}

func TestQuiet(t *testing.T) {
	c := newClock(t, "")
	p := c.Place(row("", "", "US"))
	for _, tc := range []struct {
		at    string
		quiet bool
	}{
		{"2026-06-15T18:00:00Z", false}, // Monday, 08:00 in Honolulu
		{"2026-06-15T17:59:00Z", true},
		{"2026-06-16T00:59:00Z", false}, // 20:59 in New York
		{"2026-06-16T01:00:00Z", true},
		{"2026-06-14T19:00:00Z", true}, // Sunday
	} {
		if got := p.Quiet(date(t, tc.at)); got != tc.quiet {
			t.Errorf("Quiet at %s = %v", tc.at, got)
		}
	}
}

// A person of area codes, and of mobile numbers without one.
func TestPlacesOfNumbers(t *testing.T) {
	c := newClock(t, "")
	for number, want := range map[string]string{
		"+12045550123": "Winnipeg", "+18085550123": "Honolulu", "+14415550123": "Bermuda",
		"+447700900123": "London", "+46701740605": "Stockholm",
		"+61491570156": "AU (7 time zones)", // a mobile number that Australia has set aside for fiction
	} {
		if p := c.Place(row(number, "", "")); p.String() != want {
			t.Errorf("%s… is in %v, want %s", number[:5], p, want)
		}
	}
}

// Planning asks from several goroutines, and people of one place have one pointer.
func TestPlaceAtOnce(t *testing.T) {
	c := newClock(t, holidayWindow+"public}\n")
	at := date(t, "2026-06-15T00:00:00Z")
	rows := []*campaign.Recipient{row("+447700900123", "", ""), row("", "Europe/London", "gb"), row("", " Europe/London", "United Kingdom"), row("+447700900124", "no zone", "")}
	found := make([]*Place, 8*len(rows))
	var all sync.WaitGroup
	for i := range found {
		all.Go(func() {
			found[i] = c.Place(rows[i%len(rows)])
			if got := c.Next(found[i], at.AddDate(0, 0, i%3)); got.To.Sub(got.From) != 10*time.Hour {
				t.Errorf("open %v", got)
			}
		})
	}
	all.Wait()
	for _, p := range found {
		if p != found[0] {
			t.Errorf("%v is another place than %v", p, found[0])
		}
	}
}

func BenchmarkPlace(b *testing.B) {
	for _, tc := range []struct{ name, number, zone string }{{"GB", "+447700900123", ""}, {"US", "+12125550123", ""}, {"column", "+447700900123", "Europe/London"}} {
		b.Run(tc.name, func(b *testing.B) {
			c, r := newClock(b, "window: {from: \"09:00\", to: \"19:00\"}\n"), row(tc.number, tc.zone, "")
			c.Place(r)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					c.Place(r)
				}
			})
		})
	}
}

func BenchmarkNext(b *testing.B) {
	for _, country := range []string{"GB", "US", ""} {
		c := newClock(b, "window: {from: \"09:00\", to: \"19:00\"}\n")
		p, at := c.Place(row("", "", country)), time.Date(2026, 6, 15, 0, 0, 0, 0, time.UTC)
		b.Run("again/"+p.String(), func(b *testing.B) {
			for b.Loop() {
				c.Next(p, at)
			}
		})
		b.Run("anew/"+p.String(), func(b *testing.B) {
			for b.Loop() {
				c.next(p, at)
			}
		})
	}
}

// On the last day of a leap year package time does not know when a zone's offset changes next.
func TestNextOnTheLastDayOfLeapYears(t *testing.T) {
	for _, zone := range []string{"America/New_York", "Europe/Berlin", "Australia/Sydney"} {
		c := newClock(t, `window: {from: "09:00", to: "19:00"}`+"\n")
		checkMinutes(t, c, c.Place(row("", zone, "")), date(t, "2040-12-29T00:00:00Z"), 6)
	}
}
