package runs

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"sendoff/campaign"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

var testTime = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// testRun is a real run: a directory, a snapshot and a ledger.
type testRun struct {
	*runstore.Run
	t testing.TB
}

// newRun makes a run that is planned for n people, the first of whom has the number with this ending; this process holds it.
func newRun(t testing.TB, dir, key string, sandbox bool, first, n int) *testRun {
	t.Helper()
	run, err := runstore.Acquire(dir, runstore.Options{Key: key, Campaign: "test", Sandbox: sandbox, Now: testTime})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = run.Close() }) // most tests have closed it
	r := &testRun{run, t}
	w, err := run.CreateSnapshot()
	if err != nil {
		t.Fatal(err)
	}
	var raw []byte
	for i := range n {
		raw = runstore.AppendRow(raw, &campaign.Recipient{Row: i, Line: i + 2, Address: address(first + i), Fields: []string{"x"}})
	}
	w.Append(runstore.NewFrameEncoder().Encode(nil, raw), n)
	size, err := w.Commit()
	if err != nil {
		t.Fatal(err)
	}
	r.update(func(m *runstore.Meta) {
		m.State, m.Planned, m.Rows, m.Eligible, m.SnapshotBytes = runstore.Planned, testTime, n, n, size
	})
	return r
}

func address(ending int) campaign.Address {
	return campaign.PhoneAddress(fmt.Sprintf("+447700900%03d", ending))
}

func (r *testRun) update(change func(*runstore.Meta)) {
	r.t.Helper()
	if err := r.Update(change); err != nil {
		r.t.Fatal(err)
	}
}

// send begins a row at a time, and records what became of it, unless that is nothing.
func (r *testRun) send(row int, at time.Time, s ledger.State, flags ledger.Flags) {
	r.t.Helper()
	if err := r.Ledger.Begin(uint32(row), ledger.Intent{Time: at}); err != nil {
		r.t.Fatal(err)
	}
	if s == ledger.Begun {
		return
	}
	if err := r.Ledger.Record(uint32(row), ledger.Result{State: s, Time: at, Flags: flags, MessageID: "m"}); err != nil {
		r.t.Fatal(err)
	}
}

// end lets the run go, started a minute after it was planned and ended an hour later.
func (r *testRun) end(s runstore.State) {
	r.t.Helper()
	r.update(func(m *runstore.Meta) {
		m.State, m.Starts, m.Ended = s, []runstore.Start{{Time: testTime.Add(time.Minute), Epoch: "0badcafe"}}, testTime.Add(time.Hour)
	})
	if err := r.Close(); err != nil {
		r.t.Fatal(err)
	}
}

// sentRun makes a run that has sent to n people and is over.
func sentRun(t testing.TB, dir, key string, sandbox bool, first, n int) {
	t.Helper()
	r := newRun(t, dir, key, sandbox, first, n)
	for row := range n {
		r.send(row, testTime.Add(2*time.Minute), ledger.Accepted, 0)
	}
	r.end(runstore.Finished)
}

// scope is that of a campaign in folder c of dir, as a run with the key "own" has it.
func scope(dir string) Scope {
	c := filepath.Join(dir, "c")
	return Scope{
		Campaign: c, Wait: time.Millisecond,
		Self: []string{filepath.Join(c, "runs", "own"), filepath.Join(c, "runs", "sandbox", "own")},
	}
}
