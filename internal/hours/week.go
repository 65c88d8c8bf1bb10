package hours

import (
	"cmp"
	"math"
	"slices"
	"time"

	"sendoff/campaign"
)

const daySeconds = 24 * 60 * 60

// week is the hours of each weekday, in seconds since midnight: sorted, and none touches another.
type week [7][]dayHours

type dayHours struct{ from, to int64 }

func newWeek(hours []campaign.Hours) week {
	var w week
	for _, h := range hours {
		for day, is := range h.Days {
			if is {
				w[day] = append(w[day], dayHours{int64(h.From) * 60, int64(h.To) * 60})
			}
		}
	}
	for day, all := range w {
		slices.SortFunc(all, func(a, b dayHours) int { return cmp.Compare(a.from, b.from) })
		var joined []dayHours
		for _, h := range all {
			if last := len(joined) - 1; last >= 0 && h.from <= joined[last].to {
				joined[last].to = max(joined[last].to, h.to)
			} else {
				joined = append(joined, h)
			}
		}
		w[day] = joined
	}
	return w
}

// open returns the first span, of which some is left after t, in which the clock of a zone shows hours of the week and no day off of a country; the
// zero Span where there is none before until.
//
// It goes from one change of the zone's offset to the next. In between the clock goes as UTC does, so that the hours of a day are one subtraction
// away; at a change whatever the clock skips is not there, and what it shows twice is there twice.
func (c *Clock) open(zone *time.Location, country string, t, until time.Time) Span {
	now, end := t.Unix(), until.Unix()
	var from, to int64
	for at := now - daySeconds; at < end; { // so that what is open at t has its beginning, as far as it is of this day or the last
		offset, change := steady(zone, at)
		stop := min(change, end)
		for midnight := floorDay(at + offset); midnight < stop+offset; midnight += daySeconds {
			day := time.Unix(midnight, 0).UTC()
			hours := c.week[day.Weekday()]
			if len(hours) == 0 || c.holidays.has(country, day) {
				continue
			}
			for _, h := range hours {
				first, last := max(midnight+h.from-offset, at), min(midnight+h.to-offset, stop)
				switch {
				case first >= last || last <= now:
				case to == 0:
					from, to = first, last
				case first > to:
					return span(from, to)
				default:
					to = last
				}
			}
		}
		at = stop
	}
	if to == 0 {
		return Span{}
	}
	return span(from, to)
}

// steady returns the offset of a zone at a time, and a later time until which it is that.
func steady(zone *time.Location, at int64) (offset, until int64) {
	local := time.Unix(at, 0).In(zone)
	_, seconds := local.Zone()
	_, change := local.ZoneBounds()
	switch {
	case change.IsZero():
		return int64(seconds), math.MaxInt64
	case change.Unix() <= at: // on the last day of leap years package time says that day's beginning
		return int64(seconds), floorDay(at) + daySeconds
	}
	return int64(seconds), change.Unix()
}

func span(from, to int64) Span { return Span{time.Unix(from, 0).UTC(), time.Unix(to, 0).UTC()} }

// floorDay returns the last midnight before a time that is given as if its clock were that of UTC.
func floorDay(seconds int64) int64 {
	day := seconds / daySeconds
	if seconds%daySeconds < 0 {
		day--
	}
	return day * daySeconds
}
