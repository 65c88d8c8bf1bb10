package report

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

// plannedRun is a plan of three people who can be sent to, one of them a duplicate, and one who cannot.
func plannedRun(t *testing.T) *testRun {
	r := newRun(t, false)
	rows := people(4, "Zoë \"the boss\"; Ltd", "=1+1")
	rows[0].Fields[1], rows[1].Fields[1] = "07700 900000", "'+447700900001"
	rows[2].Address, rows[2].Fields[1] = campaign.Address{}, "077OO900002"
	r.skip(ledger.Skip{Row: 2, Reason: uint8(campaign.Invalid), Detail: "phone: has a letter in it"},
		ledger.Skip{Row: 3, Reason: uint8(campaign.Duplicate), Number: 2})
	r.freeze([]string{"CustomerNo", "Mobile", "Name", "Note"}, rows)
	return r
}

// The corrected copy has the same people and the same texts, whatever they begin with.
func TestCorrected(t *testing.T) {
	r, dir := plannedRun(t), t.TempDir()
	path, rest := filepath.Join(dir, "new.csv"), filepath.Join(dir, "rest.csv")
	got, err := WriteCorrected(r.Run, path, rest)
	if err != nil || got != (Correction{Rows: 3, Numbers: 2, LeftOut: 1}) {
		t.Fatalf("%+v, %v", got, err)
	}
	_, rows := readAudience(t, path)
	var cells [][]string
	for _, row := range rows {
		cells = append(cells, row.Fields)
	}
	want := people(4, "Zoë \"the boss\"; Ltd", "=1+1")
	if diff := cmp.Diff([][]string{
		{want[0].Fields[0], "+447700900000", "Zoë \"the boss\"; Ltd", "=1+1"},
		{want[1].Fields[0], "+447700900001", "Zoë \"the boss\"; Ltd", "=1+1"},
		{want[3].Fields[0], "+447700900003", "Zoë \"the boss\"; Ltd", "=1+1"},
	}, cells); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	left, err := os.ReadFile(rest)
	if want := "\ufeffCustomerNo,Mobile,Name,Note,line,reason,detail\n" + want[2].Fields[0] +
		",077OO900002,\"Zoë \"\"the boss\"\"; Ltd\",'=1+1,4,invalid,phone: has a letter in it\n"; err != nil || string(left) != want {
		t.Errorf("%v, left out is\n%swant\n%s", err, left, want)
	}
	for _, file := range []string{path, rest} {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
			t.Errorf("%s: %v, %v", file, info.Mode(), err)
		}
	}
}

// A list has the rows that are left out as skipped.csv of a run has them.
func TestWriteSkipped(t *testing.T) {
	r, path := plannedRun(t), filepath.Join(t.TempDir(), "out.csv")
	if n, err := WriteSkipped(r.Run, path); n != 2 || err != nil {
		t.Fatalf("%d rows, %v", n, err)
	}
	r.write(Options{})
	got, err := os.ReadFile(path)
	want, err2 := os.ReadFile(r.Path(runstore.SkippedName))
	if err != nil || err2 != nil || string(got) != string(want) {
		t.Errorf("%v, %v: is\n%swant\n%s", err, err2, got, want)
	}
}

// No file is ever overwritten, and none is left half written.
func TestWriteNew(t *testing.T) {
	r, dir := plannedRun(t), t.TempDir()
	taken, free := filepath.Join(dir, "taken.csv"), filepath.Join(dir, "free.csv")
	if err := os.WriteFile(taken, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, skippedErr := WriteSkipped(r.Run, taken)
	_, copyErr := WriteCorrected(r.Run, taken, free)
	_, restErr := WriteCorrected(r.Run, free, taken)
	failure := errors.New("no more room")
	failed := writeNew(free, func(w io.Writer) error {
		_, _ = w.Write([]byte("half"))
		return failure
	})
	for _, err := range []error{skippedErr, copyErr, restErr} {
		if !errors.Is(err, ErrExists) {
			t.Errorf("got %v", err)
		}
	}
	if !errors.Is(failed, failure) {
		t.Errorf("got %v", failed)
	}
	entries, _ := os.ReadDir(dir)
	if text, err := os.ReadFile(taken); err != nil || string(text) != "mine" || len(entries) != 1 {
		t.Errorf("%q, %v; the folder holds %v", text, err, entries)
	}
}
