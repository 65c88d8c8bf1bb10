package calendar

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"sendoff/campaign"
	"sendoff/internal/hours"
)

// window is from nine to seven in the evening, from Monday to Saturday, on people's own clocks.
var window = campaign.Window{Hours: []campaign.Hours{{Days: [7]bool{1: true, 2: true, 3: true, 4: true, 5: true, 6: true}, From: 9 * 60, To: 19 * 60}}}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func place(t testing.TB, names ...string) *hours.Place {
	p := &hours.Place{}
	for _, name := range names {
		p.Zones = append(p.Zones, zone(t, name))
	}
	return p
}

func clockOf(t testing.TB, w campaign.Window) *hours.Clock {
	t.Helper()
	c, err := hours.New(&campaign.Campaign{Window: w}, campaign.Columns{TimeZone: -1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// at is a time of the week from Monday, 23 November 2026, on, in UTC.
func at(day, hour, minute int) time.Time {
	return time.Date(2026, 11, 22+day, hour, minute, 0, 0, time.UTC)
}

const mon = 1

func check(t *testing.T, what string, got, want time.Time) {
	t.Helper()
	if got.Sub(want).Abs() > time.Millisecond {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// Places that are open share the rate, and are done together; who opens later is sent to then.
func TestPlacesShareTheRate(t *testing.T) {
	london, paris, newYork := place(t, "Europe/London"), place(t, "Europe/Paris"), place(t, "America/New_York")
	c := New(Config{
		Groups: []Group{{london, 18_000}, {paris, 36_000}, {newYork, 3_600}},
		Clock:  clockOf(t, window), Window: window, Begin: at(mon, 7, 30), Rate: 10, Zone: time.UTC,
	})
	// Paris opens at 08:00 UTC, and is done with all but 0 of its 36,000 at 09:00, when London opens. New York opens at 14:00.
	for _, tc := range []struct {
		row      Row
		from, to time.Time
	}{
		{c.Rows[0], at(mon, 9, 0), at(mon, 9, 30)},
		{c.Rows[1], at(mon, 8, 0), at(mon, 9, 0)},
		{c.Rows[2], at(mon, 14, 0), at(mon, 14, 6)},
	} {
		check(t, tc.row.Place.String()+" begins", tc.row.From, tc.from)
		check(t, tc.row.Place.String()+" ends", tc.row.To, tc.to)
	}
	check(t, "begins", c.Begin, at(mon, 8, 0))
	check(t, "ends", c.End, at(mon, 14, 6))
	want := []Hour{{at(mon, 8, 0), 36_000}, {at(mon, 9, 0), 18_000}, {at(mon, 14, 0), 3_600}}
	if len(c.Hours) != len(want) {
		t.Fatalf("hours are %v, want %v", c.Hours, want)
	}
	for i := range want {
		if c.Hours[i] != want[i] {
			t.Errorf("hour %d is %v, want %v", i, c.Hours[i], want[i])
		}
	}

	// Half as fast, Paris has 18,000 left at nine, as London has: they share what goes, and end together.
	c = New(Config{
		Groups: []Group{{london, 18_000}, {paris, 36_000}},
		Clock:  clockOf(t, window), Window: window, Begin: at(mon, 7, 30), Rate: 5, Zone: time.UTC,
	})
	for _, r := range c.Rows {
		check(t, r.Place.String()+" ends", r.To, at(mon, 11, 0))
	}
}

// What is not done when the window shuts goes on when it opens again: on Monday, since nobody is sent to on a Sunday.
func TestGoesOnAfterSunday(t *testing.T) {
	london := place(t, "Europe/London")
	c := New(Config{
		Groups: []Group{{london, 7_200}}, Clock: clockOf(t, window), Window: window, Begin: at(-1, 18, 0), Rate: 1, Zone: time.UTC, // a Saturday
	})
	check(t, "begins", c.Begin, at(-1, 18, 0))
	check(t, "ends", c.End, at(mon, 10, 0))
	if len(c.Hours) != 2 || c.Hours[1] != (Hour{at(mon, 9, 0), 3_600}) {
		t.Errorf("hours are %v", c.Hours)
	}
}

func TestTooLate(t *testing.T) {
	london, newYork := place(t, "Europe/London"), place(t, "America/New_York")
	never := campaign.Window{Hours: []campaign.Hours{{From: 0, To: 1}}}
	for _, tc := range []struct {
		name              string
		window            campaign.Window
		late              time.Time
		shut, slow, never int
	}{
		{"in time", window, at(mon, 15, 0), 0, 0, 0},
		{"never too late", window, time.Time{}, 0, 0, 0},
		{"hours open when it is too late", window, at(mon, 14, 0), 100, 0, 0},
		{"the pace does not reach them", window, at(mon, 9, 30), 100, 1_800, 0},
		{"nobody's hours open in time", window, at(mon, 9, 0), 3_700, 0, 0},
		{"it is too late already", window, at(mon, 7, 0), 3_700, 0, 0},
		{"there is no hour", never, time.Time{}, 0, 0, 3_700},
		{"it is too late, whatever the hours", campaign.Window{}, at(mon, 8, 0), 3_700, 0, 0},
	} {
		c := New(Config{
			Groups: []Group{{london, 3_600}, {newYork, 100}}, Clock: clockOf(t, tc.window), Window: tc.window, Begin: at(mon, 8, 0), Late: tc.late, Rate: 1, Zone: time.UTC,
		})
		if c.Shut != tc.shut || c.Slow != tc.slow || c.Never != tc.never {
			t.Errorf("%s: shut %d, slow %d, never %d; want %d, %d, %d", tc.name, c.Shut, c.Slow, c.Never, tc.shut, tc.slow, tc.never)
		}
		if reached := c.Shut+c.Slow+c.Never < 3_700; reached != !c.Begin.IsZero() {
			t.Errorf("%s: begins %v", tc.name, c.Begin)
		}
	}
}

// At a rate at which it would take years the calendar ends after one.
func TestEnds(t *testing.T) {
	groups := []Group{{place(t, "Europe/London"), 1_000_000}, {nil, 0}}
	c := New(Config{Groups: groups, Begin: at(mon, 8, 0), Rate: 0.01, Zone: time.UTC})
	if want := int(0.01 * Horizon.Seconds()); c.Slow != 1_000_000-want {
		t.Errorf("%d are left, want %d", c.Slow, 1_000_000-want)
	}
	check(t, "ends", c.End, at(mon, 8, 0).Add(Horizon))
	if c := New(Config{Begin: at(mon, 8, 0), Rate: 1, Zone: time.UTC}); !c.Begin.IsZero() || c.Hours != nil {
		t.Errorf("with nobody there is %+v", c)
	}
}

// An hour is one of the clock, also where that is half an hour off.
func TestHoursAreThoseOfTheClock(t *testing.T) {
	c := New(Config{Groups: []Group{{nil, 3_600}}, Begin: at(mon, 8, 15), Rate: 1, Zone: zone(t, "Asia/Kolkata")})
	want := []Hour{{at(mon, 7, 30), 900}, {at(mon, 8, 30), 2_700}}
	for i, h := range c.Hours {
		if len(c.Hours) != 2 || !h.From.Equal(want[i].From) || h.People != want[i].People || h.From.Minute() != 0 {
			t.Errorf("hours are %v, want %v", c.Hours, want)
		}
	}
}

// Everybody is counted once, whatever the places, the rate and the deadline; nobody is sent to outside of their hours, or faster than allowed.
func TestEverybodyIsCountedOnce(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	zones := []string{"Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "Pacific/Auckland", "UTC"}
	clock := clockOf(t, window)
	for range 40 {
		config := Config{Clock: clock, Window: window, Begin: at(random.IntN(7), random.IntN(24), random.IntN(60)), Rate: math.Exp(random.Float64()*8 - 3), Zone: time.UTC}
		people := 0
		for range 1 + random.IntN(5) {
			g := Group{place(t, zones[random.IntN(len(zones))]), random.IntN(5_000)}
			people += g.People
			config.Groups = append(config.Groups, g)
		}
		config.Late = config.Begin.Add(time.Duration(random.IntN(72)) * time.Hour)
		c := New(config)
		sent := 0
		for _, h := range c.Hours {
			sent += h.People
			if most := config.Rate*3600 + 1; float64(h.People) > most {
				t.Errorf("%+v: %d are sent to in an hour, and the rate allows %f", config, h.People, most)
			}
		}
		if sent+c.Shut+c.Slow+c.Never != people {
			t.Errorf("%+v: %d sent, %d shut, %d slow, %d never; and there are %d", config, sent, c.Shut, c.Slow, c.Never, people)
		}
		for _, r := range c.Rows {
			if r.From.IsZero() {
				continue
			}
			own := r.From.In(r.Place.Zones[0])
			if own.Hour() < 9 || own.Hour() >= 19 || own.Weekday() == time.Sunday || r.From.Before(config.Begin) || r.To.After(config.Late) {
				t.Errorf("%+v: people of %s are sent to from %v to %v", config, r.Place, own, r.To)
			}
		}
	}
}

func TestNights(t *testing.T) {
	london, tokyo, america := place(t, "Europe/London"), place(t, "Asia/Tokyo"), place(t, "America/New_York", "America/Los_Angeles")
	for _, tc := range []struct {
		name   string
		window campaign.Window
		place  *hours.Place
		begin  time.Time
		people int // in an hour
		night  Night
		sunday int
	}{
		{"by day", campaign.Window{}, london, at(mon, 9, 5), 3_600, Night{}, 0},
		{"before eight", campaign.Window{}, london, at(mon, 7, 30), 3_600, Night{london, 1_800, 7*60 + 30, 8 * 60}, 0},
		{"from nine in the evening", campaign.Window{}, london, at(mon, 20, 15), 3_600, Night{london, 900, 21*60 - 24*60, 21*60 + 15 - 24*60}, 0},
		{"over midnight", campaign.Window{}, london, at(mon, 23, 30), 3_600, Night{london, 3_600, -30, 30}, 0},
		{"elsewhere", campaign.Window{}, tokyo, at(mon, 17, 10), 3_600, Night{tokyo, 3_600, 2*60 + 10, 3*60 + 10}, 0},
		{"night in one of two zones", campaign.Window{}, america, at(mon, 15, 0), 3_600, Night{america, 3_600, 7 * 60, 8 * 60}, 0},
		{"a Sunday, at the end of it", campaign.Window{}, tokyo, at(0, 14, 30), 3_600, Night{tokyo, 3_600, -30, 30}, 1_800},
		{"a part of a person is one", campaign.Window{}, london, at(mon, 7, 59).Add(59 * time.Second), 3, Night{london, 1, 7*60 + 59, 8 * 60}, 0},
		{"any hour is meant", campaign.Window{Any: true}, tokyo, at(mon, 17, 10), 3_600, Night{}, 0},
		{"their own hours", window, tokyo, at(mon, 17, 10), 3_600, Night{}, 0},
		{"hours of another place", campaign.Window{Hours: window.Hours, Zone: time.UTC}, tokyo, at(mon, 17, 10), 3_600, Night{tokyo, 3_600, 2*60 + 10, 3*60 + 10}, 0},
		{"early hours of this place", campaign.Window{Hours: []campaign.Hours{{Days: window.Hours[0].Days, From: 6 * 60, To: 9 * 60}}, Zone: zone(t, "Europe/London")}, london, at(mon, 6, 0), 3_600, Night{}, 0},
		{"a place that nobody knows", campaign.Window{}, &hours.Place{}, at(mon, 3, 0), 3_600, Night{}, 0},
	} {
		c := New(Config{
			Groups: []Group{{tc.place, tc.people}}, Clock: clockOf(t, tc.window), Window: tc.window, Begin: tc.begin, Rate: float64(tc.people) / 3600, Zone: time.UTC,
		})
		var night Night
		if len(c.Nights) > 0 {
			night = c.Nights[0]
		}
		sunday := 0
		for _, n := range c.Sunday {
			sunday += n.People
		}
		if night != tc.night || sunday != tc.sunday {
			t.Errorf("%s: night %+v, and %d on a Sunday; want %+v, and %d", tc.name, night, sunday, tc.night, tc.sunday)
		}
	}
}

// Over a change of the clock, in either direction, each hour counts for the night that the clock shows.
func TestNightsOverAChangeOfTheClock(t *testing.T) {
	london := place(t, "Europe/London")
	for day, want := range map[time.Time]float64{
		time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC):  10, // of 24 hours from noon: 21–24, and 0–8 without one
		time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC): 12,
		time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC): 11,
	} {
		c := New(Config{Groups: []Group{{london, 24_000}}, Begin: day, Rate: 24_000 / 86_400.0, Zone: time.UTC})
		if len(c.Nights) != 1 || math.Abs(float64(c.Nights[0].People)/1_000-want) > 0.01 {
			t.Errorf("%v: nights are %+v, want %v hours", day, c.Nights, want)
		}
	}
}

// Many places, a month long: about the worst that a campaign asks for.
func BenchmarkCalendar(b *testing.B) {
	names := []string{"Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "Pacific/Auckland", "Asia/Tokyo", "Europe/Kyiv", "America/Sao_Paulo"}
	var groups []Group
	for i := range 400 {
		groups = append(groups, Group{place(b, names[i%len(names)], names[(i/8)%len(names)]), 10_000})
	}
	for b.Loop() {
		New(Config{Groups: groups, Begin: at(mon, 8, 0), Rate: 2, Zone: time.UTC})
	}
}
