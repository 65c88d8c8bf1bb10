package ledger

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	bolt "go.etcd.io/bbolt"
)

var (
	testRun  = [16]byte{1, 2, 3}
	testTime = time.Date(2026, 3, 28, 9, 0, 0, 0, time.UTC)
)

func mustCreate(t testing.TB, dir string) {
	t.Helper()
	if err := Create(dir, testRun, []byte(`{"state":"planning"}`), testTime); err != nil {
		t.Fatal(err)
	}
}

func mustOpen(t testing.TB, dir string) *Ledger {
	t.Helper()
	l, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func newLedger(t testing.TB) (*Ledger, string) {
	t.Helper()
	dir := t.TempDir()
	mustCreate(t, dir)
	return mustOpen(t, dir), dir
}

func mustEntry(t testing.TB, l *Ledger, row uint32) Entry {
	t.Helper()
	e, err := l.Reader().Entry(row)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEntryRoundTrip(t *testing.T) {
	l, dir := newLedger(t)
	at := testTime.Add(90 * time.Second)
	tests := []struct {
		row  uint32
		res  Result
		want Entry
	}{
		{0, Result{State: Accepted, MessageID: "01FC66621XXXXX119Z8PMV1QPQ"}, Entry{State: Accepted, MessageID: "01FC66621XXXXX119Z8PMV1QPQ"}},
		{249, Result{State: Accepted, MessageID: "not-a-ulid"}, Entry{State: Accepted, MessageID: "not-a-ulid"}},
		{250, Result{State: Accepted, MessageID: "01fc66621xxxxx119z8pmv1qpq"}, Entry{State: Accepted, MessageID: "01fc66621xxxxx119z8pmv1qpq"}},
		{251, Result{State: Rejected, Detail: "400 INVALID_ARGUMENT"}, Entry{State: Rejected, Detail: "400 INVALID_ARGUMENT"}},
		{1000000, Result{State: InDoubt, Detail: "502"}, Entry{State: InDoubt, Detail: "502"}},
		{7, Result{State: Released, Flags: AfterServerError, Detail: "503"}, Entry{State: Released, Flags: AfterServerError, Detail: "503"}},
	}
	for _, tc := range tests {
		if err := l.Begin(tc.row, Intent{Channel: 3, Time: at, Storage: 65_535}); err != nil {
			t.Fatal(err)
		}
		tc.res.Time = at.Add(time.Second)
		if err := l.Record(tc.row, tc.res); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = mustOpen(t, dir)
	for _, tc := range tests {
		tc.want.Attempts, tc.want.Channel, tc.want.Time = 1, 3, at.Add(time.Second)
		if tc.want.State != Accepted {
			tc.want.Begun, tc.want.Storage = at, 65_535
		}
		got := mustEntry(t, l, tc.row)
		got.Time, got.Begun = got.Time.UTC(), got.Begun.UTC()
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("entry %d (-want +got):\n%s", tc.row, diff)
		}
	}
	if got := mustEntry(t, l, 500_000); got != (Entry{}) {
		t.Errorf("an untouched row has entry %+v", got)
	}
}

func TestFlagsStay(t *testing.T) {
	l, _ := newLedger(t)
	for range 3 {
		if err := l.Begin(5, Intent{Channel: 1, Time: testTime}); err != nil {
			t.Fatal(err)
		}
		if err := l.Record(5, Result{State: Released, Flags: AfterServerError, Time: testTime}); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Begin(5, Intent{Channel: 1, Time: testTime}); err != nil {
		t.Fatal(err)
	}
	if err := l.Record(5, Result{State: Accepted, MessageID: "x", Time: testTime}); err != nil {
		t.Fatal(err)
	}
	if err := l.Sync(); err != nil {
		t.Fatal(err)
	}
	if e := mustEntry(t, l, 5); e.Flags != AfterServerError || e.Attempts != 4 {
		t.Errorf("entry = %+v, want 4 attempts after a server error", e)
	}
}

// What Sinch says of a ledger that was put back: nothing is begun before it is filled in and trusted, and then all goes on.
func TestReconcile(t *testing.T) {
	l, dir := newLedger(t)
	must := func(errs ...error) {
		t.Helper()
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	begin := func(l *Ledger, row uint32) error { return l.Begin(row, Intent{Time: testTime}) }
	must(begin(l, 0), l.Record(0, Result{State: Accepted, MessageID: "a", Time: testTime}), l.Close())
	old, err := os.ReadFile(filepath.Join(dir, FileName))
	must(err)
	l = mustOpen(t, dir)
	for row := range uint32(2 * witnessStep) {
		must(begin(l, row+1))
	}
	must(l.Close())
	f, err := os.OpenFile(filepath.Join(dir, FileName), os.O_WRONLY|os.O_TRUNC, 0) // in place: it stays the same file
	must(err)
	_, err = f.Write(old)
	must(err, f.Close())

	if _, err := Open(dir, Options{}); !errors.Is(err, ErrRolledBack) {
		t.Fatalf("Open = %v, want ErrRolledBack", err)
	}
	l, err = Open(dir, Options{Reconcile: true})
	must(err)
	if !errors.Is(l.Suspect(), ErrRolledBack) || !errors.Is(begin(l, 1), ErrRolledBack) {
		t.Error("a ledger that is older than its witness begins rows")
	}
	must(l.RecordFound(1, Result{State: Accepted, MessageID: "b", Time: testTime}), l.Sync(), l.Close())
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrRolledBack) {
		t.Fatalf("Open before Trust = %v, want ErrRolledBack", err)
	}
	l, err = Open(dir, Options{Reconcile: true})
	must(err, l.Trust(), begin(l, 2))
	if l.Suspect() != nil {
		t.Errorf("Suspect = %v", l.Suspect())
	}
	must(l.Close())
	l = mustOpen(t, dir)
	if e := mustEntry(t, l, 1); e.State != Accepted || e.MessageID != "b" || begin(l, 1) == nil {
		t.Errorf("the row that was found is %+v", e)
	}
}

// A ledger that was closed, and put back to a few intents before, is noticed, however few they are.
func TestFewIntentsForgotten(t *testing.T) {
	l, dir := newLedger(t)
	if err := errors.Join(l.Begin(0, Intent{Time: testTime}), l.Close()); err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	l = mustOpen(t, dir)
	if err := errors.Join(l.Begin(1, Intent{Time: testTime}), l.Close()); err != nil {
		t.Fatal(err)
	}
	spoilFile(t, dir, 0, old)
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrRolledBack) {
		t.Errorf("Open = %v, want ErrRolledBack", err)
	}
	l, err = Open(dir, Options{ReadOnly: true})
	if err != nil || !errors.Is(l.Suspect(), ErrRolledBack) {
		t.Errorf("read only: %v, %v; want it to be suspect", l.Suspect(), err)
	}
	l.Close()
}

// A witness of before there were exact ones is whole: its checksum leaves the last four bytes out.
func TestOldWitness(t *testing.T) {
	l, dir := newLedger(t)
	if err := errors.Join(l.Begin(0, Intent{Time: testTime}), l.Close()); err != nil {
		t.Fatal(err)
	}
	old := binary.BigEndian.AppendUint64(nil, witnessStep)
	old = append(old, testRun[:]...)
	old = binary.BigEndian.AppendUint32(old, crc32.Checksum(old, castagnoli))
	if err := os.WriteFile(filepath.Join(dir, WitnessName), append(old, 0, 0, 0, 0), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := mustOpen(t, dir).Begin(1, Intent{Time: testTime}); err != nil {
		t.Error(err)
	}
}

// What was found at Sinch makes a ledger one that has started, however little it has begun itself; and it is found once.
func TestRecordFound(t *testing.T) {
	l, dir := newLedger(t)
	if l.StartedAtOpen() {
		t.Error("a new ledger has started")
	}
	for range 2 {
		if err := l.RecordFound(7, Result{State: Accepted, MessageID: "a", Time: testTime}); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if l = mustOpen(t, dir); !l.StartedAtOpen() || l.Reset() == nil {
		t.Error("a ledger of which messages were found can be planned again")
	}
}

// A row that is begun, in doubt or final must never be begun: the ledger breaks rather than let it happen.
func TestBeginRefuses(t *testing.T) {
	for _, state := range []State{Begun, Accepted, Rejected, InDoubt, LeftInDoubt} {
		t.Run(state.String(), func(t *testing.T) {
			l, _ := newLedger(t)
			if err := l.Begin(1, Intent{Time: testTime}); err != nil {
				t.Fatal(err)
			}
			if state != Begun {
				if err := l.Record(1, Result{State: state, MessageID: "x"}); err != nil {
					t.Fatal(err)
				}
			}
			if err := l.Begin(1, Intent{Time: testTime}); err == nil {
				t.Fatal("the row was begun twice")
			}
			if l.Begin(2, Intent{Time: testTime}) == nil || l.Err() == nil {
				t.Error("a broken ledger goes on")
			}
		})
	}
}

// Random histories with reopening in between agree with a map.
func TestAgainstModel(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	l, dir := newLedger(t)
	model := map[uint32]State{}
	begun := uint64(0)
	for range 4000 {
		row := uint32(rng.IntN(1200))
		switch state := model[row]; {
		case state.Sendable():
			if err := l.Begin(row, Intent{Time: testTime}); err != nil {
				t.Fatal(err)
			}
			model[row] = Begun
			begun++
		case state == Begun || state == InDoubt:
			next := []State{Released, Accepted, Rejected, InDoubt, LeftInDoubt}[rng.IntN(5)]
			if err := l.Record(row, Result{State: next, MessageID: fmt.Sprint(row), Detail: "detail", Time: testTime}); err != nil {
				t.Fatal(err)
			}
			model[row] = next
		}
		if rng.IntN(400) == 0 {
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			l = mustOpen(t, dir)
			if l.begun != begun {
				t.Fatalf("begun = %d, want %d", l.begun, begun)
			}
		}
	}
	if err := l.Sync(); err != nil {
		t.Fatal(err)
	}
	got := map[uint32]State{}
	last := -1
	tally, err := l.Scan(func(row uint32, s State) {
		if int(row) <= last {
			t.Fatalf("row %d after row %d", row, last)
		}
		last = int(row)
		got[row] = s
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(model, got); diff != "" {
		t.Errorf("rows (-model +ledger):\n%s", diff)
	}
	counts := map[State]int{}
	for _, s := range model {
		counts[s]++
	}
	for s, n := range counts {
		if tally.Count(s) != n {
			t.Errorf("%v: %d, want %d", s, tally.Count(s), n)
		}
	}
}

// What a copy of the file holds at the moment Begin returns is what a crash would find: the intent must be in it.
func TestIntentIsOnDiskWhenBeginReturns(t *testing.T) {
	l, dir := newLedger(t)
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 20 {
				row := uint32(w*20 + i)
				if err := l.Begin(row, Intent{Time: testTime}); err != nil {
					t.Error(err)
					return
				}
				if !begunInFile(t, l, row) {
					t.Errorf("row %d is not in the file", row)
				}
			}
		})
	}
	wg.Wait()
	w, err := os.ReadFile(filepath.Join(dir, WitnessName))
	if err != nil || !bytes.Equal(w, encodeWitness(witnessStep, testRun, false)) {
		t.Errorf("witness = %x, %v", w, err)
	}
}

func begunInFile(t *testing.T, l *Ledger, row uint32) bool {
	var copied bytes.Buffer
	err := l.db.View(func(tx *bolt.Tx) error {
		_, err := tx.WriteTo(&copied) // the file as of the last commit
		return err
	})
	path := filepath.Join(t.TempDir(), FileName)
	if err == nil {
		err = os.WriteFile(path, copied.Bytes(), 0o600)
	}
	if err != nil {
		t.Error(err)
		return false
	}
	c, err := Open(filepath.Dir(path), Options{ReadOnly: true})
	if err != nil {
		t.Error(err)
		return false
	}
	defer c.Close()
	return mustEntry(t, c, row).State == Begun
}

func TestCreateNeverReplaces(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() { errs[i] = Create(dir, [16]byte{byte(i)}, nil, testTime) })
	}
	wg.Wait()
	made := 0
	for _, err := range errs {
		switch {
		case err == nil:
			made++
		case !errors.Is(err, fs.ErrExist):
			t.Errorf("the loser got %v, want fs.ErrExist", err)
		}
	}
	if made != 1 {
		t.Errorf("%d made the ledger, want 1", made)
	}
	mustOpen(t, dir)
	if left, _ := filepath.Glob(filepath.Join(dir, "*.tmp")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestOpenRefuses(t *testing.T) {
	write := func(t *testing.T, dir, name string, b []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	begin := func(t *testing.T, dir string) {
		t.Helper()
		l := mustOpen(t, dir)
		if err := l.Begin(1, Intent{Time: testTime}); err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name  string
		spoil func(t *testing.T, dir string)
		want  error
	}{
		{"missing", func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, FileName)) }, fs.ErrNotExist},
		{"locked", func(t *testing.T, dir string) { mustOpen(t, dir) }, ErrLocked},
		{"copied", func(t *testing.T, dir string) {
			b, _ := os.ReadFile(filepath.Join(dir, FileName))
			// The original stays, so that the copy cannot be given its inode.
			os.Rename(filepath.Join(dir, FileName), filepath.Join(dir, "original"))
			write(t, dir, FileName, b)
		}, ErrCopied},
		{"older than the witness", func(t *testing.T, dir string) {
			begin(t, dir)
			write(t, dir, WitnessName, encodeWitness(witnessStep+2, testRun, false))
		}, ErrRolledBack},
		{"put back to before the first start", func(t *testing.T, dir string) {
			planned, _ := os.ReadFile(filepath.Join(dir, FileName))
			begin(t, dir)
			spoilFile(t, dir, 0, planned) // in place: the inode stays
		}, ErrRolledBack},
		{"made anew beside an old witness", func(t *testing.T, dir string) {
			begin(t, dir)
			os.Remove(filepath.Join(dir, FileName))
			if err := Create(dir, [16]byte{7}, nil, testTime); err != nil {
				t.Fatal(err)
			}
		}, ErrRolledBack},
		{"witness of another run", func(t *testing.T, dir string) {
			begin(t, dir)
			write(t, dir, WitnessName, encodeWitness(1, [16]byte{9}, false))
		}, ErrRolledBack},
		{"witness missing", func(t *testing.T, dir string) {
			begin(t, dir)
			os.Remove(filepath.Join(dir, WitnessName))
		}, ErrRolledBack},
		{"witness torn", func(t *testing.T, dir string) {
			begin(t, dir)
			write(t, dir, WitnessName, encodeWitness(1, testRun, false)[:20])
		}, ErrRolledBack},
		{"cut short", func(t *testing.T, dir string) { os.Truncate(filepath.Join(dir, FileName), 4096) }, ErrDamaged},
		{"not a database", func(t *testing.T, dir string) { spoilFile(t, dir, 0, bytes.Repeat([]byte("junk"), 4096)) }, ErrDamaged},
		{"pages overwritten", func(t *testing.T, dir string) { spoilFile(t, dir, 2*4096, bytes.Repeat([]byte{0xff}, 16*4096)) }, ErrDamaged},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			mustCreate(t, dir)
			tc.spoil(t, dir)
			l, err := Open(dir, Options{Wait: 20 * time.Millisecond})
			if err == nil {
				l.Close()
			}
			if !errors.Is(err, tc.want) {
				t.Errorf("Open = %v, want %v", err, tc.want)
			}
		})
	}
}

