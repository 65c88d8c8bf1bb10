package audience

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
)

var update = flag.Bool("update", false, "rewrite golden files")

// longNumber is what no message may hold.
var longNumber = regexp.MustCompile(`\d{6}`)

// TestCorpus reads hostile files and compares what was understood of each with its golden file.
func TestCorpus(t *testing.T) {
	paths, err := filepath.Glob("testdata/corpus/*.csv")
	if err != nil || len(paths) == 0 {
		t.Fatalf("glob: %v, %d files", err, len(paths))
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".csv"), func(t *testing.T) {
			golden := strings.TrimSuffix(path, ".csv") + ".want"
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
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", path, diff)
			}
		})
	}
}

// describe reads a file and writes down everything that callers get of it.
func describe(t *testing.T, path string) string {
	t.Helper()
	var b strings.Builder
	r, err := Open(path, campaign.Audience{})
	if err != nil {
		writeError(t, &b, err)
		return b.String()
	}
	defer closeReader(t, r)
	columns, info := r.Columns(), r.Info()
	fmt.Fprintf(&b, "%s, BOM %t, phone %d, id %d, language %d, country %d, time zone %d\n%q\n", info.DelimiterName(), r.source.hasBOM,
		columns.Phone, columns.ID, columns.Language, columns.Country, columns.TimeZone, columns.Header)
	n, err := NewNormaliser("", columns)
	if err != nil {
		t.Fatal(err)
	}
	for row, err := range rows(r) {
		if err != nil {
			writeError(t, &b, err)
			break
		}
		if row.bad != nil {
			fmt.Fprintf(&b, "row %d line %d %q\n    %v\n", row.recipient.Row, row.recipient.Line, row.recipient.Fields, row.bad.Problem.Error())
			continue
		}
		finding := n.Normalise(&row.recipient)
		fmt.Fprintf(&b, "row %d line %d %q %s %v\n", row.recipient.Row, row.recipient.Line, row.recipient.Fields, row.recipient.Address.Reveal(), finding)
	}
	return b.String()
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
	recipient campaign.Recipient
	bad       *BadRow
}

