// Package view says how a channel shows a message: as what it is where the channel knows its type, and otherwise as the text that Sinch makes
// of it. It works on messages with their placeholders, once for a campaign; [render.Renderer.Line] fills the texts for each recipient.
//
// What Sinch makes of a message is read from its documents (which types a channel shows) and from screenshots in them (what the text looks
// like). Both may have changed: only Sinch's own transcoding says what it makes of a message today.
package view

import (
	"strconv"

	"sendoff/campaign"
	"sendoff/internal/render"
)

// Text is a text of a view, with placeholders.
type Text []render.Piece

// View is a message on one channel. What it has depends on its kind; the rest is zero.
type View struct {
	Channel campaign.Channel
	Kind    Kind
	Own     bool // the message has content of its own for this channel
	AsText  bool // the channel cannot show the message's own type, so Sinch makes a text of it
	Was     Kind // that type

	Text     Text     // of a text; the question of choices; the body of a list
	Media    *Media   // of a media message, a list
	Cards    []Card   // of a card, a carousel
	Choices  []Choice // below the text or the cards
	Place    *Place
	Sections []Section // of a list
	Button   Text      // which opens a list
	Contact  *Contact
	Template *Template
	Native   campaign.Value // the channel's own JSON
	Header   Text           // WhatsApp's line above
	Footer   Text           // and below
}

// Kind is what a message looks like.
type Kind uint8

// The kinds.
const (
	TextKind Kind = iota
	MediaKind
	CardKind
	CarouselKind
	ChoicesKind
	LocationKind
	ListKind
	ContactKind
	TemplateKind // of which the words are not known here
	NativeKind   // written for the channel alone, in its own JSON
)

func (k Kind) String() string {
	return [...]string{"text", "media", "card", "carousel", "choices", "location", "list", "contact", "template", "native"}[k]
}

// Media is a picture, a video or a document.
type Media struct{ URL, Thumbnail, Filename Text }

// Card is a card, alone or of a carousel.
type Card struct {
	Title, Description Text
	Media              *Media
	Height             string // as the campaign has it: SHORT, MEDIUM, TALL
	Choices            []Choice
}

// Choice is a button.
type Choice struct {
	Kind   ChoiceKind
	Label  Text
	Target Text // where it leads: an address, a number, a map
}

// ChoiceKind is what a button does.
type ChoiceKind uint8

// The kinds of choice.
const (
	ReplyChoice ChoiceKind = iota
	URLChoice
	CallChoice
	LocationChoice
	CalendarChoice
	ShareLocationChoice
)

// Place is a place on the map.
type Place struct{ Title, Label, Latitude, Longitude Text }

// Section is a part of a list.
type Section struct {
	Title Text
	Items []Item
}

// Item is a line of a list: a choice, or a product of a catalogue, which has its id alone.
type Item struct {
	Title, Description Text
	IsProduct          bool
}

// Contact is a visiting card: the name, and lines below it.
type Contact struct {
	Name  Text
	Lines []Text // numbers, addresses, firm, …, in the order of the message
}

// Template refers to a template whose words Sinch or the channel has.
type Template struct {
	ID, Version, Language Text
	Parameters            []Parameter
	Omni                  bool // made at Sinch; otherwise approved on the channel
}

// Parameter is a value that a template is filled with.
type Parameter struct {
	Name  string
	Value Text
}

