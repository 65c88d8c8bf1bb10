package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// finishedRun has a row in every state in which a finished run can have one, and one in doubt.
func finishedRun(t *testing.T, sandbox bool) *testRun {
	r := newRun(t, sandbox)
	rows := people(10, "Ann", "Hello")
	rows[1].Fields[2] = "Åsa, \"the\nboss\""
	rows[2].Address = campaign.Address{} // its number has a letter
	rows[2].Fields[1] = "077OO900002"
	rows[3].Address, rows[3].Fields = campaign.Address{}, []string{"C0003", "+447700900003"}                // cells are missing
	rows[4].Address, rows[4].Fields = campaign.Address{}, append(rows[4].Fields, "one more", "and another") // too many
	r.skip(
		ledger.Skip{Row: 2, Reason: uint8(campaign.Invalid), Detail: "phone: has a letter in it"},
		ledger.Skip{Row: 3, Reason: uint8(campaign.Invalid), Detail: "row: number of cells is not that of the header"},
		ledger.Skip{Row: 4, Reason: uint8(campaign.Invalid), Detail: "row: number of cells is not that of the header"},
		ledger.Skip{Row: 5, Reason: uint8(campaign.Duplicate), Number: 3},
		ledger.Skip{Row: 6, Reason: uint8(campaign.Suppressed), Detail: "optouts.csv", Number: 1234567},
	)
	r.freeze([]string{"CustomerNo", "Mobile", "Name", "Line"}, rows)
	r.start()
	r.send(0, ledger.Result{State: ledger.Accepted, MessageID: "01FC66621XXXXX119Z8PMV1QPQ"})
	r.send(1, ledger.Result{State: ledger.Released, Flags: ledger.AfterServerError, Detail: "503 UNAVAILABLE"},
		ledger.Result{State: ledger.Accepted, MessageID: "01FC66621XXXXX119Z8PMV1QPR"})
	r.send(7, ledger.Result{State: ledger.Rejected, Detail: "400 INVALID_ARGUMENT: +447700900007 is no recipient"})
	r.send(8, ledger.Result{State: ledger.InDoubt, Detail: "502 Bad Gateway"})
	r.send(9)
	for _, s := range []ledger.State{ledger.InDoubt, ledger.LeftInDoubt} {
		if err := r.Ledger.Record(9, ledger.Result{State: s, Detail: "timeout", Time: testTime}); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Ledger.Sync(); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestGolden(t *testing.T) {
	tests := []struct {
		name string
		run  func(t *testing.T) *testRun
		opts Options
	}{
		{"in-doubt", func(t *testing.T) *testRun {
			r := finishedRun(t, false)
			r.end(runstore.Stopped, 8, "1 recipient is in doubt: they may or may not have the message (in-doubt.csv)")
			return r
		}, Options{}},
		{"sandbox", func(t *testing.T) *testRun {
			r := newRun(t, true)
			r.freeze([]string{"CustomerNo", "Mobile"}, people(2))
			r.start()
			r.send(0, ledger.Result{State: ledger.Accepted, MessageID: "01FC66621XXXXX119Z8PMV1QPQ"})
			r.send(1, ledger.Result{State: ledger.Accepted, MessageID: "not a ULID"})
			r.end(runstore.Finished, 0, "")
			return r
		}, Options{Full: true}},
		{"interrupted", func(t *testing.T) *testRun {
			r := newRun(t, false)
			r.freeze([]string{"CustomerNo", "Mobile"}, people(1500))
			r.start()
			r.update(func(m *runstore.Meta) { m.Destination.Endpoint = "http://127.0.0.1:8089" })
			r.send(0, ledger.Result{State: ledger.Released, Detail: "429 RESOURCE_EXHAUSTED"})
			r.send(1, ledger.Result{State: ledger.Rejected, Detail: "400"})
			r.send(1300)
			r.end(runstore.Stopped, 7, "stopped on request")
			return r
		}, Options{OnlyDoubt: true}},
		{"delivered", deliveredRun, Options{Now: testTime.Add(25 * time.Hour)}},
		{"redacted", func(t *testing.T) *testRun {
			r := deliveredRun(t)
			r.update(func(m *runstore.Meta) { m.Reason = "stopped by 01FC66621XXXXX119Z8PMV1QPQ: see /home/ann/spring.yaml" })
			return r
		}, Options{Redact: true, Now: testTime.Add(25 * time.Hour)}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			r := tc.run(t)
			rep, err := Write(r.Run, tc.opts)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			rep.Summary(&got)
			for _, name := range append([]string{runstore.ReportName, runstore.JUnitName, runstore.CostsName}, listNames[:]...) {
				b, err := os.ReadFile(r.Path(tc.opts.name(name)))
				isLeftOut := name == runstore.CostsName || tc.opts.OnlyDoubt && name != listNames[inDoubt] || tc.opts.Redact && name != listNames[everyone]
				if errors.Is(err, os.ErrNotExist) && isLeftOut && name != runstore.ReportName {
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				got.WriteString("\n-- " + name + " --\n")
				got.Write(b)
			}
			compareGolden(t, filepath.Join("testdata", tc.name+".golden"), got.Bytes())
		})
	}
}

func compareGolden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// report.json carries these names, whatever happened; those that only receipts can fill are not there.
func TestJSONNames(t *testing.T) {
	r := finishedRun(t, false)
	r.write(Options{})
	b, err := os.ReadFile(r.Path(runstore.ReportName))
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"schema", "rows", "skipped", "accepted", "rejected", "in_doubt", "left_in_doubt", "not_sent", "after_server_error",
		"receipts", "state", "exit_code", "reason", "sandbox",
	} {
		if _, ok := doc[name]; !ok {
			t.Errorf("%q is missing", name)
		}
	}
	for _, name := range []string{"delivered", "read", "failed", "pending", "message"} {
		if _, ok := doc[name]; ok {
			t.Errorf("%q is there", name)
		}
	}
}

func TestCollectWhilePlanning(t *testing.T) {
	r := newRun(t, false)
	r.skip(ledger.Skip{Row: 3, Reason: uint8(campaign.Invalid)})
	if rep := r.collect(); rep.Rows != 0 || rep.skipped() != 0 {
		t.Errorf("%d rows, %d skipped in a run that is being planned", rep.Rows, rep.skipped())
	}
	if _, err := Write(r.Run, Options{}); err == nil {
		t.Error("lists were written of a run that was never planned to its end")
	}
	var got strings.Builder
	r.collect().Summary(&got)
	if !strings.Contains(got.String(), "planning has not come to its end; nothing was sent") {
		t.Errorf("summary:\n%s", got.String())
	}
}

// A ledger that does not fit its audience is noticed, and nothing is written.
func TestSpoiledLedger(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(r *testRun)
	}{
		{"a row beyond the audience", func(r *testRun) { r.send(9, ledger.Result{State: ledger.Accepted, MessageID: "x"}) }},
		{"an unknown reason", func(r *testRun) {
			if err := r.Ledger.Record(5, ledger.Result{State: ledger.Skipped, Reason: 200, Time: testTime}); err != nil {
				r.t.Fatal(err)
			}
		}},
		{"a lost skip", func(r *testRun) { r.update(func(m *runstore.Meta) { m.Eligible -= 2 }) }},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			r := newRun(t, false)
			r.skip(ledger.Skip{Row: 4, Reason: uint8(campaign.Duplicate), Number: 2})
			r.freeze([]string{"id", "phone"}, people(9))
			r.collect()
			tc.spoil(r)
			if err := r.Ledger.Sync(); err != nil {
				t.Fatal(err)
			}
			if _, err := Collect(r.Run); !errors.Is(err, ledger.ErrDamaged) {
				t.Errorf("Collect: %v, want %v", err, ledger.ErrDamaged)
			}
			if _, err := Write(r.Run, Options{}); !errors.Is(err, ledger.ErrDamaged) {
				t.Errorf("Write: %v, want %v", err, ledger.ErrDamaged)
			}
			for _, name := range append([]string{runstore.ReportName}, listNames[:]...) {
				if _, err := os.Stat(r.Path(name)); err == nil {
					t.Errorf("%s was written", name)
				}
			}
		})
	}
}

