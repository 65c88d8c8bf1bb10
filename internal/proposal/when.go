package proposal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"sendoff/campaign"
	"sendoff/internal/calendar"
	"sendoff/internal/hours"
	"sendoff/internal/prose"
)

// calendar says when the people of the plan would be sent to.
func (p *Proposal) calendar() *calendar.Calendar {
	groups := p.Plan.Places
	if groups == nil {
		groups = []calendar.Group{{People: p.Plan.Eligible}}
	}
	rate, _ := p.rate()
	return calendar.New(calendar.Config{
		Groups: groups, Clock: p.Plan.Clock, Window: p.Campaign.Window, Begin: p.begin(), Late: p.tooLate(), Rate: rate, Zone: p.Campaign.Zone(),
	})
}

// tooLate is when nobody is sent to any more: at not_after, or when messages are worth nothing; zero: never.
func (p *Proposal) tooLate() time.Time {
	if expires := p.Campaign.ExpiresAt(p.Run.Created); !expires.IsZero() && (p.Late.IsZero() || expires.Before(p.Late)) {
		return expires
	}
	return p.Late
}

// begin is when the first message could leave and get through: behind what waits in the app's queue.
func (p *Proposal) begin() time.Time {
	begin := p.Now.Add(p.behind())
	if p.Early.After(begin) {
		begin = p.Early
	}
	return begin
}

// behind is how long it takes the app to hand on what waits in its queue already.
func (p *Proposal) behind() time.Duration {
	if p.App == nil {
		return 0
	}
	return takes(int(p.App.Queue), p.App.Rate)
}

// when says how fast the messages go, from when to when, at which hours of whose clocks, and who comes too late.
func (p *Proposal) when(isNow bool) []Row {
	c := p.calendar()
	rows := []Row{{"when", p.sending(c, isNow)}}
	late := p.late(c)
	if late == nil && !p.Late.IsZero() {
		late = []string{"not after " + prose.Moment(p.Late)}
	}
	for _, text := range late {
		rows = append(rows, Row{"", text})
	}
	return rows
}

// sending says how fast the messages go, and from when to when.
func (p *Proposal) sending(c *calendar.Calendar, isNow bool) string {
	rate, isKnown := p.rate()
	pace := fmt.Sprintf("%v a second", rate)
	if !isKnown {
		pace = fmt.Sprintf("rate %s, which is %v a second for most apps", p.Campaign.Pace.Rate, rate)
	}
	if c.Begin.IsZero() {
		return pace + ": nobody would be sent to"
	}
	if p.Campaign.Window.IsSet() {
		text := fmt.Sprintf("from %s %s to %s, %s, %s", p.clock(c.Begin), p.zoneName(c.Begin), p.clock(upToMinute(c.End)), pace, InHours(p.Campaign.Window))
		if waiting := p.waiting(c); waiting != "" {
			text += "; " + waiting
		}
		return text
	}
	switch {
	case p.Early.After(p.Now) && !p.Early.Before(c.Begin):
		return "from " + p.clock(p.Early) + ", " + pace + ": " + p.period(c)
	case p.behind() >= time.Minute && isNow:
		return "behind what waits in the app's queue, " + pace + ": " + p.period(c)
	case isNow:
		return "now, " + pace + ": " + p.period(c)
	}
	return pace + ": about " + prose.Lasting(takes(p.Plan.Eligible, rate)) + "; begun now, " + p.period(c)
}

func (p *Proposal) zoneName(t time.Time) string {
	if p.Campaign.TimeZone != nil {
		return p.Campaign.TimeZone.String()
	}
	return t.In(time.Local).Format("MST")
}

// clock says a time of about now: Mon 09:00; and one that is farther off with its day: Mon 7 Dec 09:00.
func (p *Proposal) clock(t time.Time) string {
	layout := "Mon 15:04"
	if t.Sub(p.Now) > 6*24*time.Hour || t.Before(p.Now.Add(-24*time.Hour)) {
		layout = "Mon 2 Jan 15:04"
	}
	return t.In(p.Campaign.Zone()).Format(layout)
}

// period says from when to when, and at which hours of their own that is for people elsewhere.
func (p *Proposal) period(c *calendar.Calendar) string {
	ours := span(c.Begin.In(p.Campaign.Zone()), upToMinute(c.End).In(p.Campaign.Zone()))
	text := ours + " " + p.zoneName(c.Begin)
	if from, to, isKnown := theirs(c.Rows); isKnown {
		if own := span(from, upToMinute(to)); own != ours {
			text += "; on their clocks " + own
		}
	}
	return text
}

// span says from when to when.
func span(from, to time.Time) string {
	layout := "15:04"
	if from.Format(time.DateOnly) != to.Format(time.DateOnly) {
		layout = "2 Jan 15:04"
		return from.Format(layout) + " – " + to.Format(layout)
	}
	return from.Format(layout) + "–" + to.Format(layout)
}

// upToMinute rounds a time up to a minute.
func upToMinute(t time.Time) time.Time { return t.Add(time.Minute - 1).Truncate(time.Minute) }

// theirs returns the earliest and the latest time that people's own clocks show when they are sent to, as if these clocks were one, and whether
// somebody's is known.
func theirs(rows []calendar.Row) (from, to time.Time, isKnown bool) {
	for _, r := range rows {
		if r.From.IsZero() || r.Place == nil || !r.Place.IsKnown() {
			continue
		}
		for _, zone := range r.Place.Zones {
			begin, end := wall(r.From, zone), wall(r.To, zone)
			if !isKnown || begin.Before(from) {
				from = begin
			}
			if !isKnown || end.After(to) {
				to = end
			}
			isKnown = true
		}
	}
	return from, to, isKnown
}

