package send

import (
	"fmt"
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
		found, err := load(l, rows, 0)
		if err != nil || found.left.left != rows/2 || found.left.any(0, rows/2) {
			b.Fatalf("%+v, %v", found, err)
		}
	}
}

// BenchmarkSweep is what it costs to find out that nobody of a million may get a message now, and to ask once more.
func BenchmarkSweep(b *testing.B) {
	const rows = 1_000_000
	w := newWorldIn(b, []string{"Europe/Berlin", "America/New_York"}, 0, rows)
	defer w.run.Close()
	snapshot, err := w.run.OpenSnapshot()
	w.check(err)
	defer snapshot.Close()
	now := time.Date(2026, 6, 1, 5, 0, 0, 0, time.UTC)
	for _, again := range []bool{false, true} {
		b.Run(fmt.Sprintf("again=%v", again), func(b *testing.B) {
			var s *sweep
			ask := func(again bool) {
				if !again {
					s = newSweep(snapshot, newTodo(rows), (&sender{Config: Config{Hours: w.clock(daily(9*60, 19*60))}}).timetable())
				}
				if j, due, err := s.next(b.Context(), now); err != nil || j != nil || due.UTC().Hour() != 7 {
					b.Fatalf("%v, %v, %v", j, due, err)
				}
			}
			ask(false)
			for b.Loop() {
				ask(again)
			}
			if !again {
				b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			}
		})
	}
}
