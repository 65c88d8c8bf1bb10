package render

import (
	"fmt"

	"sendoff/campaign"
	"sendoff/internal/prose"
)

// routes are the ways in which a campaign's people can be addressed, the channels in its order.
type routes struct {
	all        []route
	onlyNumber bool // the phone number serves every channel, and nobody is addressed as a contact
}

// route is one channel.
type route struct {
	channel  campaign.Channel
	bit      campaign.ChannelSet
	own      bool   // by the address that people have on it alone, not by their phone number
	name     string // as JSON
	identity string // the beginning of its channel identity, up to the address
}

// newRoutes finds out what serves each channel. The problems are channels on which nobody can have an address, and contacts where the
// API takes none.
func newRoutes(c *campaign.Campaign, columns campaign.Columns) (*routes, campaign.Problems) {
	contacts := columns.OwnOf(campaign.Contact) >= 0
	r := &routes{onlyNumber: !contacts}
	var problems campaign.Problems
	report := func(message, hint string) {
		problems = append(problems, campaign.Problem{File: c.FileName(), Line: c.Audience.Line, Message: message, Hint: hint})
	}
	for _, channel := range c.ChannelPriorityOrder {
		own := columns.OwnOf(channel) >= 0
		if !own && !contacts && (!channel.ByPhone() || columns.Phone < 0) {
			report(fmt.Sprintf("audience: no column gives an address on %s, which is in channel_priority_order", channel),
				fmt.Sprintf("say which one does: audience: {columns: {%s: …}}; the columns are %s", channel.Role(), prose.Listed(columns.Header)))
		}
		r.onlyNumber = r.onlyNumber && !own && channel.ByPhone()
		name := `"` + string(channel) + `"`
		r.all = append(r.all, route{channel: channel, bit: campaign.ChannelSet(0).With(channel), own: own, name: name, identity: `{"channel":` + name + `,"identity":"`})
	}
	if contacts && c.ProcessingStrategy == "DISPATCH_ONLY" {
		report("audience: its people are contacts, which processing_strategy: DISPATCH_ONLY does not know", "")
	}
	return r, problems
}

// serves reports whether a recipient has an address on the route's channel.
func (r *route) serves(recipient *campaign.Recipient) bool {
	if r.own {
		_, ok := recipient.On(r.channel)
		return ok
	}
	return r.channel.ByPhone() && !recipient.Address.IsZero()
}

// address returns the address of a recipient whom the route serves.
func (r *route) address(recipient *campaign.Recipient) string {
	if own, ok := recipient.On(r.channel); ok && r.own {
		return own.Reveal()
	}
	return recipient.Address.Reveal()
}

// first returns the channel that is tried first, or "" where there is none. Whoever is a contact is tried on all of them.
func (r *routes) first(recipient *campaign.Recipient) campaign.Channel {
	_, isContact := recipient.On(campaign.Contact)
	for i := range r.all {
		if isContact || r.all[i].serves(recipient) {
			return r.all[i].channel
		}
	}
	return ""
}

// tries reports whether a recipient can be tried on a channel. Whoever is a contact is tried on all of them.
func (r *routes) tries(recipient *campaign.Recipient, channel campaign.Channel) bool {
	_, isContact := recipient.On(campaign.Contact)
	for i := range r.all {
		if r.all[i].channel == channel {
			return r.onlyNumber || isContact || r.all[i].serves(recipient)
		}
	}
	return false
}

// channels returns those on which the recipient can be tried.
func (r *routes) channels(recipient *campaign.Recipient) (set campaign.ChannelSet) {
	_, isContact := recipient.On(campaign.Contact)
	for i := range r.all {
		if isContact || r.all[i].serves(recipient) {
			set |= r.all[i].bit
		}
	}
	return set
}

// appendRecipient appends the recipient as JSON: the contact, or all identities.
func (r *routes) appendRecipient(dst []byte, recipient *campaign.Recipient) []byte {
	if contact, isContact := recipient.On(campaign.Contact); isContact {
		dst = append(dst, `{"contact_id":"`...)
		return append(appendEscaped(dst, contact.Reveal(), 1), `"}`...)
	}
	dst = append(dst, `{"identified_by":{"channel_identities":[`...)
	separator := ""
	for i := range r.all {
		if !r.all[i].serves(recipient) {
			continue
		}
		dst = append(append(dst, separator...), r.all[i].identity...)
		dst = append(appendEscaped(dst, r.all[i].address(recipient), 1), `"}`...)
		separator = ","
	}
	return append(dst, "]}}"...)
}

// appendOrder appends the channels on which the recipient can be tried, as JSON.
func (r *routes) appendOrder(dst []byte, recipient *campaign.Recipient) []byte {
	_, isContact := recipient.On(campaign.Contact)
	dst = append(dst, '[')
	separator := ""
	for i := range r.all {
		if isContact || r.all[i].serves(recipient) {
			dst = append(append(dst, separator...), r.all[i].name...)
			separator = ","
		}
	}
	return append(dst, ']')
}
