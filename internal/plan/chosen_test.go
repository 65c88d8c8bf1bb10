package plan

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/filter"
	"sendoff/internal/runstore"
)

// chosenAudience is as long as its rows say why they are there.
const chosenAudience = `Mobile,CustomerNo,Lang,Country,Points,Amount,SMS ok,Since
+447700900001,C1,en,GB,1204,"1,204.50",yes,2026-03-01
+447700900002,C2,en,GB,100,0,YES,2025-01-01
+447700900003,C3,en,GB,99,0,yes,2026-03-01
+447700900004,C4,en,IE,100,0,yes,2026-03-01
+447700900005,C5,en,IE,lots,0,yes,2026-03-01
+447700900006,C6,en,GB,100,,yes,2026-03-01
+447700900007,C7,en,GB,100,0,no,2026-03-01
+447700900008,C8,en,GB,100,0,yes,01/03/2026
+447700900009,C9,en,GB,100,0,yes,2026-03-01
+447700900001,C1,en,GB,1204,0,yes,2026-03-01
hello,C1,en,IE,none,0,,
`

// chosenLines are the audience as the design's sample has it, and consent.
const chosenLines = `time_zone: Europe/London
audience:
  file: audience.csv                           # relative to this file
  columns: {phone: Mobile, id: CustomerNo, language: Lang}
  numbers: [points, amount]                    # every other column is text
  country: GB                                  # how national numbers are read
  where: country == "GB" and points >= 100     # optional
  max_bad_rows: 50%
`

func TestWhereAndConsent(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", chosenAudience)
	write(t, dir, "list.txt", "+447700900003\n+447700900009\n")
	c := testCampaign(t, dir, chosenLines+"  consent: {column: sms_ok, date: since, max_age: 12mo}\nsuppress: [list.txt]\nmessage: \"${points} points\"")
	run := mustAcquire(t, filepath.Join(t.TempDir(), "run"))
	p := mustBuild(t, c, run)
	want := map[int]string{
		1:  "no_consent 0 Since: is longer ago than 12mo",
		2:  "filtered 0 where: points >= 100",
		3:  `filtered 0 where: country == "GB"`,
		4:  "invalid 0 Points: is not a number",
		5:  "invalid 0 Amount: is empty, and audience.numbers has it as a number",
		6:  "no_consent 0 SMS ok: is no word for yes",
		7:  "invalid 0 Since: is not a date",
		8:  "suppressed 2 list.txt",
		9:  "duplicate 2",
		10: "invalid 0 phone: has a letter in it",
	}
	if diff := cmp.Diff(want, skips(t, run, p.Rows)); diff != "" {
		t.Errorf("skipped rows (-want +got):\n%s", diff)
	}
	wantTerms := []filter.Count{{Term: `country == "GB"`, Alone: 7, Left: 7}, {Term: "points >= 100", Alone: 7, Left: 6}}
	if diff := cmp.Diff(wantTerms, p.Where); diff != "" {
		t.Errorf("terms (-want +got):\n%s", diff)
	}
	var findings []string
	for _, f := range p.Findings {
		if !f.Warning {
			findings = append(findings, f.Message)
		}
	}
	if want := "Points: is not a number, Amount: is empty, and audience.numbers has it as a number, Since: is not a date, phone: has a letter in it"; strings.Join(findings, ", ") != want {
		t.Errorf("findings %q", findings)
	}
}

func TestWarnsOfTextsThatNobodyHas(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", "phone,status\n+447700900001,Blocked\n+447700900002,\n")
	p := mustBuild(t, testCampaign(t, dir, "audience: {file: audience.csv, where: status != \"blocked\"}\nmessage: Hi"), mustAcquire(t, filepath.Join(t.TempDir(), "run")))
	want := Finding{
		Message: `where: in no row status is "blocked"`, Hint: "upper and lower case differ; lower(status) is the same for both", Warning: true, Lines: []int{},
	}
	if diff := cmp.Diff(want, p.Findings[len(p.Findings)-1]); diff != "" || p.Eligible != 2 {
		t.Errorf("finding (-want +got):\n%s", diff)
	}
}