// New returns how a channel shows a message. A template made at Sinch is known by its name alone; for its words, give the message that
// stands in it.
func New(message campaign.Value, channel campaign.Channel) View {
	v := View{Channel: channel}
	if own := message.Get("explicit_channel_message").Get(string(channel)); own.Kind != campaign.Null {
		v.Kind, v.Own, v.Native = NativeKind, true, own
		return v
	}
	if own := message.Get("channel_specific_message").Get(string(channel)); own.Kind != campaign.Null {
		v.Kind, v.Own, v.Native = NativeKind, true, own
		return v
	}
	if own := message.Get("explicit_channel_omni_message").Get(string(channel)); own.Kind != campaign.Null {
		v.Own, message = true, own
	}
	for _, f := range message.Fields {
		switch m := f.Value; f.Name {
		case "text_message":
			v.Text = text(m.Get("text"))
		case "media_message":
			v.media(m)
		case "card_message":
			v.card(m)
		case "choice_message":
			v.choice(m)
		case "carousel_message":
			v.carousel(m)
		case "location_message":
			v.location(m)
		case "list_message":
			v.list(m)
		case "contact_info_message":
			v.contact(m)
		case "template_message":
			if own := m.Get("channel_template").Get(string(channel)); own.Kind != campaign.Null {
				v.Own = true
				v.template(own, false)
			} else {
				v.template(m.Get("omni_template"), true)
			}
		case "template_reference":
			v.template(m, true)
		}
	}
	return v
}

func text(v campaign.Value) Text {
	switch {
	case v.Kind == campaign.Number:
		return literal(v.Number)
	case len(v.Text) == 0:
		return nil
	}
	return Text{{Text: v.Text}}
}

func literal(s string) Text { return Text{{Text: campaign.Text{{Literal: s}}}} }

func (v *View) media(m campaign.Value) {
	if !shows(v.Channel, MediaKind) {
		v.asText(MediaKind, text(m.Get("url")))
		return
	}
	v.Kind, v.Media = MediaKind, media(m)
}

func media(m campaign.Value) *Media {
	if m.Kind == campaign.Null {
		return nil
	}
	return &Media{URL: text(m.Get("url")), Thumbnail: text(m.Get("thumbnail_url")), Filename: text(m.Get("filename_override"))}
}

func newCard(m campaign.Value) Card {
	return Card{
		Title: text(m.Get("title")), Description: text(m.Get("description")), Media: media(m.Get("media_message")),
		Height: text(m.Get("height")).String(), Choices: choices(m.Get("choices")),
	}
}

func (v *View) card(m campaign.Value) {
	card := newCard(m)
	if !shows(v.Channel, CardKind) || !takesChoices(v.Channel, card.Choices) || v.Channel == campaign.Instagram && card.Media == nil {
		v.asText(CardKind, card.asText())
		return
	}
	v.Kind, v.Cards, v.Header = CardKind, []Card{card}, v.onWhatsApp(m, "whatsapp_header")
}

// onWhatsApp returns one of a message's properties that other channels ignore.
func (v *View) onWhatsApp(m campaign.Value, property string) Text {
	if v.Channel != campaign.WhatsApp {
		return nil
	}
	return text(m.Get("message_properties").Get(property))
}

func (v *View) choice(m campaign.Value) {
	question, all := text(m.Get("text_message").Get("text")), choices(m.Get("choices"))
	if !shows(v.Channel, ChoicesKind) || !takesChoices(v.Channel, all) {
		space := "\n\n"
		if v.Channel == campaign.MMS {
			space = "\n"
		}
		v.asText(ChoicesKind, joined(space, question, asText(all)))
		return
	}
	v.Kind, v.Text, v.Choices, v.Footer = ChoicesKind, question, all, v.onWhatsApp(m, "whatsapp_footer")
}

func (v *View) carousel(m campaign.Value) {
	var cards []Card
	for _, c := range m.Get("cards").List {
		cards = append(cards, newCard(c))
	}
	outer := choices(m.Get("choices"))
	if !shows(v.Channel, CarouselKind) {
		var texts []Text
		for i, c := range cards {
			texts = append(texts, append(literal(strconv.Itoa(i+1)+". "), c.asText()...))
		}
		v.asText(CarouselKind, joined("\n\n", append(texts, asText(outer))...))
		return
	}
	v.Kind, v.Cards, v.Choices = CarouselKind, cards, outer
	switch {
	case v.Channel == campaign.Instagram: // it has no choices below all cards
		v.Choices = nil
	case v.Channel == campaign.RCS && len(cards) == 1: // its carousels have two cards or more
		v.Kind = CardKind
	}
}