// We die after the witness was written and before the first intent is on disk: nothing has left, and the run goes on.
func TestOpenAfterDeathBeforeTheFirstIntent(t *testing.T) {
	for _, witness := range [][]byte{encodeWitness(witnessStep, testRun, false), encodeWitness(0, testRun, false), {1, 2, 3}, nil} {
		l, dir := newLedger(t)
		if err := l.change(markStarted); err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, WitnessName), witness, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := mustOpen(t, dir).Begin(1, Intent{Time: testTime}); err != nil {
			t.Errorf("witness %x: %v", witness, err)
		}
	}
}

func spoilFile(t *testing.T, dir string, at int64, b []byte) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, FileName), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(b, at); err != nil {
		t.Fatal(err)
	}
}

// Whatever page of the file is overwritten, the ledger says that it is damaged, or does not need that page.
func TestEveryPageDamaged(t *testing.T) {
	l, dir := newLedger(t)
	for row := range uint32(600) {
		if err := l.PutSkips([]Skip{{Row: row * 300, Reason: 1, Detail: "x"}}, testTime); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	junk := bytes.Repeat([]byte{0xa5}, 4096)
	for page := 0; page < len(whole); page += 40 * len(junk) {
		spoilFile(t, dir, 0, whole)
		spoilFile(t, dir, int64(page), junk)
		l, err := Open(dir, Options{ReadOnly: true})
		if err == nil {
			_, err = l.Scan(nil)
			for row := uint32(0); err == nil && row < 600; row++ {
				_, err = l.Reader().Entry(row * 300)
			}
			l.Close()
		}
		if err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrFormat) {
			t.Fatalf("page %d: %v", page/len(junk), err)
		}
	}
}

