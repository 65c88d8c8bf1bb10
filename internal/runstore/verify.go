package runstore

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

// verify returns an error unless f is the snapshot that the run knows, or the one that is about to take its place. A digest is computed once
// for each file, as long as it stays as it is.
func (r *Run) verify(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	m, size := r.meta, info.Size()
	current, next := size == m.SnapshotBytes, m.NextSnapshotSHA256 != "" && size == m.NextSnapshotBytes
	switch {
	case !current && !next:
		return fmt.Errorf("%w: it has %d bytes, not %d", ErrSnapshot, size, m.SnapshotBytes)
	case current && m.SnapshotSHA256 == "":
		return nil
	case r.verified != nil && os.SameFile(info, r.verified) && info.ModTime().Equal(r.verified.ModTime()):
		return nil
	}
	sum, err := digest(f)
	if err != nil {
		return err
	}
	if !(current && sum == m.SnapshotSHA256) && !(next && sum == m.NextSnapshotSHA256) {
		return fmt.Errorf("%w: it is not the one that was written when somebody was erased", ErrSnapshot)
	}
	r.verified = info
	return nil
}

func digest(f *os.File) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(f, 0, 1<<62)); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// isNext reports whether the file at path is the snapshot that is about to take the place of the run's own.
func (r *Run) isNext(path string) (bool, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	m := r.Meta()
	if info, err := f.Stat(); err != nil || info.Size() != m.NextSnapshotBytes {
		return false, err
	}
	sum, err := digest(f)
	return sum == m.NextSnapshotSHA256, err
}