func (v *View) location(m campaign.Value) {
	p := place(m)
	switch {
	case v.Channel == campaign.RCS: // which gets a text, and a choice that opens the map
		v.Kind, v.AsText, v.Was, v.Text = ChoicesKind, true, LocationKind, joined("\n", p.Title, p.Label)
		v.Choices = []Choice{{LocationChoice, p.Title, p.Link()}}
	case shows(v.Channel, LocationKind):
		v.Kind, v.Place = LocationKind, &p
	default:
		v.asText(LocationKind, p.asText())
	}
}

func place(m campaign.Value) Place {
	at := m.Get("coordinates")
	return Place{Title: text(m.Get("title")), Label: text(m.Get("label")), Latitude: degrees(at.Get("latitude")), Longitude: degrees(at.Get("longitude"))}
}

// degrees has the precision of 32 bits, as the API keeps coordinates.
func degrees(v campaign.Value) Text {
	if f, err := strconv.ParseFloat(v.Number, 32); v.Kind == campaign.Number && err == nil {
		return literal(strconv.FormatFloat(f, 'f', -1, 32))
	}
	return text(v)
}

func (v *View) list(m campaign.Value) {
	var sections []Section
	lines := []Text{text(m.Get("title")), text(m.Get("description"))}
	for _, s := range m.Get("sections").List {
		section := Section{Title: text(s.Get("title"))}
		lines = append(lines, section.Title)
		for _, i := range s.Get("items").List {
			item := Item{Title: text(i.Get("choice").Get("title")), Description: text(i.Get("choice").Get("description"))}
			if product := i.Get("product"); product.Kind != campaign.Null {
				item = Item{Title: text(product.Get("id")), IsProduct: true}
			}
			section.Items = append(section.Items, item)
			lines = append(lines, append(literal("> "), item.Title.upper(!item.IsProduct)...))
		}
		sections = append(sections, section)
	}
	if !shows(v.Channel, ListKind) {
		v.asText(ListKind, joined("\n", lines...))
		return
	}
	v.Kind, v.Text, v.Media, v.Sections = ListKind, joined("\n", lines[0], lines[1]), media(m.Get("media")), sections
	v.Button, v.Header = text(m.Get("message_properties").Get("menu")), v.onWhatsApp(m, "whatsapp_header")
}

func (v *View) contact(m campaign.Value) {
	c := Contact{Name: text(m.Get("name").Get("full_name"))}
	each := func(list, key string) {
		for _, entry := range m.Get(list).List {
			c.Lines = append(c.Lines, text(entry.Get(key)))
		}
	}
	each("phone_numbers", "phone_number")
	each("email_addresses", "email_address")
	if !shows(v.Channel, ContactKind) {
		v.asText(ContactKind, joined("\n", append([]Text{c.Name}, c.Lines...)...))
		return
	}
	each("urls", "url")
	for _, key := range []string{"company", "department", "title"} {
		if line := text(m.Get("organization").Get(key)); line != nil {
			c.Lines = append(c.Lines, line)
		}
	}
	for _, address := range m.Get("addresses").List {
		c.Lines = append(c.Lines, joined(", ", text(address.Get("zip")), text(address.Get("city")), text(address.Get("state")), text(address.Get("country"))))
	}
	v.Kind, v.Contact = ContactKind, &c
}

func (v *View) template(m campaign.Value, omni bool) {
	t := &Template{ID: text(m.Get("template_id")), Version: text(m.Get("version")), Language: text(m.Get("language_code")), Omni: omni}
	for _, p := range m.Get("parameters").Fields {
		t.Parameters = append(t.Parameters, Parameter{p.Name, text(p.Value)})
	}
	v.Kind, v.Template = TemplateKind, t
}

func (v *View) asText(was Kind, t Text) {
	v.Kind, v.AsText, v.Was, v.Text = TextKind, true, was, t
}