func TestBalance(t *testing.T) {
	sound := Report{Rows: 21, Skipped: map[string]int{"invalid": 1, "duplicate": 2}, Accepted: 3, Rejected: 3, InDoubt: 4, LeftInDoubt: 4, NotSent: 4}
	if err := sound.balance(); err != nil {
		t.Error(err)
	}
	for _, spoil := range []func(*Report){
		func(r *Report) { r.Rows++ },
		func(r *Report) { r.Accepted-- },
		func(r *Report) { r.Rejected = 0 },
		func(r *Report) { r.InDoubt++ },
		func(r *Report) { r.LeftInDoubt++ },
		func(r *Report) { r.NotSent = -4 },
		func(r *Report) { r.Skipped = nil },
		func(r *Report) { r.Delivery.Read++ },
		func(r *Report) { r.Delivery.Pending = 0 },
		func(r *Report) { r.Results.Slices[0].Rejected++ },
		func(r *Report) { r.Results.Slices[1].Delivery.Failed++ },
		func(r *Report) { r.Results.Slices = r.Results.Slices[1:] },
	} {
		spoilt := sound
		spoilt.Delivery = &Delivery{Delivered: 1, Failed: 1, Pending: 1}
		spoilt.Results = &Results{Slices: []Slice{
			{By: "country", Name: "GB", Rows: 20, Skipped: 3, Accepted: 2, Rejected: 3, InDoubt: 4, LeftInDoubt: 4, NotSent: 4, Delivery: &Delivery{Delivered: 1, Failed: 1}},
			{By: "country", Name: "SE", Rows: 1, Accepted: 1, Delivery: &Delivery{Pending: 1}},
		}}
		if err := spoilt.balance(); err != nil {
			t.Error(err)
		}
		spoil(&spoilt)
		if spoilt.balance() == nil {
			t.Errorf("%+v balances", spoilt)
		}
	}
}

