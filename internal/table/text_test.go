package table

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/charmap"

	"sendoff/campaign"
)

// written is text in an encoding of a byte for each character.
func written(t testing.TB, table *charmap.Charmap, text string) string {
	t.Helper()
	b, err := table.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func writtenUTF16(order binary.ByteOrder, text string) string {
	var b bytes.Buffer
	for _, unit := range utf16.Encode([]rune(text)) {
		_ = binary.Write(&b, order, unit) // memory takes everything
	}
	return b.String()
}

func gzipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zstandard(t testing.TB, text string, o ...zstd.EOption) string {
	t.Helper()
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b, o...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// transcript is everything that a reader says of a file, but for its encoding, compression and name.
func transcript(path string, o Options) string {
	o.Name = "table.csv"
	r, err := Open(path, o)
	if err != nil {
		return err.Error()
	}
	defer r.Close()
	var b strings.Builder
	names, err := r.ReadHeader()
	fmt.Fprintln(&b, names, err)
	var batch Batch
	for err == nil {
		if err = r.ReadBatch(&batch); err != nil {
			break
		}
		for _, row := range batch.Rows {
			fmt.Fprintf(&b, "%d %q\n", row.Line, row.Cells)
		}
		for _, bad := range batch.Bad {
			fmt.Fprintln(&b, bad.Index, bad.Fault, bad.Problem.Error())
		}
	}
	fmt.Fprintln(&b, err)
	if errors.Is(err, io.EOF) {
		fmt.Fprintln(&b, r.Info().Notes, campaign.DelimiterName(r.Info().Delimiter))
	}
	return b.String()
}

// plainRows are rows of ASCII.
func plainRows(n int) string { return strings.Repeat("+447700900001,Anna,x\n", n) }

// TestLateBytes reads files that show only behind much ASCII that they are not UTF-8.
func TestLateBytes(t *testing.T) {
	const many = 20_000
	names := written(t, charmap.Windows1252, "+447700900002,Jörgen,“Bo” Müller\n+447700900003,Zoë,5 €\n")
	for _, tc := range []struct{ name, content, want string }{
		{"windows-1252", plainRows(many) + names, `20003 ["+447700900003" "Zoë" "5 €"]`},
		{"too little to tell", plainRows(many) + written(t, charmap.Windows1250, "+447700900002,Dvořák,x\n"), "cannot be told: it may be Windows-1250"},
		{"another at the end", names + plainRows(many) + strings.Repeat(written(t, charmap.Windows1250, "+447700900002,Wałęsa,Grażyna Świętochłowice\n"), 20),
			"is not UTF-8. It looks like Windows-1250"},
		{"a byte that is none", names + plainRows(many) + "+447700900002,\x81\n", "table.csv:20004:15: has a byte here that is no character of Windows-1252"},
		{"UTF-8 at the end", names + plainRows(many) + "+447700900002,Åsa,x\n", "is in two encodings"},
		{"UTF-8 before", "+447700900002,Åsa,x\n" + plainRows(many) + names, "table.csv:20003:16: is UTF-8 text for 20002 lines, but not here"},
		{"cut off", plainRows(many) + "+447700900002,Ren\xe9", "table.csv:20002:18: is cut off in the middle of a UTF-8 character"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := transcript(writeFile(t, "phone,name,note\n"+tc.content), Options{})
			if !strings.Contains(got, tc.want) {
				t.Errorf("the file reads as …%s, want %s", got[max(0, len(got)-400):], tc.want)
			}
		})
	}
}

// TestTold reads files of which somebody has said how they are written.
func TestTold(t *testing.T) {
	czech := written(t, charmap.Windows1250, "phone;name\n1;Dvořák\n")
	for _, tc := range []struct {
		name, content string
		o             Options
		want          string
	}{
		{"encoding", czech, Options{Encoding: "cp1250"}, `2 ["1" "Dvořák"]`},
		{"UTF-16 without a mark", writtenUTF16(binary.LittleEndian, "phone,name\n1,山\n"), Options{Encoding: "utf-16"}, `2 ["1" "山"]`},
		{"UTF-16 with the other mark", "\xfe\xff" + writtenUTF16(binary.BigEndian, "phone\n1\n"), Options{Encoding: "utf-16le"}, "is said to be in UTF-16 LE, but its first bytes say UTF-16 BE"},
		{"UTF-8 with a mark", "\ufeffphone\n1\n", Options{Encoding: "latin1"}, "is said to be in Windows-1252, but its first bytes say UTF-8"},
		{"UTF-8, not said", "phone,name\n1,Åsa\n", Options{Encoding: "latin1"}, "is UTF-8 text at its beginning, and read as Windows-1252"},
		{"not UTF-8", czech, Options{Encoding: "utf-8"}, "table.csv:2:6: is not UTF-8 text, as the campaign says"},
		{"no such encoding", czech, Options{Encoding: "utf-7"}, "is said to be in utf-7, which is no encoding that is known here"},
		{"delimiter", "phone;name\n1;2\n", Options{Delimiter: ','}, `2 ["1;2"]`},
		{"tie", "phone;name, city\n1;Anna, Leeds\n", Options{Delimiter: ';'}, `2 ["1" "Anna, Leeds"]`},
		{"one column", "phone\n1;2\n2;3\n", Options{Delimiter: '\t'}, `2 ["1;2"]`},
		{"delimiter and sep=", "sep=;\nphone;name\n", Options{Delimiter: ','}, "is said to be separated by comma, but its first line says semicolon"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := transcript(writeFile(t, tc.content), tc.o); !strings.Contains(got, tc.want) {
				t.Errorf("the file reads as %s, want %s", got, tc.want)
			}
		})
	}
}

