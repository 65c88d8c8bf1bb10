package campaign

import (
	"slices"
	"strings"
	"time"
)

// Window says at which hours people may get messages.
type Window struct {
	Any      bool           // at any hour: somebody has said that this is meant
	Hours    []Hours        // when they may; none where the file says nothing, or Any
	Zone     *time.Location // whose clock counts; nil: that of each recipient
	Holidays string         // the days off: a file, relative to the campaign's, or [PublicHolidays]; empty: none
}

// Hours are a span of some days of the week, on the clock of their zone.
type Hours struct {
	Days     [7]bool // by [time.Weekday]
	From, To int     // minutes since midnight, 0 ≤ From < To ≤ 1440
}

// PublicHolidays stands for the nationwide holidays of each recipient's country, as far as they are known.
const PublicHolidays = "public"

// The words of a window.
const (
	anyHour       = "any"
	recipientZone = "recipient"
	campaignZone  = "campaign"
)

// IsSet reports whether there are hours at which people may get no messages.
func (w Window) IsSet() bool { return len(w.Hours) > 0 }

func windowRules() *rule {
	hours := func() []field {
		return []field{
			optional("days", "The days of the week, such as mon-sat, or mon, wed-fri; daily where it is left out.", listOf(plain(daysFormat()), 1, 0).orOne()),
			optional("from", `From when on people may get messages, such as "09:00".`, plain(clockFormat())),
			optional("to", `Until when they may, such as "19:00". "24:00" is the end of the day.`, plain(clockFormat())),
		}
	}
	window := object(append(hours(),
		optional("hours", "Several such spans, in the place of days, from and to.", listOf(object(hours()...).checked(checkHours), 1, 0)),
		optional("zone", "Whose clock counts: recipient (the default), campaign (that of time_zone), or a time zone by its IANA name.",
			plain(nil).checked(checkWindowZone)),
		optional("holidays", "Days off: a file with the columns country, date and name, relative to this one; or public: the public holidays of each "+
			"recipient's country, as sendoff holidays prints them.", plain(pathFormat())),
	)...).checked(checkWindow)
	window.word, window.sample = anyHour, `{days: mon-sat, from: "09:00", to: "19:00"}`
	return window
}

func checkWindowZone(n *node, v Value, label string) {
	if n.text != recipientZone && n.text != campaignZone {
		checkTimeZone(n, v, label)
	}
}

// checkWindow asks for one span, or a list of them. Each of a list has been checked.
func checkWindow(n *node, v Value, label string) {
	if n.kind != mapNode {
		return
	}
	hours := n.get("hours")
	if hours == nil {
		checkHours(n, v, label)
		return
	}
	for _, key := range []string{"days", "from", "to"} {
		if m := n.get(key); m != nil {
			m.fail("put it into one of the hours, or remove hours", "%s has both hours and %s", label, key)
			return
		}
	}
}

// checkHours holds a span to one day: where it would begin before midnight and end after it, nobody could say of which day it is.
func checkHours(n *node, _ Value, label string) {
	from, to := n.get("from"), n.get("to")
	switch {
	case from == nil:
		n.fail(`from: "09:00"`, "%s: from is missing", label)
	case to == nil:
		n.fail(`to: "19:00"`, "%s: to is missing", label)
	case !clockFormat().pattern.MatchString(from.text) || !clockFormat().pattern.MatchString(to.text): // and was refused
	case minutes(from.text) >= minutes(to.text):
		to.fail(`hours over midnight are two spans: {hours: [{from: "20:00", to: "24:00"}, {from: "00:00", to: "02:00"}]}`,
			"%s: to is not after from", label)
	}
}

func window(n *node, campaignZone *time.Location) Window {
	if n == nil {
		return Window{}
	}
	w := Window{Any: n.kind == scalarNode, Zone: windowZone(n.get("zone").string(), campaignZone), Holidays: n.get("holidays").string()}
	for _, item := range n.get("hours").list() {
		w.Hours = append(w.Hours, hours(item))
	}
	if !w.Any && len(w.Hours) == 0 {
		w.Hours = []Hours{hours(n)}
	}
	return w
}

func windowZone(name string, ofCampaign *time.Location) *time.Location {
	switch name {
	case "", recipientZone:
		return nil
	case campaignZone:
		return ofCampaign
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil // it was refused
	}
	return zone
}

func hours(n *node) Hours {
	h := Hours{From: minutes(n.get("from").string()), To: minutes(n.get("to").string())}
	days := n.get("days").list()
	if len(days) == 0 {
		h.Days = weekdays("daily")
	}
	for _, item := range days {
		for day, is := range weekdays(item.text) {
			h.Days[day] = h.Days[day] || is
		}
	}
	return h
}

// minutes reads a time of day as minutes since midnight. Anything else is 0.
func minutes(clock string) int {
	if clock == "24:00" {
		return 24 * 60
	}
	t, err := time.Parse("15:04", clock)
	if err != nil {
		return 0
	}
	return t.Hour()*60 + t.Minute()
}

func dayNames() []string { return []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} } // by time.Weekday

// weekdays reads days such as mon-sat, or mon, wed-fri. A range goes on over the end of the week: sat-mon are three days. Anything else is none.
func weekdays(text string) (days [7]bool) {
	text = strings.ToLower(text)
	if text == "daily" {
		return [7]bool{true, true, true, true, true, true, true}
	}
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			last = first
		}
		from, to := slices.Index(dayNames(), first), slices.Index(dayNames(), last)
		if from < 0 || to < 0 {
			return [7]bool{}
		}
		for day := from; ; day = (day + 1) % 7 {
			days[day] = true
			if day == to {
				break
			}
		}
	}
	return days
}
