package report

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

var testTime = time.Date(2026, 11, 22, 9, 5, 0, 0, time.UTC)

// testRun is a real run: a directory, a snapshot and a ledger.
type testRun struct {
	*runstore.Run
	t     testing.TB
	skips int
}

func newRun(t testing.TB, sandbox bool) *testRun {
	t.Helper()
	run, err := runstore.Acquire(filepath.Join(t.TempDir(), "run"), runstore.Options{
		Key: "spring-sale-2026", Campaign: "spring-sale", Sandbox: sandbox, Now: testTime.Add(-time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { run.Close() })
	return &testRun{Run: run, t: t}
}

// freeze writes the snapshot, as planning does.
func (r *testRun) freeze(header []string, rows []campaign.Recipient) {
	r.t.Helper()
	w, err := r.CreateSnapshot()
	if err != nil {
		r.t.Fatal(err)
	}
	enc := runstore.NewFrameEncoder()
	for from := 0; from < len(rows); from += runstore.FrameRows {
		frame := rows[from:min(from+runstore.FrameRows, len(rows))]
		var raw []byte
		for i := range frame {
			raw = runstore.AppendRow(raw, &frame[i])
		}
		w.Append(enc.Encode(nil, raw), len(frame))
	}
	size, err := w.Commit()
	if err != nil {
		r.t.Fatal(err)
	}
	r.update(func(m *runstore.Meta) {
		m.RunID = "01KAN9F4G0000000000000TEST" // the real one is random
		m.Planned = testTime.Add(-time.Minute)
		m.State, m.Rows, m.Eligible, m.SnapshotBytes = runstore.Planned, len(rows), len(rows)-r.skips, size
		m.Columns = campaign.Columns{Header: header, Phone: 1, ID: 0, Language: -1, Country: -1, TimeZone: -1}
		m.AudienceFile, m.AudienceDigest, m.CampaignDigest, m.PlanDigest = "audience.csv", "a1", "c1", "p1"
		m.Lists = []runstore.List{{File: "optouts.csv", Modified: testTime.Add(-24 * time.Hour), SHA256: "0ff", Entries: 12, Matches: 1}}
	})
}

func (r *testRun) update(change func(*runstore.Meta)) {
	r.t.Helper()
	if err := r.Update(change); err != nil {
		r.t.Fatal(err)
	}
}

// skip leaves rows out, as planning does; it comes before freeze.
func (r *testRun) skip(skips ...ledger.Skip) {
	r.t.Helper()
	r.skips += len(skips)
	if err := r.Ledger.PutSkips(skips, testTime); err != nil {
		r.t.Fatal(err)
	}
}

// send begins a row and records the results, beginning it again between them.
func (r *testRun) send(row int, results ...ledger.Result) {
	r.t.Helper()
	at := testTime.Add(time.Duration(row) * 10 * time.Millisecond)
	for i := 0; i == 0 || i < len(results); i++ {
		if err := r.Ledger.Begin(uint32(row), ledger.Intent{Channel: campaign.SMS.Index(), Time: at}); err != nil {
			r.t.Fatal(err)
		}
		if i == len(results) {
			break
		}
		results[i].Time, results[i].Channel = at.Add(time.Second), campaign.SMS.Index()
		if err := r.Ledger.Record(uint32(row), results[i]); err != nil {
			r.t.Fatal(err)
		}
	}
	if err := r.Ledger.Sync(); err != nil {
		r.t.Fatal(err)
	}
}

// accept has Sinch take the message of a row, at the time that send gives it.
func (r *testRun) accept(row int) {
	r.t.Helper()
	r.send(row, ledger.Result{State: ledger.Accepted, MessageID: messageID(row)})
}

func messageID(row int) string { return fmt.Sprintf("01FC66621XXXXX119Z8%07d", row) }

// hear merges a receipt of the message that a row was accepted with.
func (r *testRun) hear(row int, s delivery.Status, reason string, on campaign.Channel, at time.Time) {
	r.t.Helper()
	rc := ledger.NewReceipt(s, delivery.ParseReason(reason), on.Index(), at, messageID(row))
	if err := r.Ledger.MergeReceipts([]ledger.RowReceipt{{Row: uint32(row), Receipt: rc}}, 1); err != nil {
		r.t.Fatal(err)
	}
}

// start and end are what a sender writes down of itself.
func (r *testRun) start() {
	r.update(func(m *runstore.Meta) {
		m.State = runstore.Running
		m.Destination = runstore.Destination{ProjectID: "project-1", AppID: "app-1", AppName: "Acme Production", Region: "eu", Profile: "production"}
		m.Starts = append(m.Starts, runstore.Start{Time: testTime, Epoch: "0badcafe", Host: "laptop", Version: "test"})
		m.Storage = append(m.Storage, runstore.Storage{Time: testTime, Mode: runstore.Dispatch, Days: 1})
	})
}

func (r *testRun) end(s runstore.State, code int, reason string) {
	r.update(func(m *runstore.Meta) {
		m.State, m.ExitCode, m.Reason, m.Ended = s, code, reason, testTime.Add(41*time.Minute)
	})
}

func (r *testRun) writtenReport() *Report {
	r.t.Helper()
	rep, err := Write(r.Run, Options{})
	if err != nil {
		r.t.Fatal(err)
	}
	return rep
}

func (r *testRun) write(o Options) {
	r.t.Helper()
	if _, err := Write(r.Run, o); err != nil {
		r.t.Fatal(err)
	}
}

func (r *testRun) collect() *Report {
	r.t.Helper()
	rep, err := Collect(r.Run)
	if err != nil {
		r.t.Fatal(err)
	}
	return rep
}

// read returns the records of a list, header first.
func (r *testRun) read(l list) [][]string {
	r.t.Helper()
	b, err := os.ReadFile(r.Path(listNames[l]))
	if err != nil {
		r.t.Fatal(err)
	}
	text, hasMark := strings.CutPrefix(string(b), byteOrderMark)
	if !hasMark {
		r.t.Errorf("%s does not begin with a byte order mark", listNames[l])
	}
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		r.t.Fatalf("%s: %v", listNames[l], err)
	}
	return records
}

// person returns a row whose number is reserved for fiction.
func person(row int, fields ...string) campaign.Recipient {
	number := fmt.Sprintf("+447700900%03d", row%1000)
	cells := append([]string{fmt.Sprintf("C%04d", row), number}, fields...)
	return campaign.Recipient{Row: row, Line: row + 2, Address: campaign.PhoneAddress(number), Fields: cells}
}

func people(n int, fields ...string) []campaign.Recipient {
	rows := make([]campaign.Recipient, n)
	for i := range rows {
		rows[i] = person(i, fields...)
	}
	return rows
}
