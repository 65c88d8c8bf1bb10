package settle

import (
	"encoding/json"
	"slices"
	"time"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/receipts"
	"sendoff/internal/sinch"
)

// Trace is a message that this program has sent, as Sinch's records show it.
type Trace struct {
	Run   string // the run's id
	Key   string // its run key
	Row   int
	Epoch string // of the start that sent it
	ID    string // of the message
	Time  time.Time
	// Status is how far the message is, as Sinch writes it, and Channel where; "" unless the app keeps that.
	Status, Channel string
	Aside           bool // it went to a seed or was a test, and says nothing about the people of a run

	identity, contact string // whom it went to, as stored
}

// To reports whether the message went to somebody with these addresses, as far as that is shown.
func (t Trace) To(addresses []campaign.Identity) bool {
	if contact, isContact := contactOf(addresses); isContact {
		return t.contact == "" || t.contact == contact.Reveal()
	}
	return t.identity == "" || slices.ContainsFunc(addresses, func(i campaign.Identity) bool { return withoutPlus(i.Reveal()) == withoutPlus(t.identity) })
}

// Result is what the ledger is told of the row.
func (t Trace) Result() ledger.Result {
	return ledger.Result{State: ledger.Accepted, MessageID: t.ID, Time: t.Time}
}

// Receipt is what the message's status says, as a receipt that came at a time would. The records do not say since when it is so: it has been at
// that time at the latest, and a receipt that knows better holds against it. It returns false where they say nothing of it.
func (t Trace) Receipt(now time.Time) (receipts.Record, bool) {
	status, known := delivery.ParseStatus(t.Status)
	return receipts.Record{
		Row: uint32(t.Row), Status: status, Channel: campaign.Channel(t.Channel).Index(), MessageID: t.ID, Time: now, Heard: now,
	}, known
}

// trace reads the metadata of a stored message. It returns false where the message is not of this program.
func trace(m sinch.StoredMessage) (Trace, bool) {
	var metadata struct {
		Sendoff struct {
			Run   string `json:"run"`
			Key   string `json:"key"`
			Row   *int   `json:"row"`
			Epoch string `json:"epoch"`
			Seed  bool   `json:"seed"`
			Test  bool   `json:"test"`
		} `json:"sendoff"`
	}
	if json.Unmarshal([]byte(m.Metadata), &metadata) != nil || metadata.Sendoff.Row == nil || m.ID == "" {
		return Trace{}, false
	}
	s := metadata.Sendoff
	return Trace{
		Run: s.Run, Key: s.Key, Row: *s.Row, Epoch: s.Epoch, ID: m.ID, Time: m.AcceptTime, Aside: s.Seed || s.Test,
		Status: m.Status, Channel: m.Channel, identity: m.Identity, contact: m.Contact,
	}, true
}
