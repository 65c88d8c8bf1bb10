package plan

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"sendoff/internal/runstore"
)

// benchmarkRows is large enough for the compiled numbering plans and the ledger's transactions not to count.
const benchmarkRows = 200_000

// benchmarkAudience writes an audience of six columns, some cells quoted, every number another one. It returns its path.
func benchmarkAudience(b *testing.B, format string, rows int) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "audience.csv")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "id,phone,First name,Last name,city,points")
	for i := range rows {
		fmt.Fprintf(w, "C%07d,"+format+",Anna,Lindström,\"Leeds, UK\",%d\n", i, i%1000, i%5000)
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		b.Fatal(err)
	}
	return path
}

// The numbers are those of fiction, so they repeat: nearly every row ends as a duplicate, which is the dearest way through.
func BenchmarkBuild(b *testing.B) {
	for _, tc := range []struct{ name, format string }{
		{"E164", "+447700900%03d"},
		{"National", "07700 900%03d"},
	} {
		path := benchmarkAudience(b, tc.format, benchmarkRows)
		c := testCampaign(b, filepath.Dir(path), `message:
  card_message:
    title: "Spring sale, ${first_name}"
    description: "Your ${points} points are worth more until Sunday, in ${city} and online."
    choices:
      - url_message: {title: "Shop now", url: "https://example.com/s?c=${id}"}
audience: {file: audience.csv, country: GB}`)
		b.Run(tc.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				run := mustAcquire(b, filepath.Join(b.TempDir(), "run"))
				if _, err := Build(context.Background(), config(c, run)); err != nil {
					b.Fatal(err)
				}
				if err := run.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*benchmarkRows/b.Elapsed().Seconds(), "rows/s")
		})
	}
	path := benchmarkAudience(b, "+447700900%03d", benchmarkRows)
	b.Run("encoding-csv", func(b *testing.B) { // the yardstick: the same bytes, and nothing done with them
		for b.Loop() {
			benchmarkPass(b, path)
		}
		b.ReportMetric(float64(b.N)*benchmarkRows/b.Elapsed().Seconds(), "rows/s")
	})
}

func benchmarkPass(b *testing.B, path string) {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	r := csv.NewReader(bufio.NewReaderSize(f, 64<<10))
	r.ReuseRecord = true
	for err == nil {
		_, err = r.Read()
	}
	if !errors.Is(err, io.EOF) {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}

var _ = runstore.FrameRows
