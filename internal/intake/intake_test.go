package intake

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/oklog/ulid/v2"

	"sendoff/internal/callback"
	"sendoff/internal/delivery"
	"sendoff/internal/receipts"
	"sendoff/internal/runstore"
	"sendoff/internal/stops"
)

// newRun makes a run, which nobody holds any more, and returns its id.
func newRun(t *testing.T, dir string, created time.Time) string {
	t.Helper()
	run, err := runstore.Acquire(dir, runstore.Options{Key: filepath.Base(dir), Campaign: "test", Now: created})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(run.Update(func(m *runstore.Meta) { m.State = runstore.Planned }), run.Close()); err != nil {
		t.Fatal(err)
	}
	return run.Meta().RunID
}

func newStore(t *testing.T, dir string, once bool) *Store {
	t.Helper()
	list, err := stops.Open(filepath.Join(dir, stops.FileName))
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Dir: dir, Stops: list, Words: stops.NewWords(), Once: once})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func receipt(run string, row uint32) callback.Event {
	return callback.Event{
		Kind: callback.Receipt, Key: "message_delivery_report", Status: delivery.Delivered, MessageID: "01FVAWD1JP5PPB3KEZCBKGN0ES", Channel: "SMS",
		Time: time.Now(), Label: callback.Label{Run: run, Row: row},
	}
}

// logged returns the rows of the receipts that a run in a folder has on file.
func logged(t *testing.T, dir, run string) (rows []uint32) {
	t.Helper()
	_, lost, err := receipts.Read(filepath.Join(dir, runstore.ReceiptsName), ulid.MustParse(run), 0, func(r receipts.Record) error {
		rows = append(rows, r.Row)
		return nil
	})
	if err != nil || lost > 0 {
		t.Errorf("%s: %d bytes lost, %v", dir, lost, err)
	}
	return rows
}

func take(t *testing.T, s *Store, events ...callback.Event) Counts {
	t.Helper()
	if err := s.Take(events...); err != nil {
		t.Fatal(err)
	}
	return s.Counts()
}

// Each run gets its own, wherever it lies; what is about no run is counted.
func TestTake(t *testing.T) { synctest.Test(t, testTake) } // whose clock need not be waited for

func testTake(t *testing.T) {
	dir := t.TempDir()
	old := time.Now().Add(-time.Hour)
	first, second := filepath.Join(dir, "runs", "first"), filepath.Join(dir, "deep", "runs", "second")
	a, b := newRun(t, first, old), newRun(t, second, old)
	s := newStore(t, dir, false)
	aside, nameless := receipt(a, 1), callback.Event{Kind: callback.OptOut, Key: "opt_out_notification", Channel: "SMS"}
	aside.Label.Aside = true
	inbound := func(text string) callback.Event {
		return callback.Event{Kind: callback.Inbound, Key: "message", Channel: "WHATSAPP", Identity: "447700900001", Text: text}
	}
	optOut := callback.Event{Kind: callback.OptOut, Key: "opt_out_notification", Channel: "SMS", Identity: "447700900001"}
	optIn := callback.Event{Kind: callback.OptIn, Key: "opt_in_notification", Channel: "SMS", Identity: "447700900001"}
	foreign := ulid.MustNew(ulid.Timestamp(old), ulid.DefaultEntropy()).String()
	c := take(t, s, receipt(a, 1), receipt(b, 2), receipt(a, 3), receipt(a, 1), receipt("", 1), receipt("K-42", 1), receipt(foreign, 1), aside, nameless,
		inbound("Stop!"), optOut, inbound("start"), optIn, inbound("Where are you?"), callback.Event{Key: "event"}, callback.Event{})
	if looked := s.folder.looked; take(t, s, receipt(foreign, 2)).Foreign != 4 || s.folder.looked != looked {
		t.Error("a run that was not found is looked for again at once")
	}
	want := Counts{
		Receipts: 4, Foreign: 3, Aside: 1, OptOuts: 1, OutKnown: 1, OptIns: 2, Texts: 1, Nameless: 1, Others: map[string]int{"event": 1, "other": 1},
		Runs: map[string]int{first: 3, second: 1},
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]uint32{1, 3, 1}, logged(t, first, a)) + cmp.Diff([]uint32{2}, logged(t, second, b)); diff != "" {
		t.Errorf("on file (-want +got):\n%s", diff)
	}
	list, err := os.ReadFile(filepath.Join(dir, stops.FileName))
	if lines := strings.Count(string(list), "\n"); err != nil || lines != 2 {
		t.Errorf("the list has %d lines, %v; want its header and one person", lines, err)
	}
	words := "4 receipts stored for 2 runs, 3 not ours, 1 of seeds and tests, 1 person opted out, 1 opt-out of somebody who is on the list, " +
		"1 opt-out that names nobody, 2 opted in (the list is not shortened by itself), 1 text that is no stop word, 2 other callbacks"
	if got := c.Words(); got != words {
		t.Errorf("Words = %s", got)
	}
}

// A run that begins after the first look is found, and its copy beside it gets the same.
func TestRunBeginsLater(t *testing.T) { synctest.Test(t, testRunBeginsLater) } // whose clock need not be waited for

