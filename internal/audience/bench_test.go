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
		var batch Batch
		total := 0
		for b.Loop() {
			r, err := Open(path, campaign.Audience{})
			if err != nil {
				b.Fatal(err)
			}
			for err = r.ReadBatch(&batch); err == nil; err = r.ReadBatch(&batch) {
				total += len(batch.Recipients)
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
	r := csv.NewReader(bufio.NewReaderSize(file, readSize))
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

func benchmarkNormalise(b *testing.B, format string) {
	n := newNormaliser(b, "GB")
	recipients := make([]campaign.Recipient, 1000)
	for i := range recipients {
		recipients[i].Fields = []string{fmt.Sprintf(format, i), ""}
	}
	n.Normalise(&recipients[0]) // compiles the numbering plan
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		for i := range recipients {
			if finding := n.Normalise(&recipients[i]); finding != PhoneUnassigned {
				b.Fatalf("row %d: %v", i, finding)
			}
		}
		rows += len(recipients)
	}
	rowsPerSecond(b, rows)
}

func BenchmarkNormaliseE164(b *testing.B)         { benchmarkNormalise(b, "+447700900%03d") }
func BenchmarkNormaliseNational(b *testing.B)     { benchmarkNormalise(b, "07700 900%03d") }
func BenchmarkNormaliseThroughParse(b *testing.B) { benchmarkNormalise(b, "+44 (0)7700 900%03d") }
func BenchmarkCompileNumberingGB(b *testing.B)    { benchmarkCompile(b, 44) }
func BenchmarkCompileNumberingUS(b *testing.B)    { benchmarkCompile(b, 1) }

func benchmarkCompile(b *testing.B, code int) {
	metadata, err := metadataByKey()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := newNumbering(code, metadata); err != nil {
			b.Fatal(err)
		}
	}
}
