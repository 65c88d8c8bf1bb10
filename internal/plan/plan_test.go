package plan

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sendoff/campaign"
	"sendoff/internal/forecast"
	"sendoff/internal/hours"
	"sendoff/internal/ledger"
	"sendoff/internal/phone"
	"sendoff/internal/runstore"
)

var testTime = time.Date(2026, 3, 28, 9, 0, 0, 0, time.UTC)

// write puts a file into dir and returns its path.
func write(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// testCampaign makes a campaign in dir of what a test cares about.
func testCampaign(t testing.TB, dir, lines string) *campaign.Campaign {
	t.Helper()
	path := filepath.Join(dir, "campaign.yaml")
	text := "name: test\nmessage_content_type: CONTENT_MARKETING\nchannel_priority_order: [RCS, SMS]\n" + lines + "\nopt_out: elsewhere\n"
	c, err := campaign.Parse(path, []campaign.Source{{Name: path, Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustAcquire(t testing.TB, dir string) *runstore.Run {
	t.Helper()
	r, err := runstore.Acquire(dir, runstore.Options{Key: "test", Campaign: "test", Now: testTime})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() }) // a test may have closed it
	return r
}

func config(c *campaign.Campaign, run *runstore.Run) Config {
	return Config{
		Campaign: c, AudiencePath: c.Resolve(c.Audience.File), Run: run, AppID: "01HZX3Q4R5S6T7V8W9X0YZABCD", Now: testTime,
	}
}

func mustBuild(t testing.TB, c *campaign.Campaign, run *runstore.Run) *Plan {
	t.Helper()
	p, err := Build(context.Background(), config(c, run))
	if err != nil {
		t.Fatal(err)
	}
	checkBooks(t, p, run)
	return p
}

// checkBooks compares what a plan says with what the run has: every row is there, and is sent to or skipped.
func checkBooks(t testing.TB, p *Plan, run *runstore.Run) {
	t.Helper()
	tally, err := run.Ledger.Scan(nil)
	if err != nil {
		t.Fatal(err)
	}
	skipped := 0
	for reason, n := range p.Skipped {
		skipped += n
		if tally.Skipped[reason] != n {
			t.Errorf("the ledger has %d rows %v, the plan %d", tally.Skipped[reason], reason, n)
		}
	}
	m := run.Meta()
	if p.Rows != p.Eligible+skipped || tally.Count(ledger.Skipped) != skipped || m.Rows != p.Rows || m.Eligible != p.Eligible {
		t.Errorf("%d rows, %d eligible, %d skipped; the ledger skips %d; meta has %d rows, %d eligible",
			p.Rows, p.Eligible, skipped, tally.Count(ledger.Skipped), m.Rows, m.Eligible)
	}
	if m.State != runstore.Planned || m.PlanDigest != p.Digest {
		t.Errorf("the run is %v with digest %s, the plan's is %s", m.State, m.PlanDigest, p.Digest)
	}
}

// skips returns what the ledger says of each of the first n rows that is skipped.
func skips(t testing.TB, run *runstore.Run, n int) map[int]string {
	t.Helper()
	found := make(map[int]string)
	reader := run.Ledger.Reader()
	for row := range n {
		e, err := reader.Entry(uint32(row))
		if err != nil {
			t.Fatal(err)
		}
		if e.State == ledger.Skipped {
			found[row] = strings.TrimSpace(fmt.Sprintf("%v %d %s", campaign.SkipReason(e.Reason), e.Number, e.Detail))
		}
	}
	return found
}

// frozen returns the rows of the snapshot.
func frozen(t testing.TB, run *runstore.Run) []campaign.Recipient {
	t.Helper()
	s, err := run.OpenSnapshot()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var rows []campaign.Recipient
	for i := range s.Frames() {
		frame, err := s.Frame(i)
		if err != nil {
			t.Fatal(err)
		}
		if len(frame) != runstore.FrameRows && i != s.Frames()-1 {
			t.Errorf("frame %d of %d has %d rows", i, s.Frames(), len(frame))
		}
		rows = append(rows, frame...)
	}
	return rows
}

const everyKind = `phone,First name,Customer no,note
+447700900001,Anna,C1,first
07700 900002,,C2,"default
used"
+447700900001,Ann,C3,duplicate
07700 9OOOO3,Cid,C4,a letter
+447700900004,Dan,C5,suppressed by number
+447700900005,Eve,C6,suppressed by id
+447700900006,Fay
+447700900007,Gus,,no id
+44 7700 900002,Ben,C9,duplicate
+447700900005,Eve,C10,the same number and not suppressed
+447700900008,Maximiliana-Alexandrina,C11,longest
`

func everyKindCampaign(t testing.TB) *campaign.Campaign {
	dir := t.TempDir()
	write(t, dir, "audience.csv", everyKind)
	write(t, dir, "numbers.txt", "+447700900999\n+447700900004\n")
	write(t, dir, "people.csv", "customer no,reason\nC0,moved\nC6,asked\n")
	return testCampaign(t, dir, `
audience: {file: audience.csv, country: GB, columns: {id: Customer no}}
suppress: [numbers.txt, people.csv]
params:
  first_name: {column: First name, default: there}
  customer: {column: Customer no, on_empty: skip}
message: "Hi ${first_name}, ${customer}"`)
}

// TestLandlines wants landlines remarked upon where one of the channels is for mobile phones.
func TestLandlines(t *testing.T) {
	for _, tc := range []struct {
		channels []campaign.Channel
		want     int
	}{
		{[]campaign.Channel{campaign.RCS, campaign.SMS}, 1},
		{[]campaign.Channel{campaign.WhatsApp, campaign.MMS}, 1},
		{[]campaign.Channel{campaign.WhatsApp, campaign.ViberBM}, 0},
	} {
		dir := t.TempDir()
		write(t, dir, "audience.csv", "phone\n+442079460123\n+46701740605\n")
		c := testCampaign(t, dir, "audience: audience.csv\nsuppress: none\nmessage: Hi")
		c.ChannelPriorityOrder = tc.channels
		p, err := Build(context.Background(), config(c, mustAcquire(t, filepath.Join(t.TempDir(), "run"))))
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Findings) != tc.want || p.Eligible != 2 {
			t.Errorf("%v: %d can be sent to, findings %+v, want 2 and %d", tc.channels, p.Eligible, p.Findings, tc.want)
		}
		for _, f := range p.Findings {
			if f.Message != phone.Landline.String() || !f.Warning || !cmp.Equal(f.Lines, []int{2}) {
				t.Errorf("%v: finding %+v", tc.channels, f)
			}
		}
	}
}

func TestBuild(t *testing.T) {
	c, run := everyKindCampaign(t), mustAcquire(t, filepath.Join(t.TempDir(), "run"))
	progress := 0
	with := config(c, run)
	with.Progress = func(p Progress) { progress = p.Rows }
	p, err := Build(context.Background(), with)
	if err != nil {
		t.Fatal(err)
	}
	checkBooks(t, p, run)
	want := &Plan{
		Rows: 11, Eligible: 4,
		Skipped:    map[campaign.SkipReason]int{campaign.Invalid: 2, campaign.Duplicate: 2, campaign.Suppressed: 2, campaign.MissingValue: 1},
		BadNumbers: 1,
		Findings: []Finding{
			{Message: "phone: possible, but no number of this kind is assigned", Warning: true, Count: 9, Lines: []int{2, 3, 5, 7, 8}},
			{Message: "phone: has a letter in it", Count: 1, Lines: []int{6}},
			{Message: "row: number of cells is not that of the header", Count: 1, Lines: []int{9}},
		},
		Samples: []Sample{{Line: 2, Text: "Hi Anna, C1"}, {Line: 3, Text: "Hi there, C2", Note: "no first name"}, {Line: 13, Text: "Hi Maximiliana-Alexandrina, C11", Note: "longest: 1 part"}},
		Columns: campaign.Columns{
			Header: []string{"phone", "First name", "Customer no", "note"}, Phone: 0, ID: 2, Language: -1, Country: -1, TimeZone: -1,
		},
		Forecast: &forecast.Forecast{
			Sum: forecast.Sum{People: 4, Parts: forecast.Parts{High: 4}}, BeforeSMS: []campaign.Channel{campaign.RCS}, Largest: forecast.Charge{Parts: 1},
			Lines: []forecast.Line{{Country: "GB", Channel: campaign.RCS, Sum: forecast.Sum{People: 4, Parts: forecast.Parts{High: 4}}}},
		},
	}
	want.Digest, want.Lists, want.File, want.Places = p.Digest, p.Lists, p.File, p.Places
	if len(p.Places) != 1 || p.Places[0].People != 4 {
		t.Errorf("places are %v", p.Places)
	}
	if campaign.DelimiterName(p.File.Delimiter) != "comma" || p.File.SHA256 == [32]byte{} {
		t.Errorf("the file is %+v", p.File)
	}
	for i := range p.Findings {
		p.Findings[i].Hint = ""
	}
	if diff := cmp.Diff(want, p, withoutPhones, samePlaces, withoutClock); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
	wantSkips := map[int]string{
		2: "duplicate 2",
		3: "invalid 0 phone: has a letter in it",
		4: "suppressed 2 numbers.txt",
		5: "suppressed 3 people.csv",
		6: "invalid 0 row: number of cells is not that of the header",
		7: "missing_value 0 ${customer}: no value",
		8: "duplicate 3",
	}
	if diff := cmp.Diff(wantSkips, skips(t, run, 11)); diff != "" {
		t.Errorf("skipped rows (-want +got):\n%s", diff)
	}
	if progress != 11 {
		t.Errorf("progress ends at %d", progress)
	}
}

// samePlaces takes places for the same that are called the same: each clock has its own.
var samePlaces = cmp.Comparer(func(a, b *hours.Place) bool { return a.String() == b.String() })

var withoutClock = cmpopts.IgnoreFields(Plan{}, "Clock")

// withoutPhones leaves out what is shown of samples beside their texts.
var withoutPhones = cmpopts.IgnoreFields(Sample{}, "Row")

// A row that loses against another one is no sample of what is sent.
func TestSamplesAreSent(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", "phone,name\n+447700900001,Ann\n+447700900001,\n+447700900001,Maximiliana\n+447700900002,Ben\n")
	c := testCampaign(t, dir, "audience: audience.csv\nparams: {name: {column: name, default: there}}\nmessage: \"Hi ${name}\"")
	p := mustBuild(t, c, mustAcquire(t, filepath.Join(t.TempDir(), "run")))
	if diff := cmp.Diff([]Sample{{Line: 2, Text: "Hi Ann"}}, p.Samples, withoutPhones); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}
}

// Every translation that somebody gets is shown, as long as there is room.
func TestSamplesOfTranslations(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", "phone,language,name\n+447700900001,sv,Ann\n+447700900002,sv,Maximiliana\n+447700900005,en,Eve\n+447700900003,de,Ben\n+447700900003,fi,Cid\n+447700900004,de,Dan\n")
	c := testCampaign(t, dir, "audience: {file: audience.csv, where: today() > date(\"2020-01-31\")}\ntime_zone: UTC\nmessage: \"Hi ${name}\"\ntranslations: {fi: \"Moi ${name}\", de: \"Hallo ${name}\", sv: \"Hej ${name}\"}")
	p := mustBuild(t, c, mustAcquire(t, filepath.Join(t.TempDir(), "run")))
	want := []Sample{
		{Line: 2, Text: "Hej Ann"}, {Line: 3, Text: "Hej Maximiliana", Note: "longest: 1 part"}, {Line: 4, Text: "Hi Eve", Note: "not translated"},
		{Line: 5, Text: "Hallo Ben", Note: "in de"}, // fi is a duplicate's
	}
	if diff := cmp.Diff(want, p.Samples, withoutPhones); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}
	if counts := []LanguageCount{{Language: "fi"}, {Language: "de", People: 2}, {Language: "sv", People: 2}, {People: 1, Values: []ValueCount{{"en", 1}}}}; !cmp.Equal(p.Languages, counts) {
		t.Errorf("languages are %+v", p.Languages) // the one in fi is a duplicate
	}
	var shown []string
	for _, s := range p.Samples {
		for _, screen := range s.Row.Screens {
			shown = append(shown, s.Row.Language+" "+string(screen.View.Channel)+" "+screen.View.Text.String())
		}
	}
	if want := []string{"sv RCS Hej Ann", "sv SMS Hej Ann", "sv RCS Hej Maximiliana", "sv SMS Hej Maximiliana", " RCS Hi Eve", " SMS Hi Eve", "de RCS Hallo Ben", "de SMS Hallo Ben"}; !cmp.Equal(shown, want) {
		t.Errorf("phones show %q", shown)
	}
	if want := testTime.Format(time.DateOnly); p.Day != want {
		t.Errorf("the plan holds on %q, want %q", p.Day, want)
	}
}

