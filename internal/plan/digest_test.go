package plan

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sendoff/campaign"
	"sendoff/internal/suppress"
)

// The digest covers when people may get it, and not what says nothing of that.
func TestDigestOfTheClock(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", "phone\n+447700900001\n")
	digest := func(change func(*campaign.Campaign)) string {
		c := testCampaign(t, dir, "audience: audience.csv\nmessage: Hi\ntime_zone: Europe/London\n")
		change(c)
		return mustBuild(t, c, mustAcquire(t, filepath.Join(t.TempDir(), "run"))).Digest
	}
	nine := func(c *campaign.Campaign) {
		c.Window = campaign.Window{Hours: []campaign.Hours{{Days: [7]bool{1: true}, From: 9 * 60, To: 19 * 60}}}
	}
	before := digest(func(*campaign.Campaign) {})
	if digest(func(c *campaign.Campaign) { c.TimeZone = time.UTC }) != before {
		t.Error("the digest covers the time zone where no time is said")
	}
	digests := map[string]string{before: "nothing"}
	holidays := func(text string) func(*campaign.Campaign) {
		return func(c *campaign.Campaign) {
			write(t, dir, "holidays.csv", "country,date,name\n"+text)
			nine(c)
			c.Window.Holidays = "holidays.csv"
		}
	}
	for _, tc := range []struct {
		name   string
		change func(*campaign.Campaign)
	}{
		{"any", func(c *campaign.Campaign) { c.Window.Any = true }},
		{"window", nine},
		{"days", func(c *campaign.Campaign) { nine(c); c.Window.Hours[0].Days[2] = true }},
		{"another day", func(c *campaign.Campaign) { nine(c); c.Window.Hours[0].Days = [7]bool{2: true} }},
		{"from", func(c *campaign.Campaign) { nine(c); c.Window.Hours[0].From++ }},
		{"to", func(c *campaign.Campaign) { nine(c); c.Window.Hours[0].To++ }},
		{"two spans", func(c *campaign.Campaign) { nine(c); c.Window.Hours = append(c.Window.Hours, c.Window.Hours[0]) }},
		{"zone", func(c *campaign.Campaign) { nine(c); c.Window.Zone = time.UTC }},
		{"public holidays", func(c *campaign.Campaign) { nine(c); c.Window.Holidays = campaign.PublicHolidays }},
		{"holidays", holidays("GB,12-25,Christmas\n")},
		{"other holidays in that file", holidays("GB,12-26,Boxing Day\n")},
		{"not_before", func(c *campaign.Campaign) { c.NotBefore = "09:00" }},
		{"not_after", func(c *campaign.Campaign) { c.NotAfter = "09:00" }},
		{"not_after elsewhere", func(c *campaign.Campaign) { c.NotAfter, c.TimeZone = "09:00", time.UTC }},
		{"expires", func(c *campaign.Campaign) { c.Expires.Until = "09:00" }},
		{"expires after", func(c *campaign.Campaign) { c.Expires.After = time.Hour }},
	} {
		got := digest(tc.change)
		if other, is := digests[got]; is {
			t.Errorf("%s has the digest of %s", tc.name, other)
		}
		digests[got] = tc.name
	}
	if digest(func(c *campaign.Campaign) { c.Pace.Rate.PerSecond, c.Pace.QueueAhead = 5, time.Minute }) != before {
		t.Error("the digest covers the pace")
	}
}

