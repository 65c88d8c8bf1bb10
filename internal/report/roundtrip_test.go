package report

import (
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/audience"
	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/phone"
	rowsof "sendoff/internal/table" // report has a table of its own
)

// readAudience reads a list as `sendoff` reads an audience.
func readAudience(t *testing.T, path string) (campaign.Columns, []campaign.Recipient) {
	t.Helper()
	r, err := audience.Open(path, campaign.Audience{File: path, Columns: map[string]string{"id": "CustomerNo"}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	numbers, err := phone.New("GB")
	if err != nil {
		t.Fatal(err)
	}
	var all []campaign.Recipient
	var b rowsof.Batch
	for {
		err := r.ReadBatch(&b)
		if errors.Is(err, io.EOF) {
			return r.Columns(), all
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(b.Bad) > 0 {
			t.Fatalf("%d rows cannot be read", len(b.Bad))
		}
		for _, row := range b.Rows {
			address, finding := numbers.Read(row.Cells[r.Columns().Phone], "")
			if finding.IsProblem() {
				t.Fatalf("line %d: %v", row.Line, finding)
			}
			all = append(all, campaign.Recipient{Row: len(all), Line: row.Line, Address: address, Fields: slices.Clone(row.Cells)})
		}
	}
}

// Whoever was rejected, or whose message failed later, can be sent to again with the list of them: the same people and the same texts, but for one apostrophe
// before what a spreadsheet would compute.
func TestFailuresServeAsAnAudience(t *testing.T) {
	texts := []struct{ text, want string }{
		{"Ann", "Ann"},
		{"Zoë \"the boss\", Ltd;\nsecond line", "Zoë \"the boss\", Ltd;\nsecond line"},
		{" spaces ", " spaces "},
		{"", ""},
		{"-5 %", "-5 %"},
		{"=1+1", "'=1+1"},
		{"👋 ${x} <b>&amp;\\n", "👋 ${x} <b>&amp;\\n"},
	}
	phones := []string{"+447700900000", "+44-7700-900001", "07700 900002", `="+447700900003"`, "'+447700900004", "+44 (0)7700 900005", " 07700900006"}
	r := newRun(t, false)
	var rows []campaign.Recipient
	for i := range texts {
		row := person(i, texts[i].text)
		row.Fields[1] = phones[i]
		rows = append(rows, row)
	}
	r.freeze([]string{"CustomerNo", "Mobile", "Text"}, rows)
	r.start()
	for i := range rows {
		if i%2 == 0 {
			r.accept(i)
			r.hear(i, delivery.Failed, "RATE_LIMITED", campaign.SMS, testTime)
			continue
		}
		r.send(i, ledger.Result{State: ledger.Rejected, Detail: "400"})
	}
	r.write(Options{})
	columns, got := readAudience(t, r.Path(listNames[failures]))
	if diff := cmp.Diff([]string{"CustomerNo", "Mobile", "Text", "line", "reason"}, columns.Header); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	if len(got) != len(rows) {
		t.Fatalf("%d rows came back, want %d", len(got), len(rows))
	}
	for i := range got {
		if got[i].Address != rows[i].Address {
			t.Errorf("%q came back as %q, another person", phones[i], got[i].Fields[1])
		}
		if got[i].Field(0) != rows[i].Field(0) || got[i].Field(2) != texts[i].want {
			t.Errorf("row %d came back as %q", i, got[i].Fields)
		}
	}
}
