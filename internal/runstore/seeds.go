package runstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"sendoff/campaign"
	"sendoff/internal/ledger"
)

// The folders, within that of a run, of what goes to its seeds. Each holds a run of its own, whose rows are the seeds: so these are begun, settled
// and counted as everybody is, and apart from everybody. Nobody but the run that they lie in sends them.
const (
	SeedsFirst = "seeds-first"
	SeedsLast  = "seeds-last"
)

// SeedDirs returns those folders that are there in the folder of a run.
func SeedDirs(dir string) []string {
	var dirs []string
	for _, name := range []string{SeedsFirst, SeedsLast} {
		if exists(dir, filepath.Join(name, ledger.FileName)) {
			dirs = append(dirs, filepath.Join(dir, name))
		}
	}
	return dirs
}

// AcquireSeeds holds what goes to the seeds of a run, in one of those folders, and makes it where it is not there. It is no copy where the run is
// none: whoever holds the one may hold the other.
func (r *Run) AcquireSeeds(name string, o Options) (*Run, error) {
	m := r.Meta()
	o.Key, o.Campaign, o.Sandbox, o.Seeds, o.Adopt, o.Day = m.Key, m.Campaign, m.Sandbox, name, true, m.Created
	return Acquire(r.Path(name), o)
}

// FreezeList makes a list of people the audience of a run of which nothing was begun, in one step as planning does, and leaves it planned. change
// sets what else is known of them.
func (r *Run) FreezeList(people []campaign.Recipient, change func(*Meta)) error {
	if err := r.Update(func(m *Meta) { m.State = Planning }); err != nil {
		return err
	}
	if err := r.Ledger.Reset(); err != nil {
		return fmt.Errorf("freeze list: %w", err)
	}
	w, err := r.CreateSnapshot()
	if err != nil {
		return err
	}
	encoder := NewFrameEncoder()
	for first := 0; first < len(people); first += FrameRows {
		frame := people[first:min(first+FrameRows, len(people))]
		var raw []byte
		for i := range frame {
			raw = AppendRow(raw, &frame[i])
		}
		w.Append(encoder.Encode(nil, raw), len(frame))
	}
	size, err := w.Commit()
	if err != nil {
		return err
	}
	return r.Update(func(m *Meta) {
		change(m)
		m.State, m.Reason, m.Starts = Planned, "", nil
		m.Rows, m.Eligible = len(people), len(people)
		m.Freeze(size)
	})
}

// eraseSeeds removes the folders of what went to the seeds of a run.
func eraseSeeds(dir string) error {
	for _, name := range []string{SeedsFirst, SeedsLast} {
		folder := filepath.Join(dir, name)
		if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := Erase(folder); err != nil {
			return err
		}
		_ = os.Remove(filepath.Join(folder, ".gitignore"))
		_ = os.Remove(folder) // it stays where somebody has put something of their own into it
	}
	return nil
}
