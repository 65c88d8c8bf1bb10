package send

import (
	"testing"
	"testing/synctest"
	"time"

	"sendoff/campaign"
	"sendoff/internal/calendar"
	"sendoff/internal/ledger"
)

// Those of whom the calendar says beforehand that they will be too late are those that a run of the same campaign leaves out.
func TestVirtualCalendarIsRight(t *testing.T) {
	zones := []string{"Europe/Berlin", "America/New_York", "Asia/Tokyo"}
	for _, tc := range []struct {
		name string
		late string
		rate float64
	}{
		{"hours that open too late", "2026-06-01T12:00:00Z", 1},
		{"a pace that does not reach all", "2026-06-01T14:30:00Z", 1.0 / 60},
		{"over a night", "2026-06-02T08:00:00Z", 1.0 / 120},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := at(t, "2026-06-01T06:00:00Z")
				late, err := time.Parse(time.RFC3339, tc.late)
				w := newWorldIn(t, zones, 0, 600)
				defer w.run.Close()
				w.check(err)
				window := daily(9*60, 19*60)
				clock := w.clock(window)
				var groups []calendar.Group
				for _, zone := range zones {
					r := &campaign.Recipient{Address: campaign.PhoneAddress("+447700900000"), Fields: []string{"", "", zone}}
					groups = append(groups, calendar.Group{Place: clock.Place(r), People: 200})
				}
				planned := calendar.New(calendar.Config{
					Groups: groups, Clock: clock, Window: campaign.Window{Hours: []campaign.Hours{window}}, Begin: began, Late: late, Rate: tc.rate, Zone: time.UTC,
				})
				w.check(w.send(func(c *Config) {
					c.Hours, c.NotAfter, c.Rate, c.MaxInFlight, c.NoCanary = clock, late, tc.rate, 2, true
				}))
				tally := w.books()
				expired, sent := tally.Skipped[campaign.Expired], tally.Count(ledger.Accepted)
				if off := expired - planned.TooLate(); expired == 0 || sent == 0 || max(off, -off) > 6 || planned.Never > 0 { // one in a hundred
					t.Errorf("%d were left out, and %d sent to; planned were %d and %d to be left out", expired, sent, planned.Shut, planned.Slow)
				}
			})
		})
	}
}