// rows yields all rows of r, and at last the error that ended reading, if it was not the end of the file.
func rows(r *Reader) func(yield func(readRow, error) bool) {
	return func(yield func(readRow, error) bool) {
		var b Batch
		for {
			if err := r.ReadBatch(&b); err != nil {
				if !errors.Is(err, io.EOF) {
					yield(readRow{}, err)
				}
				return
			}
			bad := b.Bad
			for i, recipient := range b.Recipients {
				row := readRow{recipient: recipient}
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
		{filepath.Join(folder, "none.csv"), nil, "there is no such file", "folder of the campaign file"},
		{folder, nil, "is a folder, not a file", "CSV file"},
		{writeFile(t, "nr,Mobil nr\n1,2\n"), map[string]string{"phone": "mobil"}, `there is no column "mobil", which audience.columns names for phone`, `did you mean "Mobil nr"?`},
		{writeFile(t, "Mobile,Custmer\n1,2\n"), map[string]string{"id": "Customer"}, `there is no column "Customer", which audience.columns names for id`, `did you mean "Custmer"?`},
		{writeFile(t, "phone,x\n1,2\n"), map[string]string{"language": "Lang"}, `there is no column "Lang", which audience.columns names for language`, `the columns are "phone", "x" (delimiter: comma)`},
		{writeFile(t, "phone,id,customer no\n1,2,3\n"), nil, `columns "id", "customer no" could each be the id`, `audience: {columns: {id: "id"}}`},
	} {
		_, err := Open(tc.path, campaign.Audience{Columns: tc.columns})
		var problems campaign.Problems
		if !errors.As(err, &problems) {
			t.Errorf("Open(%s) = %v, want problems", tc.path, err)
			continue
		}
		if p := problems[0]; p.Message != tc.want || !strings.Contains(p.Hint, tc.hint) || p.File != tc.path {
			t.Errorf("Open(%s) = %+v, want %q with hint %q", tc.path, p, tc.want, tc.hint)
		}
	}
}

func TestMappedColumns(t *testing.T) {
	path := writeFile(t, "Phone,Backup phone,CustomerNo,Lang\n+447700900001,+447700900002,C1,sv\n")
	r := mustOpen(t, path, campaign.Audience{Columns: map[string]string{"phone": "backup_PHONE"}})
	want := campaign.Columns{Header: []string{"Phone", "Backup phone", "CustomerNo", "Lang"}, Phone: 1, ID: 2, Language: 3, Country: -1, TimeZone: -1}
	if diff := cmp.Diff(want, r.Columns()); diff != "" {
		t.Errorf("Columns (-want +got):\n%s", diff)
	}
}

// TestManyBatches reads more than a batch, with characters of several bytes across the edges of the buffers, and wants every row
// once, in order, with its line, and the digest of the file.
func TestManyBatches(t *testing.T) {
	const total = 12_345
	var content strings.Builder
	content.WriteString("\ufeffphone,note\r\n")
	for i := range total {
		fmt.Fprintf(&content, "+4477009%05d,\"žluťoučký %s\n🐎 %d\"\n", i, strings.Repeat("€", i%11), i)
	}
	r := mustOpen(t, writeFile(t, content.String()), campaign.Audience{})
	next := 0
	for row, err := range rows(r) {
		if err != nil {
			t.Fatal(err)
		}
		got := row.recipient
		wantCells := []string{fmt.Sprintf("+4477009%05d", next), fmt.Sprintf("žluťoučký %s\n🐎 %d", strings.Repeat("€", next%11), next)}
		if got.Row != next || got.Line != 2+2*next || row.bad != nil || !cmp.Equal(got.Fields, wantCells) {
			t.Fatalf("row %d = %+v %v, want line %d and %q", next, got, row.bad, 2+2*next, wantCells)
		}
		next++
	}
	if next != total {
		t.Errorf("read %d rows, want %d", next, total)
	}
	info := r.Info()
	if info.SHA256 != sha256.Sum256([]byte(content.String())) || info.Size != int64(content.Len()) || !r.source.hasBOM || info.Delimiter != ',' {
		t.Errorf("Info = %+v", info)
	}
}

func TestBatchesAreBounded(t *testing.T) {
	long := strings.Repeat("x", maxRow-100)
	r := mustOpen(t, writeFile(t, "phone,note\n"+strings.Repeat("+447700900001,"+long+"\n", 9)), campaign.Audience{})
	var b Batch
	if err := r.ReadBatch(&b); err != nil || len(b.Recipients) != 5 {
		t.Errorf("ReadBatch = %v with %d rows, want 5 rows of nearly 1 MB", err, len(b.Recipients))
	}
}

func TestTooLong(t *testing.T) {
	long := strings.Repeat("x", maxRow+1)
	for _, tc := range []struct {
		name, content string
		line, column  int
		want          string
	}{
		{"cell", "phone,note\n1,a\n2," + long + "\n", 3, 1, "is longer than 1 MB"},
		{"cell, all read ahead", "phone,note\n1,a\n2," + long[:maxRow-1] + "\n3,4\n", 3, 1, "is longer than 1 MB"},
		{"quote", "phone,note\n1,a\nå,\"" + strings.Repeat("2,x\n", maxRow/4+30) + "\"\n", 3, 3, "the quote that opens here is not closed"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := mustOpen(t, writeFile(t, tc.content), campaign.Audience{})
			var b Batch
			err := r.ReadBatch(&b)
			var problems campaign.Problems
			if !errors.As(err, &problems) {
				t.Fatalf("ReadBatch = %v, want problems", err)
			}
			if p := problems[0]; p.Line != tc.line || p.Column != tc.column || !strings.Contains(p.Message, tc.want) {
				t.Errorf("ReadBatch = %+v, want %d:%d %s", p, tc.line, tc.column, tc.want)
			}
			if again := r.ReadBatch(&b); !cmp.Equal(again, err) {
				t.Errorf("ReadBatch again = %v, want the same error", again)
			}
		})
	}
}

func TestChangesWhileRead(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(path string) error
	}{
		{"longer", func(path string) error {
			file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = file.WriteString("+447700900002\n")
			return errors.Join(err, file.Close())
		}},
		{"shorter", func(path string) error { return os.Truncate(path, 8) }},
		{"touched", func(path string) error { return os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := writeFile(t, "phone\n+447700900001\n")
			r := mustOpen(t, path, campaign.Audience{})
			if err := tc.change(path); err != nil {
				t.Fatal(err)
			}
			var b Batch
			err := r.ReadBatch(&b)
			if err == nil || !strings.Contains(err.Error(), "changed while it was read") || len(b.Recipients) > 0 {
				t.Errorf("ReadBatch = %v with %d rows, want an error and none", err, len(b.Recipients))
			}
		})
	}
}