// What is frozen is the file, whatever was decided about its rows.
func TestBuildFreezes(t *testing.T) {
	c, dir := everyKindCampaign(t), filepath.Join(t.TempDir(), "run")
	run := mustAcquire(t, dir)
	p := mustBuild(t, c, run)
	rows := frozen(t, run)
	if len(rows) != 11 {
		t.Fatalf("%d rows are frozen", len(rows))
	}
	want := campaign.Recipient{Row: 1, Line: 3, Address: campaign.PhoneAddress("+447700900002"), Fields: []string{"07700 900002", "", "C2", "default\nused"}}
	if got := rows[1]; got.Row != want.Row || got.Line != want.Line || got.Address != want.Address || !cmp.Equal(got.Fields, want.Fields) {
		t.Errorf("row 1 is frozen as %+v", got)
	}
	if got := rows[6]; !got.Address.IsZero() || len(got.Fields) != 2 {
		t.Errorf("row 6, which is too short, is frozen with %d cells", len(got.Fields))
	}
	m := run.Meta()
	content := c.ContentDigest()
	if m.CampaignDigest != hex.EncodeToString(content[:]) || len(m.AudienceDigest) != 64 || m.AudienceFile != "audience.csv" ||
		!m.Planned.Equal(testTime) || len(m.Sources) != 1 {
		t.Errorf("meta = %+v", m)
	}
	wantLists := []struct{ entries, matches int }{{2, 1}, {2, 1}}
	for i, l := range m.Lists {
		if l.Entries != wantLists[i].entries || l.Matches != wantLists[i].matches || len(l.SHA256) != 64 || l.Modified.IsZero() {
			t.Errorf("list %d = %+v", i, l)
		}
	}
	text, err := os.ReadFile(run.Path(runstore.FrozenName))
	if err != nil || string(text) != string(c.Sources[0].Data) {
		t.Errorf("frozen campaign: %v, %d bytes", err, len(text))
	}
	if len(p.Lists) != 2 {
		t.Errorf("%d lists", len(p.Lists))
	}
	checkFiles(t, dir, "audience.snap", "control.json", "frozen.yaml", "ledger.db", "run.json", "witness")
}

