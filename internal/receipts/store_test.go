package receipts

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/oklog/ulid/v2"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

// begun is when everything in these tests begins.
var begun = time.UnixMilli(1_790_000_000_000)

// messageID returns the id of the message to a row.
func messageID(row uint32) string {
	var id ulid.ULID
	_ = id.SetTime(uint64(begun.UnixMilli())) // it is far from the end of ULIDs
	id[14], id[15] = byte(row>>8), byte(row)
	return id.String()
}

func receiptOf(row uint32, s delivery.Status) Record {
	return Record{Row: row, Status: s, Channel: 2, MessageID: messageID(row), Time: begun.Add(time.Duration(row) * time.Second), Heard: begun.Add(time.Hour)}
}

func readAll(t *testing.T, path string, run RunID, from int64) (all []Record, next, lost int64) {
	t.Helper()
	next, lost, err := Read(path, run, from, func(r Record) error {
		all = append(all, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all, next, lost
}

func mustAppend(t *testing.T, path string, run RunID, records ...Record) {
	t.Helper()
	l, err := OpenLog(path, run)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(l.Append(records...), l.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestAppendAndRead(t *testing.T) {
	path, run := filepath.Join(t.TempDir(), "receipts.log"), ulid.Make()
	if all, next, _ := readAll(t, path, run, 80); len(all) != 0 || next != 80 {
		t.Errorf("a file that is not there has %d records, up to %d", len(all), next)
	}
	want := []Record{receiptOf(0, delivery.Queued), receiptOf(1<<32-1, delivery.Failed)}
	want[1].Reason, want[1].Channel = 4, 13
	mustAppend(t, path, run, want...)
	got, next, lost := readAll(t, path, run, 0)
	if diff := cmp.Diff(want, got); diff != "" || next != 2*recordSize || lost != 0 {
		t.Errorf("up to %d, %d lost: %s", next, lost, diff)
	}
	if got, _, _ := readAll(t, path, run, recordSize); len(got) != 1 || got[0].Row != 1<<32-1 {
		t.Errorf("from the second on there is %v", got)
	}
	if got, _, lost := readAll(t, path, ulid.Make(), 0); len(got) != 0 || lost == 0 {
		t.Errorf("another run reads %v, and loses %d bytes", got, lost)
	}
}

// An id that is no ULID cannot be kept, but two of them are told apart.
func TestOddMessageID(t *testing.T) {
	path, run := filepath.Join(t.TempDir(), "receipts.log"), ulid.Make()
	a, b := receiptOf(1, delivery.Read), receiptOf(1, delivery.Read)
	a.MessageID, b.MessageID = "message one", "message two"
	mustAppend(t, path, run, a, b, a)
	got, _, _ := readAll(t, path, run, 0)
	if len(got) != 3 || got[0].MessageID == got[1].MessageID || got[0].MessageID != got[2].MessageID {
		t.Errorf("read back %v", got)
	}
}

// What a crash has left of a record, or a disk of a page, does not hide the records around it, wherever they begin.
func TestDamage(t *testing.T) {
	run := ulid.Make()
	dice := rand.New(rand.NewPCG(7, 7))
	for range 200 {
		var file []byte
		var want []Record
		lost := 0
		for row := range uint32(20) {
			r := receiptOf(row, delivery.Delivered)
			whole := r.appendTo(nil, run)
			switch dice.IntN(4) {
			case 0: // torn
				part := whole[:1+dice.IntN(recordSize-1)]
				file, lost = append(file, part...), lost+len(part)
			case 1: // a hole
				file, lost = append(file, make([]byte, 1+dice.IntN(100))...), lost+1
			}
			file, want = append(file, whole...), append(want, r)
		}
		path := filepath.Join(t.TempDir(), "receipts.log")
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		got, next, passed := readAll(t, path, run, 0)
		if diff := cmp.Diff(want, got); diff != "" || next != int64(len(file)) || int(passed) < lost {
			t.Fatalf("read up to %d of %d, %d passed over: %s", next, len(file), passed, diff)
		}
	}
}

// A record of which only a part is there may be one that is being written.
func TestUnfinishedRecordIsReadLater(t *testing.T) {
	path, run := filepath.Join(t.TempDir(), "receipts.log"), ulid.Make()
	r := receiptOf(3, delivery.Read)
	whole := r.appendTo(nil, run)
	if err := os.WriteFile(path, whole[:17], 0o600); err != nil {
		t.Fatal(err)
	}
	if all, next, lost := readAll(t, path, run, 0); len(all) != 0 || next != 0 || lost != 0 {
		t.Errorf("%v up to %d, %d lost", all, next, lost)
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if all, _, _ := readAll(t, path, run, 0); len(all) != 1 {
		t.Errorf("there is %v", all)
	}
}

// Two processes, and many goroutines in each, append to one file.
func TestAppendFromManySides(t *testing.T) {
	path, run := filepath.Join(t.TempDir(), "receipts.log"), ulid.Make()
	const rows = 400
	var all sync.WaitGroup
	for side := range 2 {
		l, err := OpenLog(path, run)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		for row := side; row < rows; row += 2 {
			all.Go(func() {
				if err := l.Append(receiptOf(uint32(row), delivery.Queued), receiptOf(uint32(row), delivery.Delivered)); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	got, _, lost := readAll(t, path, run, 0)
	counts := map[uint32]int{}
	for _, r := range got {
		counts[r.Row]++
	}
	if len(counts) != rows || len(got) != 2*rows || lost != 0 {
		t.Errorf("%d records of %d rows, %d bytes lost; want %d of %d", len(got), len(counts), lost, 2*rows, rows)
	}
}

func TestAppendAfterFailure(t *testing.T) {
	l, err := OpenLog(filepath.Join(t.TempDir(), "receipts.log"), ulid.Make())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil { // from here on every write fails
		t.Fatal(err)
	}
	for range 2 {
		if err := l.Append(receiptOf(1, delivery.Read)); err == nil {
			t.Error("nothing was written, and nobody was told")
		}
	}
}

// newRun returns a run with rows that were planned, held, and where it is.
func newRun(t testing.TB, rows int) *runstore.Run {
	t.Helper()
	run, err := runstore.Acquire(t.TempDir(), runstore.Options{Key: "spring", Campaign: "spring", Now: begun})
	if err != nil {
		t.Fatal(err)
	}
	people := make([]campaign.Recipient, rows)
	for i := range people {
		people[i] = campaign.Recipient{Row: i, Line: i + 2}
	}
	if err := run.FreezeList(people, func(*runstore.Meta) {}); err != nil {
		t.Fatal(err)
	}
	return run
}

func logOf(t testing.TB, run *runstore.Run) (path string, id RunID) {
	t.Helper()
	id, err := idOf(run)
	if err != nil {
		t.Fatal(err)
	}
	return run.Path(runstore.ReceiptsName), id
}

// send begins rows, and records what became of them.
func send(t testing.TB, run *runstore.Run, states ...ledger.State) {
	t.Helper()
	for row, state := range states {
		if state == ledger.None {
			continue
		}
		if err := run.Ledger.Begin(uint32(row), ledger.Intent{Time: begun}); err != nil {
			t.Fatal(err)
		}
		if state == ledger.Begun {
			continue
		}
		r := ledger.Result{State: state, Time: begun}
		if state == ledger.Accepted {
			r.MessageID = messageID(uint32(row))
		}
		if err := run.Ledger.Record(uint32(row), r); err != nil {
			t.Fatal(err)
		}
	}
	if err := run.Ledger.Sync(); err != nil {
		t.Fatal(err)
	}
}

func TestMerge(t *testing.T) {
	run := newRun(t, 3)
	path, id := logOf(t, run)
	send(t, run, ledger.Accepted, ledger.Accepted, ledger.Accepted)
	mustAppend(t, path, id, receiptOf(0, delivery.Delivered), receiptOf(7, delivery.Delivered), receiptOf(1, delivery.Queued))
	if m, err := Merge(run, nil); err != nil || m != (Merged{Receipts: 2, Unknown: 1}) {
		t.Errorf("merged %+v, %v", m, err)
	}
	if m, err := Merge(run, nil); err != nil || m != (Merged{}) {
		t.Errorf("merged again: %+v, %v", m, err)
	}
	mustAppend(t, path, id, receiptOf(0, delivery.Queued), receiptOf(1, delivery.Read))
	if err := run.Close(); err != nil {
		t.Fatal(err)
	}
	// Whoever only reads merges in memory.
	for range 2 {
		run, err := runstore.View(run.Dir)
		if err != nil {
			t.Fatal(err)
		}
		told := 0
		if m, err := Merge(run, func(Record) { told++ }); err != nil || m.Receipts != 2 || told != 2 {
			t.Errorf("for reading merged %+v, told %d, %v", m, told, err)
		}
		for row, want := range []delivery.Status{delivery.Delivered, delivery.Read, delivery.None} {
			if e, err := run.Ledger.Reader().Entry(uint32(row)); err != nil || e.Receipt.Status != want {
				t.Errorf("row %d is %v, %v; want %v", row, e.Receipt.Status, err, want)
			}
		}
		if err := run.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// More than a transaction takes.
func TestMergeInBatches(t *testing.T) {
	run := newRun(t, 4)
	defer run.Close()
	path, id := logOf(t, run)
	records := make([]Record, 2*batchSize+9)
	for i := range records {
		records[i] = receiptOf(uint32(i%4), delivery.Queued)
	}
	records[len(records)-1].Status = delivery.Read
	mustAppend(t, path, id, records...)
	told := 0
	if m, err := Merge(run, func(Record) { told++ }); err != nil || m.Receipts != len(records) || told != len(records) {
		t.Errorf("merged %+v, told %d, %v", m, told, err)
	}
	if e, err := run.Ledger.Reader().Entry(uint32((len(records) - 1) % 4)); err != nil || e.Receipt.Status != delivery.Read {
		t.Errorf("the last one is missing: %+v, %v", e.Receipt, err)
	}
}

// A file that a power cut has made shorter, or that somebody has taken away, and that has grown again: nothing that was appended is left out.
func TestMergeShorterFile(t *testing.T) {
	run := newRun(t, 3)
	defer run.Close()
	path, id := logOf(t, run)
	send(t, run, ledger.Accepted, ledger.Accepted, ledger.Accepted)
	for row, lose := range []func() error{
		func() error { return nil },
		func() error { return os.Truncate(path, recordSize) },
		func() error { return os.Remove(path) },
	} {
		if err := lose(); err != nil {
			t.Fatal(err)
		}
		for range row { // somebody may look before anything has come
			if _, err := Merge(run, nil); err != nil {
				t.Fatal(err)
			}
		}
		for range 3 {
			mustAppend(t, path, id, receiptOf(uint32(row), delivery.Delivered))
		}
		if _, err := Merge(run, nil); err != nil {
			t.Fatal(err)
		}
		if e, err := run.Ledger.Reader().Entry(uint32(row)); err != nil || e.Receipt.Status != delivery.Delivered {
			t.Errorf("row %d is %v, %v", row, e.Receipt.Status, err)
		}
	}
}

// Receipts that a process has merged before it died settle doubt at the next start, whether or not others have come since, also of very many rows.
func TestSettleOfMergedBefore(t *testing.T) {
	const rows = batchSize + 300
	run := newRun(t, rows)
	defer run.Close()
	path, id := logOf(t, run)
	send(t, run, ledger.Begun, ledger.Accepted)
	records := make([]Record, rows)
	for row := range records {
		records[row] = receiptOf(uint32(row), delivery.Queued)
	}
	mustAppend(t, path, id, records...)
	if _, err := Merge(run, nil); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{rows - 1, 0} {
		if n, err := Settle(run, begun); err != nil || n != want {
			t.Errorf("settled %d, %v; want %d", n, err, want)
		}
	}
	if tally, err := run.Ledger.Scan(nil); err != nil || tally.Count(ledger.Accepted) != rows || tally.Delivery.Strays != 0 {
		t.Errorf("%d accepted, %d strays, %v", tally.Count(ledger.Accepted), tally.Delivery.Strays, err)
	}
}

// A receipt proves that Sinch has the message, whatever is known of the row, a refusal of a later attempt too; but for rows that were left out at once.
func TestSettle(t *testing.T) {
	run := newRun(t, 10)
	defer run.Close()
	path, id := logOf(t, run)
	send(t, run, ledger.InDoubt, ledger.Begun, ledger.Released, ledger.LeftInDoubt, ledger.Rejected, ledger.Accepted, ledger.None, ledger.InDoubt)
	for row, flags := range map[uint32]ledger.Flags{8: 0, 9: ledger.AfterServerError} {
		if err := run.Ledger.Record(row, ledger.Result{State: ledger.Skipped, Flags: flags, Time: begun}); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range []uint32{0, 1, 2, 3, 4, 5, 6, 8, 9} {
		mustAppend(t, path, id, receiptOf(row, delivery.Submitted), receiptOf(row, delivery.Delivered))
	}
	n, err := Settle(run, begun)
	if err != nil || n != 7 {
		t.Errorf("settled %d, %v; want 7", n, err)
	}
	want := []ledger.State{ledger.Accepted, ledger.Accepted, ledger.Accepted, ledger.Accepted, ledger.Accepted, ledger.Accepted, ledger.Accepted, ledger.InDoubt, ledger.Skipped, ledger.Accepted}
	for row, state := range want {
		e, err := run.Ledger.Reader().Entry(uint32(row))
		if err != nil || e.State != state || state == ledger.Accepted && e.MessageID != messageID(uint32(row)) {
			t.Errorf("row %d is %v with %q, %v; want %v", row, e.State, e.MessageID, err, state)
		}
	}
	if n, err := Settle(run, begun); err != nil || n != 0 {
		t.Errorf("settled again: %d, %v", n, err)
	}
}

func FuzzRead(f *testing.F) {
	run := RunID{1, 2, 3}
	r := receiptOf(1, delivery.Read)
	whole := r.appendTo(nil, run)
	f.Add(whole, uint8(0))
	f.Add(append(bytes.Repeat([]byte{magic}, 17), whole...), uint8(9))
	f.Fuzz(func(t *testing.T, file []byte, from uint8) {
		path := filepath.Join(t.TempDir(), "receipts.log")
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		all, next, lost := readAll(t, path, run, int64(from))
		if next != int64(from)+int64(len(all)*recordSize)+lost || int(next) > max(len(file), int(from)) {
			t.Fatalf("%d records and %d lost bytes are %d bytes from %d on, of a file with %d", len(all), lost, next, from, len(file))
		}
	})
}

// What a start has to do where no receipt has come since.
func BenchmarkSettle(b *testing.B) {
	benchmarkHeard(b, func(run *runstore.Run) error { _, err := Settle(run, begun); return err })
}

// What it takes beside that to count what receipts say.
func BenchmarkScan(b *testing.B) {
	benchmarkHeard(b, func(run *runstore.Run) error { _, err := run.Ledger.Scan(nil); return err })
}

// benchmarkHeard measures what is done with a run of a million people of whom receipts have come.
func benchmarkHeard(b *testing.B, do func(*runstore.Run) error) {
	b.Helper()
	const rows = 1_000_000
	run := newRun(b, rows)
	defer run.Close()
	path, id := logOf(b, run)
	records := make([]Record, rows)
	for row := range uint32(rows) {
		records[row] = receiptOf(row, delivery.Delivered)
		result := ledger.Result{State: ledger.Accepted, Time: begun, MessageID: records[row].MessageID}
		if err := run.Ledger.RecordFound(row, result); err != nil {
			b.Fatal(err)
		}
	}
	l, err := OpenLog(path, id)
	if err == nil {
		err = errors.Join(l.Append(records...), l.Append(receiptOf(rows-1, delivery.Read)), l.Close())
	}
	if err != nil {
		b.Fatal(err)
	}
	if _, err := Merge(run, nil); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := do(run); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMerge(b *testing.B) {
	const rows = 100_000
	run := newRun(b, rows)
	defer run.Close()
	path, id := logOf(b, run)
	l, err := OpenLog(path, id)
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	records := make([]Record, rows)
	for i := range records {
		records[i] = receiptOf(uint32(rand.IntN(rows)), delivery.Delivered)
	}
	for b.Loop() {
		b.StopTimer()
		if err := l.Append(records...); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if _, err := Merge(run, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*rows/b.Elapsed().Seconds(), "receipts/s")
}
