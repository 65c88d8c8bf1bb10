package settle

import (
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/sinch"
)

// way is a way of asking about people.
type way struct {
	name func(campaign.Identity) string // by which an address is asked about; empty where this is not the way to
	// maybe: the API need not know people by such names. Where it does not, nothing is stored under them.
	maybe    bool
	contacts bool // the names are ids of contacts
}

// ways are those in which the API may have stored somebody's address, the likelier of two first.
var ways = [...]way{
	{name: bare},
	{name: plusNumber, maybe: true},
	{name: campaign.Identity.Reveal, contacts: true},
}

func bare(i campaign.Identity) string {
	if i.IsNumber() {
		return withoutPlus(i.Reveal())
	}
	return i.Reveal()
}

func plusNumber(i campaign.Identity) string {
	if !i.IsNumber() {
		return ""
	}
	return i.Reveal()
}

// names returns the names by which somebody is asked about in a source, each once. Whoever was addressed as a contact is asked about as
// nothing else: the record shows the address that Sinch chose.
func (w way) names(to []campaign.Identity, source sinch.Source) []string {
	contact, isContact := contactOf(to)
	switch {
	case isContact != w.contacts, w.contacts && source != sinch.ConversationSource:
		return nil
	case isContact:
		return []string{w.name(contact)}
	}
	var names []string
	for _, i := range to {
		if name := w.name(i); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// holder returns whose a stored message is, in the form that names have for being compared; empty where the record does not say.
func (w way) holder(m sinch.StoredMessage) string {
	if w.contacts {
		return m.Contact
	}
	return withoutPlus(m.Identity)
}

// query asks for all messages under a name.
func (w way) query(source sinch.Source, name string) sinch.Query {
	if w.contacts {
		return sinch.Query{Source: source, Contact: name}
	}
	return sinch.Query{Source: source, Identity: name}
}

// contactOf returns the contact among somebody's addresses.
func contactOf(to []campaign.Identity) (campaign.Identity, bool) {
	i := slices.IndexFunc(to, func(i campaign.Identity) bool { return i.Channel == campaign.Contact })
	if i < 0 {
		return campaign.Identity{}, false
	}
	return to[i], true
}

// withoutPlus is an identity as identities are compared: a number by its digits alone.
func withoutPlus(identity string) string { return strings.TrimPrefix(identity, "+") }
