package campaign

import "slices"

// The checks of a message that depend on the channels it is sent on. They warn only: which message a channel gets is decided by Sinch,
// a text that is too long for one channel may fit the next, and the documents disagree on some of the limits.

// limit is how much of something a channel takes.
type limit struct {
	channel Channel
	message string // the type of message
	key     string // a text, or a list of choices
	most    int
	note    string
}

func channelLimits() []limit {
	return []limit{
		{SMS, "text_message", "text", 2000, ""},
		{RCS, "text_message", "text", 2000, "some of Sinch's pages say 3,072"},
		{RCS, "card_message", "title", 200, ""},
		{RCS, "card_message", "description", 2000, ""},
		{RCS, "card_message", "choices", 3, "some of Sinch's pages say 4"},
		{MMS, "card_message", "title", 80, "it becomes the subject"},
		{WhatsApp, "text_message", "text", 4096, ""},
		{ViberBM, "text_message", "text", 1000, "the rest is cut off"},
	}
}

// overrides are the keys that replace a message on single channels.
var overrides = [...]string{"explicit_channel_message", "explicit_channel_omni_message", "channel_specific_message"}

// warnOfChannels looks at one message, its node and its value, with the channels that it is sent on.
func warnOfChannels(message *node, v Value, channels []Channel) {
	if message == nil || len(channels) == 0 {
		return
	}
	replaced := make(map[string]bool)
	for _, key := range overrides {
		if byChannel := message.get(key); byChannel != nil {
			warnOfUnused(byChannel, key, channels)
			for _, m := range byChannel.members {
				replaced[m.key] = true
			}
		}
	}
	for _, l := range channelLimits() {
		if !slices.Contains(channels, l.channel) {
			continue
		}
		if !replaced[string(l.channel)] {
			warnOfLimit(message, v, l)
		}
		const omni = "explicit_channel_omni_message"
		warnOfLimit(message.get(omni).get(string(l.channel)), v.Get(omni).Get(string(l.channel)), l)
	}
	if reply := message.get("reply_to"); reply != nil && !slices.Contains(channels, WhatsApp) {
		reply.warn("", "reply_to has an effect on WHATSAPP only, which is not in channel_priority_order")
	}
	if list := message.get("list_message"); list != nil && !slices.Contains(channels, WhatsApp) {
		list.warn("a choice_message works on most channels", "list_message is shown on WHATSAPP only, which is not in channel_priority_order")
	}
}

// warnOfUnused looks for channels that get a message of their own and are never tried.
func warnOfUnused(byChannel *node, key string, channels []Channel) {
	for _, m := range byChannel.members {
		if Channel(m.key).Index() >= 0 && !slices.Contains(channels, Channel(m.key)) {
			byChannel.doc.warn(m.pos, "", "%s: the message for %s is never used: the channel is not in channel_priority_order", key, m.key)
		}
	}
}

func warnOfLimit(message *node, v Value, l limit) {
	n := message.get(l.message).get(l.key)
	if n == nil {
		return
	}
	what, count := "characters", v.Get(l.message).Get(l.key).Text.literalLen()
	if n.kind == listNode {
		what, count = "choices", len(n.items)
	}
	if count > l.most {
		n.warn(l.note, "%s: %d %s; %s takes at most %d", l.key, count, what, l.channel, l.most)
	}
}
