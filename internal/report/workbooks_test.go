package report

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sendoff/campaign"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

func (r *testRun) books(asked, onlyDoubt bool) []string {
	r.t.Helper()
	notes, err := WriteWorkbooks(r.Run, asked, onlyDoubt)
	if err != nil {
		r.t.Fatal(err)
	}
	return notes
}

// bookFiles are the workbooks in the run's directory.
func (r *testRun) bookFiles() []string {
	r.t.Helper()
	paths, err := filepath.Glob(filepath.Join(r.Dir, "*.xlsx"))
	if err != nil {
		r.t.Fatal(err)
	}
	for i := range paths {
		paths[i] = filepath.Base(paths[i])
	}
	return paths
}

// A workbook serves as an audience as its list does: the same people, and the texts without the apostrophe that a CSV file needs.
func TestWorkbookServesAsAnAudience(t *testing.T) {
	texts := []string{"Ann", "=1+1", "@x;=y", "\t=tab", "'quoted'", " spaces ", "", "-5 %", "two\n=lines", "Zoë \"the boss\", Ltd"}
	phones := []string{"+447700900000", "+44-7700-900001", "07700 900002", `="+447700900003"`, "'+447700900004", "+44 (0)7700 900005", " 07700900006", "07700\t900007", "0044 7700 900008", "07700900009"}
	r := newRun(t, false)
	var rows []campaign.Recipient
	for i := range texts {
		row := person(i, texts[i])
		row.Fields[1] = phones[i]
		rows = append(rows, row)
	}
	r.freeze([]string{"CustomerNo", "Mobile", "=Text"}, rows)
	r.start()
	for i := range rows {
		r.send(i, ledger.Result{State: ledger.Rejected, Detail: "400"})
	}
	r.write(Options{})
	if notes := r.books(false, false); len(notes) > 0 {
		t.Errorf("notes: %q", notes)
	}
	columns, got := readAudience(t, r.Path(runstore.FailuresBookName))
	_, fromList := readAudience(t, r.Path(runstore.FailuresName))
	if want := []string{"CustomerNo", "Mobile", "=Text", "line", "reason"}; !slices.Equal(columns.Header, want) {
		t.Errorf("header %q, want %q", columns.Header, want)
	}
	if len(got) != len(rows) || len(fromList) != len(rows) {
		t.Fatalf("%d rows came back from the workbook and %d from the list, want %d", len(got), len(fromList), len(rows))
	}
	for i := range got {
		if got[i].Address != fromList[i].Address || got[i].Address != rows[i].Address {
			t.Errorf("%q came back as %q, another person", phones[i], got[i].Fields[1])
		}
		if got[i].Field(0) != rows[i].Field(0) || got[i].Field(2) != texts[i] {
			t.Errorf("row %d came back as %q, want %q", i, got[i].Fields, texts[i])
		}
	}
}

func TestUnguard(t *testing.T) {
	for _, cell := range []string{
		"", "Ann", "=1", "+447700900001", "-5 %", "@x", "a;=b", "a\t=b", "\t=b", "\n-x", "=a;@b\n+c", "it's", "''", "'", "＝x", " =x", "=x;", "=\"0077\"",
	} {
		if got := unguard(guard(cell)); got != cell {
			t.Errorf("unguard(guard(%q)) = %q", cell, got)
		}
	}
}

