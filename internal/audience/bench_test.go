package audience

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
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
	b.Run("Reader", func(b *testing.B) {
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
	})
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
