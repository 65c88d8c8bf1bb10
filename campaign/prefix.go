package campaign

import (
	"fmt"
	"slices"
)

// Prefixed returns the campaign with a prefix before the first words of each of its messages, on every channel. Where a message has no words
// of its own, as a template or a picture, it returns an error that names it.
func (c *Campaign) Prefixed(prefix string) (*Campaign, error) {
	prefixed := *c
	var err error
	if prefixed.Message, err = prefixedMessage(c.Message, prefix); err != nil {
		return nil, err
	}
	prefixed.Translations = slices.Clone(c.Translations)
	for i := range prefixed.Translations {
		t := &prefixed.Translations[i]
		if t.Message, err = prefixedMessage(t.Message, prefix); err != nil {
			return nil, err
		}
	}
	return &prefixed, nil
}

func prefixedMessage(message Value, prefix string) (Value, error) {
	fields := slices.Clone(message.Fields)
	for i := range fields {
		v := &fields[i].Value
		switch name := fields[i].Name; name {
		case "text_message":
			*v = v.prefixed(prefix, "text")
		case "card_message":
			*v = v.prefixed(prefix, "title", "description")
		case "location_message", "list_message":
			*v = v.prefixed(prefix, "title")
		case "choice_message":
			*v = v.with("text_message", v.Get("text_message").prefixed(prefix, "text"))
		case "carousel_message":
			cards := v.Get("cards")
			cards.List = slices.Clone(cards.List)
			for i, card := range cards.List {
				cards.List[i] = card.prefixed(prefix, "title", "description")
			}
			*v = v.with("cards", cards)
		case "explicit_channel_omni_message":
			byChannel := slices.Clone(v.Fields)
			for i := range byChannel {
				var err error
				if byChannel[i].Value, err = prefixedMessage(byChannel[i].Value, prefix); err != nil {
					return Value{}, err
				}
			}
			v.Fields = byChannel
		case "agent", "reply_to":
		default:
			return Value{}, fmt.Errorf("%s has no words that a prefix could stand before", name)
		}
	}
	message.Fields = fields
	return message, nil
}

// prefixed returns an object with a prefix before the first of these members that it has.
func (v Value) prefixed(prefix string, names ...string) Value {
	for _, name := range names {
		if text := v.Get(name); text.Kind == String {
			text.Text = append(Text{{Literal: prefix}}, text.Text...)
			return v.with(name, text)
		}
	}
	return v
}

// with returns an object in which a member that it has is another value.
func (v Value) with(name string, value Value) Value {
	v.Fields = slices.Clone(v.Fields)
	for i := range v.Fields {
		if v.Fields[i].Name == name {
			v.Fields[i].Value = value
		}
	}
	return v
}
