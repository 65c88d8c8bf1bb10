package plan

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
)

// sampleLines are all keys of a campaign that has something of everything.
const sampleLines = `profile: production                            # optional: which project, app, region and key
time_zone: Europe/London
audience:
  file: audience.csv                           # relative to this file
  columns: {phone: Mobile, id: CustomerNo, language: Lang}
  numbers: [points, amount]                    # every other column is text
  country: GB                                  # how national numbers are read
  where: country == "GB" and points >= 100     # optional
suppress:
  - optouts.csv
  - {runs: "spring-*", within: 60d}            # people whom such a run has sent to, may have, or may still
channel_properties: {SMS_SENDER: Acme}
metadata: {customer: "${id}"}                  # the user's own, beside ours
params:
  first_name: {column: First name, default: there}
  total: {expr: 'money(amount * 1.2, "GBP")'}
message:
  card_message:
    title: "Spring sale, ${first_name}"
    description: "Your ${points} points are worth ${total} until Sunday."
    media_message: {url: "https://example.com/spring/${language}.jpg"}
    choices:
      - url_message: {title: "Shop now", url: "https://example.com/s?c=${id}"}
translations:                                  # by the language column; each replaces the whole message; sv-FI → sv → message
  sv: {card_message: {title: "Vårrea, ${first_name}", description: "Dina poäng är värda ${total}."}}
prices: prices.csv
window: {days: mon-sat, from: "09:00", to: "19:00", zone: recipient}
limits: {max_recipients: 60000, max_cost: 2500 EUR}
pace: {rate: 80%, max_in_flight: 64}           # rate: auto, a number per second, or a share of the app's own
run_key: "spring-sale-2026"                    # default: the name; may hold {date}, {week}, {month}
`

// The sample plans as it stands.
func TestSample(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", `Mobile,CustomerNo,Lang,First name,country,points,amount
07700 900001,C1,en,Anna,GB,"1,204",12.04
07700 900002,C2,sv,Bo,SE,5,0
07700 900003,C3,en,Cid,GB,5,0
07700 900004,C4,sv,,GB,500,"1,003.75"
`)
	write(t, dir, "optouts.csv", "+447700900009\n")
	write(t, dir, "prices.csv", "country,channel,price,currency\n*,SMS,0.04,EUR\n*,RCS,0.05,EUR\n")
	p := mustBuild(t, testCampaign(t, dir, sampleLines), mustAcquire(t, filepath.Join(t.TempDir(), "run")))
	if p.Eligible != 2 || p.Skipped[campaign.Filtered] != 2 {
		t.Errorf("%d eligible, skipped %v", p.Eligible, p.Skipped)
	}
	want := []Sample{
		{Line: 2, Text: "Spring sale, Anna / Your 1,204 points are worth £14.45 until Sunday. > Shop now"},
		{Line: 5, Text: "Vårrea, there / Dina poäng är värda 1 204,50 GBP.", Note: "no first name"},
	}
	if diff := cmp.Diff(want, p.Samples, withoutPhones); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}
}

// A row in which an expression fails is invalid, and the plan's code does not depend on whether a list had it first.
func TestRowsThatFail(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", "phone,joined,visits\n+447700900001,2026-01-31,2\n+447700900002,soon,1\n+447700900003,2026-01-31,0\n+447700900004,later,1\n")
	digest := func(list string, want map[int]string) string {
		write(t, dir, "list.txt", list)
		c := testCampaign(t, dir, "time_zone: Europe/London\naudience: {file: audience.csv, numbers: visits, max_bad_rows: 3}\nsuppress: [list.txt]\n"+
			"params:\n  since: {expr: 'day(date(joined), \"long\")', default: ever}\n  each: {expr: 10 / visits}\nmessage: \"${since} ${each}\"")
		run := mustAcquire(t, filepath.Join(t.TempDir(), "run"))
		p := mustBuild(t, c, run)
		if diff := cmp.Diff(want, skips(t, run, p.Rows)); diff != "" {
			t.Errorf("skipped rows (-want +got):\n%s", diff)
		}
		if len(want) == 3 && list == "+447700900009\n" {
			wantFindings := []Finding{
				{Message: "${since}: joined: is not a date", Hint: "written like 2026-01-31 or 31.01.2026; 01/02/2026 can be two days", Count: 2, Lines: []int{3, 5}},
				{Message: "${each}: visits: a division by zero", Hint: "ask before it whether that is 0: visits != 0 and points / visits > 2, or visits == 0 ? 0 : points / visits", Count: 1, Lines: []int{4}},
			}
			invalid := slices.DeleteFunc(p.Findings, func(f Finding) bool { return f.Warning })
			if diff := cmp.Diff(wantFindings, invalid); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		}
		return p.Digest
	}
	const noDate = "invalid 0 ${since}: joined: is not a date"
	before := digest("+447700900009\n", map[int]string{1: noDate, 2: "invalid 0 ${each}: visits: a division by zero", 3: noDate})
	after := digest("+447700900002\n", map[int]string{1: "suppressed 1 list.txt", 2: "invalid 0 ${each}: visits: a division by zero", 3: noDate})
	if before != after {
		t.Error("a list that has grown by a row that fails changes the digest")
	}
}

// The day is kept, and the plan's code has it, where an expression of params asks for it, and not elsewhere.
func TestDayOfParams(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", "phone,joined\n+447700900001,2026-01-31\n")
	for expr, day := range map[string]string{
		`today()`:                            "2026-03-28",
		`date(joined)`:                       "",
		`date(joined) > today() ? "a" : "b"`: "2026-03-28",
	} {
		digest := func(now time.Time) (string, string) {
			c := testCampaign(t, dir, "time_zone: Asia/Tokyo\naudience: audience.csv\nparams: {x: {expr: '"+expr+"'}}\nmessage: \"${x}\"")
			with := config(c, mustAcquire(t, filepath.Join(t.TempDir(), "run")))
			with.Now = now
			p, err := Build(context.Background(), with)
			if err != nil {
				t.Fatalf("%s: %v", expr, err)
			}
			return p.Digest, with.Run.Meta().Day
		}
		first, kept := digest(testTime)
		if kept != day {
			t.Errorf("%s: the day is %q, want %q", expr, kept, day)
		}
		if next, _ := digest(testTime.AddDate(0, 0, 1)); (first == next) != (day == "") {
			t.Errorf("%s: the next day has the same digest: %t", expr, first == next)
		}
		if next, _ := digest(testTime.Add(7 * time.Hour)); (first == next) != (day == "") { // tomorrow in Tokyo
			t.Errorf("%s: after midnight there the digest is the same: %t", expr, first == next)
		}
	}
}
