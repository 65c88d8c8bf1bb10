package view

import (
	"slices"

	"sendoff/campaign"
)

// shows reports whether a channel shows a type of message as what it is. A channel that is not known shows texts alone.
func shows(c campaign.Channel, k Kind) bool {
	if k == ContactKind || k == ListKind {
		return c == campaign.WhatsApp
	}
	switch c {
	case campaign.WhatsApp, campaign.Telegram:
		return k != CarouselKind
	case campaign.Messenger, campaign.Line:
		return true
	case campaign.Instagram, campaign.RCS:
		return k != LocationKind
	case campaign.MMS:
		return k == MediaKind || k == CardKind
	case campaign.ViberBM, campaign.KakaoTalk, campaign.KakaoTalkChat:
		return k == MediaKind || k == ChoicesKind || k == CardKind
	case campaign.WeChat:
		return k == MediaKind
	}
	return false
}

// takesChoices reports whether a channel that has buttons has these.
func takesChoices(c campaign.Channel, all []Choice) bool {
	isReply := func(c Choice) bool { return c.Kind == ReplyChoice }
	switch {
	case len(all) == 0:
		return true
	case c == campaign.WhatsApp: // up to three answers, or one link
		replies := !slices.ContainsFunc(all, func(c Choice) bool { return !isReply(c) })
		return replies && len(all) <= 3 || len(all) == 1 && all[0].Kind == URLChoice
	case c == campaign.ViberBM: // one that leads somewhere
		return len(all) == 1 && (all[0].Kind == URLChoice || all[0].Kind == CallChoice || all[0].Kind == LocationChoice)
	case c == campaign.MMS:
		return false
	}
	return true
}

// Why says why Sinch makes a text of the message, with a name for the channel: SMS has no cards. It is empty where Sinch does not.
func (v View) Why(name string) string {
	if !v.AsText {
		return ""
	}
	switch {
	case !shows(v.Channel, v.Was):
		return name + " has no " + [...]string{
			MediaKind: "media", CardKind: "cards", CarouselKind: "carousels", ChoicesKind: "choices", LocationKind: "locations",
			ListKind: "lists", ContactKind: "contacts",
		}[v.Was]
	case v.Channel == campaign.WhatsApp:
		return name + " has buttons for up to three answers, or for one link"
	case v.Channel == campaign.ViberBM:
		return name + " has one button, for a link, a call or a place"
	case v.Channel == campaign.Instagram:
		return name + " has no cards without a picture"
	}
	return name + " has no choices"
}
