package send

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"sendoff/internal/ledger"
)

// BenchmarkResume is what a start does before its first row can be sent, where one half of ten million is done.
func BenchmarkResume(b *testing.B) {
	const rows = 10_000_000
	dir := b.TempDir()
	if err := ledger.Create(dir, [16]byte{1}, nil, time.Now()); err != nil {
		b.Fatal(err)
	}
	l, err := ledger.Open(dir, ledger.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	var done []ledger.Skip
	for row := uint32(0); row < rows/2; row++ {
		if done = append(done, ledger.Skip{Row: row, Reason: 1}); len(done) == 100_000 {
			if err := l.PutSkips(done, time.Now()); err != nil {
				b.Fatal(err)
			}
			done = done[:0]
		}
	}
	if info, err := os.Stat(filepath.Join(dir, ledger.FileName)); err == nil {
		defer b.ReportMetric(float64(info.Size()-16<<20)/(rows/2), "ledger-B/row")
	}
	for b.Loop() {
		found, err := load(l, rows)
		if err != nil || found.left.left != rows/2 || found.left.any(0, rows/2) {
			b.Fatalf("%+v, %v", found, err)
		}
	}
}
