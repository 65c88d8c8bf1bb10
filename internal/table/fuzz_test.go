package table

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"sendoff/campaign"
)

// addCorpus gives a fuzz target the files that tests of the audience read.
func addCorpus(f *testing.F, add func(content []byte)) {
	paths, err := filepath.Glob("../audience/testdata/corpus/*.csv")
	if err != nil || len(paths) == 0 {
		f.Fatalf("glob: %v, %d files", err, len(paths))
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		add(content)
	}
}

// FuzzOpen wants, whatever the bytes: no panic, positions inside the file and in order, cells that are text, rows that are as long as the
// header or bad, and errors that are problems.
func FuzzOpen(f *testing.F) {
	addCorpus(f, func(content []byte) { f.Add(content, "", uint8(0)) })
	for _, kind := range foreign {
		f.Add([]byte(kind.begins+"\x00x"), "", uint8(0))
	}
	f.Add([]byte("phone;x\n1;\xe5\n"), "windows-1250", uint8(';'))
	f.Add([]byte("p\x00h\x00\n\x001\x00"), "utf-16", uint8(0))
	f.Add([]byte("phone|x\n1|\x81\n"), "cp850", uint8('|'))
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte, encoding string, delimiter uint8) {
		if !bytes.ContainsRune([]byte(",;\t|\x00"), rune(delimiter)) {
			return
		}
		path := filepath.Join(folder, "table.csv")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := Open(path, Options{Encoding: encoding, Delimiter: rune(delimiter)})
		if err != nil {
			checkProblems(t, err, len(content)+1)
			return
		}
		defer r.Close()
		most := len(content) + 1 // lines
		if r.Info().Compression != "" {
			most = 1 << 30
		}
		names, err := r.ReadHeader()
		if err != nil {
			checkProblems(t, err, most)
			return
		}
		var b Batch
		for last := 0; last < 1<<20; {
			if err := r.ReadBatch(&b); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				checkProblems(t, err, most)
				return
			}
			last = checkRows(t, &b, len(names), last, most)
		}
	})
}

// checkRows checks a batch whose rows come behind a line, and returns the line of its last row.
func checkRows(t *testing.T, b *Batch, columns, last, most int) int {
	t.Helper()
	bad := b.Bad
	for i, row := range b.Rows {
		if row.Line <= last || row.Line > most {
			t.Fatalf("row on line %d after line %d of %d at most", row.Line, last, most)
		}
		last = row.Line
		if len(bad) > 0 && bad[0].Index == i {
			if p := bad[0].Problem; p.Line < row.Line || p.Line > most || bad[0].Fault == OK {
				t.Fatalf("bad row %+v on line %d", bad[0], row.Line)
			}
			bad = bad[1:]
		} else if len(row.Cells) != columns {
			t.Fatalf("row has %d cells of %d, and is not bad", len(row.Cells), columns)
		}
		for _, cell := range row.Cells {
			if !utf8.ValidString(cell) || bytes.IndexByte([]byte(cell), 0) >= 0 {
				t.Fatalf("cell %q is no text", cell)
			}
		}
	}
	if len(bad) > 0 {
		t.Fatalf("bad rows %+v are none of the batch", bad)
	}
	return last
}

func checkProblems(t *testing.T, err error, most int) {
	t.Helper()
	var problems campaign.Problems
	if !errors.As(err, &problems) {
		t.Fatalf("error is %T %v, want campaign.Problems", err, err)
	}
	for _, p := range problems {
		if p.Line < 0 || p.Line > most || p.Column < 0 || p.Message == "" {
			t.Fatalf("problem %+v is outside the %d lines of the file", p, most)
		}
	}
}

// FuzzSameRows wants a text to read the same in every encoding and compression that can hold it.
func FuzzSameRows(f *testing.F) {
	addCorpus(f, func(content []byte) { f.Add(string(bytes.ToValidUTF8(content, []byte("é")))) })
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || strings.Contains(text, "\x00") { // zero bytes are how UTF-16 is known
			return
		}
		read := func(content string, o Options) string {
			path := filepath.Join(folder, "table.csv")
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			return transcript(path, o)
		}
		same := func(want, kind, got string) {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%q (-plain +%s):\n%s", text, kind, diff)
			}
		}
		plain := read(text, Options{})
		if strings.Contains(plain, "[{") { // it has a header: it is not refused for what its first bytes are
			same(plain, "UTF-16 LE", read("\xff\xfe"+writtenUTF16(binary.LittleEndian, text), Options{}))
			same(plain, "UTF-16 BE", read("\xfe\xff"+writtenUTF16(binary.BigEndian, text), Options{}))
			same(plain, "gzip", read(gzipped(t, text), Options{}))
			same(plain, "zstd", read(zstandard(t, text), Options{}))
		}
		text = "a" + text // first bytes that say nothing
		content, err := charmap.Windows1252.NewEncoder().String(text)
		if err != nil || utf8.ValidString(content[:withoutPartial([]byte(content))]) || strings.ContainsFunc(text, func(r rune) bool { return 0x80 <= r && r < 0xa0 }) {
			return
		}
		same(read(text, Options{}), "Windows-1252", read(content, Options{Encoding: "windows-1252"}))
	})
}
