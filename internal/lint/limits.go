package lint

import (
	"slices"

	"sendoff/campaign"
	"sendoff/internal/view"
)

// role is what a text is on a channel.
type role uint8

const (
	bodyRole role = iota // a text alone, or the question above choices, or the text above a list
	cardTitleRole
	cardTextRole
	labelRole
	headerRole
	footerRole
	menuRole
	sectionRole
	rowTitleRole
	rowTextRole
)

func (r role) String() string {
	return [...]string{"text", "title", "description", "label of a choice", "header", "footer", "label of the list's button", "title of a section", "title of a row", "description of a row"}[r]
}

// limit is how many characters of a text a channel takes. Sinch's documents say so, or the channel's own; where they disagree it is the least.
type limit struct {
	channel campaign.Channel
	role    role
	most    int
	note    string
}

func limits() []limit {
	const rest = "the rest is cut off"
	return []limit{
		{campaign.SMS, bodyRole, 2000, ""},
		{campaign.MMS, cardTitleRole, 80, "it becomes the subject"},
		{campaign.RCS, bodyRole, 2000, "some of Sinch's pages say 3,072"},
		{campaign.RCS, cardTitleRole, 200, ""},
		{campaign.RCS, cardTextRole, 2000, ""},
		{campaign.RCS, labelRole, 25, ""},
		{campaign.WhatsApp, bodyRole, 4096, ""},
		{campaign.WhatsApp, labelRole, 20, ""},
		{campaign.WhatsApp, headerRole, 60, ""},
		{campaign.WhatsApp, footerRole, 60, ""},
		{campaign.WhatsApp, menuRole, 20, ""},
		{campaign.WhatsApp, sectionRole, 24, ""},
		{campaign.WhatsApp, rowTitleRole, 24, ""},
		{campaign.WhatsApp, rowTextRole, 72, ""},
		{campaign.ViberBM, bodyRole, 1000, rest},
		{campaign.ViberBM, cardTextRole, 1000, rest},
		{campaign.ViberBM, labelRole, 30, rest},
		{campaign.Viber, bodyRole, 7000, ""},
		{campaign.Messenger, bodyRole, 2000, ""},
		{campaign.Messenger, cardTitleRole, 80, ""},
		{campaign.Messenger, cardTextRole, 80, ""},
		{campaign.Messenger, labelRole, 20, ""},
		{campaign.Instagram, bodyRole, 1000, ""},
		{campaign.Instagram, cardTitleRole, 80, ""},
		{campaign.Instagram, cardTextRole, 80, ""},
		{campaign.Telegram, bodyRole, 4096, ""},
	}
}

// limitOf returns what a text may have on a channel, for a kind of message.
func limitOf(c campaign.Channel, k view.Kind, r role) (limit, bool) {
	if c == campaign.WhatsApp && (r == bodyRole && k == view.ChoicesKind || r == cardTextRole) {
		return limit{c, r, 1024, "where it stands above buttons"}, true
	}
	all := limits()
	i := slices.IndexFunc(all, func(l limit) bool { return l.channel == c && l.role == r })
	if i < 0 {
		return limit{}, false
	}
	return all[i], true
}

// shown is a text as a channel shows it.
type shown struct {
	role role
	text view.Text
}

// texts returns the texts of a view that people read, in their order.
func texts(v view.View) []shown {
	var all []shown
	add := func(r role, t view.Text) {
		if len(t) > 0 {
			all = append(all, shown{r, t})
		}
	}
	choices := func(list []view.Choice) {
		for _, c := range list {
			add(labelRole, c.Label)
		}
	}
	add(headerRole, v.Header)
	add(bodyRole, v.Text)
	for _, c := range v.Cards {
		add(cardTitleRole, c.Title)
		add(cardTextRole, c.Description)
		choices(c.Choices)
	}
	if v.Place != nil {
		add(bodyRole, v.Place.Title)
	}
	choices(v.Choices)
	for _, s := range v.Sections {
		add(sectionRole, s.Title)
		for _, i := range s.Items {
			if !i.IsProduct {
				add(rowTitleRole, i.Title)
				add(rowTextRole, i.Description)
			}
		}
	}
	add(menuRole, v.Button)
	add(footerRole, v.Footer)
	return all
}
