package table

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"sendoff/campaign"
)

// What is written is read back as it was, by our reader and by excelize: texts all of them, and no formula.
func TestWriteWorkbook(t *testing.T) {
	want := [][]string{
		{"phone", "Name", "=cmd"},
		{"+447700900001", "Ann", "=1+1"},
		{"00447700900002", " Åsa \"the boss\" ", "@SUM(A1)"},
		{"-5", "two\nlines", "1e9"},
		{"447700900003", "<b>&amp;", "2026-11-22"},
		{"447700900004", "👋", "TRUE"},
	}
	var b bytes.Buffer
	if err := WriteWorkbook(&b, "failures", slices.Values(want)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "failures.xlsx")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	var got [][]string
	for row := range rows(t, mustRead(t, path)) {
		got = append(got, slices.Clone(row.Cells))
	}
	if !slices.EqualFunc(got, want[1:], slices.Equal) {
		t.Errorf("read back:\n%q\nwant\n%q", got, want[1:])
	}
	book, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	for i, row := range want {
		for j := range row {
			cell, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				t.Fatal(err)
			}
			kind, err := book.GetCellType("failures", cell)
			formula, e := book.GetCellFormula("failures", cell)
			if err := errors.Join(err, e); err != nil || formula != "" || kind != excelize.CellTypeInlineString {
				t.Errorf("%s: type %v, formula %q, %v", cell, kind, formula, err)
			}
		}
	}
	if panes, err := book.GetPanes("failures"); err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes %+v, %v", panes, err)
	}
}

// A text that would be cut off, and columns that there are not, are an error instead.
func TestSheetFull(t *testing.T) {
	for name, row := range map[string][]string{
		"a long text":  {strings.Repeat("x", excelize.TotalCellChars+1)},
		"many columns": make([]string, excelize.MaxColumns+1),
	} {
		if err := WriteWorkbook(io.Discard, "x", slices.Values([][]string{{"phone"}, row})); !errors.Is(err, ErrSheetFull) {
			t.Errorf("%s: %v, want %v", name, err, ErrSheetFull)
		}
	}
	s := sheetWriter{written: MaxSheetRows}
	if err := s.write([]string{"one more"}); !errors.Is(err, ErrSheetFull) {
		t.Errorf("row %d: %v", MaxSheetRows+1, err)
	}
}

// A sheet that does not fit into memory is whole, and nothing of it can be found in the folder for temporary files meanwhile.
func TestLargeWorkbook(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a file that is open keeps its name there")
	}
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	const n = 4*rowsUnnamed + 1
	text := strings.Repeat("x", 5000)
	path := filepath.Join(t.TempDir(), "large.xlsx")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	found := 0
	err = WriteWorkbook(f, "x", func(yield func([]string) bool) {
		for i := range n {
			left, err := filepath.Glob(filepath.Join(temp, "*", "*"))
			if err != nil {
				t.Fatal(err)
			}
			found = len(left)
			if !yield([]string{strconv.Itoa(i), text}) {
				return
			}
		}
	})
	if err != nil || found > 0 {
		t.Fatalf("%v; %d files at the end", err, found)
	}
	got := 0
	for row := range rows(t, mustRead(t, path)) {
		if got++; row.Cells[0] != strconv.Itoa(got) || row.Cells[1] != text {
			t.Fatalf("row %d is %.20q", got, row.Cells)
		}
	}
	if got != n-1 {
		t.Errorf("%d rows, want %d", got, n-1)
	}
	if left, _ := filepath.Glob(filepath.Join(temp, "*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func BenchmarkWriteWorkbook(b *testing.B) {
	for _, n := range []int{0, 100, 20_000} {
		all := [][]string{{"phone", "name", "line", "reason"}}
		for i := range n {
			all = append(all, []string{"+447700900001", "Ann", strconv.Itoa(i), string(campaign.SMS)})
		}
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				if err := WriteWorkbook(io.Discard, "x", slices.Values(all)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
