package sandbox

import (
	"slices"
	"time"

	"github.com/oklog/ulid/v2"
)

// store holds accepted messages for as long as somebody can ask for them, so that a long run on an app that keeps nothing
// needs no memory for it.
type store struct {
	keep    bool                   // hold all, for as long as the server lives
	ttl     map[Mode]time.Duration // how long messages of a mode can be looked up
	entries []entry                // by id, which is by time
}

// entry is a message that is held.
type entry struct {
	id ulid.ULID
	at time.Time
	submission
}

func newStore(cfg Config) store {
	const day = 24 * time.Hour
	return store{keep: cfg.Keep, ttl: map[Mode]time.Duration{
		Conversation: conversationRetention * day,
		Dispatch:     time.Duration(cfg.DispatchRetention) * day,
	}}
}

// wants reports whether messages of a mode are held.
func (st *store) wants(mode Mode) bool { return st.keep || st.ttl[mode] > 0 }

// add holds a message that is younger than those before, if its mode wants that, and lets go of those whose time is over.
func (st *store) add(id ulid.ULID, at time.Time, m submission) {
	if !st.wants(m.mode) {
		return
	}
	if !st.keep {
		for len(st.entries) > 0 && !st.visible(&st.entries[0], at) {
			st.entries[0] = entry{}
			st.entries = st.entries[1:]
		}
	}
	st.entries = append(st.entries, entry{id: id, at: at, submission: m})
}

// visible reports whether a message can be looked up.
func (st *store) visible(e *entry, now time.Time) bool { return now.Sub(e.at) < st.ttl[e.mode] }

// messages returns what is held, oldest first.
func (st *store) messages() []Message {
	all := make([]Message, len(st.entries))
	for i, e := range st.entries {
		all[i] = Message{ID: e.id.String(), AcceptedTime: e.at, Request: e.request}
	}
	return all
}

// search returns the place of an id among what is held.
func (st *store) search(id ulid.ULID) (i int, ok bool) {
	return slices.BinarySearchFunc(st.entries, id, func(e entry, id ulid.ULID) int { return e.id.Compare(id) })
}

// before returns how many messages are held that were accepted before the one with an id; all of them for the zero id.
func (st *store) before(id ulid.ULID) int {
	if id.IsZero() {
		return len(st.entries)
	}
	i, _ := st.search(id)
	return i
}