// Lists of small runs have workbooks without asking, where there is anybody in them, those of large ones where somebody has asked; and a workbook that is there is kept at one with its
// list.
func TestLargeAndSmallWorkbooks(t *testing.T) {
	r := newRun(t, false)
	r.freeze([]string{"CustomerNo", "Mobile"}, people(3))
	r.start()
	r.send(0)
	r.write(Options{OnlyDoubt: true})
	if r.books(false, true); !slices.Equal(r.bookFiles(), []string{"in-doubt.xlsx"}) {
		t.Errorf("after an interruption: %q", r.bookFiles())
	}
	r.write(Options{})
	if r.books(false, false); !slices.Equal(r.bookFiles(), []string{"in-doubt.xlsx", "report.xlsx"}) {
		t.Errorf("of a small run: %q", r.bookFiles())
	}
	if info, err := os.Stat(r.Path(runstore.RowsBookName)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("report.xlsx: %v, %v", info.Mode(), err)
	}

	big := newRun(t, false)
	big.freeze([]string{"CustomerNo", "Mobile"}, people(mostRowsUnasked+1))
	big.write(Options{})
	if big.books(false, false); len(big.bookFiles()) > 0 {
		t.Errorf("of a large run: %q", big.bookFiles())
	}
	if big.books(true, false); !slices.Equal(big.bookFiles(), []string{"report.xlsx"}) {
		t.Errorf("of a large run, as asked: %q", big.bookFiles())
	}
	for _, name := range []string{runstore.SkippedBookName, runstore.RowsBookName} {
		if err := os.WriteFile(big.Path(name), []byte("of an earlier time"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if big.books(false, false); !slices.Equal(big.bookFiles(), []string{"report.xlsx"}) {
		t.Errorf("of a large run with workbooks of an earlier time: %q", big.bookFiles())
	}
	if b, err := os.ReadFile(big.Path(runstore.RowsBookName)); err != nil || !strings.HasPrefix(string(b), "PK") {
		t.Errorf("it was not made anew: %.20q, %v", b, err)
	}
}

// A file that cannot be replaced is left, and the new one is put beside it, until it can be again.
func TestWorkbookBeside(t *testing.T) {
	r := newRun(t, false)
	r.freeze([]string{"CustomerNo", "Mobile"}, people(2))
	r.start()
	r.send(0, ledger.Result{State: ledger.Rejected, Detail: "400"})
	r.write(Options{})
	if err := os.MkdirAll(filepath.Join(r.Path(runstore.FailuresBookName), "open"), 0o700); err != nil { // what no file can take the place of
		t.Fatal(err)
	}
	notes := r.books(false, false)
	if len(notes) != 1 || notes[0] != "failures.xlsx is open in another program, so the new one is failures (2).xlsx" {
		t.Errorf("notes: %q", notes)
	}
	if _, got := readAudience(t, r.Path(runstore.Beside(runstore.FailuresBookName))); len(got) != 1 {
		t.Errorf("%d rows in the one beside, want 1", len(got))
	}
	if err := os.RemoveAll(r.Path(runstore.FailuresBookName)); err != nil {
		t.Fatal(err)
	}
	if notes := r.books(false, false); len(notes) > 0 {
		t.Errorf("notes: %q", notes)
	}
	if slices.ContainsFunc(r.bookFiles(), func(name string) bool { return strings.Contains(name, "(2)") }) {
		t.Errorf("the one beside has outlived its reason: %q", r.bookFiles())
	}
}

// A list that is too long for a cell has no workbook, also none of an earlier time.
func TestListTooLargeForAWorkbook(t *testing.T) {
	r := newRun(t, false)
	r.freeze([]string{"CustomerNo", "Mobile", "Text"}, people(1, strings.Repeat("x", 40_000)))
	r.start()
	r.send(0, ledger.Result{State: ledger.Rejected, Detail: "400"})
	r.write(Options{})
	if err := os.WriteFile(r.Path(runstore.FailuresBookName), []byte("of an earlier time"), 0o600); err != nil {
		t.Fatal(err)
	}
	notes := r.books(false, false)
	if len(notes) != 1 || notes[0] != "failures.csv is more than a workbook holds, so there is no failures.xlsx" {
		t.Errorf("notes: %q", notes)
	}
	if fileExists(r.Path(runstore.FailuresBookName)) {
		t.Error("the workbook of an earlier time is still there")
	}
}

// Erasing people erases their workbooks, those beside too.
func TestErasedWorkbooks(t *testing.T) {
	r := finishedRun(t, false)
	r.end(runstore.Finished, 0, "")
	r.write(Options{})
	r.books(true, false)
	for _, name := range bookNames {
		if err := os.WriteFile(r.Path(runstore.Beside(name)), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.ErasePeople(testTime); err != nil {
		t.Fatal(err)
	}
	if left := r.bookFiles(); len(left) > 0 || runstore.HasPeople(r.Dir) {
		t.Errorf("left: %q", left)
	}
}

// BenchmarkWorkbooks is what the workbooks add to the lists of a run.
func BenchmarkWorkbooks(b *testing.B) {
	for _, n := range []int{100, mostRowsUnasked} {
		r := newRun(b, false)
		r.freeze([]string{"CustomerNo", "Mobile", "Name"}, people(n, "Ann"))
		b.Run(strconv.Itoa(n)+"/lists", func(b *testing.B) {
			for b.Loop() {
				r.write(Options{})
			}
		})
		b.Run(strconv.Itoa(n)+"/workbooks", func(b *testing.B) {
			for b.Loop() {
				r.books(false, false)
			}
		})
	}
}
