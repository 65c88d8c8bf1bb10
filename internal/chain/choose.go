package chain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

// The names, beside those of classes and the API's codes, of why people did not get a message.
const (
	Rejected = "rejected" // Sinch has refused it
	Expired  = "expired"  // there was no time left in which to send it
)

// Wanted says because of what people are sent to again.
type Wanted struct {
	names []string // as they were read, each once
	codes map[delivery.Reason]bool
}

// ParseWanted reads names: of a class that can be named (later, fix), rejected, expired, or a code of the API.
func ParseWanted(names []string) (Wanted, error) {
	w := Wanted{codes: map[delivery.Reason]bool{}}
	known := []string{delivery.Later.String(), delivery.Fix.String(), Rejected, Expired}
	codes := make([]string, 0, delivery.Reasons)
	for r := range delivery.Reason(delivery.Reasons) {
		if code := r.Code(); code != "" {
			codes = append(codes, code)
		}
	}
	for _, name := range names {
		lower, upper := strings.ToLower(strings.TrimSpace(name)), strings.ToUpper(strings.TrimSpace(name))
		switch {
		case slices.Contains(known, lower):
			w.names = append(w.names, lower)
		case slices.Contains(codes, upper):
			w.names = append(w.names, upper)
			w.codes[delivery.ParseReason(upper)] = true
		case lower == delivery.Never.String():
			return w, fmt.Errorf("%q cannot be meant as a whole: another message will fail too; name the codes that you have done something about", lower)
		case lower == delivery.Ambiguous.String():
			return w, fmt.Errorf("%q cannot be meant as a whole: they may have it, or get it yet; name the codes", lower)
		default:
			if near := cmp.Or(campaign.Nearest(lower, known), campaign.Nearest(upper, codes)); near != "" {
				return w, fmt.Errorf("there is no reason %q; did you mean %s?", name, near)
			}
			return w, fmt.Errorf("there is no reason %q; use %s, or the API's code, such as RATE_LIMITED", name, strings.Join(known, ", "))
		}
	}
	slices.Sort(w.names)
	w.names = slices.Compact(w.names)
	return w, nil
}

// Names are those that were read, sorted.
func (w Wanted) Names() []string { return w.names }

// Has reports whether a name was read.
func (w Wanted) Has(name string) bool { return slices.Contains(w.names, name) }

// Group are the people who did not get a message for one reason.
type Group struct {
	Name   string // by which it is meant: a code of the API, a class where there is no code, [Rejected] or [Expired]; empty: it cannot be
	Words  string // why they did not get it; without personal data
	Class  string // as of delivery.Class; empty for those who were never accepted
	People int
	Taken  bool
}

// Choice is who is sent to again.
type Choice struct {
	Origins []runstore.Origin // in order
	Groups  []Group           // everybody who did not get it, those who are taken first, then the largest group
}

// Choose says who is sent to again: everybody, by the run that has them last, who did not get the message for a reason that is wanted. Receipts count as
// far as they were merged.
func (c *Chain) Choose(w Wanted) (*Choice, error) {
	choice, groups := new(Choice), map[Group]int{}
	err := c.each(func(l *link, row uint32, e ledger.Entry) error {
		g, failed := w.group(e)
		if !failed {
			return nil
		}
		groups[g]++
		if g.Taken {
			choice.Origins = append(choice.Origins, runstore.Origin{Run: l.number, Row: row})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("choose whom to send to again: %w", err)
	}
	for g, n := range groups {
		g.People = n
		choice.Groups = append(choice.Groups, g)
	}
	slices.SortFunc(choice.Groups, func(a, b Group) int {
		if a.Taken != b.Taken {
			return map[bool]int{true: -1, false: 1}[a.Taken]
		}
		return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Words, b.Words))
	})
	return choice, nil
}

// group returns why a person did not get the message, and whether that is wanted; false where they got it, or may yet, or nobody knows.
func (w Wanted) group(e ledger.Entry) (Group, bool) {
	switch {
	case e.State == ledger.Rejected && e.Flags == 0 && e.Receipt.Status == delivery.None:
		return Group{Name: Rejected, Words: cmp.Or(e.Detail, "Sinch has refused the message"), Taken: w.Has(Rejected)}, true
	case e.State == ledger.Rejected && !e.Receipt.Status.Arrived():
		return Group{Words: "rejected, and an earlier attempt may have been taken"}, true
	case e.State == ledger.Skipped && e.Reason == uint8(campaign.Expired) && e.Flags == 0 && e.Receipt.Status == delivery.None:
		return Group{Name: Expired, Words: "there was no time left in which to send it", Taken: w.Has(Expired)}, true
	case e.State != ledger.Accepted || e.Receipt.Status != delivery.Failed:
		return Group{}, false
	case e.Flags != 0 || e.Receipt.Twice || isULID(e.MessageID) && !e.Receipt.Of(e.MessageID):
		return Group{Words: "failed, and another message to the same person may have arrived"}, true
	}
	reason := e.Receipt.Reason
	class := reason.Class()
	return Group{
		Name: cmp.Or(reason.Code(), class.String()), Words: reason.Words(), Class: class.String(),
		Taken: w.codes[reason] || w.Has(class.String()),
	}, true
}

// isULID reports whether receipts have a message id as it is: of any other they have a digest.
func isULID(id string) bool { return len(id) == 26 }
