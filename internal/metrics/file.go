package metrics

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// ErrUnfit is wrapped by the errors of [Open] about a file that must not be written to.
var ErrUnfit = errors.New("metrics cannot go there")

// errSlow is of a file system that does not answer, such as one across a network that is down.
var errSlow = errors.New("the file system does not answer; the file is left alone from now on")

const (
	patience = 5 * time.Second // with a file system
	maxFile  = 1 << 20         // what we write has two thousand bytes
)

// File is where the metrics of a campaign go.
type File struct {
	path     string
	patience time.Duration
	slow     bool // what was begun may still be under way, so nothing else is
}

// Open reads the metrics that the file at path has from earlier starts. The file need not be there, but nothing else may be: only what ends
// in .prom, and was written here or is empty, will be replaced. Where it cannot be looked at, the file that comes with the error can still
// be written to.
func Open(path string) (*File, Metrics, error) {
	return open(&File{path: path, patience: patience})
}

func open(f *File) (*File, Metrics, error) {
	if filepath.Ext(f.path) != ".prom" {
		return nil, Metrics{}, fmt.Errorf("%w: the name has to end in .prom, as the node exporter wants it", ErrUnfit)
	}
	var m Metrics
	err := f.within(func() (func(), error) {
		read, err := read(f.path)
		return func() { m = read }, err
	})
	if errors.Is(err, ErrUnfit) {
		return nil, m, err
	}
	return f, m, err
}

// read returns what a file says, or why it is none of ours.
func read(path string) (m Metrics, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return m, nil
	case err != nil:
		return m, err
	case !info.Mode().IsRegular(): // a pipe would have us wait for its reader
		return m, fmt.Errorf("%w: %s is not a regular file", ErrUnfit, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return m, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil || len(content) == 0 {
		return m, err
	}
	m, isOurs := parse(content)
	if !isOurs {
		err = fmt.Errorf("%w: %s is there, and was not written by sendoff", ErrUnfit, path)
	}
	return m, err
}

// Write replaces the file: the new content or the old one, never a part. Whoever reads it may be another user, so its mode is 0644.
// states are all that a run can be in. One process a path writes at a time.
func (f *File) Write(m *Metrics, states []string) error {
	text, err := m.text(states)
	if err != nil {
		return err
	}
	return f.within(func() (func(), error) { return func() {}, replace(f.path, text) })
}

// within does something to the file, and then what that returns. It gives up when it takes too long, and then and ever after returns an error.
func (f *File) within(do func() (func(), error)) error {
	if f.slow {
		return errSlow
	}
	type result struct {
		then func()
		err  error
	}
	done := make(chan result, 1)
	go func() {
		then, err := do()
		done <- result{then, err}
	}()
	select {
	case r := <-done:
		r.then()
		return r.err
	case <-time.After(f.patience):
		f.slow = true
		return errSlow
	}
}

func replace(path string, text []byte) (err error) {
	temp := path + ".tmp" // the collector reads files that end in .prom
	_ = os.Remove(temp)   // what a process that died has left; whatever else is wrong shows when it is made
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temp) // what went wrong before is what the caller needs to know
		}
	}()
	_, err = f.Write(text)
	// The last success has to survive a power cut.
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(temp, path)
}
