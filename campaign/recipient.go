package campaign

// Columns is the header of an audience and what its columns mean. A role's value is an index into Header, or -1.
type Columns struct {
	Header   []string `json:"header"` // names as the file has them, trimmed, a byte order mark removed
	Phone    int      `json:"phone"`
	ID       int      `json:"id"` // the customer's own identifier
	Language int      `json:"language"`
	Country  int      `json:"country"`
	TimeZone int      `json:"time_zone"`
}

// Role returns the column that plays a role ("phone", "id", "language", "country", "time_zone"), or -1.
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
	return -1
}

// Roles are the meanings that audience.columns can give to a column.
var Roles = [...]string{"phone", "id", "language", "country", "time_zone"}

// Recipient is one row of an audience.
type Recipient struct {
	Row     int     // ordinal in the audience, from 0: in the ledger, JSON and logs
	Line    int     // line of the file where the row begins, from 1: what people are shown
	Address Address // zero where the row's number cannot be read
	Fields  []string
	// Fields holds the row's cells in the order of Columns.Header. A row that could not be read as a row of
	// this table has as many as there were, so check the length.
}

// Field returns cell i, or "" where the row has none or i is -1.
func (r *Recipient) Field(i int) string {
	if i < 0 || i >= len(r.Fields) {
		return ""
	}
	return r.Fields[i]
}

// Erased reports whether the row's person was erased: it has kept its place and its line alone.
func (r *Recipient) Erased() bool { return r.Address.IsZero() && len(r.Fields) == 0 }

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
)

var skipReasons = [...]string{"", "invalid", "duplicate", "suppressed", "already_sent", "filtered", "missing_value", "expired", "forgotten", "not_listed", "no_consent"}

// SkipReasons lists the reasons' names as reports write them, in a fixed order.
func SkipReasons() []string { return skipReasons[1:] }

func (r SkipReason) String() string {
	if int(r) < len(skipReasons) {
		return skipReasons[r]
	}
	return "unknown"
}
