package campaign

import "slices"

// The checks of a message that depend on the channels it is sent on, as far as they need no recipient. They warn only: which message a channel
// gets is decided by Sinch.

// overrides are the keys that replace a message on single channels.
var overrides = [...]string{"explicit_channel_message", "explicit_channel_omni_message", "channel_specific_message"}

// warnOfChannels looks at one message with the channels that it is sent on.
func warnOfChannels(message *node, channels []Channel) {
	if message == nil || len(channels) == 0 {
		return
	}
	for _, key := range overrides {
		if byChannel := message.get(key); byChannel != nil {
			warnOfUnused(byChannel, key, channels)
		}
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
