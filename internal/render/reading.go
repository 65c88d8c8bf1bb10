package render

import (
	"strings"
	"unicode"

	"sendoff/campaign"
)

// Text returns what a recipient would read, in one line: texts one after the other with " / " between them, each choice behind " > ".
// It holds their data, and is meant for the person who is about to send. Nothing in it can control a terminal, or turn round what stands beside
// it: a dot stands for what would.
func (r *Renderer) Text(recipient *campaign.Recipient) string {
	recipient = r.person(recipient)
	w := reading{sources: r.sources, recipient: recipient, language: r.program(recipient).language}
	w.message(r.campaign.MessageFor(r.languages.Read(recipient.Field(r.language)).Translation))
	var b strings.Builder
	b.WriteString(strings.Join(w.texts, " / "))
	for _, choice := range w.choices {
		b.WriteString(" > " + choice)
	}
	return strings.TrimSpace(b.String())
}

// reading collects what a person reads of a message.
type reading struct {
	sources   sources
	recipient *campaign.Recipient
	language  language

	texts, choices []string
}

func (w *reading) message(message campaign.Value) {
	for _, f := range message.Fields {
		switch m := f.Value; f.Name {
		case "text_message":
			w.read(m, "text")
		case "media_message":
			w.read(m, "filename_override", "url")
		case "card_message":
			w.card(m)
		case "choice_message":
			w.read(m.Get("text_message"), "text")
			w.choose(m.Get("choices"))
		case "carousel_message":
			for _, card := range m.Get("cards").List {
				w.card(card)
			}
			w.choose(m.Get("choices"))
		case "location_message":
			w.read(m, "title", "label")
			w.texts = append(w.texts, w.text(m.Get("coordinates").Get("latitude"))+", "+w.text(m.Get("coordinates").Get("longitude")))
		case "list_message":
			w.list(m)
		case "template_message":
			w.template(m)
		case "contact_info_message":
			w.read(m.Get("name"), "full_name")
			for _, number := range m.Get("phone_numbers").List {
				w.read(number, "phone_number")
			}
		}
	}
}

// read adds the texts of those members that there are.
func (w *reading) read(v campaign.Value, names ...string) {
	for _, name := range names {
		if text := w.text(v.Get(name)); text != "" {
			w.texts = append(w.texts, text)
		}
	}
}

func (w *reading) card(card campaign.Value) {
	w.read(card, "title", "description")
	w.choose(card.Get("choices"))
}

// choose adds the words on buttons. All kinds of choice but a text have them in their title.
func (w *reading) choose(choices campaign.Value) {
	for _, choice := range choices.List {
		for _, f := range choice.Fields {
			name := "title"
			if f.Name == "text_message" {
				name = "text"
			}
			if text := w.text(f.Value.Get(name)); text != "" {
				w.choices = append(w.choices, text)
			}
		}
	}
}

func (w *reading) list(list campaign.Value) {
	w.read(list, "title", "description")
	for _, section := range list.Get("sections").List {
		for _, item := range section.Get("items").List {
			text := w.text(item.Get("choice").Get("title"))
			if text == "" {
				text = "product " + w.text(item.Get("product").Get("id"))
			}
			w.choices = append(w.choices, text)
		}
	}
}

// template says which template is filled with what: its words are at Sinch.
func (w *reading) template(message campaign.Value) {
	template := message.Get("omni_template")
	language := w.text(template.Get("language_code"))
	if byChannel := message.Get("channel_template").Fields; len(byChannel) > 0 {
		template = byChannel[0].Value // it goes before the other one where Sinch chooses
		if language = w.text(template.Get("language_code")); byChannel[0].Name == string(campaign.WhatsApp) {
			language = underscored(language)
		}
	}
	text := "template " + w.text(template.Get("template_id"))
	if language != "" {
		text += " (" + language + ")"
	}
	var parameters []string
	for _, p := range template.Get("parameters").Fields {
		parameters = append(parameters, p.Name+"="+w.text(p.Value))
	}
	if len(parameters) > 0 {
		text += ": " + strings.Join(parameters, ", ")
	}
	w.texts = append(w.texts, text)
}

// text fills a text. A placeholder without a value stays as it is.
func (w *reading) text(v campaign.Value) string {
	if v.Kind == campaign.Number {
		return v.Number
	}
	var b strings.Builder
	for _, p := range v.Text {
		if p.Name == "" {
			b.WriteString(p.Literal)
		} else if value, err := w.sources[campaign.Fold(p.Name)].value(w.recipient, w.language); err == nil {
			b.WriteString(value)
		} else {
			b.WriteString("${" + p.Name + "}")
		}
	}
	shown := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Bidi_Control, r) {
			return '·'
		}
		return r
	}, b.String())
	return strings.Join(strings.FieldsFunc(shown, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}