// checkFiles compares the files of a run with those that may be there: nothing of people's data is left behind.
func checkFiles(t testing.TB, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		if e.Name() != ".gitignore" {
			got = append(got, e.Name())
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files of the run (-want +got):\n%s", diff)
	}
}

// Until something has left, a run is planned again as if it were new.
func TestBuildAgain(t *testing.T) {
	c, run := everyKindCampaign(t), mustAcquire(t, filepath.Join(t.TempDir(), "run"))
	first := mustBuild(t, c, run)
	if second := mustBuild(t, c, run); second.Digest != first.Digest {
		t.Error("the same inputs give another digest")
	}
	write(t, c.Dir(), "audience.csv", "phone,First name,Customer no,note\n+447700900042,Zoe,C1,new\n")
	if p := mustBuild(t, c, run); p.Rows != 1 || p.Eligible != 1 || len(skips(t, run, 11)) != 0 {
		t.Errorf("%+v, and the ledger skips %v", p, skips(t, run, 11))
	}
	if rows := frozen(t, run); len(rows) != 1 || rows[0].Field(1) != "Zoe" {
		t.Errorf("%d rows are frozen", len(rows))
	}
}

func TestBuildRefusesWhatHasBegun(t *testing.T) {
	c, dir := everyKindCampaign(t), filepath.Join(t.TempDir(), "run")
	run := mustAcquire(t, dir)
	mustBuild(t, c, run)
	if err := run.Ledger.Begin(0, ledger.Intent{Time: testTime}); err != nil {
		t.Fatal(err)
	}
	if err := run.Close(); err != nil {
		t.Fatal(err)
	}
	run = mustAcquire(t, dir)
	if _, err := Build(context.Background(), config(c, run)); !errors.Is(err, errBegun) {
		t.Errorf("got %v", err)
	}
	if m := run.Meta(); m.State != runstore.Planned || run.Ledger.Err() != nil {
		t.Errorf("the run is %v, its ledger has %v", m.State, run.Ledger.Err())
	}
}

// Whatever ends planning, the run is in state planning afterwards, and nothing of an earlier plan counts.
func TestBuildEndsInStatePlanning(t *testing.T) {
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	rows := strings.Repeat("+447700900001,Ann,C,\n", 3000)
	for _, tc := range []struct {
		name     string
		ctx      context.Context
		audience string
		want     string
	}{
		{"cancelled", stopped, everyKind, "context canceled"},
		{"quote that is not closed", context.Background(), "phone,First name,Customer no,note\n" + rows + "+447700900002,\"Ben\n", "audience.csv:3002:"},
		{"refused", context.Background(), "phone,First name,Customer no,note\n", "no rows"},
	} {
		c, dir := everyKindCampaign(t), filepath.Join(t.TempDir(), "run")
		run := mustAcquire(t, dir)
		mustBuild(t, c, run)
		write(t, c.Dir(), "audience.csv", tc.audience)
		if _, err := Build(tc.ctx, config(c, run)); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v", tc.name, err)
		}
		if state := run.Meta().State; state != runstore.Planning {
			t.Errorf("%s: the run is %v", tc.name, state)
		}
		checkFiles(t, dir, "audience.snap", "control.json", "frozen.yaml", "ledger.db", "run.json", "witness")
		write(t, c.Dir(), "audience.csv", everyKind)
		mustBuild(t, c, run)
	}
}

