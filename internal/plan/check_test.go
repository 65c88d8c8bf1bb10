package plan

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

// messages are what is wrong, without files and hints.
func messages(c *Checked) []string {
	var all []string
	for _, p := range c.Problems {
		all = append(all, fmt.Sprintf("%d %s", p.Line, p.Message))
	}
	return all
}

func mustCheck(t *testing.T, c Config) *Checked {
	t.Helper()
	checked, err := Check(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return checked
}

// Whatever is wrong, everything is said at once, and the rows are looked at all the same.
func TestCheckGoesOn(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", "phone,name\n+447700900001,Ann\nx,Ben\n+447700900003,\n+447700900001,Ann\n")
	if err := os.Chtimes(filepath.Join(dir, "audience.csv"), testTime, testTime); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, campaign string
		want           []string
		eligible       int
	}{
		{"all is well", "audience: {file: audience.csv, max_bad_rows: 1}\nmessage: Hi", nil, 2},
		{"placeholder and list", "audience: {file: audience.csv, max_bad_rows: 0}\nsuppress: [none.csv]\nlimits: {min_recipients: 9}\nmessage: \"${nmae}\"", []string{
			"7 nothing is called ${nmae}: no param, no role, no column of the audience",
			"0 there is no such file",
		}, 2},
		{"values, limits and bad rows", "audience: {file: audience.csv, max_bad_rows: 0}\nlimits: {min_recipients: 9}\nmessage: \"${name}\"", []string{
			"4 ${name}: no value",
			"0 1 of 4 rows cannot be used, and audience.max_bad_rows is 0",
			"0 2 people would get a message, and limits.min_recipients is 9",
		}, 1},
		{"where", "audience: {file: audience.csv, max_bad_rows: 1, where: pionts > 5, consent: sms}\nmessage: Hi", []string{
			"4 where: there is no column pionts",
			"4 audience.consent: there is no column \"sms\"",
		}, 2},
		{"nobody", "audience: {file: audience.csv, country: GB, max_age: 1m, columns: {phone: name}}\nmessage: Hi", []string{
			"0 0 of 4 rows can be sent to: 4 invalid",
		}, 0},
	} {
		c := config(testCampaign(t, dir, tc.campaign), mustAcquire(t, filepath.Join(t.TempDir(), "run")))
		checked := mustCheck(t, c)
		got := messages(checked)
		for _, want := range tc.want {
			if !strings.Contains(strings.Join(got, "\n"), want) {
				t.Errorf("%s: nothing is said of %q: %q", tc.name, want, got)
			}
		}
		if len(got) != len(tc.want) || checked.Plan == nil || checked.Plan.Eligible != tc.eligible || len(checked.Columns) != 2 || checked.Columns[0].Filled != 4 {
			t.Errorf("%s: problems %q, %+v", tc.name, got, checked)
			continue
		}
		if checked.Plan.Eligible+checked.Plan.Skipped[1] == 0 {
			t.Errorf("%s: nothing is left out", tc.name)
		}
		// The lists of those who are left out can be made of what is there.
		if rows := frozen(t, c.Run); len(rows) != 4 {
			t.Errorf("%s: %d rows are frozen", tc.name, len(rows))
		}
		if e, err := c.Run.Ledger.Reader().Entry(1); err != nil || e.State != ledger.Skipped {
			t.Errorf("%s: %+v, %v", tc.name, e, err)
		}
	}
}

// Where the rows cannot be read to their end, nothing is said of them.
func TestCheckBrokenFile(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", "phone,name\n+447700900001,\"Ann\n")
	c := config(testCampaign(t, dir, "audience: audience.csv\nsuppress: [none.csv]\nmessage: Hi"), mustAcquire(t, filepath.Join(t.TempDir(), "run")))
	checked := mustCheck(t, c)
	if len(checked.Problems) != 2 || checked.Plan != nil || c.Run.Meta().State != runstore.Planning {
		t.Errorf("%+v; the run is %v", checked, c.Run.Meta().State)
	}
}

// Check decides as Build does, and finds the same whichever worker has seen which row.
func TestCheckAsBuild(t *testing.T) {
	dir := t.TempDir()
	var text strings.Builder
	text.WriteString("phone,lang,name\n")
	for i := range 5_300 {
		fmt.Fprintf(&text, "+4477009%05d,%s,%s\n", i, []string{"en", "sv", "en"}[i%3], strings.Repeat("x", i%40))
	}
	write(t, dir, "audience.csv", text.String())
	c := testCampaign(t, dir, "audience: {file: audience.csv, columns: {language: lang}}\nmessage: \"Hi ${name}\"\nparams: {name: {column: name, default: you}}")
	checked := mustCheck(t, config(c, mustAcquire(t, filepath.Join(t.TempDir(), "a"))))
	built, err := Build(context.Background(), config(c, mustAcquire(t, filepath.Join(t.TempDir(), "b"))))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(built, checked.Plan, samePlaces, withoutClock); diff != "" {
		t.Errorf("(-built +checked):\n%s", diff)
	}
	if got, want := fmt.Sprint(checked.Columns[1], checked.Columns[2]), "{lang 5300 0 2 [{en 3533} {sv 1767}] 0 []} {name 5167 133 39 [] 0 [· x·]}"; got != want {
		t.Errorf("the columns hold %s, want %s", got, want)
	}
}

// Whoever is interrupted in the middle of the rows leaves nothing that counts: the next plan is of the audience as it is then.
func TestInterrupted(t *testing.T) {
	dir := t.TempDir()
	number := func(i int) string { return fmt.Sprintf("+4477009%05d\n", i) }
	var text strings.Builder
	for i := range 20_000 {
		text.WriteString(number(i))
	}
	write(t, dir, "a.csv", "phone\n"+text.String())
	run := mustAcquire(t, filepath.Join(dir, "run"))
	c := config(testCampaign(t, dir, "audience: a.csv\nmessage: Hi"), run)
	ctx, interrupt := context.WithCancel(t.Context())
	c.Progress = func(p Progress) {
		if p.Rows >= 1000 {
			interrupt()
		}
	}
	if _, err := Build(ctx, c); err == nil || run.Meta().State != runstore.Planning {
		t.Fatalf("%v; the run is %v", err, run.Meta().State)
	}
	write(t, dir, "a.csv", "phone\n"+number(7)+number(8)+number(7))
	if p := mustBuild(t, c.Campaign, run); p.Rows != 3 || p.Eligible != 2 {
		t.Errorf("planned anew: %+v", p)
	}
}

// Progress tells the stages in their order, and how much of the file was read.
func TestProgress(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.csv", "phone\n"+strings.Repeat("+447700900001\n", 2_500))
	c := config(testCampaign(t, dir, "audience: a.csv\nmessage: Hi"), mustAcquire(t, filepath.Join(dir, "run")))
	var all []Progress
	c.Progress = func(p Progress) { all = append(all, p) }
	if _, err := Build(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if len(all) != 6 || all[0].Stage != ReadingLists || all[5].Stage != FindingDuplicates {
		t.Fatalf("%+v", all)
	}
	for i, p := range all[2:5] {
		if p.Stage != ReadingRows || p.Rows != min(1000*(i+1), 2500) || p.Size != 6+14*2500 || p.Read < int64(14*p.Rows) || p.Read > p.Size {
			t.Errorf("%d: %+v", i, p)
		}
	}
}
