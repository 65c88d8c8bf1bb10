package campaign

import "strings"

// Channel is a Sinch channel by the name that the Conversation API uses for it.
type Channel string

// The channels of the Conversation API (ConversationChannel in its schema).
const (
	SMS           Channel = "SMS"
	MMS           Channel = "MMS"
	RCS           Channel = "RCS"
	WhatsApp      Channel = "WHATSAPP"
	ViberBM       Channel = "VIBERBM"
	Viber         Channel = "VIBER"
	Messenger     Channel = "MESSENGER"
	Instagram     Channel = "INSTAGRAM"
	Telegram      Channel = "TELEGRAM"
	KakaoTalk     Channel = "KAKAOTALK"
	KakaoTalkChat Channel = "KAKAOTALKCHAT"
	Line          Channel = "LINE"
	WeChat        Channel = "WECHAT"
	AppleBC       Channel = "APPLEBC"
)

// Channels lists every channel, in the order in which messages about them name them.
// The position of a channel in this list is stored in ledgers: append, never reorder.
var Channels = [...]Channel{
	SMS, MMS, RCS, WhatsApp, ViberBM, Viber, Messenger, Instagram,
	Telegram, KakaoTalk, KakaoTalkChat, Line, WeChat, AppleBC,
}

// Index returns the position of c in [Channels], or -1.
func (c Channel) Index() int {
	for i, known := range Channels {
		if c == known {
			return i
		}
	}
	return -1
}

// ChannelSet is a set of channels: a bit for each, in the order of [Channels].
type ChannelSet uint16

// With returns the set with a channel in it, if it is one of [Channels].
func (s ChannelSet) With(c Channel) ChannelSet {
	if i := c.Index(); i >= 0 {
		s |= 1 << i
	}
	return s
}

// Has reports whether a channel is in the set.
func (s ChannelSet) Has(c Channel) bool { i := c.Index(); return i >= 0 && s>>i&1 != 0 }

// ChannelAt returns the channel at a position in [Channels]; "" where this version has none there.
func ChannelAt(i int) Channel {
	if i < 0 || i >= len(Channels) {
		return ""
	}
	return Channels[i]
}

// ByPhone reports whether people are addressed on c by their phone number.
func (c Channel) ByPhone() bool {
	switch c {
	case SMS, MMS, RCS, WhatsApp, ViberBM, KakaoTalk:
		return true
	}
	return false
}

// Role is what audience.columns calls the column of the addresses on c: the channel in lower case; contact_id for [Contact].
func (c Channel) Role() string {
	if c == Contact {
		return "contact_id"
	}
	return strings.ToLower(string(c))
}
