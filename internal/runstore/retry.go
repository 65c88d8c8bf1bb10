package runstore

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"sendoff/internal/durable"
	"sendoff/internal/ledger"
)

// OriginsName is the file that says where the people of a retry come from. It holds no personal data.
const OriginsName = "origins"

// MaxRetries is how many retries a run can have: their numbers stand in its ledger.
const MaxRetries = 255

// Retry says of what a run sends again, and to whom of it.
type Retry struct {
	Of       string   `json:"of"`                  // the id of the run in whose folder it lies
	Key      string   `json:"key"`                 // that one's
	Number   int      `json:"number"`              // from 1 on
	Reasons  []string `json:"reasons"`             // why its people did not get the message before, as --reason names them
	NotAfter string   `json:"not_after,omitempty"` // instead of the campaign's
}

// Origin is where a row of a retry comes from: the run of this number, 0 being the one in whose folder the retries lie, and its row.
type Origin struct {
	Run uint8
	Row uint32
}

// RetryKey is the key of the retry with a number, of the run with a key.
func RetryKey(key string, number int) string { return key + "/" + retryName(number) }

func retryName(number int) string { return RetryPrefix + strconv.Itoa(number) }

// CutRetryKey is the reverse of [RetryKey]. It returns false where a key is not that of a retry.
func CutRetryKey(key string) (of string, number int, ok bool) {
	of, name, found := cutLast(key, "/")
	number, ok = retryNumber(name)
	return of, number, ok && found && of != ""
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// retryNumber reads the name of a retry's folder.
func retryNumber(name string) (int, bool) {
	number, err := strconv.Atoi(strings.TrimPrefix(name, RetryPrefix))
	return number, err == nil && number > 0 && name == retryName(number)
}

// RetryOf returns the folder of the run that the one in dir is a retry of, and its number; false where it is none.
func RetryOf(dir string) (of string, number int, ok bool) {
	if abs, err := filepath.Abs(dir); err == nil { // a name such as . does not say where it lies
		dir = abs
	}
	number, ok = retryNumber(filepath.Base(dir))
	of = filepath.Dir(dir)
	return of, number, ok && hasRun(of)
}

// hasRun reports whether dir is the folder of a run, be its ledger gone.
func hasRun(dir string) bool { return exists(dir, ledger.FileName) || exists(dir, ledger.WitnessName) }

// RetryDirs returns the folders of the retries of the run in dir, in the order of their numbers.
func RetryDirs(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("look for retries: %w", err)
	}
	numbers := map[string]int{}
	var dirs []string
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if number, ok := retryNumber(e.Name()); ok && hasRun(path) {
			numbers[path] = number
			dirs = append(dirs, path)
		}
	}
	slices.SortFunc(dirs, func(a, b string) int { return cmp.Compare(numbers[a], numbers[b]) })
	return dirs, nil
}

// AcquireRetry holds the retry of a run with a number, and makes it where it is not there, as [Acquire] does.
func (r *Run) AcquireRetry(number int, o Options) (*Run, error) {
	m := r.Meta()
	o.Key, o.Campaign, o.Sandbox, o.Retry = RetryKey(m.Key, number), m.Campaign, m.Sandbox, &Retry{Of: m.RunID, Key: m.Key, Number: number}
	return Acquire(r.Path(retryName(number)), o)
}

// originSize is how many bytes of [OriginsName] an origin takes: the run, and the row, big endian. Behind all of them stands a CRC-32C.
const originSize = 5

// WriteOrigins puts on disk where the rows come from, in their order. It is part of planning: before the commit point it counts for nothing.
func (r *Run) WriteOrigins(origins []Origin) error {
	b := make([]byte, 0, len(origins)*originSize+crc32.Size)
	for _, o := range origins {
		b = binary.BigEndian.AppendUint32(append(b, o.Run), o.Row)
	}
	b = binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	err := durable.WriteFile(r.Path(OriginsName), func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
	if err != nil {
		return fmt.Errorf("write origins: %w", err)
	}
	return nil
}

// Origins returns where the rows come from, in their order.
func (r *Run) Origins() ([]Origin, error) {
	b, err := os.ReadFile(r.Path(OriginsName))
	if err != nil {
		return nil, fmt.Errorf("read origins: %w", err)
	}
	rows := r.Meta().Rows
	end := rows * originSize
	if len(b) != end+crc32.Size || crc32.Checksum(b[:end], castagnoli) != binary.BigEndian.Uint32(b[end:]) {
		return nil, fmt.Errorf("read origins: %w: %s is not as it was written", ledger.ErrDamaged, r.Path(OriginsName))
	}
	origins := make([]Origin, rows)
	for i := range origins {
		at := b[i*originSize:]
		origins[i] = Origin{Run: at[0], Row: binary.BigEndian.Uint32(at[1:])}
	}
	return origins, nil
}

// eraseRetries removes the retries of a run.
func eraseRetries(dir string) error {
	dirs, err := RetryDirs(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, folder := range dirs {
		if err := Erase(folder); err != nil {
			return err
		}
		_ = os.Remove(filepath.Join(folder, ".gitignore"))
		_ = os.Remove(folder) // it stays where somebody has put something of their own into it
	}
	return nil
}
