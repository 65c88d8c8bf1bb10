package runs

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"sendoff/campaign"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

// BenchmarkSent gathers the people of a run that has sent to 200,000, with numbers below a British area code that does not exist.
func BenchmarkSent(b *testing.B) {
	const rows = 200_000
	dir := b.TempDir()
	r := newRun(b, filepath.Join(dir, "c", "runs", "big"), "big", false, 1, 1)
	w, err := r.CreateSnapshot()
	if err != nil {
		b.Fatal(err)
	}
	enc := runstore.NewFrameEncoder()
	for first := 0; first < rows; first += runstore.FrameRows {
		var raw []byte
		for i := first; i < first+runstore.FrameRows; i++ {
			number := fmt.Sprintf("+44110%07d", i)
			raw = runstore.AppendRow(raw, &campaign.Recipient{Row: i, Line: i + 2, Address: campaign.PhoneAddress(number), Fields: []string{number, "Ann", "London"}})
		}
		w.Append(enc.Encode(nil, raw), runstore.FrameRows)
	}
	size, err := w.Commit()
	if err != nil {
		b.Fatal(err)
	}
	for row := range rows {
		if err := r.Ledger.RecordFound(uint32(row), ledger.Result{State: ledger.Accepted, Time: testTime, MessageID: "01HZX3Q4R5S6T7V8W9X0YZABCD"}); err != nil {
			b.Fatal(err)
		}
	}
	r.update(func(m *runstore.Meta) { m.Rows, m.Eligible, m.SnapshotBytes = rows, rows, size })
	r.end(runstore.Finished)
	for b.Loop() {
		people, err := scope(dir).Sent(context.Background(), Question{Runs: "big"}, testTime)
		if err != nil || len(people.Keys) != rows {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "people/s")
}
