package report

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
)

const benchRows = 100_000

// benchRun is a run in which everybody but every tenth was accepted; the others are duplicates.
func benchRun(b *testing.B) *testRun {
	r := newRun(b, false)
	var skips []ledger.Skip
	for row := 0; row < benchRows; row += 10 {
		skips = append(skips, ledger.Skip{Row: uint32(row), Reason: uint8(campaign.Duplicate), Number: 2})
	}
	r.skip(skips...)
	r.freeze([]string{"CustomerNo", "Mobile", "Name", "City", "Points"}, people(benchRows, "Ann Åkesson", "Oxford", "1204"))
	r.start()
	done := make(chan error)
	const workers = 512
	for w := range workers {
		go func() {
			for row := w; row < benchRows; row += workers {
				if row%10 == 0 {
					continue
				}
				if err := r.Ledger.Begin(uint32(row), ledger.Intent{Time: testTime}); err != nil {
					done <- err
					return
				}
				id := fmt.Sprintf("01FC66621XXXXX119Z8%07d", row)
				if err := r.Ledger.Record(uint32(row), ledger.Result{State: ledger.Accepted, MessageID: id, Time: testTime}); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range workers {
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
	if err := r.Ledger.Sync(); err != nil {
		b.Fatal(err)
	}
	return r
}

func BenchmarkWrite(b *testing.B) {
	r := benchRun(b)
	b.ReportAllocs()
	for b.Loop() {
		r.write(Options{})
	}
	b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkWriteCosts is BenchmarkWrite of a run that has prices: every accepted row is measured again.
func BenchmarkWriteCosts(b *testing.B) {
	r := benchRun(b)
	r.price("Hi ${Name}, the sale is on in ${City}: your ${Points} points count double until Sunday. https://example.com/s?c=${CustomerNo}")
	b.ReportAllocs()
	for b.Loop() {
		r.write(Options{})
	}
	b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkWriteDelivered is BenchmarkWriteCosts with a receipt of everybody who was accepted.
func BenchmarkWriteDelivered(b *testing.B) {
	r := benchRun(b)
	r.price("Hi ${Name}, the sale is on in ${City}: your ${Points} points count double until Sunday. https://example.com/s?c=${CustomerNo}")
	var all []ledger.RowReceipt
	for row := range uint32(benchRows) {
		if row%10 != 0 {
			id := fmt.Sprintf("01FC66621XXXXX119Z8%07d", row)
			at := testTime.Add(time.Duration(row) * 100 * time.Millisecond)
			all = append(all, ledger.RowReceipt{Row: row, Receipt: ledger.NewReceipt(delivery.Delivered, 0, campaign.SMS.Index(), at, id)})
		}
	}
	if err := r.Ledger.MergeReceipts(all, 1); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		r.write(Options{})
	}
	b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkCopyCSV is the yardstick: report.csv read and written again by encoding/csv alone.
func BenchmarkCopyCSV(b *testing.B) {
	r := benchRun(b)
	r.write(Options{})
	for b.Loop() {
		f, err := os.Open(r.Path(listNames[everyone]))
		if err != nil {
			b.Fatal(err)
		}
		in, out := csv.NewReader(bufio.NewReader(f)), csv.NewWriter(io.Discard)
		in.ReuseRecord = true
		for {
			record, err := in.Read()
			if err == io.EOF {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			_ = out.Write(record)
		}
		_ = f.Close()
	}
	b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkCollect(b *testing.B) {
	r := benchRun(b)
	for b.Loop() {
		r.collect()
	}
	b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds(), "rows/s")
}
