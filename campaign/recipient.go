package campaign

import (
	"slices"
)

// Columns is the header of an audience and what its columns mean. A role's value is an index into Header, or -1.
type Columns struct {
	Header   []string `json:"header"` // names as the file has them, trimmed, a byte order mark removed
	Phone    int      `json:"phone"`
	ID       int      `json:"id"` // the customer's own identifier
	Language int      `json:"language"`
	Country  int      `json:"country"`
	TimeZone int      `json:"time_zone"`
	// Own are the columns that hold addresses on single channels, in the order of [Channels], before them that of contacts' ids. Nil for
	// most audiences: all their people have is a phone number.
	Own []OwnColumn `json:"own,omitempty"`
}

// OwnColumn is a column of addresses on one channel, or of the ids of contacts.
type OwnColumn struct {
	Channel Channel `json:"channel"` // [Contact] for ids of contacts
	Column  int     `json:"column"`  // an index into Header
}

// OwnOf returns the column of the addresses that people have on a channel alone, or -1.
func (c Columns) OwnOf(channel Channel) int {
	for _, own := range c.Own {
		if own.Channel == channel {
			return own.Column
		}
	}
	return -1
}

// Role returns the column that plays a role, one of [Roles], or -1.
func (c Columns) Role(role string) int {
	switch role {
	case "phone":
		return c.Phone
	case "id":
		return c.ID
	case "language":
		return c.Language
	case "country":
		return c.Country
	case "time_zone":
		return c.TimeZone
	}
	for _, own := range c.Own {
		if own.Channel.Role() == role {
			return own.Column
		}
	}
	return -1
}

// Roles are the meanings that audience.columns can give to a column: behind the first five, [Channel.Role] of contacts and of every channel.
var Roles = [...]string{
	"phone", "id", "language", "country", "time_zone",
	"contact_id", "sms", "mms", "rcs", "whatsapp", "viberbm", "viber", "messenger", "instagram",
	"telegram", "kakaotalk", "kakaotalkchat", "line", "wechat", "applebc",
}

// OwnChannels returns the channels, and [Contact], in the order of their roles in [Roles].
func OwnChannels() []Channel { return append([]Channel{Contact}, Channels[:]...) }

// Recipient is one row of an audience.
type Recipient struct {
	Row     int     // ordinal in the audience, from 0: in the ledger, JSON and logs
	Line    int     // line of the file where the row begins, from 1: what people are shown
	Address Address // zero where the row has no number that can be read
	// Others are the addresses beside Address, on single channels, in the order of Columns.Own; nil for nearly everybody.
	Others []Identity
	// Fields holds the row's cells in the order of Columns.Header. A row that could not be read as a row of
	// this table has as many as there were, so check the length.
	Fields []string
}

// Field returns cell i, or "" where the row has none or i is -1.
func (r *Recipient) Field(i int) string {
	if i < 0 || i >= len(r.Fields) {
		return ""
	}
	return r.Fields[i]
}

// HasAddress reports whether the row has any address.
func (r *Recipient) HasAddress() bool { return !r.Address.IsZero() || len(r.Others) > 0 }

// Masked returns the phone number, else the first of the other addresses, as it may be shown.
func (r *Recipient) Masked() string {
	if r.Address.IsZero() && len(r.Others) > 0 {
		return r.Others[0].String()
	}
	return r.Address.String()
}

// Erased reports whether the row's person was erased: it has kept its place and its line alone.
func (r *Recipient) Erased() bool { return !r.HasAddress() && len(r.Fields) == 0 }

// AppendKeys appends what identifies the row's person: the key of each address ([Address.Key], [Identity.Key]), each once. A row
// without an address has none.
func (r *Recipient) AppendKeys(keys []uint64) []uint64 {
	first := len(keys)
	if !r.Address.IsZero() {
		keys = append(keys, r.Address.Key())
	}
	for _, other := range r.Others {
		if key := other.Key(); !slices.Contains(keys[first:], key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// Identities returns all addresses of the row, the phone number first.
func (r *Recipient) Identities() []Identity {
	if r.Address.IsZero() {
		return r.Others
	}
	return append([]Identity{NumberIdentity("", r.Address)}, r.Others...)
}

// On returns the address that the row has on a channel of its own, or the id of its contact for [Contact].
func (r *Recipient) On(c Channel) (Identity, bool) {
	for _, other := range r.Others {
		if other.Channel == c {
			return other, true
		}
	}
	return Identity{}, false
}

// SkipReason says why a row is left out on purpose. Its values are stored in ledgers: append, never reorder.
type SkipReason uint8

// The skip reasons. Zero is not a reason.
const (
	_            SkipReason = iota
	Invalid                 // the row or its address cannot be used
	Duplicate               // another row that is sent has the same address
	Suppressed              // a suppression list has the person
	AlreadySent             // another run has sent to the person
	Filtered                // audience.where left the row out
	MissingValue            // a param with on_empty: skip has no value
	Expired                 // there was no time left in which to send it
	Forgotten               // the person's data was erased
	NotListed               // the profile lets nobody out but people on a list, and this one is not on it
	NoConsent               // audience.consent: the row does not say that the person has agreed, or not lately
	OtherCountry            // audience.countries does not have the person's country, or nobody knows which it is
)

var skipReasons = [...]string{"", "invalid", "duplicate", "suppressed", "already_sent", "filtered", "missing_value", "expired", "forgotten", "not_listed", "no_consent", "country"}

// SkipReasons lists the reasons' names as reports write them, in a fixed order.
func SkipReasons() []string { return skipReasons[1:] }

func (r SkipReason) String() string {
	if int(r) < len(skipReasons) {
		return skipReasons[r]
	}
	return "unknown"
}
