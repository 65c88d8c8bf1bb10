package story

import (
	"slices"
	"strings"
	"time"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/preview"
	"sendoff/internal/receipts"
)

// course is how far one message has come, as its receipts say.
type course struct {
	id      string
	status  delivery.Status
	channel int
	reason  delivery.Reason
	time    time.Time
	arrived time.Time // of a message that was read: when it arrived, if that was heard
	lost    []loss    // channels that have failed before, in their order
}

// loss is a channel that has failed.
type loss struct {
	channel int
	reason  delivery.Reason
}

// courses returns those of the messages that records speak of: first that of the one which was accepted, whether or not there is a record of it.
func courses(e *ledger.Entry, records []receipts.Record) []course {
	all := []course{{id: e.MessageID, channel: e.Channel}}
	if e.MessageID == "" && len(records) > 0 {
		all[0].id = records[0].MessageID
	}
	for _, r := range records {
		at := slices.IndexFunc(all, func(c course) bool { return r.IsOf(c.id) || r.MessageID == c.id })
		if at < 0 {
			at = len(all)
			all = append(all, course{id: r.MessageID})
		}
		all[at].add(r)
	}
	for i := range all {
		all[i].lost = slices.DeleteFunc(all[i].lost, func(l loss) bool { return all[i].status.Arrived() && l.channel == all[i].channel })
	}
	if len(records) == 0 && e.Receipt.Status != delivery.None { // the file is gone, and the ledger has merged it
		all[0].status, all[0].channel, all[0].reason, all[0].time = e.Receipt.Status, e.Receipt.Channel, e.Receipt.Reason, e.Receipt.Time
	}
	return all
}

// add takes a record; they come in the order of time. What arrived holds against what failed, whichever came first.
func (c *course) add(r receipts.Record) {
	if r.Status == delivery.Switching || r.Status == delivery.Failed {
		l := loss{r.Channel, r.Reason}
		if !slices.Contains(c.lost, l) {
			c.lost = append(c.lost, l)
		}
	}
	if r.Status == delivery.Delivered {
		c.arrived = r.Time
	}
	holds := r.Status >= c.status
	if !r.Status.Final() && !c.status.Final() {
		holds = true // channels take turns
	}
	if !holds || r.Status == c.status && r.Status.Final() {
		return
	}
	c.status, c.channel, c.reason, c.time = r.Status, r.Channel, r.Reason, r.Time
}

// tried says what became of the channels that have failed, in their order.
func (c *course) tried() string {
	var parts []string
	for i, l := range c.lost {
		text := channelName(l.channel)
		switch {
		case i > 0:
			text = "then " + text
		case c.status != delivery.Failed:
			text += " first"
		}
		parts = append(parts, text+": "+because(l.reason))
	}
	return strings.Join(parts, "; ")
}

// because is a reason in words, with Sinch's code in brackets.
func because(r delivery.Reason) string {
	if r.Code() == "" {
		return r.Words()
	}
	return r.Words() + " [" + r.Code() + "]"
}

// channelName is what people call a channel.
func channelName(i int) string {
	if c := campaign.ChannelAt(i); c != "" {
		return preview.ChannelName(c)
	}
	return "a channel that this version does not know"
}

// heard is records as an entry has them.
func heard(records []receipts.Record) []Heard {
	var all []Heard
	for _, r := range records {
		h := Heard{
			Time: r.Time, Heard: r.Heard, Status: r.Status.String(), Channel: string(campaign.ChannelAt(r.Channel)), Code: r.Reason.Code(), MessageID: r.MessageID,
		}
		if r.Status == delivery.Failed || r.Status == delivery.Switching {
			h.Reason = r.Reason.Words()
		}
		all = append(all, h)
	}
	return all
}
