package receipts

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash/maphash"

	"github.com/oklog/ulid/v2"
)

// Set is what receipts are on file, 16 bytes or so each. Two that differ in nothing but when they were heard of are one.
type Set struct {
	seed maphash.Seed
	has  map[uint64]struct{}
}

// ReadSet returns the set of what stands in a run's file; of a file that is not there it is empty.
func ReadSet(path string, run RunID) (*Set, error) {
	s := newSet()
	_, _, err := Read(path, run, 0, func(r Record) error {
		s.addRead(&r)
		return nil
	})
	return s, err
}

func newSet() *Set { return &Set{seed: maphash.MakeSeed(), has: map[uint64]struct{}{}} }

// addRead adds a receipt that was read from a file.
func (s *Set) addRead(r *Record) bool {
	id, _ := storedID(r.MessageID)
	if digest, err := hex.DecodeString(r.MessageID); err == nil && len(digest) == len(id) {
		copy(id[:], digest)
	}
	return s.add(r, id)
}

// Add adds a receipt, and reports whether it was not there.
func (s *Set) Add(r Record) bool {
	id, _ := storedID(r.MessageID)
	return s.add(&r, id)
}

func (s *Set) add(r *Record, id [16]byte) bool {
	b := []byte{byte(r.Status), byte(storedChannel(r.Channel)), byte(r.Reason)}
	b = binary.BigEndian.AppendUint32(b, r.Row)
	b = append(appendTime(b, r.Time), id[:]...)
	key := maphash.Bytes(s.seed, b)
	_, found := s.has[key]
	s.has[key] = struct{}{}
	return !found
}

// storedID is a message id as it is stored, and whether that is a digest of it.
func storedID(text string) (id [16]byte, isDigest bool) {
	u, err := ulid.ParseStrict(text)
	if err == nil && u.String() == text {
		return u, false
	}
	sum := sha256.Sum256([]byte(text))
	copy(id[:], sum[:])
	return id, true
}

// readID is a stored message id as it is read back.
func readID(id [16]byte, isDigest bool) string {
	if isDigest {
		return hex.EncodeToString(id[:])
	}
	return ulid.ULID(id).String()
}

func storedChannel(c int) int { return min(max(c, 0), maxChannel) }
