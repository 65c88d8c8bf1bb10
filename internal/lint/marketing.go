package lint

import (
	"slices"
	"strings"
	"unicode"

	"sendoff/campaign"
	"sendoff/internal/view"
)

// marketing is an offer by SMS or MMS whose words, as far as they are the same for everybody, lack something: it has to come out of a value.
type marketing struct {
	values  []int
	named   func(text string) bool // whether a value has it
	found   *Finding
	channel campaign.Channel
	costs   bool // a line that says it would make the SMS longer
}

// addMarketing looks whether offers say how to stop them, and who sends them.
func (b *builder) addMarketing(v view.View) {
	c := b.campaign
	if c.MessageContentType != "CONTENT_MARKETING" || c.OptOut.Elsewhere || v.Channel != campaign.SMS && v.Channel != campaign.MMS ||
		v.Kind == view.TemplateKind || v.Kind == view.NativeKind {
		return
	}
	var literals strings.Builder
	var values []int
	for _, s := range texts(v) {
		for _, part := range b.parts(s.text...) {
			if part.value >= 0 {
				values = append(values, part.value)
			}
			literals.WriteString(part.literal)
		}
		literals.WriteByte('\n')
	}
	text, where := literals.String(), b.name+" on "+string(v.Channel)
	add := func(named func(string) bool, costs bool, hint, message string) {
		if !named(text) {
			b.marketing = append(b.marketing, marketing{values, named, b.found.warning(hint, "%s: %s", where, message), v.Channel, costs})
		}
	}
	add(func(text string) bool { return saysHow(text, c.OptOut) }, v.Channel == campaign.SMS,
		`say it: "STOP to 12345", or a link; name your own way: opt_out: {words: […], link: …}; or, where people are told otherwise, opt_out: elsewhere`,
		"nothing says how to stop such messages")
	sender := c.ChannelProperties.Get(string(v.Channel) + "_SENDER").Text.String()
	if strings.ContainsFunc(sender, unicode.IsLetter) { // it is a name, or a placeholder
		return
	}
	names := c.Brand
	if agent := c.Message.Get("agent").Get("display_name").Text.String(); len(names) == 0 && agent != "" {
		names = []string{agent}
	}
	switch {
	case len(names) > 0:
		add(func(text string) bool { return hasAny(text, names) }, false, "name it, or send from a name: channel_properties: {SMS_SENDER: …}",
			"the sender is a number, and the text does not say who writes")
	case sender != "":
		b.found.state(b.found.warning("brand: … in the campaign says what people call you; opt_out: elsewhere silences this",
			"%s: the sender is a number, and nobody can check that the text says who writes", where))
	}
}

// saysHow reports whether a text says how to stop such messages.
func saysHow(text string, o campaign.OptOut) bool {
	return hasAny(text, stopStems) && stops.MatchString(text) || hasAny(text, o.Words) || slices.ContainsFunc(o.Links, func(link string) bool { return strings.Contains(text, link) })
}

// hasAny reports whether a text has one of some words, in any case.
func hasAny(text string, words []string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, strings.ToLower(word)) })
}