// What is wrong with the inputs comes together.
func TestInputProblems(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", "phone,name\n+447700900001,Ann\n")
	write(t, dir, "spoilt.txt", "+447700900002\n+447700900003\ncall me\n")
	c := testCampaign(t, dir, `
audience: audience.csv
suppress: [missing.csv, spoilt.txt]
message: "Hi ${nmae}"`)
	run := mustAcquire(t, filepath.Join(t.TempDir(), "run"))
	_, err := Build(context.Background(), config(c, run))
	var problems campaign.Problems
	if !errors.As(err, &problems) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{
		"campaign.yaml:7:14: nothing is called ${nmae}", "missing.csv: there is no such file", "spoilt.txt:3:",
	} {
		if !strings.Contains(err.Error(), filepath.Join(dir, want)) {
			t.Errorf("nothing is said of %s in:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "call me") {
		t.Error("a cell is shown")
	}
}

func TestUnknownCountry(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", "phone\n+447700900001\n")
	c := testCampaign(t, dir, "audience: {file: audience.csv, country: GB}\nmessage: Hi")
	c.Audience.Country = "XX"
	_, err := Build(context.Background(), config(c, mustAcquire(t, filepath.Join(t.TempDir(), "run"))))
	if want := filepath.Join(dir, "campaign.yaml") + ":4: "; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}
