package report

import (
	"cmp"
	"slices"
	"time"

	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/prose"
)

// Receipts says how far delivery receipts have come in.
type Receipts string

// What is known of the receipts of a run.
const (
	NoReceipts       Receipts = "none"     // none was collected: of nobody who was accepted anything more is known
	PartialReceipts  Receipts = "partial"  // of some who were accepted none has come that is final
	CompleteReceipts Receipts = "complete" // everybody who was accepted has one that is final
)

// Delivery is what receipts say of those who were accepted, each counted once: accepted = delivered + read + failed + pending.
type Delivery struct {
	Delivered int `json:"delivered"` // arrived, and no receipt says that it was read
	Read      int `json:"read"`
	Failed    int `json:"failed"`
	Pending   int `json:"pending"` // nothing final was heard
	// SentTwice counts accepted people of whom receipts speak of another message than the one that was accepted, or of two.
	SentTwice int `json:"sent_twice"`
	// Strays counts people who are not accepted, and of whom receipts say that Sinch has a message for them.
	Strays int `json:"strays"`
}

// Arrived is how many messages are on the device, read or not: what a summary calls delivered.
func (d *Delivery) Arrived() int { return d.Delivered + d.Read }

// Slice is the people of one country, of one channel, or of one language. All slices of countries together are everybody, and so are those of channels, and of
// languages. The channel of somebody is the one that receipts name, or else the one that is tried first.
type Slice struct {
	By string `json:"by"` // "country", "channel" or "language"
	// Name is as ISO 3166-1 or the API writes it, of a language as the campaign does. "" is an unknown country, no channel at all, or the default message;
	// "erased" is the country and the language of people whose data was, and "unknown" a channel that this version does not know.
	Name        string  `json:"name"`
	Rows        int     `json:"rows"`
	Skipped     int     `json:"skipped"`
	Accepted    int     `json:"accepted"`
	Rejected    int     `json:"rejected"`
	InDoubt     int     `json:"in_doubt"`
	LeftInDoubt int     `json:"left_in_doubt"`
	NotSent     int     `json:"not_sent"`
	*Delivery           // nil where no receipts were collected
	Median      float64 `json:"median_seconds_to_arrive,omitempty"` // from accepted to arrived, of those who arrived, to 3 %; 0: nobody did
}

// add counts the people of another slice.
func (s *Slice) add(o *Slice) {
	s.Rows += o.Rows
	s.Skipped += o.Skipped
	s.Accepted += o.Accepted
	s.Rejected += o.Rejected
	s.InDoubt += o.InDoubt
	s.LeftInDoubt += o.LeftInDoubt
	s.NotSent += o.NotSent
	if d := s.Delivery; d != nil && o.Delivery != nil {
		d.Delivered += o.Delivered
		d.Read += o.Read
		d.Failed += o.Failed
		d.Pending += o.Pending
		d.SentTwice += o.SentTwice
		d.Strays += o.Strays
	}
}

// FailureReason is why so many messages failed, or were refused by Sinch. The last of fifty is all the rarer ones together, without a code or a class.
type FailureReason struct {
	Code     string `json:"code"`  // of the API; "" for what Sinch has refused
	Words    string `json:"words"` // without personal data
	Advice   string `json:"advice,omitempty"`
	Class    string `json:"class,omitempty"` // as of delivery.Class
	People   int    `json:"people"`
	Rejected bool   `json:"rejected,omitempty"` // Sinch has refused them; otherwise they failed later
}

// Timeline is what happened when, in steps of equal length.
type Timeline struct {
	From   time.Time `json:"from"`
	Step   int       `json:"step_seconds"`
	Points []Point   `json:"points"`          // 240 at most
	Later  *Point    `json:"later,omitempty"` // all that came after them, where that is little and took long; nil: nothing did
}

// Point is what happened within a step. What did not stands in no JSON.
type Point struct {
	Accepted int `json:"accepted,omitempty"`
	Arrived  int `json:"arrived,omitempty"`
	Failed   int `json:"failed,omitempty"`
}

// Note is something in the results that somebody should know, in words, with what to do about it. It holds no personal data.
type Note struct {
	Grave bool   `json:"grave"` // something is to be done
	Text  string `json:"text"`
	Hint  string `json:"hint,omitempty"`
}

// Results are the numbers that take a walk through the whole audience: not there where only totals were asked for.
type Results struct {
	// Slices are countries, then channels, then languages; of each the largest first. There are none where this version cannot read the campaign.
	Slices   []Slice         `json:"slices"`
	Median   float64         `json:"median_seconds_to_arrive,omitempty"` // of all slices together
	Reasons  []FailureReason `json:"reasons"`                            // the most frequent first
	Timeline *Timeline       `json:"timeline,omitempty"`                 // nil: nothing was accepted
	Notes    []Note          `json:"notes"`                              // the gravest first
}

// hear takes the numbers that receipts give.
func (r *Report) hear(d *ledger.Delivery) {
	r.Receipts, r.Delivery = Heard(d)
}

// Heard returns what receipts say of so many people, as a report has it: nil where none have come.
func Heard(d *ledger.Delivery) (Receipts, *Delivery) {
	if !d.Heard() {
		return NoReceipts, nil
	}
	n := newDelivery(d)
	if n.Pending > 0 {
		return PartialReceipts, n
	}
	return CompleteReceipts, n
}

func newDelivery(d *ledger.Delivery) *Delivery {
	n := &Delivery{
		Delivered: d.Statuses[delivery.Delivered], Read: d.Statuses[delivery.Read], Failed: d.Statuses[delivery.Failed],
		SentTwice: d.Twice, Strays: d.Strays,
	}
	for s, people := range d.Statuses {
		if !delivery.Status(s).Final() {
			n.Pending += people
		}
	}
	return n
}

// take gives the report what a survey has found. Receipts that were merged since the ledger was scanned are in it: what the lists say counts.
func (r *Report) take(s *survey) {
	all := s.all()
	if r.Delivery != nil {
		r.hear(&all.delivery)
	}
	r.Results = &Results{Slices: s.slices(r.Delivery != nil), Reasons: reasons(all, s.refused), Timeline: s.marks.timeline()}
	if all.waits != nil {
		r.Results.Median = all.waits.median()
	}
	r.Results.Notes = r.notes(s, all)
}

const mostReasons = 50

func reasons(all *cell, refused map[string]int) []FailureReason {
	found := []FailureReason{}
	for i, people := range all.delivery.Reasons {
		if why := delivery.Reason(i); people > 0 {
			found = append(found, FailureReason{Code: why.Code(), Words: why.Words(), Advice: why.Advice(), Class: why.Class().String(), People: people})
		}
	}
	for text, people := range refused {
		found = append(found, FailureReason{Words: cmp.Or(text, "no reason was given"), People: people, Rejected: true})
	}
	slices.SortFunc(found, func(a, b FailureReason) int {
		return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Words, b.Words))
	})
	if len(found) <= mostReasons {
		return found
	}
	rest := FailureReason{Words: prose.Thousands(len(found)-mostReasons+1) + " rarer reasons"}
	for _, f := range found[mostReasons-1:] {
		rest.People += f.People
	}
	return append(found[:mostReasons-1], rest)
}
