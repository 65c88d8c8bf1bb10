package stops

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sendoff/campaign"
	"sendoff/internal/durable"
)

// patience is how long others may keep the file who add to it: a disk may be slow.
const patience = 5 * time.Second

// hold opens the file for adding to it, with whole lines, and makes it where there is none. Until it is closed nobody else adds to it.
func (f *File) hold() (*os.File, error) {
	out, err := f.openThere()
	if errors.Is(err, fs.ErrNotExist) {
		if err = f.create(); err == nil {
			out, err = f.openThere()
		}
	}
	return out, err
}

// openThere is hold for a file that is there.
func (f *File) openThere() (*os.File, error) {
	for until := time.Now().Add(patience); ; {
		out, err := os.OpenFile(f.path, os.O_RDWR|os.O_APPEND, 0)
		if err != nil {
			return nil, err
		}
		isIt := false
		if err = durable.Lock(out, time.Until(until)); err == nil {
			isIt, err = isAt(out, f.path)
		}
		if err == nil && isIt {
			if err = f.mend(out); err == nil {
				return out, nil
			}
		}
		if err = errors.Join(err, out.Close()); err != nil {
			return nil, err
		}
	}
}

// isAt reports whether an open file is the one at path still: an editor may have put another one there.
func isAt(f *os.File, path string) (bool, error) {
	mine, err := f.Stat()
	if err != nil {
		return false, err
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(mine, there), err
}

// create makes the file, with its header, unless somebody else has made it meanwhile: of two headers one would be a line that names nobody.
func (f *File) create() error {
	temp, err := os.CreateTemp(filepath.Dir(f.path), filepath.Base(f.path)+".*.tmp") // mode 0600
	if err != nil {
		return fmt.Errorf("make %s: %w", filepath.Base(f.path), err)
	}
	defer func() { _ = os.Remove(temp.Name()) }() // where the file is there it has two names
	_, err = io.WriteString(temp, headerLine)
	if err := errors.Join(err, durable.Sync(temp), temp.Close()); err != nil {
		return fmt.Errorf("make %s: %w", filepath.Base(f.path), err)
	}
	if err := os.Link(temp.Name(), f.path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make %s: %w", filepath.Base(f.path), err)
	}
	return durable.SyncDir(filepath.Dir(f.path))
}

// append adds a whole line, or nothing: a disk that is full may have taken half of it, which every campaign would stop at that goes by the file.
func (f *File) append(out *os.File, line []byte) error {
	before, err := out.Stat()
	if err != nil {
		return err
	}
	last := make([]byte, 1)
	if _, err := out.ReadAt(last, max(before.Size()-1, 0)); err != nil {
		return err // nor is a file without anything one that lines can be added to
	}
	if last[0] != '\n' { // somebody's own file may end like that
		line = append([]byte{'\n'}, line...)
	}
	f.known = nil // whatever happens, it is another one now
	if _, err = out.Write(line); err == nil {
		err = durable.Sync(out)
	}
	if err != nil {
		return errors.Join(err, os.Truncate(f.path, before.Size()))
	}
	f.known, err = out.Stat()
	f.isSynced = err == nil // this was all that there was to be synced
	return err
}

// sync returns when everybody on the file is on disk.
func (f *File) sync(out *os.File) error {
	err := durable.Sync(out)
	f.isSynced = err == nil
	return err
}

// endSize is more than anybody has begun to write before the last sync of a file.
const endSize = 64 << 10

// mend takes away what a crash has left of lines of ours, in a file that we have made: zeros in place of some of one, or its beginning. Whoever stood there had
// no answer, and is told of again. A last line that says who it is about gets the rest of it instead.
func (f *File) mend(out *os.File) error {
	info, err := out.Stat()
	if err != nil || f.isSynced && f.known != nil && sameAs(f.known, info) {
		return err
	}
	head, from := make([]byte, len(headerLine)), max(info.Size()-endSize, 0)
	end := make([]byte, info.Size()-from)
	_, headErr := out.ReadAt(head, 0)
	_, endErr := out.ReadAt(end, from)
	if err := errors.Join(headErr, endErr); err != nil || string(head) != headerLine {
		return nil // it is not ours; what cannot be read, reading it says
	}
	if from > 0 {
		from += int64(bytes.IndexByte(end, '\n') + 1)
		end = end[len(end)-int(info.Size()-from):]
	}
	keep, more := f.wholeLines(end)
	if keep == len(end) && len(more) == 0 {
		return nil
	}
	f.known = nil
	if keep < len(end) {
		err = os.Truncate(f.path, from+int64(keep))
	}
	if err == nil {
		_, err = out.Write(more)
	}
	return errors.Join(err, durable.Sync(out))
}

// wholeLines returns how much of some lines stays as it is, and what comes behind that instead of the rest.
func (f *File) wholeLines(lines []byte) (keep int, more []byte) {
	isKept := true
	for line := range bytes.Lines(lines) {
		whole := line
		if text, isEnded := bytes.CutSuffix(line, []byte("\n")); bytes.IndexByte(text, 0) >= 0 {
			whole = nil
		} else if !isEnded {
			whole = f.completed(string(text))
		}
		switch rest, isLonger := bytes.CutPrefix(whole, line); {
		case isKept && isLonger: // if by nothing
			keep, more = keep+len(line), append(more, rest...)
		default:
			more = append(more, whole...)
		}
		isKept = isKept && len(whole) == len(line)
	}
	return keep, more
}

// completed returns a last line with what it lacks; nil where it is half a line of ours that names nobody. Others somebody has typed, who is to say what they mean.
func (f *File) completed(text string) []byte {
	line := text + strings.Repeat(",", max(columns-1-strings.Count(text, ","), 0))
	isHalf := text[0] == ',' || text[0] == '+' && strings.Trim(text[1:], "0123456789") == ""
	switch {
	case f.namesSomebody(line):
		return []byte(line + "\n")
	case isHalf:
		return nil
	}
	return []byte(text + "\n")
}

// namesSomebody reports whether a line of a file of ours says who it is about.
func (f *File) namesSomebody(line string) bool {
	cells, err := csv.NewReader(strings.NewReader(line)).Read()
	if err != nil || len(cells) != columns {
		return false
	}
	has := map[uint64]bool{}
	f.note(has, shape{phone: 0, identity: 1, channel: 2}, &campaign.Recipient{Fields: cells}, -1)
	return len(has) > 0
}

func sameAs(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}
