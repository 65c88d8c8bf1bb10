package view

import (
	"strings"

	"sendoff/campaign"
)

// What Sinch makes of a message for a channel that cannot show it: a line for each of its texts and choices, the words of an answer in
// capital letters.

func (c Card) asText() Text {
	lines := []Text{c.Title, c.Description}
	if c.Media != nil {
		lines = append(lines, c.Media.URL)
	}
	return joined("\n", append(lines, asText(c.Choices))...)
}

func asText(choices []Choice) Text {
	var lines []Text
	for _, c := range choices {
		line := append(literal("> "), c.Label.upper(c.Kind == ReplyChoice)...)
		if c.Target != nil {
			line = append(append(line, literal(": ")...), c.Target...)
		}
		lines = append(lines, line)
	}
	return joined("\n", lines...)
}

func (p Place) asText() Text {
	return append(append(append(Text{}, p.Title...), literal(": ")...), p.Link()...)
}

// Link leads to a map.
func (p Place) Link() Text {
	t := append(literal("https://www.google.com/maps/search/?api=1&query="), p.Latitude...)
	return append(append(t, literal(",")...), p.Longitude...)
}

// joined puts a separator between those texts that there are.
func joined(separator string, texts ...Text) Text {
	var all Text
	for _, t := range texts {
		if len(t) == 0 {
			continue
		}
		if all != nil {
			all = append(all, literal(separator)...)
		}
		all = append(all, t...)
	}
	return all
}

// upper returns the text in capital letters, if it is to be.
func (t Text) upper(is bool) Text {
	if !is {
		return t
	}
	all := make(Text, len(t))
	for i, piece := range t {
		piece.Upper = true
		all[i] = piece
	}
	return all
}

// String returns the text with its placeholders as they were written.
func (t Text) String() string {
	var b strings.Builder
	for _, piece := range t {
		s := piece.Text.String()
		if piece.Upper {
			s = strings.ToUpper(s)
		}
		b.WriteString(s)
	}
	return b.String()
}

func choices(list campaign.Value) []Choice {
	var all []Choice
	for _, c := range list.List {
		for _, f := range c.Fields {
			m := f.Value
			switch f.Name {
			case "text_message":
				all = append(all, Choice{ReplyChoice, text(m.Get("text")), nil})
			case "url_message":
				all = append(all, Choice{URLChoice, text(m.Get("title")), text(m.Get("url"))})
			case "call_message":
				all = append(all, Choice{CallChoice, text(m.Get("title")), text(m.Get("phone_number"))})
			case "location_message":
				p := place(m)
				all = append(all, Choice{LocationChoice, p.Title, p.Link()})
			case "calendar_message":
				all = append(all, Choice{CalendarChoice, text(m.Get("title")), text(m.Get("fallback_url"))})
			case "share_location_message":
				all = append(all, Choice{ShareLocationChoice, text(m.Get("title")), text(m.Get("fallback_url"))})
			}
		}
	}
	return all
}