func TestAdopt(t *testing.T) {
	dir := t.TempDir()
	mustCreate(t, dir)
	path := filepath.Join(dir, FileName)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other := t.TempDir()
	copied := filepath.Join(other, FileName)
	if err := os.WriteFile(copied, b, 0o400); err != nil {
		t.Fatal(err)
	}
	l, err := Open(other, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if !l.Copied() {
		t.Error("a copy does not know that it is one")
	}
	if err := errors.Join(l.Close(), os.Chmod(copied, 0o600)); err != nil {
		t.Fatal(err)
	}
	if l, err = Open(other, Options{Adopt: true}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if mustOpen(t, other).Copied() || mustOpen(t, dir).Copied() {
		t.Error("an adopted copy, or the original, is taken for a copy")
	}
}

func TestWitnessStaysAhead(t *testing.T) {
	l, dir := newLedger(t)
	var wg sync.WaitGroup
	for row := range uint32(2500) {
		wg.Go(func() {
			if err := l.Begin(row, Intent{Time: testTime}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if l = mustOpen(t, dir); l.begun != 2500 {
		t.Errorf("begun = %d, want 2500", l.begun)
	}
	if w := l.witness.count; w < 2500 || w > 2500+witnessStep {
		t.Errorf("witness = %d, want 2500 to %d", w, 2500+witnessStep)
	}
}

func TestPutSkipsAndReset(t *testing.T) {
	l, _ := newLedger(t)
	skips := []Skip{{Row: 2, Reason: 1, Detail: "phone: too short"}, {Row: 700, Reason: 2, Number: 2}}
	if err := l.PutSkips(skips, testTime); err != nil {
		t.Fatal(err)
	}
	if e := mustEntry(t, l, 700); e.State != Skipped || e.Reason != 2 || e.Number != 2 {
		t.Errorf("entry = %+v", e)
	}
	tally, err := l.Scan(nil)
	if err != nil || tally.Count(Skipped) != 2 || tally.Skipped[1] != 1 || tally.Skipped[2] != 1 {
		t.Errorf("tally = %+v, %v", tally, err)
	}
	if err := l.Reset(); err != nil {
		t.Fatal(err)
	}
	if e := mustEntry(t, l, 2); e != (Entry{}) {
		t.Errorf("after Reset: %+v", e)
	}
	if err := l.Begin(2, Intent{Time: testTime}); err != nil {
		t.Fatal(err)
	}
	if l.Reset() == nil {
		t.Error("Reset forgot a row that was begun")
	}
}

func TestTextsAreBoundedAndMasked(t *testing.T) {
	l, dir := newLedger(t)
	for i := range maxTexts + 50 {
		row := uint32(i)
		if err := l.Begin(row, Intent{Time: testTime}); err != nil {
			t.Fatal(err)
		}
		detail := fmt.Sprintf("reason %d for +447700900123", i)
		if err := l.Record(row, Result{State: Rejected, Detail: detail}); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil || bytes.Contains(raw, []byte("447700900")) {
		t.Errorf("a number stands in the ledger (%v)", err)
	}
	l = mustOpen(t, dir)
	if got := mustEntry(t, l, 3).Detail; got != "reason 3 for +…" {
		t.Errorf("detail = %q", got)
	}
	if got := mustEntry(t, l, maxTexts+20).Detail; got != otherText {
		t.Errorf("detail = %q", got)
	}
}

func FuzzMask(f *testing.F) {
	f.Add("call 447700900123 now")
	f.Add("12345 1234567")
	f.Fuzz(func(t *testing.T, s string) {
		digits := 0
		for _, r := range mask(s) {
			if digits++; r < '0' || r > '9' {
				digits = 0
			}
			if digits == 6 {
				t.Fatalf("mask(%q) = %q", s, mask(s))
			}
		}
		if strings.ToValidUTF8(mask(s), "") != mask(s) {
			t.Fatalf("mask(%q) is not UTF-8", s)
		}
	})
}

func FuzzRecord(f *testing.F) {
	f.Add("01FC66621XXXXX119Z8PMV1QPQ", uint16(3), int64(90))
	f.Fuzz(func(t *testing.T, id string, text uint16, seconds int64) {
		r := record(make([]byte, recordSize))
		if r.setMessageID(id) && r.messageID() != id {
			t.Fatalf("message id %q came back as %q", id, r.messageID())
		}
		r.setDetail(text, 77)
		if r.text() != text || r.number() != 77 || r.hasExt() {
			t.Fatal("detail did not come back")
		}
		at := testTime.Add(time.Duration(seconds%40_000_000) * time.Second)
		r.setTime(testTime, at)
		if at.After(testTime) && !r.time(testTime).Equal(at) {
			t.Fatalf("time %v came back as %v", at, r.time(testTime))
		}
	})
}

// BenchmarkSend is what sending asks of the ledger: an intent that is waited for, and a result that is not, from 64 workers.
func BenchmarkSend(b *testing.B) {
	l, dir := newLedger(b)
	var mu sync.Mutex
	row := uint32(0)
	b.SetParallelism(32) // times GOMAXPROCS
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			mu.Lock()
			r := row
			row++
			mu.Unlock()
			if err := l.Begin(r, Intent{Time: testTime}); err != nil {
				b.Error(err)
				return
			}
			if err := l.Record(r, Result{State: Accepted, MessageID: "01FC66621XXXXX119Z8PMV1QPQ", Time: testTime}); err != nil {
				b.Error(err)
				return
			}
		}
	})
	if err := l.Sync(); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	if info, err := os.Stat(filepath.Join(dir, FileName)); err == nil {
		b.ReportMetric(float64(info.Size()-16<<20)/float64(b.N), "B/row-16MiB")
	}
}

func TestForget(t *testing.T) {
	l, dir := newLedger(t)
	later := testTime.Add(time.Hour)
	begin := func(row uint32) {
		if err := l.Begin(row, Intent{Time: testTime}); err != nil {
			t.Fatal(err)
		}
	}
	// Every state that a row can be in, by row; 0 and 300 are untouched, and 300 has no block.
	for row, res := range map[uint32]Result{
		2: {State: Released}, 3: {State: Released, Flags: AfterServerError}, 4: {State: Accepted, MessageID: "01FC66621XXXXX119Z8PMV1QPQ"},
		5: {State: Rejected, Detail: "400"}, 6: {State: InDoubt, Detail: "502"}, 7: {State: LeftInDoubt, Detail: "settled"},
		8: {State: Accepted, MessageID: "not-a-ulid"},
	} {
		begin(row)
		res.Time = testTime
		if err := l.Record(row, res); err != nil {
			t.Fatal(err)
		}
	}
	begin(1)
	if err := errors.Join(l.Sync(), l.PutSkips([]Skip{{Row: 9, Reason: 2, Number: 5}}, testTime)); err != nil {
		t.Fatal(err)
	}
	const reason = 8
	if err := l.Forget([]uint32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 300}, reason, []byte("new"), later); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = mustOpen(t, dir)
	if run, err := l.Run(); err != nil || string(run) != "new" {
		t.Errorf("the document is %q, %v", run, err)
	}
	want := map[uint32]Entry{
		0: {State: Skipped, Reason: reason}, 1: {State: LeftInDoubt, Detail: personErased}, 2: {State: Skipped, Reason: reason},
		3: {State: LeftInDoubt, Detail: personErased}, 4: {State: Accepted, MessageID: "01FC66621XXXXX119Z8PMV1QPQ"}, 5: {State: Rejected, Detail: "400"},
		6: {State: LeftInDoubt, Detail: personErased}, 7: {State: LeftInDoubt, Detail: "settled"}, 8: {State: Accepted, MessageID: "not-a-ulid"},
		9: {State: Skipped, Reason: 2}, 300: {State: Skipped, Reason: reason},
	}
	for row, want := range want {
		e := mustEntry(t, l, row)
		got := Entry{State: e.State, Reason: e.Reason, Detail: e.Detail, MessageID: e.MessageID}
		if got != want {
			t.Errorf("row %d is %+v, want %+v", row, got, want)
		}
		if err := l.Begin(row, Intent{Time: later}); err == nil {
			t.Errorf("row %d can be begun", row)
		}
		if err := l.Close(); err == nil { // the refusal has broken it
			t.Error("the ledger goes on after that")
		}
		l = mustOpen(t, dir)
	}
}
