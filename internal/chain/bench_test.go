package chain

import (
	"path/filepath"
	"testing"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

// BenchmarkChoose chooses one person in ten of a run of 500,000.
func BenchmarkChoose(b *testing.B) {
	const rows = 500_000
	run, err := runstore.Acquire(filepath.Join(b.TempDir(), "big"), runstore.Options{Key: "big", Campaign: "test", Now: testTime})
	if err != nil {
		b.Fatal(err)
	}
	defer run.Close()
	if err := run.FreezeList(make([]campaign.Recipient, rows), func(*runstore.Meta) {}); err != nil {
		b.Fatal(err)
	}
	var receipts []ledger.RowReceipt
	for row := range uint32(rows) {
		if err := run.Ledger.RecordFound(row, ledger.Result{State: ledger.Accepted, Time: testTime, MessageID: testID}); err != nil {
			b.Fatal(err)
		}
		if row%10 == 0 {
			receipts = append(receipts, ledger.RowReceipt{Row: row, Receipt: ledger.NewReceipt(delivery.Failed, 0, 0, testTime, testID)})
		}
	}
	if err := run.Ledger.MergeReceipts(receipts, 1); err != nil {
		b.Fatal(err)
	}
	w, err := ParseWanted([]string{"later"})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		c, err := New(run, nil)
		if err != nil {
			b.Fatal(err)
		}
		if choice, err := c.Choose(w); err != nil || len(choice.Origins) != rows/10 {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
}