// TestHowOthersWriteIt wants a long file, with whatever can be wrong in it, to read the same in any encoding and compression.
func TestHowOthersWriteIt(t *testing.T) {
	var b strings.Builder
	b.WriteString("phone,name,note\r\n")
	for i := range 5000 {
		fmt.Fprintf(&b, "+4477009%05d,\"Jörgen\r\n%s\",“x”\r\n", i, strings.Repeat("é", i%50))
		if i%1000 == 500 {
			b.WriteString("1,2\r,,\r\n\r\nphone,name,note\r\n1,\"a\"b,c\r\n")
		}
	}
	plain := b.String()
	want := transcript(writeFile(t, plain), Options{})
	if !strings.Contains(want, "quote where none may stand") || !strings.Contains(want, "EOF") {
		t.Fatalf("the file reads as …%s", want[max(0, len(want)-400):])
	}
	for name, content := range map[string]string{
		"with a mark":  "\ufeff" + plain,
		"UTF-16 LE":    "\xff\xfe" + writtenUTF16(binary.LittleEndian, plain),
		"UTF-16 BE":    writtenUTF16(binary.BigEndian, plain),
		"Windows-1252": written(t, charmap.Windows1252, plain),
		"gzip":         gzipped(t, plain),
		"gzip in two":  gzipped(t, plain[:7777]) + gzipped(t, plain[7777:]),
		"zstd":         zstandard(t, "\xff\xfe"+writtenUTF16(binary.LittleEndian, plain)),
		"padded":       plain + "\x1a",
	} {
		t.Run(name, func(t *testing.T) {
			path := writeFile(t, content)
			if diff := cmp.Diff(want, transcript(path, Options{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			r := mustRead(t, path)
			for err := error(nil); err == nil; {
				err = r.ReadBatch(&Batch{})
			}
			if info := r.Info(); info.SHA256 != sha256.Sum256([]byte(content)) || info.Size != int64(len(content)) || info.Confidence < sureEnough {
				t.Errorf("Info = %+v", info)
			}
		})
	}
}

// TestSpareCells wants nothing dropped that holds something, where the first rows have let it seem that nothing does.
func TestSpareCells(t *testing.T) {
	r := mustRead(t, writeFile(t, "phone,name,\n"+strings.Repeat("1,Anna,\n", sampleRows)+"2,Bo,x\n3,Carl\n"))
	var b Batch
	if err := r.ReadBatch(&b); err != nil {
		t.Fatal(err)
	}
	if len(b.Bad) != 1 || b.Bad[0].Index != sampleRows || !cmp.Equal(b.Rows[sampleRows].Cells, []string{"2", "Bo", "x"}) {
		t.Errorf("bad rows are %+v, want that of Bo", b.Bad)
	}
	if last := b.Rows[sampleRows+1].Cells; !cmp.Equal(last, []string{"3", "Carl"}) {
		t.Errorf("the last row is %q", last)
	}
}

func TestBlankLines(t *testing.T) {
	const many = 3 << 19
	for name, blank := range map[string]string{"LF": "\n", "CRLF": "\r\n", "CR": "\r", "empty cells": ",\n"} {
		got := transcript(writeFile(t, "phone,name\n"+strings.Repeat(blank, many/len(blank))+"1,\"Anna\n2,Bo\n"), Options{})
		want := fmt.Sprintf("table.csv:%d:3: the quote that opens here is not closed", 2+many/len(blank))
		if !strings.Contains(got, want) {
			t.Errorf("%s: the file reads as %s, want %s", name, got, want)
		}
	}
}

// TestMessagesHoldNoCells wants no cell of a file in any message about it.
func TestMessagesHoldNoCells(t *testing.T) {
	for _, content := range []string{
		"phone,name\n1,\"SECRET\n", "phone,name\n1,SECRET\"x\n", "phone,name\n1,SECRET,2\n", "SECRET\na;b;c\n1;2;3\n", "SECRET;a,b\n1;2,3\n",
		"sep=SECRET\n", "phone\nSECRET;1\nSECRET;2\n", "phone,name\n1,SECR\xeaT\n", "phone,name\nSECRET\u00e9,\xff\n", "phone,name\nSECRET\x00,b\n",
	} {
		got := transcript(writeFile(t, content), Options{})
		message := false
		for line := range strings.Lines(got) {
			isRow := strings.Contains(line, "[")
			message = message || !isRow
			if !isRow && strings.Contains(line, "SECR") {
				t.Errorf("%q: %s", content, line)
			}
		}
		if !message {
			t.Errorf("%q: nothing is said about it:\n%s", content, got)
		}
	}
}

func TestCompressedFileChanges(t *testing.T) {
	path := writeFile(t, gzipped(t, "phone\n"+strings.Repeat("1\n", 1<<18)))
	r := mustRead(t, path)
	if err := os.Truncate(path, 100); err != nil {
		t.Fatal(err)
	}
	var b Batch
	err := error(nil)
	for err == nil {
		err = r.ReadBatch(&b)
	}
	var problems campaign.Problems
	if !errors.Is(err, ErrChanged) || !errors.As(err, &problems) {
		t.Errorf("ReadBatch = %v, want that the file has changed", err)
	}
}

func TestLargeWindow(t *testing.T) {
	path := writeFile(t, zstandard(t, strings.Repeat("phone\n", 1<<20), zstd.WithWindowSize(2*maxWindow)))
	if got := transcript(path, Options{}); !strings.Contains(got, "takes more than 32 MB of memory") {
		t.Errorf("the file reads as %.200s", got)
	}
}

func TestSpooled(t *testing.T) {
	for _, content := range []string{"phone\n1\n", gzipped(t, "phone\n1\n")} {
		s, err := openSource(writeFile(t, content), Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.file.Close()
		c, err := openContent(s)
		if err != nil {
			t.Fatal(err)
		}
		defer c.close()
		file, size, err := c.spooled()
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, size)
		if _, err := file.ReadAt(got, 0); err != nil || string(got) != "phone\n1\n" {
			t.Errorf("spooled = %q, %v", got, err)
		}
		if digest, err := s.finish(); err != nil || digest != sha256.Sum256([]byte(content)) {
			t.Errorf("finish = %x, %v", digest, err)
		}
	}
}

// TestBombs wants small files that are large when uncompressed to be read in little memory.
func TestBombs(t *testing.T) {
	const size = 8 << 20
	for name, tc := range map[string]struct {
		content string
		most    uint64
	}{
		"blank lines": {gzipped(t, "phone\n"+strings.Repeat("\n", size)), 5 << 20},
		"zero bytes":  {zstandard(t, "phone\n"+strings.Repeat("\x00", size)), 5 << 20},
		"Ctrl-Z":      {gzipped(t, "phone\n"+strings.Repeat("\x1a", size)), 5 << 20},
		"open quote":  {gzipped(t, "phone\n\""+strings.Repeat("x", size)), 20 << 20}, // a megabyte, in buffers that grow by and by
	} {
		r := mustRead(t, writeFile(t, tc.content))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := r.ReadBatch(&Batch{})
		runtime.ReadMemStats(&after)
		if allocated := after.TotalAlloc - before.TotalAlloc; err == nil || allocated > tc.most {
			t.Errorf("%s: ReadBatch = %v, allocating %d MB", name, err, allocated>>20)
		}
	}
}
