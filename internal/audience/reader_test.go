package audience

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/phone"
	"sendoff/internal/table"
)

var update = flag.Bool("update", false, "rewrite golden files")

// longNumber is what no message may hold.
var longNumber = regexp.MustCompile(`\d{6}`)

// specs are what campaigns say of files of the corpus.
var specs = map[string]campaign.Audience{
	"hidden-include.xlsx": {HiddenRows: "include"},
	"hidden-skip.xlsx":    {HiddenRows: "skip"},
	"hidden-sheet.xlsx":   {Sheet: "Arkiv"},
	"sheet-named.xlsx":    {Sheet: " kunder"},
	"sheet-unknown.xlsx":  {Sheet: "Kundr"},
	"sheet-of-none.csv":   {Sheet: "Kunder"},
}

// corpus returns the hostile files.
func corpus(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/corpus/*")
	paths = slices.DeleteFunc(paths, func(path string) bool { return filepath.Ext(path) == ".want" })
	if err != nil || len(paths) == 0 {
		t.Fatalf("glob: %v, %d files", err, len(paths))
	}
	return paths
}

// TestCorpus reads hostile files and compares what was understood of each with its golden file.
func TestCorpus(t *testing.T) {
	if *update {
		writeWorkbooks(t)
	}
	for _, path := range corpus(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			golden := path + ".want"
			got := describe(t, path)
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", path, diff)
			}
		})
	}
}

// describe reads a file and writes down everything that callers get of it.
func describe(t *testing.T, path string) string {
	t.Helper()
	var b strings.Builder
	r, err := Open(path, specs[filepath.Base(path)])
	if err != nil {
		writeError(t, &b, err)
		return b.String()
	}
	defer closeReader(t, r)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	columns, info := r.Columns(), r.Info()
	fmt.Fprintf(&b, "%s, BOM %t, phone %d, id %d, language %d, country %d, time zone %d\n%q\n", cmp.Or(campaign.DelimiterName(info.Delimiter), written(info)), bytes.HasPrefix(content, []byte("\ufeff")),
		columns.Phone, columns.ID, columns.Language, columns.Country, columns.TimeZone, columns.Header)
	n, err := phone.New("")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for row, err := range rows(r) {
		if err != nil {
			writeError(t, &b, err)
			break
		}
		fmt.Fprintf(&b, "row %d line %d %q", count, row.Line, row.Cells)
		count++
		if row.bad != nil {
			fmt.Fprintf(&b, "\n    %v\n", row.bad.Problem.Error())
			continue
		}
		country := ""
		if columns.Country >= 0 {
			country = row.Cells[columns.Country]
		}
		address, finding := n.Read(row.Cells[columns.Phone], country)
		if finding.IsProblem() {
			address = campaign.Address{}
		}
		fmt.Fprintf(&b, " %s %v\n", address.Reveal(), finding)
	}
	if info = r.Info(); info.Hidden > 0 {
		fmt.Fprintf(&b, "hidden rows: %d\n", info.Hidden)
	}
	describeInfo(&b, r.Info())
	return b.String()
}

// describeInfo writes down what is not as it is of most files.
func describeInfo(b *strings.Builder, info table.Info) {
	if info.Encoding != "" && info.Encoding != "UTF-8" {
		fmt.Fprintf(b, "%s, %d %%\n", info.Encoding, info.Confidence)
	}
	if info.Compression != "" {
		fmt.Fprintln(b, info.Compression)
	}
	for _, n := range info.Notes {
		fmt.Fprintf(b, "note: %s %d %v\n    hint: %s\n", n.Message, n.Count, n.Lines, n.Hint)
	}
}

func writeError(t *testing.T, b *strings.Builder, err error) {
	t.Helper()
	var problems campaign.Problems
	if !errors.As(err, &problems) {
		t.Errorf("error is %T %v, want campaign.Problems", err, err)
	}
	if longNumber.MatchString(err.Error()) {
		t.Errorf("message may hold a person's number:\n%v", err)
	}
	fmt.Fprintln(b, err)
}

type readRow struct {
	table.Row
	bad *table.BadRow
}

// rows yields all rows of r, and at last the error that ended reading, if it was not the end of the file.
func rows(r *Reader) func(yield func(readRow, error) bool) {
	return func(yield func(readRow, error) bool) {
		var b table.Batch
		for {
			if err := r.ReadBatch(&b); err != nil {
				if !errors.Is(err, io.EOF) {
					yield(readRow{}, err)
				}
				return
			}
			bad := b.Bad
			for i := range b.Rows {
				row := readRow{Row: b.Rows[i]}
				if len(bad) > 0 && bad[0].Index == i {
					row.bad, bad = &bad[0], bad[1:]
				}
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

func closeReader(t testing.TB, r *Reader) {
	t.Helper()
	if err := r.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func writeFile(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "audience.csv")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustOpen(t testing.TB, path string, spec campaign.Audience) *Reader {
	t.Helper()
	r, err := Open(path, spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeReader(t, r) })
	return r
}

func TestOpenRefuses(t *testing.T) {
	folder := t.TempDir()
	for _, tc := range []struct {
		path    string
		columns map[string]string
		want    string
		hint    string
	}{
		{filepath.Join(folder, "none.csv"), nil, "there is no such file", "in a campaign file is seen from its folder"},
		{folder, nil, "is a folder, not a file", "CSV file"},
		{writeFile(t, "nr,Mobil nr\n1,2\n"), map[string]string{"phone": "mobil"}, `there is no column "mobil", which audience.columns names for phone`, `did you mean "Mobil nr"?`},
		{writeFile(t, "Mobile,Custmer\n1,2\n"), map[string]string{"id": "Customer"}, `there is no column "Customer", which audience.columns names for id`, `did you mean "Custmer"?`},
		{writeFile(t, "phone,x\n1,2\n"), map[string]string{"language": "Lang"}, `there is no column "Lang", which audience.columns names for language`, `the columns are "phone", "x" (delimiter: comma)`},
		{writeFile(t, "phone,id,customer no\n1,2,3\n"), nil, `columns "id", "customer no" could each be the id`, `audience: {columns: {id: "id"}}`},
		{writeFile(t, "Handy,Mobilnummer\n1,2\n"), nil, `columns "Handy", "Mobilnummer" could each be the phone`, `audience: {columns: {phone: "Handy"}}`},
		{writeFile(t, "Kundnr,Mobilnumer\n1,2\n"), nil, "no column is known to hold phone numbers", `if it is "Mobilnumer", say so: audience: {columns: {phone: "Mobilnumer"}}`},
		{writeFile(t, "Fax,Tel. privat\n1,2\n"), nil, "no column is known to hold phone numbers", `if it is "Tel. privat", say so`},
		{writeFile(t, "Festnetztelefon,Automobile,Hotel\n1,2,3\n"), nil, "no column is known to hold phone numbers", `the columns are "Festnetztelefon", "Automobile", "Hotel" (delimiter: comma)`},
	} {
		_, err := Open(tc.path, campaign.Audience{Columns: tc.columns})
		var problems campaign.Problems
		if !errors.As(err, &problems) {
			t.Errorf("Open(%s) = %v, want problems", tc.path, err)
			continue
		}
		if p := problems[0]; len(problems) > 1 || p.Message != tc.want || !strings.Contains(p.Hint, tc.hint) || p.File != tc.path {
			t.Errorf("Open(%s) = %+v, want %q with hint %q", tc.path, p, tc.want, tc.hint)
		}
	}
}

func TestMappedColumns(t *testing.T) {
	path := writeFile(t, "Phone,Backup phone,CustomerNo,Lang\n+447700900001,+447700900002,C1,sv\n")
	r := mustOpen(t, path, campaign.Audience{Columns: map[string]string{"phone": "backup_PHONE"}})
	want := campaign.Columns{Header: []string{"Phone", "Backup phone", "CustomerNo", "Lang"}, Phone: 1, ID: 2, Language: 3, Country: -1, TimeZone: -1}
	if diff := gocmp.Diff(want, r.Columns()); diff != "" {
		t.Errorf("Columns (-want +got):\n%s", diff)
	}
}

func TestOpenList(t *testing.T) {
	for _, tc := range []struct {
		name, content string
		phone, id     int
		want          []string
	}{
		{"plain", "# opted out\n+44 7700 900001\n\n07700900002\n", 0, -1, []string{"2 +44 7700 900001", "4 07700900002"}},
		{"plain, quoted", "\ufeff\"+447700900001\"\r\n+447700900002\r\n", 0, -1, []string{"1 +447700900001", "2 +447700900002"}},
		{"phone column", "Date;Phone\n2026-01-02;+447700900001\n", 1, -1, []string{"2 2026-01-02 +447700900001"}},
		{"id column", "ID\n#7\n", -1, 0, []string{"2 #7"}},
		{"list of ours", "Phone,line,reason\n+447700900001,7,duplicate\n", 0, -1, []string{"2 +447700900001 7 duplicate"}}, // no ids of LINE
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, err := OpenList(writeFile(t, tc.content), table.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer closeReader(t, r)
			var got []string
			for row, err := range rows(r) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, fmt.Sprint(row.Line, " ", strings.Join(row.Cells, " ")))
			}
			if c := r.Columns(); c.Phone != tc.phone || c.ID != tc.id || c.Own != nil || !gocmp.Equal(got, tc.want) {
				t.Errorf("phone %d, id %d, own %v, rows %q, want %d, %d, %q", c.Phone, c.ID, c.Own, got, tc.phone, tc.id, tc.want)
			}
		})
	}
}

// TestSaidEncoding reads files that would be refused if nobody said how they are written.
func TestSaidEncoding(t *testing.T) {
	path := writeFile(t, "phone;name, city\n+447700900001;Dvo\xf8\xe1k, Brno\n")
	if _, err := OpenList(path, table.Options{Delimiter: ';'}); err == nil {
		t.Error("OpenList takes a file whose encoding cannot be told")
	}
	list, err := OpenList(path, table.Options{Encoding: "cp1250", Delimiter: ';'})
	if err != nil {
		t.Fatal(err)
	}
	defer closeReader(t, list)
	for _, r := range []*Reader{list, mustOpen(t, path, campaign.Audience{Encoding: "windows-1250", Delimiter: ';'})} {
		for row, err := range rows(r) {
			if want := []string{"+447700900001", "Dvořák, Brno"}; err != nil || !gocmp.Equal(row.Cells, want) {
				t.Errorf("row = %q, %v, want %q", row.Cells, err, want)
			}
		}
	}
}

func TestOpenListRefuses(t *testing.T) {
	for _, tc := range []struct{ name, content, want string }{
		{"neither", "name,city\na,b\n", `the columns are "name", "city"`},
		{"data", "+447700900001,2026-01-02\n", "looks like a person"},
		{"letters in the first number", "077OO900124\n", "looks like a person"},
	} {
		_, err := OpenList(writeFile(t, tc.content), table.Options{})
		var problems campaign.Problems
		if !errors.As(err, &problems) {
			t.Errorf("OpenList(%s) = %v, want problems", tc.name, err)
			continue
		}
		if hint := problems[0].Hint; !strings.Contains(hint, tc.want) || strings.Contains(hint, "900") {
			t.Errorf("OpenList(%s) gives hint %q, want %q and nobody's number", tc.name, hint, tc.want)
		}
	}
}

// FuzzReader wants, whatever the bytes: no panic, lines inside the file and in order, a digest of
// the bytes where the file was read to its end.
func FuzzReader(f *testing.F) {
	for _, path := range corpus(f) {
		if filepath.Ext(path) != ".csv" {
			continue // see FuzzWorkbook and FuzzNDJSON
		}
		content, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte) {
		checkReading(t, folder, content, nil)
	})
}

// checkReading reads a file of these bytes, each row past each, which may be nil.
func checkReading(t *testing.T, folder string, content []byte, each func(columns []string, row readRow)) {
	t.Helper()
	path := filepath.Join(folder, fmt.Sprintf("%x", sha256.Sum256(content)))
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(path)
	lines, least := bytes.Count(content, []byte("\n"))+bytes.Count(content, []byte("\r"))+1, 1
	if bytes.HasPrefix(content, []byte("PK")) {
		lines = 1_048_576 // of a sheet
	}
	r, err := OpenList(path, table.Options{HiddenRows: table.IncludeHidden})
	if err != nil {
		checkPositions(t, err, lines)
		return
	}
	defer closeReader(t, r)
	if r.Info().Format == table.NDJSON {
		least = 0 // several objects may stand on a line
	}
	if r.Info().Compression != "" {
		lines = math.MaxInt
	}
	count, last := 0, 0
	for row, err := range rows(r) {
		if err != nil {
			checkPositions(t, err, lines)
			return
		}
		if row.Line < last+least || row.Line > lines {
			t.Fatalf("row %d line %d after line %d of %d", count, row.Line, last, lines)
		}
		if row.bad == nil && len(row.Cells) != len(r.Columns().Header) {
			t.Fatalf("row %d has %d cells and is not bad", count, len(row.Cells))
		}
		if each != nil {
			each(r.Columns().Header, row)
		}
		count, last = count+1, row.Line
	}
	if r.Info().SHA256 != sha256.Sum256(content) {
		t.Fatal("digest is not that of the bytes")
	}
}

func checkPositions(t *testing.T, err error, lines int) {
	t.Helper()
	var problems campaign.Problems
	if !errors.As(err, &problems) {
		t.Fatalf("error is %T %v, want campaign.Problems", err, err)
	}
	for _, p := range problems {
		if p.Line < 0 || p.Line > lines || p.Column < 0 || p.Message == "" {
			t.Fatalf("problem %+v is outside the %d lines of the file", p, lines)
		}
	}
}
