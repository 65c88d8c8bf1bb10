package audience

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/gocarina/gocsv"

	"sendoff/campaign"
	"sendoff/internal/table"
)

func rowsPerSecond(b *testing.B, rows int) {
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

// benchmarkFile is 100,000 rows of six columns, about 57 bytes each, some of them quoted.
func benchmarkFile(b *testing.B) string {
	var content bytes.Buffer
	content.WriteString("id,phone,first name,last name,city,points\n")
	for i := range 100_000 {
		fmt.Fprintf(&content, "C%06d,+447700900%03d,Anna,Lindström,\"Leeds, UK\",%d\n", i, i%1000, i%5000)
	}
	return writeFile(b, content.String())
}

func BenchmarkRead(b *testing.B) {
	path := benchmarkFile(b)
	b.Run("Reader", func(b *testing.B) { benchmarkRows(b, path) })
	b.Run("encoding/csv", func(b *testing.B) {
		b.ReportAllocs()
		total := 0
		for b.Loop() {
			benchmarkPass(b, path, func(r *csv.Reader) error {
				_, err := r.Read()
				total++
				return err
			})
		}
		rowsPerSecond(b, total)
	})
	b.Run("gocsv", func(b *testing.B) { // two of the six columns, no others
		type row struct {
			ID    string `csv:"id"`
			Phone string `csv:"phone"`
		}
		b.ReportAllocs()
		total := 0
		for b.Loop() {
			var rows *gocsv.Unmarshaller
			benchmarkPass(b, path, func(r *csv.Reader) (err error) {
				if rows == nil {
					rows, err = gocsv.NewUnmarshaller(r, row{})
					return err
				}
				_, err = rows.Read()
				total++
				return err
			})
		}
		rowsPerSecond(b, total)
	})
}

// benchmarkBook is the same as a workbook: texts in the sheet or shared, all of them different or not, as they come.
func benchmarkBook(b *testing.B) string {
	var rows, shared strings.Builder
	rows.WriteString(row(1, "id", "phone", "first name", "last name", "city", "points"))
	for i := range 100_000 {
		n := i + 2
		fmt.Fprintf(&shared, "<si><t>C%06d</t></si><si><t>Anna %d</t></si>", i, i)
		fmt.Fprintf(&rows, `<row r="%d" spans="1:6"><c r="A%d" t="s"><v>%d</v></c><c r="B%d" s="1"><v>%d</v></c><c r="C%d" t="s"><v>%d</v></c>`+
			`<c r="D%d" t="inlineStr"><is><t>Lindström</t></is></c><c r="E%d" t="s"><v>1</v></c><c r="F%d" s="2"><v>%d</v></c></row>`,
			n, n, 2*i, n, 447700900000+i%1000, n, 2*i+1, n, n, n, i%5000)
	}
	book := one(rows.String())
	book.strings, book.formats = shared.String(), []string{"0", "#,##0"}
	return writeFile(b, string(book.bytes(b)))
}

// BenchmarkWorkbook reads as BenchmarkRead does.
func BenchmarkWorkbook(b *testing.B) { benchmarkRows(b, benchmarkBook(b)) }

// BenchmarkNDJSON reads as BenchmarkRead does.
func BenchmarkNDJSON(b *testing.B) {
	var content bytes.Buffer
	for i := range 100_000 {
		fmt.Fprintf(&content, `{"id":"C%06d","phone":"+447700900%03d","first name":"Anna","last name":"Lindström","city":"Leeds, UK","points":%d}`+"\n", i, i%1000, i%5000)
	}
	b.Run("lines", func(b *testing.B) { benchmarkRows(b, writeFile(b, content.String())) })
	list := "[" + strings.ReplaceAll(strings.TrimSpace(content.String()), "\n", ",\n") + "]"
	b.Run("list", func(b *testing.B) { benchmarkRows(b, writeFile(b, list)) })
}

// benchmarkRows reads all rows of a file.
func benchmarkRows(b *testing.B, path string) {
	b.ReportAllocs()
	var batch table.Batch
	total := 0
	for b.Loop() {
		r, err := Open(path, campaign.Audience{})
		if err != nil {
			b.Fatal(err)
		}
		for err = r.ReadBatch(&batch); err == nil; err = r.ReadBatch(&batch) {
			total += len(batch.Rows)
		}
		if !errors.Is(err, io.EOF) {
			b.Fatal(err)
		}
		closeReader(b, r)
	}
	rowsPerSecond(b, total)
}

func benchmarkPass(b *testing.B, path string, read func(*csv.Reader) error) {
	file, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	r := csv.NewReader(bufio.NewReaderSize(file, 64<<10))
	r.ReuseRecord = true
	for err == nil {
		err = read(r)
	}
	if !errors.Is(err, io.EOF) {
		b.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
}