func TestFindDelimiter(t *testing.T) {
	for _, tc := range []struct {
		head string
		want rune
	}{
		{"phone,name", ','},
		{"phone;name;a,b\n", ';'},
		{"\r\n\"a,b,c\";d\n1,2,3;4\n", ';'},
		{"phone\ta;b\tc\n", '\t'},
		{"phone|name\n", '|'},
		{"phone\n1;2;3\n", ','}, // one column: what its cells hold is no delimiter
		{"", ','},
	} {
		if got := findDelimiter([]byte(tc.head)); got != tc.want {
			t.Errorf("findDelimiter(%q) = %q, want %q", tc.head, got, tc.want)
		}
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
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, err := OpenList(writeFile(t, tc.content))
			if err != nil {
				t.Fatal(err)
			}
			defer closeReader(t, r)
			var got []string
			for row, err := range rows(r) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, fmt.Sprint(row.recipient.Line, " ", strings.Join(row.recipient.Fields, " ")))
			}
			if c := r.Columns(); c.Phone != tc.phone || c.ID != tc.id || !cmp.Equal(got, tc.want) {
				t.Errorf("phone %d, id %d, rows %q, want %d, %d, %q", c.Phone, c.ID, got, tc.phone, tc.id, tc.want)
			}
		})
	}
}

func TestOpenListRefuses(t *testing.T) {
	for _, tc := range []struct{ name, content, want string }{
		{"neither", "name,city\na,b\n", `the columns are "name", "city"`},
		{"data", "+447700900001,2026-01-02\n", "looks like a person"},
		{"letters in the first number", "077OO900124\n", "looks like a person"},
	} {
		_, err := OpenList(writeFile(t, tc.content))
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

// FuzzReader wants, whatever the bytes: no panic, lines inside the file and in order, rows numbered without a gap, a digest of
// the bytes where the file was read to its end.
func FuzzReader(f *testing.F) {
	paths, err := filepath.Glob("testdata/corpus/*.csv")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(folder, fmt.Sprintf("%x.csv", sha256.Sum256(content)))
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		defer os.Remove(path)
		lines := bytes.Count(content, []byte("\n")) + 1
		r, err := OpenList(path)
		if err != nil {
			checkPositions(t, err, lines)
			return
		}
		defer closeReader(t, r)
		count, last := 0, 0
		for row, err := range rows(r) {
			if err != nil {
				checkPositions(t, err, lines)
				return
			}
			got := row.recipient
			if got.Row != count || got.Line <= last || got.Line > lines {
				t.Fatalf("row %d line %d after row %d line %d of %d", got.Row, got.Line, count-1, last, lines)
			}
			if row.bad == nil && len(got.Fields) != len(r.Columns().Header) {
				t.Fatalf("row %d has %d cells and is not bad", got.Row, len(got.Fields))
			}
			count, last = count+1, got.Line
		}
		if r.Info().SHA256 != sha256.Sum256(content) {
			t.Fatal("digest is not that of the bytes")
		}
	})
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