func TestDigest(t *testing.T) {
	const (
		rows  = "phone,name,n\n+447700900001,Ann,1\n+447700900002,Ben,2\n+447700900003,,3\n+447700900001,Cid,4\n"
		lines = "audience: audience.csv\nsuppress: [list.txt]\nparams: {name: {column: name, on_empty: skip}}\nlimits: {max_recipients: 9}\n"
		hi    = `message: "Hi ${name}"`
		list  = "+447700900009\n"
	)
	build := func(rows, lines, list string) string {
		dir := t.TempDir()
		write(t, dir, "audience.csv", rows)
		write(t, dir, "list.txt", list)
		write(t, dir, "other.txt", list)
		for name, price := range map[string]string{"prices.csv": "0.1", "dearer.csv": "0.2", "same.csv": "0.10"} {
			write(t, dir, name, "country,channel,price,currency\n*,SMS,"+price+",EUR\n*,RCS,0.3,EUR\n")
		}
		return mustBuild(t, testCampaign(t, dir, lines), mustAcquire(t, filepath.Join(t.TempDir(), "run"))).Digest
	}
	want := build(rows, lines+hi, list)
	digests := map[string]string{}
	for _, money := range []string{
		"", "prices: prices.csv", "prices: dearer.csv", "prices: prices.csv\nlimits: {max_cost: 5 EUR}", "prices: prices.csv\nlimits: {max_cost: 6 EUR}",
		"prices: dearer.csv\nlimits: {max_cost: 6 EUR}", "limits: {max_parts: 9}", "limits: {max_parts: 8}",
	} {
		digest := build(rows, strings.Replace(lines, "limits: {max_recipients: 9}", money, 1)+hi, list)
		if other, is := digests[digest]; is {
			t.Errorf("%q has the digest of %q", money, other)
		}
		digests[digest] = money
	}
	if digests[build(rows, strings.Replace(lines, "limits: {max_recipients: 9}", "prices: same.csv\nlabels: {a: b}", 1)+hi, list)] != "prices: prices.csv" {
		t.Error("another file of the same prices, or labels, change the digest")
	}
	for _, tc := range []struct {
		name              string
		rows, lines, list string
		same              bool
	}{
		{"another run", rows, lines + hi, list, true},
		{"a list has grown", rows, lines + hi, list + "+447700900002\n", true},
		{"a list has grown by a number that stands there twice", rows, lines + hi, list + "+447700900001\n", true},
		{"a list has grown by somebody without a value", rows, lines + hi, list + "+447700900003\n", true},
		{"pace", rows, lines + "pace: {rate: 1}\n" + hi, list, true},
		{"another delimiter", "phone;name;n\n+447700900001;Ann;1\n+447700900002;Ben;2\n+447700900003;;3\n+447700900001;Cid;4\n", lines + hi, list, true},

		{"text", rows, lines + `message: "Ho ${name}"`, list, false},
		{"a cell that is not sent", "phone,name,n\n+447700900001,Ann,1\n+447700900002,Ben,2\n+447700900003,,3\n+447700900001,Cid,5\n", lines + hi, list, false},
		{"a name in the header", "phone,name,m\n+447700900001,Ann,1\n+447700900002,Ben,2\n+447700900003,,3\n+447700900001,Cid,4\n", lines + hi, list, false},
		{"order", "phone,name,n\n+447700900002,Ben,2\n+447700900001,Ann,1\n+447700900003,,3\n+447700900001,Cid,4\n", lines + hi, list, false},
		{"limits", rows, "limits: {max_recipients: 8}\naudience: audience.csv\nsuppress: [list.txt]\nparams: {name: {column: name, on_empty: skip}}\n" + hi, list, false},
		{"another list", rows, "suppress: [other.txt]\naudience: audience.csv\nparams: {name: {column: name, on_empty: skip}}\nlimits: {max_recipients: 9}\n" + hi, list, false},
	} {
		if got := build(tc.rows, tc.lines, tc.list); (got == want) != tc.same {
			t.Errorf("%s: same digest: %t, want %t", tc.name, got == want, tc.same)
		}
	}

	// Of Sinch's lists it covers which they are, asked or not.
	asked := func(lists ...string) string {
		dir := t.TempDir()
		write(t, dir, "audience.csv", rows)
		write(t, dir, "list.txt", list)
		c := config(testCampaign(t, dir, lines+hi), mustAcquire(t, filepath.Join(t.TempDir(), "run")))
		c.OptOuts = &suppress.OptOuts{Lists: lists}
		if len(lists) == 1 {
			c.OptOuts.Read, c.OptOuts.Keys = testTime, []uint64{campaign.PhoneAddress("+447700900002").Key()}
		}
		p, err := Build(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if len(lists) == 1 && (p.Skipped[campaign.Suppressed] != 1 || p.Lists[1].Matches != 1 || p.Lists[1].Entries != 1 || !p.Lists[1].Read.Equal(testTime)) {
			t.Errorf("left out: %v, lists %+v", p.Skipped, p.Lists)
		}
		return p.Digest
	}
	all, marketing := asked("OPT_OUT_ALL"), asked("OPT_OUT_ALL", "OPT_OUT_MARKETING")
	if all == want || marketing == want || all == marketing {
		t.Error("the digest does not tell which of Sinch's lists are asked")
	}
}
