package sandbox

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"
)

// store holds accepted messages for as long as somebody can ask for them, so that a long run on an app that keeps nothing
// needs no memory for it.
type store struct {
	all bool          // hold every one, for as long as the server lives
	app *appSettings  // which say for how long messages can be looked up
	lag time.Duration // before they can be

	entries  []entry           // by id, which is by time
	gone     int               // how many were let go from the front of entries
	newest   map[string]int    // by address: the place of the last message, counted from the first that was ever held
	contacts map[string]string // by the contact that was made for it: an identity
}

// entry is a message that is held.
type entry struct {
	id      ulid.ULID
	at      time.Time
	drained time.Time // when it leaves the queue
	older   int       // the place of the message before to the same address; less than store.gone: there is none
	submission
}

// address is where a message went, as look-ups know it: an identity, or the contact it was sent to.
func (m *submission) address() string { return cmp.Or(m.identity, m.contact) }

func newStore(cfg Config) store {
	return store{all: cfg.Keep, lag: cfg.ListLag, newest: make(map[string]int), contacts: make(map[string]string)}
}

// add holds a message that is younger than those before, if anybody can want it, and lets go of those whose time is over.
func (st *store) add(e entry) {
	if !st.all && !e.kept {
		return
	}
	if !st.all {
		for len(st.entries) > 0 && !st.held(&st.entries[0], e.at) {
			st.drop()
		}
	}
	older, known := st.newest[e.address()]
	if !known {
		older = -1
	}
	if e.mode == Conversation && e.contact == "" && (!known || st.entries[older-st.gone].mode != Conversation) {
		st.contacts[e.contactID()] = e.identity
	}
	e.older = older
	st.newest[e.address()] = st.gone + len(st.entries)
	st.entries = append(st.entries, e)
}

// drop lets go of the oldest message.
func (st *store) drop() {
	e := &st.entries[0]
	if address := e.address(); st.newest[address] == st.gone {
		delete(st.newest, address)
		if len(st.contacts) > 0 && e.contact == "" {
			delete(st.contacts, drawnID("contact", e.identity))
		}
	}
	*e = entry{}
	st.entries = st.entries[1:]
	st.gone++
}

// held reports whether a message can be looked up, or will be once it is old enough.
func (st *store) held(e *entry, now time.Time) bool {
	return e.kept && now.Sub(e.at) < st.app.ttl(e.mode)
}

// visible reports whether a message can be looked up.
func (st *store) visible(e *entry, now time.Time) bool {
	return st.held(e, now) && (st.lag == 0 || now.Sub(e.at) >= st.lag)
}

// messages returns what is held, oldest first.
func (st *store) messages() []Message {
	all := make([]Message, 0, len(st.entries))
	for i := range st.entries {
		if e := &st.entries[i]; st.all || e.kept {
			all = append(all, Message{ID: e.id.String(), AcceptedTime: e.at, Request: e.request})
		}
	}
	return all
}

// search returns the place of an id among entries.
func (st *store) search(id ulid.ULID) (i int, ok bool) {
	return slices.BinarySearchFunc(st.entries, id, func(e entry, id ulid.ULID) int { return e.id.Compare(id) })
}

// before returns the messages that were accepted before the one with an id, newest first; all of them for the zero id.
func (st *store) before(id ulid.ULID) iter.Seq[*entry] {
	i := len(st.entries)
	if !id.IsZero() {
		i, _ = st.search(id)
	}
	return func(yield func(*entry) bool) {
		for i--; i >= 0; i-- {
			if !yield(&st.entries[i]) {
				return
			}
		}
	}
}

// to returns the messages to an address, newest first.
func (st *store) to(address string) iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		place, ok := st.newest[address]
		for ok && place >= st.gone {
			e := &st.entries[place-st.gone]
			if !yield(e) {
				return
			}
			place = e.older
		}
	}
}
