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
)

// benchmarkRows is how many different numbers there are for fiction in North America: 100 in each area code.
const benchmarkRows = 80_000

// benchmarkAudience writes an audience of six columns, some cells quoted, every number another one. The format takes an area code and the
// last two digits. It returns the audience's path.
func benchmarkAudience(b *testing.B, format string) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "audience.csv")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "id,phone,First name,Last name,city,points")
	for i := range benchmarkRows {
		fmt.Fprintf(w, "C%07d,"+format+",Anna,Lindström,\"Leeds, UK\",%d\n", i, 200+i/100, i%100, i%5000)
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		b.Fatal(err)
	}
	return path
}

func BenchmarkBuild(b *testing.B) {
	const e164 = "+1%03d55501%02d"
	for _, tc := range []struct{ name, format string }{
		{"E164", e164},
		{"National", "(%03d) 555-01%02d"},
	} {
		path := benchmarkAudience(b, tc.format)
		c := testCampaign(b, filepath.Dir(path), `message:
  card_message:
    title: "Spring sale, ${first_name}"
    description: "Your ${points} points are worth more until Sunday, in ${city} and online."
    choices:
      - url_message: {title: "Shop now", url: "https://example.com/s?c=${id}"}
audience: {file: audience.csv, country: US}`)
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
	path := benchmarkAudience(b, e164)
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
