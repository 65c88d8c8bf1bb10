package audience

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"sendoff/campaign"
	"sendoff/internal/table"
)

// FuzzNDJSON wants of JSON lines what FuzzReader wants of text, and that a row's values are those that encoding/json finds in its line.
func FuzzNDJSON(f *testing.F) {
	for _, path := range corpus(f) {
		if extension := filepath.Ext(path); extension != ".ndjson" && extension != ".json" {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte) {
		if !bytes.HasPrefix(content, []byte("{")) && !bytes.HasPrefix(content, []byte("[")) {
			return
		}
		if !utf8.Valid(content) || bytes.ContainsAny(content, "\ufeff\x00\x1a") { // it is read as another text than encoding/json would
			checkReading(t, folder, content, nil)
			return
		}
		lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(content)), "\n")
		checkReading(t, folder, content, func(columns []string, row readRow) {
			want := make(map[string]any)
			d := json.NewDecoder(strings.NewReader(lines[row.Line-1]))
			d.UseNumber()
			if row.bad != nil || !json.Valid([]byte(lines[row.Line-1])) || d.Decode(&want) != nil {
				return
			}
			for key, value := range want {
				if i := columnNamed(columns, key); i >= 0 && row.Cells[i] != textOf(value) {
					t.Fatalf("line %d has %q under %q, want %q", row.Line, row.Cells[i], key, textOf(value))
				}
			}
		})
	})
}

// columnNamed returns the only column whose name is that of the key, or -1.
func columnNamed(columns []string, key string) int {
	found := -1
	for i, name := range columns {
		if name == strings.TrimSpace(key) {
			if found >= 0 {
				return -1
			}
			found = i
		}
	}
	return found
}

// textOf is what a cell has for a value.
func textOf(value any) string {
	switch v := value.(type) {
	case nil, map[string]any, []any: // those that are not refused are empty
		return ""
	case string:
		return v
	}
	return fmt.Sprint(value)
}

// TestLongObjects reads objects up to a megabyte, and none above it.
func TestLongObjects(t *testing.T) {
	object := func(size int) string { return `{"Mobile":"+447700900001","Note":"` + strings.Repeat("x", size) + `"}` }
	for _, tc := range []struct {
		name, content string
		line          int // where it is too long; 0: it is not
	}{
		{"lines", object(1<<20-100) + "\n" + object(10) + "\n", 0},
		{"line too long", object(10) + "\n" + object(1<<20) + "\n", 2},
		{"list", "[" + object(1<<20-100) + ",\n" + object(10) + "]", 0},
		{"too long in a list", "[" + object(10) + ",\n" + object(1<<20) + "]", 2},
		{"one line without end", object(9 << 20), 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, err := Open(writeFile(t, tc.content), campaign.Audience{})
			if tc.line == 0 {
				if err != nil {
					t.Fatal(err)
				}
				defer closeReader(t, r)
				for _, err := range rows(r) {
					if err != nil {
						t.Fatal(err)
					}
				}
				return
			}
			if want := fmt.Sprintf(":%d:1: the object that begins here is longer than 1 MB", tc.line); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("Open = %v, want %q", err, want)
			}
		})
	}
}

// TestManyObjects reads more than a batch in each way of writing them.
func TestManyObjects(t *testing.T) {
	const total = 2345
	var objects []string
	for i := range total {
		objects = append(objects, fmt.Sprintf(`{"Mobile":"+4477009%05d","Name":"žluťoučký %s"}`, i, strings.Repeat("€", i%50)))
	}
	for name, content := range map[string]string{
		"lines": strings.Join(objects, "\n"),
		"list":  "[" + strings.Join(objects, ",\n") + "]",
		"row":   strings.ReplaceAll(strings.Join(objects, "\n"), `,"Name"`, ",\n\"Name\""),
	} {
		t.Run(name, func(t *testing.T) {
			step := 1
			if name == "row" {
				step = 2
			}
			next := 0
			r := mustOpen(t, writeFile(t, content), campaign.Audience{})
			for row, err := range rows(r) {
				if err != nil || row.bad != nil || row.Line != next*step+1 || row.Cells[0] != fmt.Sprintf("+4477009%05d", next) {
					t.Fatalf("row %d = %+v, %v", next, row, err)
				}
				next++
			}
			if next != total || r.Info().Format != table.NDJSON {
				t.Errorf("%d rows of %s, want %d", next, r.Info().Format, total)
			}
		})
	}
}

// Numbers that are stored as such are written as those are that stand in the column as text: otherwise 1.5 would be read as 15.
func TestCommaInNumbers(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "people.xlsx")
	book := excelize.NewFile()
	for i, row := range [][]any{{"phone", "points", "rate"}, {"+447700900001", 1.234, 2.5}, {"+447700900002", "1.234,5", 2.5}, {"+447700900003", 1234, 0}} {
		if err := book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(book.SaveAs(path), book.Close()); err != nil {
		t.Fatal(err)
	}
	lines := filepath.Join(dir, "people.ndjson")
	content := `{"phone":"+447700900001","points":1.234,"rate":2.5}
{"phone":"+447700900002","points":"1.234,5","rate":2.5}
{"phone":"+447700900003","points":1234,"rate":0}
`
	if err := os.WriteFile(lines, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{path, lines} {
		var got []string
		for row, err := range rows(mustOpen(t, path, campaign.Audience{Numbers: []campaign.ColumnName{{Name: "Points"}}, Decimal: ","})) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, row.Cells[1]+" "+row.Cells[2])
		}
		if want := []string{"1,234 2.5", "1.234,5 2.5", "1234 0"}; !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", filepath.Base(path), got, want)
		}
	}
}
