package table

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
)

func writeFile(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "table.csv")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// mustRead opens a file and reads its header.
func mustRead(t testing.TB, path string) *Reader {
	t.Helper()
	r, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	if _, err := r.ReadHeader(); err != nil {
		t.Fatal(err)
	}
	return r
}

// rows yields the rows of a table in which nothing is wrong.
func rows(t testing.TB, r *Reader) func(yield func(Row) bool) {
	return func(yield func(Row) bool) {
		var b Batch
		for {
			if err := r.ReadBatch(&b); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				t.Fatal(err)
			}
			if len(b.Bad) > 0 {
				t.Fatal(b.Bad[0].Problem)
			}
			for _, row := range b.Rows {
				if !yield(row) {
					return
				}
			}
		}
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
	r := mustRead(t, writeFile(t, content.String()))
	next := 0
	for got := range rows(t, r) {
		wantCells := []string{fmt.Sprintf("+4477009%05d", next), fmt.Sprintf("žluťoučký %s\n🐎 %d", strings.Repeat("€", next%11), next)}
		if got.Line != 2+2*next || !cmp.Equal(got.Cells, wantCells) {
			t.Fatalf("row %d = %+v, want line %d and %q", next, got, 2+2*next, wantCells)
		}
		next++
	}
	if next != total {
		t.Errorf("read %d rows, want %d", next, total)
	}
	info := r.Info()
	if info.SHA256 != sha256.Sum256([]byte(content.String())) || info.Size != int64(content.Len()) || info.Delimiter != ',' {
		t.Errorf("Info = %+v", info)
	}
}

func TestBatchesAreBounded(t *testing.T) {
	long := strings.Repeat("x", maxRow-100)
	r := mustRead(t, writeFile(t, "phone,note\n"+strings.Repeat("+447700900001,"+long+"\n", 9)))
	var b Batch
	if err := r.ReadBatch(&b); err != nil || len(b.Rows) != 5 {
		t.Errorf("ReadBatch = %v with %d rows, want 5 rows of nearly 1 MB", err, len(b.Rows))
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
			r := mustRead(t, writeFile(t, tc.content))
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
			r := mustRead(t, path)
			if err := tc.change(path); err != nil {
				t.Fatal(err)
			}
			var b Batch
			err := r.ReadBatch(&b)
			if err == nil || !strings.Contains(err.Error(), "changed while it was read") || len(b.Rows) > 0 {
				t.Errorf("ReadBatch = %v with %d rows, want an error and none", err, len(b.Rows))
			}
		})
	}
}

// Of a file that grows by whole lines what it held at first is read, and nothing else of one that changes.
func TestGrows(t *testing.T) {
	const line, lines = "+447700900001\n", 1 << 16
	for _, tc := range []struct {
		name, end string
		change    func(file *os.File) error
		want      error
	}{
		{"a line more", "", func(file *os.File) error { return appendTo(file, line) }, io.EOF},
		{"half a line more", "", func(file *os.File) error { return appendTo(file, "+44") }, io.EOF},
		{"the rest of a line", "+44770", func(file *os.File) error { return appendTo(file, "0900002\n") }, ErrChanged},
		{"written anew", "", func(file *os.File) error {
			_, err := file.WriteAt([]byte("phone\n+447700900003\n"), 0)
			return errors.Join(err, appendTo(file, line))
		}, ErrChanged},
		{"shorter", "", func(file *os.File) error { return file.Truncate(8) }, ErrChanged},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := writeFile(t, "phone\n"+strings.Repeat(line, lines)+tc.end)
			r, err := Open(path, Options{Grows: true})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = r.Close() }()
			if _, err := r.ReadHeader(); err != nil {
				t.Fatal(err)
			}
			file, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(tc.change(file), file.Close()); err != nil {
				t.Fatal(err)
			}
			rows := 0
			var b Batch
			for err = r.ReadBatch(&b); err == nil; err = r.ReadBatch(&b) {
				rows += len(b.Rows)
			}
			if !errors.Is(err, tc.want) {
				t.Errorf("ReadBatch = %v, want %v", err, tc.want)
			}
			if tc.want == io.EOF && rows != lines {
				t.Errorf("%d rows were read, want the %d that were there when it was opened", rows, lines)
			}
		})
	}
}

func appendTo(file *os.File, text string) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	_, err = file.WriteAt([]byte(text), info.Size())
	return err
}