// wall is what a clock shows, as a time that can be held against that of other clocks.
func wall(t time.Time, zone *time.Location) time.Time {
	_, offset := t.In(zone).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// InHours says at which hours people may get messages: in their own hours mon-sat 09:00–19:00.
func InHours(w campaign.Window) string {
	texts := make([]string, len(w.Hours))
	for i, h := range w.Hours {
		texts[i] = fmt.Sprintf("%s %s–%s", days(h.Days), ofDay(h.From), ofDay(h.To))
	}
	text := strings.Join(texts, ", ")
	if w.Zone == nil {
		return "in their own hours " + text
	}
	return "in the hours " + text + " " + w.Zone.String()
}

// ofDay writes minutes since midnight as a clock has them: 09:00, 24:00.
func ofDay(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// days says days of the week as a campaign does, from Monday on: mon-sat; mon, wed-fri; daily.
func days(open [7]bool) string {
	const week = 7
	var parts []string
	for i := 0; i < week; i++ {
		first := i
		for i < week && open[(i+1)%week] {
			i++
		}
		if i == first {
			continue
		}
		name := func(i int) string { return strings.ToLower(time.Weekday((i + 1) % week).String()[:3]) }
		switch {
		case i-first == week:
			return "daily"
		case i-first == 1:
			parts = append(parts, name(first))
		default:
			parts = append(parts, name(first)+"-"+name(i-1))
		}
	}
	return strings.Join(parts, ", ")
}

// mostWaiting is how many places are named in which people wait.
const mostWaiting = 2

// waiting says who is not sent to at once: 3,120 wait for 09:00 in New York.
func (p *Proposal) waiting(c *calendar.Calendar) string {
	people := map[string]int{}
	var texts []string
	for _, r := range named(c.Rows) {
		if r.From.IsZero() || !r.From.After(c.Begin) {
			continue
		}
		text := "until every time zone allows it"
		if r.Place.IsKnown() {
			text = "for " + r.From.In(r.Place.Zones[0]).Format("15:04") + " in " + r.name
		}
		if people[text] == 0 {
			texts = append(texts, text)
		}
		people[text] += r.People
	}
	slices.SortStableFunc(texts, func(a, b string) int { return cmp.Compare(people[b], people[a]) })
	rest := 0
	for _, text := range texts[min(len(texts), mostWaiting):] {
		rest += people[text]
	}
	var parts []string
	for i, text := range texts[:min(len(texts), mostWaiting)] {
		part := prose.Thousands(people[text]) + " " + text
		if i == 0 {
			part = prose.Thousands(people[text]) + " wait " + text
		}
		parts = append(parts, part)
	}
	if rest > 0 {
		parts = append(parts, prose.Thousands(rest)+" elsewhere")
	}
	return strings.Join(parts, ", ")
}

// late says who will be skipped as expired.
func (p *Proposal) late(c *calendar.Calendar) (texts []string) {
	end, key := p.tooLate(), "not_after"
	if !end.Equal(p.Late) {
		key = "expires"
	}
	if n := c.TooLate(); n > 0 && end.IsZero() {
		texts = append(texts, "about "+prose.Counted(n, "person", "people")+" would not be reached within a year")
	} else if n > 0 {
		about := ""
		if c.Slow > 0 && p.begin().Before(end) {
			about = "about "
		}
		texts = append(texts, fmt.Sprintf("%s%s would be too late (%s %s): they will be skipped as expired",
			about, prose.Counted(n, "person", "people"), key, p.clock(end)))
	}
	if c.Never > 0 {
		where, unless := never(c)
		texts = append(texts, prose.Counted(c.Never, "person has", "people have")+
			" no hour within a year at which the window lets them get a message"+where+": they will be skipped as expired"+unless)
	}
	return texts
}

// never says where people have no hour because they may be in several zones, and what gives them one.
func never(c *calendar.Calendar) (where, unless string) {
	var names []string
	for _, r := range named(c.Rows) {
		if r.Never > 0 && len(r.Place.Zones) > 1 {
			names = append(names, r.name)
		}
	}
	if names == nil {
		return "", ""
	}
	if n := len(names) - mostPlaces; n > 0 {
		names = append(names[:mostPlaces], prose.Counted(n, "other place", "other places"))
	}
	return " (" + prose.Listed(names) + ")", ", unless a column time_zone says where they are, or the window has one zone for all"
}

// placeRow is when the people of places are sent to whom people call by one name.
type placeRow struct {
	name string
	calendar.Row
}

// named puts rows together whose places have one name, in the order of sending.
func named(rows []calendar.Row) []placeRow {
	var all []placeRow
	at := map[string]int{}
	for _, r := range rows {
		if r.Place == nil || r.People == 0 {
			continue
		}
		name := placeName(r.Place)
		i, known := at[name]
		if !known {
			at[name] = len(all)
			all = append(all, placeRow{name, r})
			continue
		}
		all[i].join(r)
	}
	slices.SortStableFunc(all, func(a, b placeRow) int {
		if a.From.IsZero() != b.From.IsZero() { // whoever is not sent to comes last
			return b.From.Compare(a.From)
		}
		return cmp.Or(a.From.Compare(b.From), cmp.Compare(b.People, a.People))
	})
	return all
}

// join adds a row to another.
func (r *placeRow) join(o calendar.Row) {
	r.People += o.People
	r.Shut += o.Shut
	r.Slow += o.Slow
	r.Never += o.Never
	if r.From.IsZero() || !o.From.IsZero() && o.From.Before(r.From) {
		r.From = o.From
	}
	if o.To.After(r.To) {
		r.To = o.To
	}
}

// placeName is what people call a place.
func placeName(p *hours.Place) string {
	if !p.IsKnown() {
		return "time zone unknown"
	}
	return p.String()
}
