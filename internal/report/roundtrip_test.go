package report

import (
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/audience"
	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/phone"
	"sendoff/internal/runstore"
	rowsof "sendoff/internal/table" // report has a table of its own
)

// readAudience reads a list as `sendoff` reads an audience.
func readAudience(t *testing.T, path string) (campaign.Columns, []campaign.Recipient) {
	t.Helper()
	return readAs(t, campaign.Audience{File: path, Columns: map[string]string{"id": "CustomerNo"}})
}

func readAs(t *testing.T, spec campaign.Audience) (campaign.Columns, []campaign.Recipient) {
	t.Helper()
	r, err := audience.Open(spec.File, spec)
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

// Lists are written as the audience was, so that a campaign which says how its audience is written reads them, and so does the program that made it. What a
// spreadsheet would compute is guarded behind commas too, where these are in no quotes.
func TestListsAreWrittenAsTheAudience(t *testing.T) {
	for _, tc := range []struct {
		dialect runstore.Dialect
		want    string // how failures.csv begins
		spec    campaign.Audience
		text    string // that comes back
	}{
		{runstore.Dialect{}, "\ufeffCustomerNo,Mobile,Text,line,reason\nC0000,", campaign.Audience{}, "Zoë, =1+1;' =2"},
		{runstore.Dialect{Delimiter: ";", Encoding: "UTF-8", CRLF: true}, "\ufeffCustomerNo;Mobile;Text;line;reason\r\nC0000;",
			campaign.Audience{Encoding: "utf-8", Delimiter: ';'}, "Zoë,' =1+1;' =2"},
		{runstore.Dialect{Delimiter: ";", Encoding: "Windows-1252"}, "CustomerNo;Mobile;Text;line;reason\nC0000;+447700900000;\"Zo\xeb,' =1+1;' =2\";2;400 \x85 ?\n",
			campaign.Audience{Encoding: "windows-1252", Delimiter: ';'}, "Zoë,' =1+1;' =2"},
		{runstore.Dialect{Delimiter: "\t", Encoding: "UTF-16 BE"}, "\xfe\xff\x00C\x00u", campaign.Audience{Encoding: "utf-16", Delimiter: '\t'}, "Zoë,' =1+1;' =2"},
	} {
		r := newRun(t, false)
		row := person(0, "Zoë, =1+1; =2")
		r.freeze([]string{"CustomerNo", "Mobile", "Text"}, []campaign.Recipient{row})
		r.update(func(m *runstore.Meta) { m.Dialect = tc.dialect })
		r.start()
		r.send(0, ledger.Result{State: ledger.Rejected, Detail: "400 … 👋"})
		r.write(Options{})
		b, err := os.ReadFile(r.Path(runstore.FailuresName))
		if err != nil || !strings.HasPrefix(string(b), tc.want) {
			t.Errorf("%+v: %q (%v)", tc.dialect, b, err)
		}
		if notes, err := WriteWorkbooks(r.Run, true, false); err != nil || notes != nil {
			t.Errorf("%+v: %v, %q", tc.dialect, err, notes)
		}
		for name, want := range map[string]string{runstore.FailuresName: tc.text, runstore.FailuresBookName: "Zoë, =1+1; =2"} {
			spec := campaign.Audience{Columns: map[string]string{"id": "CustomerNo"}}
			if name == runstore.FailuresName {
				spec.Encoding, spec.Delimiter = tc.spec.Encoding, tc.spec.Delimiter
			}
			spec.File = r.Path(name)
			_, got := readAs(t, spec)
			if len(got) != 1 {
				t.Fatalf("%+v: %s holds %d rows", tc.dialect, name, len(got))
			}
			if got[0].Address != row.Address || got[0].Field(2) != want || !Names(got[0].Fields, &row, r.Meta()) && name == runstore.FailuresName {
				t.Errorf("%+v: %s holds %q", tc.dialect, name, got[0].Fields)
			}
		}
	}
}
