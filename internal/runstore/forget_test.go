package runstore

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"sendoff/campaign"
	"sendoff/internal/ledger"
)

// forgettable is a run with rows in three frames, of which the first is accepted, and a list; and the rows that are to be forgotten.
func forgettable(t *testing.T) (dir string, rows []int) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "run")
	r := mustAcquire(t, dir)
	writeSnapshot(t, r, testRows(2*FrameRows+100))
	if err := r.Ledger.Begin(1, ledger.Intent{Time: testTime}); err != nil {
		t.Fatal(err)
	}
	err := errors.Join(
		r.Ledger.Record(1, ledger.Result{State: ledger.Accepted, Time: testTime, MessageID: "01FC66621XXXXX119Z8PMV1QPQ"}),
		r.Update(func(m *Meta) { m.State = Running }),
		os.WriteFile(r.Path(RowsName), nil, 0o600),
		r.Close(),
	)
	if err != nil {
		t.Fatal(err)
	}
	return dir, []int{1, 5, 2 * FrameRows}
}

func mustHold(t *testing.T, dir string) *Run {
	t.Helper()
	r, err := Resume(dir, false, testTime)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// checkForgotten holds the snapshot of a run against one from which rows were erased.
func checkForgotten(t *testing.T, r *Run, rows []int) {
	t.Helper()
	s, err := r.OpenSnapshot()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	want := testRows(2*FrameRows + 100)
	for _, row := range rows {
		want[row].Address, want[row].Fields = campaign.Address{}, nil
	}
	for i := range want {
		got, err := s.Row(i)
		if err != nil {
			t.Fatal(err)
		}
		if string(AppendRow(nil, &got)) != string(AppendRow(nil, &want[i])) || got.Row != i {
			t.Fatalf("row %d is not as it should be", i)
		}
	}
}

func stateOf(t *testing.T, r *Run, row uint32) ledger.State {
	t.Helper()
	e, err := r.Ledger.Reader().Entry(row)
	if err != nil {
		t.Fatal(err)
	}
	return e.State
}

func TestForget(t *testing.T) {
	dir, rows := forgettable(t)
	r := mustHold(t, dir)
	old, err := os.ReadFile(r.Path(SnapshotName))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Forget(rows, nil, testTime); err != nil {
		t.Fatal(err)
	}
	checkForgotten(t, r, rows)
	if stateOf(t, r, 1) != ledger.Accepted || stateOf(t, r, 5) != ledger.Skipped || stateOf(t, r, 6) != ledger.None {
		t.Errorf("rows are %v, %v, %v", stateOf(t, r, 1), stateOf(t, r, 5), stateOf(t, r, 6))
	}
	if exists(dir, RowsName) || exists(dir, SnapshotName+".tmp") {
		t.Error("a list or a temporary file is left")
	}
	// A second time, on top of the first.
	if err := r.Forget([]int{7}, nil, testTime); err != nil {
		t.Fatal(err)
	}
	checkForgotten(t, r, append(rows, 7))
	if m := r.Meta(); m.NextSnapshotSHA256 != "" || m.SnapshotSHA256 == "" {
		t.Errorf("meta = %+v", m)
	}
	// Somebody puts the old one back, or another one that is as long as the new one.
	other, err := os.ReadFile(r.Path(SnapshotName))
	if err != nil {
		t.Fatal(err)
	}
	other[len(other)/2] ^= 1
	for _, content := range [][]byte{old, other} {
		if err := errors.Join(r.Close(), os.WriteFile(r.Path(SnapshotName), content, 0o600)); err != nil {
			t.Fatal(err)
		}
		r = mustHold(t, dir)
		if _, err := r.OpenSnapshot(); !errors.Is(err, ErrSnapshot) {
			t.Errorf("another snapshot: %v", err)
		}
	}
}

// We die after each step; what can be read then, and what the next holder makes of it.
func TestForgetDies(t *testing.T) {
	nobody := []int{}
	rewrite := func(t *testing.T, r *Run, rows []int) {
		size, sum, err := r.rewriteSnapshot(rows)
		if err != nil {
			t.Fatal(err)
		}
		r.meta.NextSnapshotBytes, r.meta.NextSnapshotSHA256 = size, sum // not durable: record makes it so
	}
	record := func(t *testing.T, r *Run, rows []int) {
		err := r.update(func(*Meta) {}, func(run []byte) error {
			return r.Ledger.Forget([]uint32{uint32(rows[0]), uint32(rows[1]), uint32(rows[2])}, uint8(campaign.Forgotten), run, testTime)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	rename := func(t *testing.T, r *Run, _ []int) {
		if err := os.Rename(r.Path(SnapshotName)+".tmp", r.Path(SnapshotName)); err != nil {
			t.Fatal(err)
		}
	}
	lose := func(t *testing.T, r *Run, _ []int) {
		if err := os.Remove(r.Path(SnapshotName) + ".tmp"); err != nil {
			t.Fatal(err)
		}
	}
	damage := func(t *testing.T, r *Run, _ []int) {
		if err := os.Truncate(r.Path(SnapshotName)+".tmp", 100); err != nil {
			t.Fatal(err)
		}
	}
	type steps []func(*testing.T, *Run, []int)
	for _, tc := range []struct {
		name     string
		steps    steps
		recorded bool // the ledger has it
		seen     bool // the new snapshot is in place when we die
		finished bool // the next holder finishes it
	}{
		{"rewritten", steps{rewrite}, false, false, false},
		{"recorded", steps{rewrite, record}, true, false, true},
		{"renamed", steps{rewrite, record, rename}, true, true, true},
		{"lost", steps{rewrite, record, lose}, true, false, false},
		{"damaged", steps{rewrite, record, damage}, true, false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir, rows := forgettable(t)
			died := mustHold(t, dir)
			for _, step := range tc.steps {
				step(t, died, rows)
			}
			if err := died.Close(); err != nil {
				t.Fatal(err)
			}
			view, err := View(dir)
			if err != nil {
				t.Fatal(err)
			}
			gone := map[bool][]int{true: rows, false: nobody}
			checkForgotten(t, view, gone[tc.seen])
			if err := view.Close(); err != nil {
				t.Fatal(err)
			}
			r := mustHold(t, dir)
			checkForgotten(t, r, gone[tc.finished])
			if s := stateOf(t, r, 5); (s == ledger.Skipped) != tc.recorded || s.Sendable() == tc.recorded {
				t.Errorf("row 5 is %v", s)
			}
			if exists(dir, RowsName) == tc.recorded || r.Meta().NextSnapshotSHA256 != "" {
				t.Errorf("the list is left: %v; meta = %+v", exists(dir, RowsName), r.Meta())
			}
			if !tc.finished { // else nobody would find them again
				if err := r.Forget(rows, nil, testTime); err != nil {
					t.Fatal(err)
				}
			}
			checkForgotten(t, r, rows)
			if exists(dir, SnapshotName+".tmp") {
				t.Error("a temporary file is left")
			}
		})
	}
}

func TestErasePeople(t *testing.T) {
	dir, _ := forgettable(t)
	r := mustHold(t, dir)
	if err := r.ErasePeople(testTime); err != nil {
		t.Fatal(err)
	}
	if _, err := r.OpenSnapshot(); !errors.Is(err, ErrErased) || HasPeople(dir) {
		t.Errorf("the snapshot: %v; people are left: %v", err, HasPeople(dir))
	}
	if m := r.Meta(); !m.Erased.Equal(testTime) || m.Rows != 2*FrameRows+100 {
		t.Errorf("meta = %+v", m)
	}
	// A process that died between the record and the removal has left them: the next holder removes them.
	if err := errors.Join(r.Close(), os.WriteFile(filepath.Join(dir, RowsName), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	r = mustHold(t, dir)
	if HasPeople(dir) {
		t.Error("people are left")
	}
	// A new plan takes the place of what was erased.
	writeSnapshot(t, r, testRows(3))
	if err := r.Update(func(m *Meta) { m.Freeze(m.SnapshotBytes) }); err != nil {
		t.Fatal(err)
	}
	if _, err := readAll(r); err != nil {
		t.Error(err)
	}
}

func TestOver(t *testing.T) {
	for s, want := range map[State]bool{Planned: false, Stopped: false, Finished: true, FinishedWithRejections: true, Cancelled: true} {
		if s.Over() != want {
			t.Errorf("%s: over is %v", s, s.Over())
		}
	}
}

// 10 million rows have a snapshot of some 200 MB; this is how long its digest takes.
func BenchmarkDigest(b *testing.B) {
	path := filepath.Join(b.TempDir(), "f")
	if err := os.WriteFile(path, make([]byte, 32<<20), 0o600); err != nil {
		b.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	b.SetBytes(32 << 20)
	for b.Loop() {
		if _, err := digest(f); err != nil {
			b.Fatal(err)
		}
	}
}
