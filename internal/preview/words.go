package preview

import (
	"cmp"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/view"
)

// Line returns what a person reads on the screen in one line, with " / " between texts. It is empty where the words are not known here: those of
// a message in the channel's own JSON, or of a template that nobody has read.
func (s Screen) Line() string {
	if s.View.Kind == view.NativeKind || s.View.Kind == view.TemplateKind {
		return ""
	}
	return Visible(strings.Join(strings.Fields(strings.Join(shownTexts(&s.View), " / ")), " "))
}

// ChannelName is what people call a channel.
func ChannelName(c campaign.Channel) string { return cmp.Or(channelNames[c], string(c)) }