// The lists are counted apart from the totals.
func TestListsMustMatchTheReport(t *testing.T) {
	r := finishedRun(t, false)
	rep, doubtful, err := collect(r.Run)
	if err != nil {
		t.Fatal(err)
	}
	rep.Accepted, rep.NotSent = rep.Accepted-1, rep.NotSent+1
	if err := writeLists(r.Run, rep, doubtful, Options{}); !errors.Is(err, ledger.ErrDamaged) {
		t.Errorf("writeLists = %v, want %v", err, ledger.ErrDamaged)
	}
	if left, _ := filepath.Glob(r.Path("*.csv*")); len(left) > 0 {
		t.Errorf("it left %v behind", left)
	}
}

// A message of a server may name a person, as only the lists of people may.
func TestNumbersOfPeople(t *testing.T) {
	r := finishedRun(t, false)
	r.end(runstore.Stopped, 4, "403 PERMISSION_DENIED: … is not yours")
	r.write(Options{})
	var summary strings.Builder
	r.collect().Summary(&summary)
	b, err := os.ReadFile(r.Path(runstore.ReportName))
	if err != nil {
		t.Fatal(err)
	}
	number := regexp.MustCompile(`7700900\d|900007`)
	for name, text := range map[string]string{"summary": summary.String(), runstore.ReportName: string(b)} {
		if number.MatchString(text) {
			t.Errorf("%s holds a number:\n%s", name, text)
		}
	}
	long := regexp.MustCompile(`[0-9]{6}`)
	for _, record := range r.read(everyone) {
		for column, cell := range map[string]string{"address": record[2], "state": record[3], "reason": record[4], "error": record[9]} {
			if long.MatchString(cell) {
				t.Errorf("line %s: %s is %q", record[0], column, cell)
			}
		}
	}
}

// The numbers outlive the people's data.
func TestErasedSnapshot(t *testing.T) {
	r := finishedRun(t, false)
	if err := os.Remove(r.Path(runstore.SnapshotName)); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(r.Run, Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Write = %v, want %v", err, os.ErrNotExist)
	}
	if _, err := os.Stat(r.Path(runstore.ReportName)); err != nil {
		t.Errorf("report.json is not there: %v", err)
	}
}