func TestWhereLeavesNobody(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", "phone,country,points\n+447700900001,GB,5\n+447700900002,IE,500\n")
	build := func(more string) error {
		c := testCampaign(t, dir, "audience: {file: audience.csv, numbers: points, where: country == \"GB\" and points >= 100"+more+"}\nmessage: Hi")
		_, err := Build(context.Background(), config(c, mustAcquire(t, filepath.Join(t.TempDir(), "run"))))
		return err
	}
	err := build("")
	for _, want := range []string{
		"audience.csv: 0 of 2 rows can be sent to: 2 filtered", "campaign.yaml:4:76: where: nobody is left after points >= 100", "alone it holds for 1 row",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("nothing is said of %q in:\n%v", want, err)
		}
	}
	if err := build(", allow_empty: true"); err != nil {
		t.Error(err)
	}
}

// What is wrong with where and with placeholders comes together.
func TestWhereAndPlaceholderProblems(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", "phone,country\n+447700900001,GB\n")
	c := testCampaign(t, dir, "audience: {file: audience.csv, where: cuntry == \"GB\"}\nmessage: \"${nmae}\"")
	_, err := Build(context.Background(), config(c, mustAcquire(t, filepath.Join(t.TempDir(), "run"))))
	var problems campaign.Problems
	if !errors.As(err, &problems) || len(problems) != 2 || problems[0].Line != 4 || problems[0].Column != 39 || problems[1].Line != 5 {
		t.Errorf("got %v", err)
	}
}

// The day is in the digest where it decides who is meant, and not elsewhere.
func TestDigestHasTheDay(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", "phone,joined,ok\n+447700900001,2026-01-31,yes\n")
	for lines, same := range map[string]bool{
		"where: joined == \"2026-01-31\"":                              true,
		"where: today() - date(joined) < 1000":                         false,
		"consent: {column: ok}":                                        true,
		"consent: {column: ok, date: joined, max_age: 24mo}":           false,
		"where: date(joined) < date(\"2026-02-01\") and ok == \"yes\"": true,
	} {
		digest := func(now time.Time) string {
			c := testCampaign(t, dir, "time_zone: Europe/London\naudience:\n  file: audience.csv\n  "+lines+"\nmessage: Hi")
			with := config(c, mustAcquire(t, filepath.Join(t.TempDir(), "run")))
			with.Now = now
			p, err := Build(context.Background(), with)
			if err != nil {
				t.Fatalf("%s: %v", lines, err)
			}
			return p.Digest
		}
		if digest(testTime) == digest(testTime.AddDate(0, 0, 1)) != same {
			t.Errorf("%q: the next day has the same digest: %t, want %t", lines, !same, same)
		}
	}
}

// The people of another run are chosen from like a file's.
func TestWherePeopleOfARun(t *testing.T) {
	c, run := testCampaign(t, t.TempDir(), "audience: {run: spring, state: [rejected, accepted], where: no != \"C1\"}\nmessage: Hi"), mustAcquire(t, filepath.Join(t.TempDir(), "run"))
	with := config(c, run)
	with.AudienceRuns, with.AudiencePath = []*runstore.Run{sentRun(t)}, "run test"
	p, err := Build(context.Background(), with)
	if err != nil {
		t.Fatal(err)
	}
	checkBooks(t, p, run)
	if diff := cmp.Diff(map[int]string{0: `filtered 0 where: no != "C1"`}, skips(t, run, p.Rows)); diff != "" {
		t.Errorf("skipped rows (-want +got):\n%s", diff)
	}
}

// Where consent leaves nobody, the words that it takes are named.
func TestConsentLeavesNobody(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", "phone,ok\n+447700900001,agreed\n+447700900002,\n")
	c := testCampaign(t, dir, "audience: {file: audience.csv, consent: {column: ok, yes: [Jawohl, \"1\"]}}\nmessage: Hi")
	_, err := Build(context.Background(), config(c, mustAcquire(t, filepath.Join(t.TempDir(), "run"))))
	var problems campaign.Problems
	if !errors.As(err, &problems) || !strings.Contains(problems[0].Message, "2 no consent") || !strings.Contains(problems[0].Hint, `yes is said by "Jawohl", "1", `) {
		t.Errorf("got %v", err)
	}
}
