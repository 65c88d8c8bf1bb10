// Package delivery has the nouns of what happens to a message after Sinch has taken it: how far it has come ([Status]), and why it came no
// further ([Reason]), in words for people and with what can be done about it.
//
// It is about the API's own vocabulary, so a status or a reason of the API that has no entry here is none that this version knows: it is read as
// [None] and [Other]. The values are stored in ledgers and in receipts.log: append, never reorder.
package delivery

// Status is how far a message has come, as a delivery receipt says. They are in the order of their rank: what a message has once reached, no
// later receipt takes away, since receipts come twice and in any order.
type Status uint8

// The statuses.
const (
	None      Status = iota // nothing was heard
	Submitted               // Sinch has handed it to a channel (MESSAGE_SUBMIT)
	Queued                  // a channel has it (QUEUED_ON_CHANNEL)
	Switching               // a channel has failed, and the next one is tried (SWITCHING_CHANNEL)
	Failed                  // Sinch has given up (FAILED); some channels deliver such a message all the same, later
	Delivered               // it is on the device (DELIVERED)
	Read                    // somebody has read it (READ); DELIVERED may have been left out
	numStatuses
)

// Statuses is the number of statuses.
const Statuses = int(numStatuses)

// statusNames are those of this program's files, apiNames those of the API.
var (
	statusNames = [numStatuses]string{"none", "submitted", "queued", "switching", "failed", "delivered", "read"}
	apiNames    = map[string]Status{
		"QUEUED_ON_CHANNEL": Queued, "SWITCHING_CHANNEL": Switching, "FAILED": Failed, "DELIVERED": Delivered, "READ": Read,
	}
)

// ParseStatus reads a status as the API writes it. It returns false where it has none of these.
func ParseStatus(api string) (Status, bool) {
	s, known := apiNames[api]
	return s, known
}

// String is the status as files of this program have it.
func (s Status) String() string {
	if s < numStatuses {
		return statusNames[s]
	}
	return "unknown"
}

// Final reports whether nothing more need come after it.
func (s Status) Final() bool { return s >= Failed && s < numStatuses }

// Arrived reports whether the message is on the device.
func (s Status) Arrived() bool { return s == Delivered || s == Read }
