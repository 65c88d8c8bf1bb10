package phone

import (
	"fmt"
	"testing"
)

func benchmarkRead(b *testing.B, format string) {
	n := newReader(b, "GB")
	cells := make([]string, 1000)
	for i := range cells {
		cells[i] = fmt.Sprintf(format, i)
	}
	n.Read(cells[0], "") // compiles the numbering plan
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		for i, cell := range cells {
			if _, finding := n.Read(cell, ""); finding != Unassigned {
				b.Fatalf("cell %d: %v", i, finding)
			}
		}
		rows += len(cells)
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkReadE164(b *testing.B)           { benchmarkRead(b, "+447700900%03d") }
func BenchmarkReadNational(b *testing.B)       { benchmarkRead(b, "07700 900%03d") }
func BenchmarkReadThroughParse(b *testing.B)   { benchmarkRead(b, "+44 (0)7700 900%03d") }
func BenchmarkCompileNumberingGB(b *testing.B) { benchmarkCompile(b, 44) }
func BenchmarkCompileNumberingUS(b *testing.B) { benchmarkCompile(b, 1) }

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