func testRunBeginsLater(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, false)
	folder := filepath.Join(dir, "runs", "late")
	id := newRun(t, folder, time.Now())
	copied := filepath.Join(dir, "runs", "copy")
	if err := os.CopyFS(copied, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	for row := range 20 { // all who wait share one look
		go func() { done <- s.Take(receipt(id, uint32(row))) }()
	}
	began := time.Now()
	for range 20 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(began); took > lookAgain {
		t.Errorf("it took %v", took)
	}
	if n, m := len(logged(t, folder, id)), len(logged(t, copied, id)); n != 20 || m != 20 || s.Counts().Receipts != 20 {
		t.Errorf("%d and %d receipts on file, %d counted; want 20", n, m, s.Counts().Receipts)
	}
}

// A run that was erased is not made anew by a receipt.
func TestRunIsErased(t *testing.T) { synctest.Test(t, testRunIsErased) } // whose clock need not be waited for

func testRunIsErased(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "runs", "gone")
	id := newRun(t, folder, time.Now().Add(-time.Hour))
	s := newStore(t, dir, false)
	if err := runstore.Erase(folder); err != nil {
		t.Fatal(err)
	}
	if c := take(t, s, receipt(id, 1)); c.Foreign != 1 || c.Receipts != 0 {
		t.Errorf("counts %+v", c)
	}
	if _, err := os.Stat(filepath.Join(folder, runstore.ReceiptsName)); err == nil {
		t.Error("there is a receipts.log of a run that was erased")
	}
}

// What cannot be stored is an error, and can be once there is room for it again.
func TestStorageFails(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "runs", "broken")
	id := newRun(t, folder, time.Now().Add(-time.Hour))
	s := newStore(t, dir, false)
	take(t, s, receipt(id, 1))
	open := s.folder.all()[0]
	_ = open.log.Close() // as a disk that has gone
	if err := s.Take(receipt(id, 2)); err == nil {
		t.Fatal("a receipt that was not stored is no error")
	}
	if c := take(t, s, receipt(id, 2)); c.Receipts != 2 {
		t.Errorf("counts %+v", c)
	}
	if diff := cmp.Diff([]uint32{1, 2}, logged(t, folder, id)); diff != "" {
		t.Errorf("on file (-want +got):\n%s", diff)
	}
}

// Taken again, nothing is stored twice, whether it says its time and has an id of Sinch's or not.
func TestOnce(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "runs", "once")
	id := newRun(t, folder, time.Now().Add(-time.Hour))
	timeless, odd, read := receipt(id, 2), receipt(id, 3), receipt(id, 1)
	timeless.Time, odd.MessageID, read.Status = time.Time{}, "no-ulid", delivery.Read
	read.Channel = "HOLOGRAM"
	events := []callback.Event{receipt(id, 1), timeless, odd, read, odd}
	for round := range 3 {
		s := newStore(t, dir, true)
		c := take(t, s, events...)
		c = take(t, s, events...)
		want := fmt.Sprint(4, 6)
		if round > 0 {
			want = fmt.Sprint(0, 10)
		}
		if got := fmt.Sprint(c.Receipts, c.Known); got != want {
			t.Errorf("round %d: stored and known before: %s, want %s", round, got, want)
		}
	}
	if n := len(logged(t, folder, id)); n != 4 {
		t.Errorf("%d receipts on file", n)
	}
}

// A run whose folder was renamed gets what there is for it, also where nothing has come for it before.
func TestRunIsRenamed(t *testing.T) { synctest.Test(t, testRunIsRenamed) } // whose clock need not be waited for

func testRunIsRenamed(t *testing.T) {
	dir := t.TempDir()
	before, after := filepath.Join(dir, "runs", "before"), filepath.Join(dir, "runs", "after")
	id := newRun(t, before, time.Now().Add(-time.Hour))
	s := newStore(t, dir, false)
	if err := os.Rename(before, after); err != nil {
		t.Fatal(err)
	}
	if c := take(t, s, receipt(id, 1)); c.Receipts != 1 {
		t.Errorf("counts %+v", c)
	}
	if diff := cmp.Diff([]uint32{1}, logged(t, after, id)); diff != "" {
		t.Errorf("on file (-want +got):\n%s", diff)
	}
}

// A run that has begun anew in the folder of one that was erased gets nothing that is about that one.
func TestRunIsReplaced(t *testing.T) { synctest.Test(t, testRunIsReplaced) } // whose clock need not be waited for

func testRunIsReplaced(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "runs", "anew")
	old := newRun(t, folder, time.Now().Add(-time.Hour))
	s := newStore(t, dir, false)
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	id := newRun(t, folder, time.Now())
	if c := take(t, s, receipt(old, 1), receipt(id, 2)); c.Receipts != 1 || c.Foreign != 1 {
		t.Errorf("counts %+v", c)
	}
	if diff := cmp.Diff([]uint32{2}, logged(t, folder, id)); diff != "" {
		t.Errorf("on file (-want +got):\n%s", diff)
	}
}
