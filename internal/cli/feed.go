package cli

import (
	"os"
	"time"
)

// feedState tells whether a file is still the one that was read.
type feedState struct {
	size int64
	time time.Time
}

// feedAt returns the state of a file; of one that is not there, nil.
func feedAt(path string) *feedState {
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	return &feedState{info.Size(), info.ModTime()}
}

// same reports whether the file is as it was. One that has gone since was read whole.
func (f *feedState) same(path string) bool {
	now := feedAt(path)
	return f == nil || now == nil || f.size == now.size && f.time.Equal(now.time)
}