func TestFilesAreForTheOwner(t *testing.T) {
	r := finishedRun(t, false)
	r.write(Options{Full: true})
	for _, name := range append([]string{runstore.ReportName}, listNames[:]...) {
		info, err := os.Stat(r.Path(name))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != 0o600 {
			t.Errorf("%s has mode %v, want 0600", name, got)
		}
	}
}

// Rows come in the order of the audience, also from several frames that several goroutines print.
func TestOrder(t *testing.T) {
	const n = 7*runstore.FrameRows + 1
	r := newRun(t, false)
	r.freeze([]string{"CustomerNo", "Mobile"}, people(n))
	r.write(Options{})
	records := r.read(everyone)[1:]
	if len(records) != n {
		t.Fatalf("%d rows, want %d", len(records), n)
	}
	for i, record := range records {
		if want := person(i).Fields[0]; record[1] != want {
			t.Fatalf("row %d is %s, want %s", i, record[1], want)
		}
	}
}

// After a list was made of a list, both line columns are there; no name may come twice.
func TestAddedColumns(t *testing.T) {
	header := []string{"CustomerNo", "Mobile", "LINE", "Reason", "sendoff line", "=cmd"}
	r := newRun(t, false)
	r.skip(ledger.Skip{Row: 0, Reason: uint8(campaign.Invalid)})
	r.freeze(header, people(1, "a", "b", "c", "d"))
	r.write(Options{})
	want := []string{"CustomerNo", "Mobile", "LINE", "Reason", "sendoff line", "'=cmd", "sendoff_line_2", "sendoff_reason", "detail"}
	if got := r.read(skipped)[0]; !slices.Equal(got, want) {
		t.Errorf("header = %q, want %q", got, want)
	}
}

func TestReleasedAndBegunRows(t *testing.T) {
	r := newRun(t, false)
	r.freeze([]string{"CustomerNo", "Mobile"}, people(3))
	r.start()
	r.send(0, ledger.Result{State: ledger.Released, Detail: "429"}, ledger.Result{State: ledger.Released, Detail: "503"})
	r.send(1)
	r.write(Options{})
	rep := r.collect()
	if rep.NotSent != 2 || rep.InDoubt != 1 {
		t.Errorf("%d not sent, %d in doubt; want 2 and 1", rep.NotSent, rep.InDoubt)
	}
	var got []string
	for _, record := range r.read(everyone)[1:] {
		got = append(got, strings.Join(record[3:], "|"))
	}
	want := []string{"not_sent||SMS|||2|503|||||", "in_doubt||SMS|||1|the answer was never recorded|||||", "not_sent|||||0||||||"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("report.csv (-want +got):\n%s", diff)
	}
}

func TestWhen(t *testing.T) {
	at := func(hours int) time.Time { return testTime.Add(time.Duration(hours) * time.Hour) }
	starts := func(hours ...int) []runstore.Start {
		var all []runstore.Start
		for _, h := range hours {
			all = append(all, runstore.Start{Time: at(h)})
		}
		return all
	}
	tests := []struct {
		name string
		meta runstore.Meta
		want string
	}{
		{"never planned", runstore.Meta{Created: at(0)}, "created 22 Nov 2026 09:05 UTC"},
		{"never started", runstore.Meta{Created: at(0), Planned: at(1)}, "planned 22 Nov 2026 10:05 UTC"},
		{"running", runstore.Meta{Planned: at(0), Starts: starts(1)}, "since 22 Nov 2026 10:05 UTC"},
		{"running again", runstore.Meta{Planned: at(0), Starts: starts(1, 3), Ended: at(2)}, "since 22 Nov 2026 10:05 UTC"},
		{"ended", runstore.Meta{Planned: at(0), Starts: starts(1, 3), Ended: at(4)}, "22 Nov 2026 10:05–13:05 UTC"},
		{"over night", runstore.Meta{Planned: at(0), Starts: starts(14), Ended: at(16)}, "22 Nov 2026 23:05 – 23 Nov 2026 01:05 UTC"},
		{"elsewhere", runstore.Meta{Created: at(0).In(time.FixedZone("", 12*3600))}, "created 22 Nov 2026 09:05 UTC"},
	}
	for _, tc := range tests {
		if got := describe(tc.meta).when(); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}
