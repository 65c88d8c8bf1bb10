package template

import (
	"sendoff/campaign"
	"sendoff/internal/prose"
	"sendoff/internal/view"
)

// Words returns a message as a channel gets it: what stands in the template that it refers to there, filled with the parameters of the reference.
// fill says what stands for a text, such as the language. A message that refers to none there, or to one that was not read, comes back as it is.
func (s Set) Words(message campaign.Value, channel campaign.Channel, fill func(campaign.Text) string) campaign.Value {
	words, _ := s.Named(message, channel, fill)
	return words
}

// Named returns [Set.Words], and what messages call the template that they stand in: template welcome[sv]; "" where they stand in none.
func (s Set) Named(message campaign.Value, channel campaign.Channel, fill func(campaign.Text) string) (words campaign.Value, name string) {
	reference := referenceOn(message, channel)
	id, _ := literal(reference.Get("template_id"))
	t := s.Find(id)
	if t == nil || t.Supposed {
		return message, ""
	}
	translation, ok := t.Choose(fill(reference.Get("language_code").Text), fill(reference.Get("version").Text))
	if !ok {
		return message, ""
	}
	for _, o := range translation.Overrides {
		if o.Channel == channel { // what was approved there goes out instead, and its words are not known here
			return under("template_message", under("channel_template", under(string(channel), o.Reference))), ""
		}
	}
	return view.Fill(translation.Message, reference.Get("parameters")), "template " + shown(id) + "[" + prose.Printable(translation.Language) + "]"
}

// under returns an object that has one key.
func under(key string, v campaign.Value) campaign.Value {
	return campaign.Value{Kind: campaign.Object, Fields: []campaign.Field{{Name: key, Value: v}}}
}

// referenceOn returns the reference to a template made at Sinch that stands for a channel, or Null.
func referenceOn(message campaign.Value, channel campaign.Channel) campaign.Value {
	on := func(key string) campaign.Value { return message.Get(key).Get(string(channel)) }
	if on("explicit_channel_message").Kind != campaign.Null || on("channel_specific_message").Kind != campaign.Null {
		return campaign.Value{}
	}
	if own := on("explicit_channel_omni_message"); own.Kind != campaign.Null {
		return own.Get("template_reference")
	}
	t := message.Get("template_message")
	if t.Get("channel_template").Get(string(channel)).Kind != campaign.Null {
		return campaign.Value{}
	}
	return t.Get("omni_template")
}
