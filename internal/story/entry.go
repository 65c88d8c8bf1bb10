package story

import (
	"time"

	"sendoff/campaign"
)

// Verdict is what became of a person in a run, in a word.
type Verdict string

// The verdicts.
const (
	Delivered      Verdict = "delivered"       // a receipt says that it arrived
	Read           Verdict = "read"            // one says that somebody has read it
	Failed         Verdict = "failed"          // one says that it did not arrive
	ArrivalUnknown Verdict = "arrival_unknown" // Sinch took it, and no receipts were collected
	NotConfirmed   Verdict = "not_confirmed"   // Sinch took it, and no receipt that is final has come
	Rejected       Verdict = "rejected"        // Sinch refused it for good
	BeingSent      Verdict = "being_sent"      // its request has just left
	InDoubt        Verdict = "in_doubt"        // nobody knows whether Sinch took it
	LeftInDoubt    Verdict = "left_in_doubt"   // nobody will
	NotYetSent     Verdict = "not_yet_sent"
	NotSent        Verdict = "not_sent" // left out; Entry.Skipped says why, where the row itself is the reason
	Expired        Verdict = "expired"  // it became too late
	Forgotten      Verdict = "forgotten"
)

// Entry is what became of one message to a person, or why there is none. It holds the person's data.
type Entry struct {
	Run      string    `json:"run_key"`
	Campaign string    `json:"campaign"`
	Dir      string    `json:"dir"`
	Sandbox  bool      `json:"sandbox,omitempty"` // nothing was sent to anyone
	Seeds    string    `json:"seeds,omitempty"`   // the person is a seed of the run: seeds-first or seeds-last
	Live     bool      `json:"live,omitempty"`    // the run goes on; this is how it stood a moment ago
	Day      time.Time `json:"day"`               // when the run was started first, else when it was made; on the campaign's clock, as times in Sentence are
	Verdict  Verdict   `json:"verdict"`
	Sentence string    `json:"sentence"` // the verdict in capitals, and what there is to say about it
	Skipped  string    `json:"skipped,omitempty"`
	Channel  string    `json:"channel,omitempty"` // on which it arrived or failed, else that is tried first
	Time     time.Time `json:"time,omitzero"`     // when that happened which the verdict names

	File       string `json:"file,omitempty"`
	Sheet      string `json:"sheet,omitempty"`
	Line       int    `json:"line"`
	ID         string `json:"id,omitempty"`
	Original   string `json:"original,omitempty"` // the cell of the phone number; its digits are masked unless Options.Full
	Address    string `json:"address,omitempty"`  // as it was read; likewise
	SameAs     int    `json:"same_as_line,omitempty"`
	Duplicates []int  `json:"duplicate_lines,omitempty"` // lines that were left out since this one has the same person

	Accepted  time.Time `json:"accepted,omitzero"`
	MessageID string    `json:"message_id,omitempty"`
	Attempts  int       `json:"attempts,omitempty"`
	Started   time.Time `json:"started,omitzero"` // the start of the run that sent it
	Epoch     string    `json:"epoch,omitempty"`  // of that start
	SentAgain string    `json:"sent_again_in,omitempty"`
	Receipts  []Heard   `json:"receipts,omitempty"`

	Text       string   `json:"text,omitempty"`    // what they read, in one line
	NoText     string   `json:"no_text,omitempty"` // why that cannot be shown, of a message that was sent
	Language   string   `json:"language,omitempty"`
	Cost       *Cost    `json:"cost,omitempty"`         // nil: there is none, or nobody knows
	KeptBack   string   `json:"kept_back,omitempty"`    // by their hours, and until when
	Where      string   `json:"where,omitempty"`        // the campaign's filter
	Consent    string   `json:"consent,omitempty"`      // what the row says about it
	AskedFirst []string `json:"asked_before,omitempty"` // which lists do not hold them, and from when these are
}

// Heard is a receipt.
type Heard struct {
	Time      time.Time `json:"time"`  // when it happened
	Heard     time.Time `json:"heard"` // when we heard of it
	Status    string    `json:"status"`
	Channel   string    `json:"channel,omitempty"`
	Code      string    `json:"code,omitempty"`
	Reason    string    `json:"reason,omitempty"`
	MessageID string    `json:"message_id"`
}

// Cost is what a message is estimated to cost.
type Cost struct {
	Currency  string          `json:"currency"`
	Amount    campaign.Micros `json:"amount"`
	Parts     int             `json:"sms_parts,omitempty"`
	PriceList string          `json:"price_list"`
	PriceDate string          `json:"price_date"`
}
