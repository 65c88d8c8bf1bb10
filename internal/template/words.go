package template

import (
	"sendoff/campaign"
	"sendoff/internal/view"
)

// Words returns a message as a channel gets it: what stands in the template that it refers to there, filled with the parameters of the reference.
// fill says what stands for a text, such as the language. A message that refers to none there, or to one that was not read, comes back as it is.
func (s Set) Words(message campaign.Value, channel campaign.Channel, fill func(campaign.Text) string) campaign.Value {
	reference := referenceOn(message, channel)
	id, _ := literal(reference.Get("template_id"))
	t := s.Find(id)
	if t == nil || t.Supposed {
		return message
	}
	language := fill(reference.Get("language_code").Text)
	translation, ok := t.Choose(language, fill(reference.Get("version").Text))
	if !ok {
		return message
	}
	return view.Fill(translation.Message, reference.Get("parameters"))
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
