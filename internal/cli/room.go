package cli

import (
	"fmt"
	"strings"

	"sendoff/internal/durable"
	"sendoff/internal/prose"
	"sendoff/internal/volume"
)

// What a row takes in all lists together beside what the audience says of it, and how much smaller the frozen audience is than the
// audience. Both are generous: they are there to find a disk that is too small before the first message, not to fit.
const (
	listBytes   = 200
	packedRatio = 4
)

// makeRoom refuses a run for which the disk has no room, and reserves what its ledger takes. The frozen audience is on disk already.
func (r *runner) makeRoom() error {
	m := r.run.Meta()
	needed := r.run.Ledger.Room(m.Rows) + packedRatio*m.SnapshotBytes + listBytes*int64(m.Rows)
	if v, err := volume.Of(r.run.Dir); err == nil && v.Free >= 0 && v.Free < needed {
		refusal := inputErrorf("the run needs about %s in %s, and %s are free. Nothing was sent now", prose.Bytes(needed), r.run.Dir, prose.Bytes(v.Free))
		if r.run.Begun() {
			return refusal.hint("free space, then run the same command")
		}
		return refusal.hint("free space, or choose a folder on another disk with --run-dir, now and each time that you go on with it")
	}
	return r.run.Ledger.Reserve(m.Rows)
}

// fullWhileSending says what to do about a disk that filled up after the first message; other errors stay as they are. What is in the
// ledger stays true, so the same command goes on; people whose answer could not be recorded any more are in doubt then.
func (r *runner) fullWhileSending(err error) error {
	if !durable.IsFull(err) {
		return err
	}
	reason := fmt.Sprintf("the disk is full (%s). Nothing is damaged: free space in %s, then go on with: %s", firstLine(err), r.run.Dir, r.again())
	return &outcomeError{code: exitBrake, reason: reason}
}

// firstLine is an error without those that came of it.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
