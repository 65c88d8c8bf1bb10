package table

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
)

// BenchmarkEncodings reads the same 100,000 rows of six columns, about 57 bytes each, as others write them.
func BenchmarkEncodings(b *testing.B) {
	const total = 100_000
	var text strings.Builder
	text.WriteString("id,phone,first name,last name,city,points\r\n")
	for i := range total {
		fmt.Fprintf(&text, "C%06d,+447700900%03d,Anna,Lindström,\"Leeds, UK\",%d\r\n", i, i%1000, i%5000)
	}
	plain := text.String()
	for _, tc := range []struct{ name, content string }{
		{"UTF-8", plain},
		{"UTF-16", "\xff\xfe" + writtenUTF16(binary.LittleEndian, plain)},
		{"Windows-1252", written(b, charmap.Windows1252, plain)},
		{"gzip", gzipped(b, plain)},
		{"zstd", zstandard(b, plain)},
		{"bad rows", strings.ReplaceAll(plain, `"Leeds, UK"`, `Leeds, "UK"`)},
	} {
		path := writeFile(b, tc.content)
		b.Run(tc.name, func(b *testing.B) {
			b.ReportAllocs()
			rows := 0
			var batch Batch
			for b.Loop() {
				r, err := Open(path, Options{})
				if err != nil {
					b.Fatal(err)
				}
				if _, err = r.ReadHeader(); err != nil {
					b.Fatal(err)
				}
				for err = r.ReadBatch(&batch); err == nil; err = r.ReadBatch(&batch) {
					rows += len(batch.Rows)
				}
				if !errors.Is(err, io.EOF) {
					b.Fatal(err)
				}
				if err := r.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
