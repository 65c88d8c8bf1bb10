package cli

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
)

func convert(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: convert KIND FROM TO")
	}
	content := []byte(ts.ReadFile(args[1]))
	cells, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	ts.Check(err)
	converted, err := converted(args[0], content, cells)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), converted, 0o600))
}

// converted returns a table in another form, as the programs that people have would write it.
func converted(kind string, content []byte, cells [][]string) ([]byte, error) {
	switch kind {
	case "utf16":
		var b []byte
		for _, unit := range utf16.Encode([]rune("\ufeff" + string(content))) {
			b = binary.LittleEndian.AppendUint16(b, unit)
		}
		return b, nil
	case "windows-1252":
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.Comma, w.UseCRLF = ';', true
		if err := w.WriteAll(cells); err != nil {
			return nil, err
		}
		return charmap.Windows1252.NewEncoder().Bytes(b.Bytes())
	case "xlsx", "xlsx-numbers":
		return asWorkbook(cells, kind == "xlsx-numbers")
	case "ndjson", "ndjson-numbers":
		return asObjects(cells, kind == "ndjson-numbers")
	case "gzip":
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, err := w.Write(content)
		err = errors.Join(err, w.Close())
		return b.Bytes(), err
	case "zstd":
		w, err := zstd.NewWriter(nil)
		if err != nil {
			return nil, err
		}
		return w.EncodeAll(content, nil), w.Close()
	}
	return nil, fmt.Errorf("unknown kind %q", kind)
}

// isNumber reports whether a program that tells numbers from texts takes a cell for a number.
func isNumber(cell string) bool {
	return cell != "" && (cell[0] != '0' || cell == "0") && strings.Trim(cell, "0123456789") == ""
}

func asWorkbook(cells [][]string, hasNumbers bool) ([]byte, error) {
	f := excelize.NewFile()
	for i, row := range cells {
		for j, cell := range row {
			at, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				return nil, err
			}
			if hasNumbers && isNumber(cell) {
				err = f.SetCellDefault("Sheet1", at, cell)
			} else {
				err = f.SetCellStr("Sheet1", at, cell)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	b, err := f.WriteToBuffer()
	return b.Bytes(), errors.Join(err, f.Close())
}

// asObjects returns an object on each line, its keys in the order of the header.
func asObjects(cells [][]string, hasNumbers bool) ([]byte, error) {
	var b bytes.Buffer
	for _, row := range cells[1:] {
		for j, cell := range row {
			name, err := json.Marshal(cells[0][j])
			if err != nil {
				return nil, err
			}
			value := []byte(cell)
			if !hasNumbers || !isNumber(cell) {
				if value, err = json.Marshal(cell); err != nil {
					return nil, err
				}
			}
			separator := ","
			if j == 0 {
				separator = "{"
			}
			fmt.Fprintf(&b, "%s%s:%s", separator, name, value)
		}
		b.WriteString("}\n")
	}
	return b.Bytes(), nil
}

// keepRows runs a command that prints a plan with its rows, and writes these to a file without where they stand.
func keepRows(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: rows FILE COMMAND [ARG…]")
	}
	exits(ts, false, append([]string{"0"}, args[1:]...))
	var plan struct {
		People []map[string]any `json:"people"`
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &plan))
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	last := 0.0
	for _, row := range plan.People {
		line, hasLine := row["line"].(float64)
		if !hasLine || line <= last {
			ts.Fatalf("after line %v comes a row of line %v", last, row["line"])
		}
		last = line
		delete(row, "line")
		if why, ok := row["why"].(string); ok {
			row["why"] = winner.ReplaceAllString(why, "")
		}
		ts.Check(encoder.Encode(row)) // keys are sorted
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o600))
}

// winner is where the winner of a duplicate stands, which is another line in every kind of file.
var winner = regexp.MustCompile(` as line \d+`)
