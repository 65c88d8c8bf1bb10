package table

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sendoff/campaign"
)

// writeBook writes a workbook of one sheet, deflated as spreadsheets do it.
func writeBook(t testing.TB, sheet string) string {
	t.Helper()
	const relation = `<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>`
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, part := range [][2]string{
		{"xl/workbook.xml", `<workbook><sheets><sheet name="Kunder" sheetId="1" id="r1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", "<Relationships>" + relation + "</Relationships>"},
		{"xl/worksheets/sheet1.xml", sheet},
	} {
		out, err := w.Create(part[0])
		if err == nil {
			_, err = out.Write([]byte(part[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return writeFile(t, b.String())
}

// sheetOf is a sheet with a header and n rows, of which all but the first few are hidden.
func sheetOf(n, visible int) string {
	var b strings.Builder
	b.WriteString(`<worksheet><sheetData><row><c t="str"><v>Mobile</v></c></row>`)
	for i := range n {
		fmt.Fprintf(&b, `<row hidden="%t"><c><v>4477009%05d</v></c></row>`, i >= visible, i)
	}
	return b.String() + `</sheetData></worksheet>`
}

func TestManyRows(t *testing.T) {
	r := mustRead(t, writeBook(t, sheetOf(2345, 2345)))
	next := 0
	for row := range rows(t, r) {
		if want := fmt.Sprintf("4477009%05d", next); row.Line != next+2 || row.Cells[0] != want {
			t.Fatalf("row %d = %+v, want line %d and %s", next, row, next+2, want)
		}
		next++
	}
	if i := r.Info(); next != 2345 || i.Format != XLSX || i.Sheet != "Kunder" || i.SHA256 == [32]byte{} || len(i.Notes) > 0 {
		t.Errorf("%d rows, Info %+v", next, i)
	}
}

func TestHiddenRows(t *testing.T) {
	path := writeBook(t, sheetOf(12_000, 1_900))
	for _, tc := range []struct {
		answer string
		rows   int
		err    string
	}{
		{"", 0, `: 10,100 of 12,000 rows in sheet "Kunder" are hidden. Say which you mean: audience: {hidden_rows: skip} or include.`},
		{SkipHidden, 1_900, ""},
		{IncludeHidden, 12_000, ""},
	} {
		r, err := Open(path, Options{HiddenRows: tc.answer, Name: "kunder.xlsx"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.ReadHeader(); err != nil {
			t.Fatal(err)
		}
		var b Batch
		got := 0
		for err = r.ReadBatch(&b); err == nil; err = r.ReadBatch(&b) {
			got += len(b.Rows)
		}
		if tc.err != "" && err.Error() != "kunder.xlsx"+tc.err || tc.err == "" && got != tc.rows {
			t.Errorf("%q: %d rows and %v, want %d and %q", tc.answer, got, err, tc.rows, tc.err)
		}
		if hidden := r.Info().Hidden; hidden != 10_100 {
			t.Errorf("%q: Hidden = %d", tc.answer, hidden)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestHostileSheets wants errors of what would fill the memory, or make a row of two.
func TestHostileSheets(t *testing.T) {
	cell := `<c t="str"><v>` + strings.Repeat("x", 600<<10) + `</v></c>`
	for _, tc := range []struct{ name, sheet, want string }{
		{"text", "<worksheet><sheetData><row><c><v>" + strings.Repeat("7", 5<<18), "longer than 1 MB"},
		{"row", "<worksheet><sheetData><row>" + cell + cell + "</row></sheetData></worksheet>", "longer than 1 MB"},
		{"tag", "<worksheet><sheetData><row " + strings.Repeat("x", 5<<18), "longer than 1 MB"},
		{"depth", strings.Repeat("<a>", 1000), "damaged"},
		{"column", `<worksheet><sheetData><row><c r="XFE1"><v>1</v></c></row></sheetData></worksheet>`, "damaged"},
		{"row number", `<worksheet><sheetData><row r="1048577"/></sheetData></worksheet>`, "damaged"},
		{"other end", `<worksheet><sheetData><row></c></sheetData></worksheet>`, "damaged"},
	} {
		_, err := Open(writeBook(t, tc.sheet), Options{})
		var problems campaign.Problems
		if !errors.As(err, &problems) || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: Open = %v, want %q", tc.name, err, tc.want)
		}
	}
}

// TestWorkbookChanges wants a file that is written while it is read to be known as that, whatever was read of it.
func TestWorkbookChanges(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"touched": func(path string) error { return os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)) },
		"cut":     func(path string) error { return os.Truncate(path, 300) },
	} {
		path := writeBook(t, sheetOf(20_000, 20_000))
		r := mustRead(t, path)
		if err := change(path); err != nil {
			t.Fatal(err)
		}
		var b Batch
		err := r.ReadBatch(&b)
		for err == nil {
			err = r.ReadBatch(&b)
		}
		if !errors.Is(err, ErrChanged) {
			t.Errorf("%s: ReadBatch = %v, want %v", name, err, ErrChanged)
		}
	}
}

// TestCompressedWorkbook wants nothing left of what a workbook was unpacked into: it holds everybody in it.
func TestCompressedWorkbook(t *testing.T) {
	book, err := os.ReadFile(writeBook(t, sheetOf(2, 2)))
	if err != nil {
		t.Fatal(err)
	}
	r, err := Open(writeFile(t, gzipped(t, string(book))), Options{})
	if err != nil {
		t.Fatal(err)
	}
	spool := r.format.(*workbook).content.spool
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := spool.Stat(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("the unpacked workbook is still open: %v", err)
	}
	if _, err := os.Lstat(spool.Name()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is still there: %v", spool.Name(), err)
	}
}

func TestPlainNumber(t *testing.T) {
	for stored, want := range map[string]string{
		"447700900123": "447700900123", "4.47700900123E+11": "447700900123", "4.47700900123e11": "447700900123", "0.1": "0.1",
		"0.10000000000000001": "0.1", "1.1000000000000001": "1.1", "-5": "-5", "1E-3": "0.001", "1.0": "1", "007": "007",
		"1.23456789012345E+19": "12345678901234500000", "1234567890123456789": "1234567890123456789", "123456789012345.6": "123456789012346",
		"": "", "abc": "abc", "NaN": "NaN", "1e999": "1e999", "1e300": "1e300",
	} {
		if got := plainNumber(stored); got != want {
			t.Errorf("plainNumber(%q) = %q, want %q", stored, got, want)
		}
	}
}

func TestNumberFormats(t *testing.T) {
	for _, tc := range []struct {
		code string
		kind formatKind
		adds bool
	}{
		{"General", general, false}, {"@", general, false}, {"0", other, false}, {"#,##0.00", other, false}, {"00000", other, true},
		{"0.00E+00", other, false}, {`"+46"0`, other, true}, {"+0", other, true}, {`(###) ###-####`, other, false}, {`0.00 "kr"`, other, false},
		{`\0#`, other, true}, {"yyyy-mm-dd", date, false}, {"d/m/yy;@", date, false}, {"mmm", date, false}, {"[$-41D]d mmmm yyyy", date, false},
		{"yyyy-mm-dd hh:mm", dateTime, false}, {"hh:mm:ss", other, false}, {"[h]:mm", other, false}, {"[mm]:ss", other, false},
		{`[Red]0 "days"`, other, false}, {`"unclosed`, other, false}, {`0\`, other, false}, {"[", other, false},
	} {
		f := newNumberFormat(164, tc.code)
		if f.kind != tc.kind || f.adds != tc.adds {
			t.Errorf("format %q: kind %d, adds %t, want %d, %t", tc.code, f.kind, f.adds, tc.kind, tc.adds)
		}
	}
	for id, want := range map[int]formatKind{0: general, 1: other, 14: date, 20: other, 22: dateTime, 49: general} {
		if got := newNumberFormat(id, "").kind; got != want {
			t.Errorf("format %d: kind %d, want %d", id, got, want)
		}
	}
}

func TestColumnNames(t *testing.T) {
	for name, column := range map[string]int{"A": 0, "Z": 25, "AA": 26, "AZ": 51, "ZZ": 701, "AAA": 702, "XFD": 16_383} {
		got, row, ok := splitReference(name + "17")
		if columnName(column) != name || got != column || row != 17 || !ok {
			t.Errorf("%s: columnName = %s, splitReference = %d, %d, %t", name, columnName(column), got, row, ok)
		}
	}
	for _, reference := range []string{"", "A", "7", "a1", "A0", "A-1", "AAAAA1", "A1:B2", "Ä1"} {
		if _, _, ok := splitReference(reference); ok {
			t.Errorf("splitReference(%q) is ok", reference)
		}
	}
}

// TestSharedStringsOnDisk wants texts from the file to be those that were put there, also across blocks.
func TestSharedStringsOnDisk(t *testing.T) {
	text := func(i int) string { return strings.Repeat(fmt.Sprintf("%d·", i), i%2000) }
	var xml strings.Builder
	const n = 1000
	for i := range n {
		fmt.Fprintf(&xml, "<si><t>%s</t></si>", text(i))
	}
	s, err := readSharedStrings(strings.NewReader("<sst>" + xml.String() + "</sst>"))
	if err != nil {
		t.Fatal(err)
	}
	var spill *bufio.Writer
	if spill, err = s.spill(); err == nil {
		err = spill.Flush()
	}
	if err != nil || s.size < 2*blocks*blockSize {
		t.Fatalf("%d bytes: %v", s.size, err)
	}
	for _, i := range []int{0, 1, n - 1, 700, 701, 702, 3, n - 2, 900, 701} {
		got, found, err := s.append([]byte("<"), i)
		if err != nil || !found || string(got) != "<"+text(i) {
			t.Errorf("text %d has %d bytes, %t, %v, want %d", i, len(got)-1, found, err, len(text(i)))
		}
	}
	if _, found, err := s.append(nil, n); found || err != nil {
		t.Errorf("text %d: %t, %v", n, found, err)
	}
	name := s.file.Name()
	if err := s.close(); err != nil {
		t.Error(err)
	}
	if left, err := filepath.Glob(name); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}
