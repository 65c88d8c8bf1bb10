package ledger

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"
)

// State is what became of a row. The values are stored: append, never reorder.
type State uint8

// The states of a row.
const (
	None        State = iota // nothing was begun
	Begun                    // an intent is on disk; what became of it is not
	Released                 // known not to be taken; may be begun again
	Accepted                 // Sinch took it
	Rejected                 // Sinch refused it for good
	InDoubt                  // we cannot know yet
	LeftInDoubt              // a person has settled that we shall not know
	Skipped                  // left out on purpose
	numStates
)

var stateNames = [numStates]string{"not_sent", "begun", "released", "accepted", "rejected", "in_doubt", "left_in_doubt", "skipped"}

func (s State) String() string {
	if s < numStates {
		return stateNames[s]
	}
	return fmt.Sprintf("state %d", uint8(s))
}

// Sendable reports whether a row in state s may be begun.
func (s State) Sendable() bool { return s == None || s == Released }

// Flags are facts beside the state. They stay once they are set.
type Flags uint8

// The flags. Rows that carry one may have been taken more than once.
const (
	AfterServerError Flags = 1 << 5 // to be begun again after a 500 or 503 that could not be looked up, as Sinch advises
	AfterDoubt       Flags = 1 << 6 // to be begun again although it was in doubt, since somebody has asked for that
)

const (
	extID       = 1 << 7 // the message id stands in bucket ext
	channelMask = 1<<5 - 1
	flagsMask   = byte(AfterServerError | AfterDoubt)
)

// Entry is everything the ledger knows of one row.
type Entry struct {
	State     State
	Reason    uint8 // the caller's own: why it was skipped, or what is known of its doubt
	Attempts  int   // intents so far, at most 255
	Channel   int   // the caller's own number of the channel, 0 to 31
	Flags     Flags
	Time      time.Time // when it got into this state, to 10 ms; zero where nothing was recorded
	MessageID string    // accepted rows
	Detail    string    // why, in words, for rows that were not accepted
	Number    uint32    // a number that belongs to Detail: the line that a duplicate lost against
	Begun     time.Time // of the last intent, to 10 ms; zero where there was none, and for accepted rows
	Storage   int       // of the last intent, for rows that are not accepted
	Receipt   Receipt   // what delivery receipts say
	Twice     bool      // it is accepted, and receipts speak of another message than that one, or of two
	Moved     int       // the number of the run in which the row is sent to again; 0: it is not
}

// Intent is what is known when a request is about to leave.
type Intent struct {
	Time    time.Time
	Channel int // the caller's own number, 0 to 31
	Storage int // the caller's own number, 0 to 65,535, of how Sinch keeps messages of that moment
}

const (
	recordSize = 24
	// BlockRows is the number of rows in a block.
	BlockRows = 250
	blockSize = BlockRows * recordSize
	tick      = 10 * time.Millisecond
)

// record is the stored form of an entry.
type record []byte

func (r record) state() State   { return State(r[0]) }
func (r record) flags() Flags   { return Flags(r[3] & flagsMask) }
func (r record) channel() int   { return int(r[3] & channelMask) }
func (r record) hasExt() bool   { return r[3]&extID != 0 }
func (r record) text() uint16   { return binary.BigEndian.Uint16(r[8:]) }
func (r record) number() uint32 { return binary.BigEndian.Uint32(r[12:]) }

// setTime stores t as ticks since created. Times before it, from a clock that was put back, become its first tick; those beyond
// 497 days its last.
func (r record) setTime(created, t time.Time) { putTicks(r[4:], created, t) }

func (r record) time(created time.Time) time.Time { return fromTicks(r[4:], created) }

// setIntent keeps what a later look-up has to know. It stays until the row is accepted.
func (r record) setIntent(created time.Time, i Intent) {
	r[2] = byte(min(int(r[2])+1, 255))
	r[3] = r[3]&flagsMask | byte(i.Channel)&channelMask
	binary.BigEndian.PutUint16(r[10:], uint16(i.Storage))
	putTicks(r[16:], created, i.Time)
}

func (r record) begun(created time.Time) time.Time { return fromTicks(r[16:], created) }

func (r record) storage() int { return int(binary.BigEndian.Uint16(r[10:])) }

func putTicks(b []byte, created, t time.Time) {
	ticks := min(max(t.Sub(created)/tick, 1), 1<<32-1)
	binary.BigEndian.PutUint32(b, uint32(ticks))
}

func fromTicks(b []byte, created time.Time) time.Time {
	ticks := binary.BigEndian.Uint32(b)
	if ticks == 0 {
		return time.Time{}
	}
	return created.Add(time.Duration(ticks) * tick)
}

// setMessageID stores id and reports whether it fits; one that is not a ULID in its canonical form belongs into bucket ext.
func (r record) setMessageID(id string) bool {
	r[3] &^= extID
	clear(r[8:])
	u, err := ulid.ParseStrict(id)
	if err != nil || u.String() != id {
		r[3] |= extID
		return false
	}
	copy(r[8:], u[:])
	return true
}

func (r record) messageID() string {
	var u ulid.ULID
	copy(u[:], r[8:])
	return u.String()
}

// hash is that of the message id, as hashID makes it, without making the text of every row of a ledger.
func (r record) hash() uint16 {
	var text [ulid.EncodedSize]byte
	_ = ulid.ULID(r[8:24]).MarshalTextTo(text[:]) // fails only where text is too short
	return hashOf(text[:])
}

func (r record) setDetail(text uint16, number uint32) {
	r[3] &^= extID
	binary.BigEndian.PutUint16(r[8:], text)
	binary.BigEndian.PutUint32(r[12:], number)
}

func blockKey(block uint32) []byte { return binary.BigEndian.AppendUint32(nil, block) }
