package receipts

import (
	"path/filepath"
	"testing"
	"time"

	"sendoff/internal/delivery"
	"sendoff/internal/runstore"
)

// What was heard of a row comes once, in the order in which it happened, whatever the id of its message looks like.
func TestOf(t *testing.T) {
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	run, err := runstore.Acquire(filepath.Join(t.TempDir(), "run"), runstore.Options{Key: "k", Campaign: "c", Now: at})
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	id, err := idOf(run)
	if err != nil {
		t.Fatal(err)
	}
	log, err := OpenLog(run.Path(runstore.ReceiptsName), id)
	if err != nil {
		t.Fatal(err)
	}
	record := func(row uint32, s delivery.Status, minutes int) Record {
		return Record{Row: row, Status: s, MessageID: "no ULID", Time: at.Add(time.Duration(minutes) * time.Minute), Heard: at.Add(time.Hour)}
	}
	again := record(7, delivery.Read, 9)
	again.Heard = at.Add(2 * time.Hour)
	if err := log.Append(record(7, delivery.Read, 9), record(8, delivery.Failed, 1), record(7, delivery.Delivered, 5), again); err != nil {
		t.Fatal(err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	heard, err := Of(run, []uint32{7, 9})
	if err != nil {
		t.Fatal(err)
	}
	if len(heard) != 1 || len(heard[7]) != 2 || heard[7][0].Status != delivery.Delivered || heard[7][1].Status != delivery.Read {
		t.Fatalf("%+v", heard)
	}
	if r := heard[7][0]; !r.IsOf("no ULID") || r.IsOf("another") || r.IsOf("01HZX3Q4R5S6T7V8W9X0YZABCD") {
		t.Errorf("%q is not told from others", r.MessageID)
	}
}
