package consents

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sendoff/internal/durable"
	"sendoff/internal/sinch"
	"sendoff/internal/suppress"
)

// Copy is where a list is kept, and whose it must be. The zero Copy keeps nothing.
type Copy struct {
	path          string
	app, endpoint string
	lists         []string
}

// In returns the copy in a folder of runs of an app's lists. It keeps nothing where there is no folder, or no app.
func In(folder string, d sinch.Destination, lists []string) Copy {
	app := strings.ToUpper(d.AppID)
	if folder == "" || app == "" || strings.Trim(app, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return Copy{}
	}
	kind := strings.TrimPrefix(lists[len(lists)-1], "OPT_OUT_") // the first is the same for all
	name := prefix + strings.ToLower(app+"-"+kind) + suffix
	return Copy{path: filepath.Join(folder, name), app: app, endpoint: d.Endpoint, lists: lists}
}

// The name of a copy begins and ends with these. It is no name of a run's folder, which has a ledger in it.
const (
	prefix = "consents-"
	suffix = ".bin"
)

// head is the first line of a copy. Behind it come the keys, 8 bytes each, little-endian, and a checksum of all that (CRC-32C).
type head struct {
	Format   int       `json:"format"`
	App      string    `json:"app_id"`
	Endpoint string    `json:"endpoint,omitempty"`
	Lists    []string  `json:"lists"`
	Read     time.Time `json:"read"`
	Numbers  int       `json:"numbers"`
	Others   []string  `json:"others"` // identities that are no numbers
}

const format = 2 // in that of 1, digits that are read as another number do not stand as they are written

var errDamaged = errors.New("the copy of the opt-out list is damaged")

// Load returns what is kept. It returns false where that is nothing, or damaged, or of another app.
func (c Copy) Load() (*suppress.OptOuts, bool) {
	if c.path == "" {
		return nil, false
	}
	b, err := os.ReadFile(c.path)
	if err != nil {
		return nil, false
	}
	h, o, err := decode(b)
	if err != nil || h.App != c.app || h.Endpoint != c.endpoint || !slices.Equal(h.Lists, c.lists) {
		return nil, false
	}
	return o, true
}

// Save keeps o in place of what was kept.
func (c Copy) Save(o *suppress.OptOuts) error {
	if c.path == "" {
		return nil
	}
	h := head{Format: format, App: c.app, Endpoint: c.endpoint, Lists: o.Lists, Read: o.Read, Numbers: len(o.Keys)}
	for text := range o.Texts {
		h.Others = append(h.Others, text)
	}
	return durable.WriteShared(c.path, func(w io.Writer) error { return encode(w, h, o.Keys) })
}

func encode(w io.Writer, h head, keys []uint64) error {
	sum := crc32.New(castagnoli())
	both := io.MultiWriter(w, sum)
	if err := json.NewEncoder(both).Encode(h); err != nil { // ends the line
		return err
	}
	for some := range slices.Chunk(keys, 1<<13) {
		if err := binary.Write(both, binary.LittleEndian, some); err != nil {
			return err
		}
	}
	return binary.Write(w, binary.LittleEndian, sum.Sum32())
}

func decode(b []byte) (h head, o *suppress.OptOuts, err error) {
	end := len(b) - crc32.Size
	if end < 0 || binary.LittleEndian.Uint32(b[end:]) != crc32.Checksum(b[:end], castagnoli()) {
		return h, nil, errDamaged
	}
	line, keys, _ := bytes.Cut(b[:end], []byte("\n"))
	if json.Unmarshal(line, &h) != nil || h.Format != format || len(keys)%8 != 0 || len(keys)/8 != h.Numbers {
		return h, nil, errDamaged
	}
	o = &suppress.OptOuts{Lists: h.Lists, Read: h.Read, Keys: make([]uint64, h.Numbers), Texts: map[string]bool{}}
	for i := range o.Keys {
		o.Keys[i] = binary.LittleEndian.Uint64(keys[8*i:])
	}
	for _, text := range h.Others {
		o.Texts[text] = true
	}
	if !slices.IsSorted(o.Keys) { // in which nobody could be looked up
		return h, nil, errDamaged
	}
	return h, o, nil
}

func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }
