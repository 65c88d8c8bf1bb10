package lint

import (
	"strings"
	"unicode/utf8"

	"sendoff/campaign"
	"sendoff/internal/view"
)

// mostParameter is how many characters a parameter of a WhatsApp template may have: the body of which it is a part has no more.
const mostParameter = 1024

// parameter is one of a WhatsApp template's.
type parameter struct {
	literals int
	blank    bool // its literals are
	values   []int

	empty, broken, long *Finding
}

// addParameters looks at what WhatsApp puts into a template that was approved there. Button payloads may be empty, and addresses are looked at as such.
func (b *builder) addParameters(v view.View) {
	if v.Channel != campaign.WhatsApp || v.Template == nil || v.Template.Omni {
		return
	}
	for _, p := range v.Template.Parameters {
		if k := kindOf("parameters", p.Name); k != wordsPlace {
			continue
		}
		where := b.placeOf(v, shown{text: p.Value})
		if len(p.Value) == 0 {
			where = b.name + ": parameter " + p.Name
		}
		one := parameter{blank: true}
		broken := false
		for _, part := range b.parts(p.Value...) {
			if part.value >= 0 {
				one.values = append(one.values, part.value)
				continue
			}
			f := look([]byte(part.literal))
			one.literals += utf8.RuneCountInString(part.literal)
			one.blank = one.blank && f.flags&blankFlag != 0
			broken = broken || f.flags&brokenFlags != 0
		}
		one.empty = b.found.failure("WhatsApp refuses such a message: give the param a default, or leave these rows out by on_empty: skip", "%s: the parameter is empty", where)
		one.broken = b.found.warning("WhatsApp refuses such a message: take them out of the text, or of these cells",
			"%s: a line break, a tab or more than 4 spaces in a row in the parameter", where)
		one.long = b.found.warning("WhatsApp refuses such a message", "%s: more than %s characters in the parameter", where, "1,024")
		switch {
		case broken:
			b.found.state(one.broken)
		case one.literals > mostParameter:
			b.found.state(one.long)
		case len(one.values) > 0:
			b.parameters = append(b.parameters, one)
		case one.blank:
			b.found.state(one.empty)
		}
	}
}

const brokenFlags = breakFlag | tabFlag | spacesFlag

// empty is a message that has nothing in it where all of these values are empty.
type empty struct {
	values   []int
	channels campaign.ChannelSet
}

// addEmpty adds a message that consists of placeholders alone.
func (b *builder) addEmpty(v view.View) {
	if v.Kind == view.TemplateKind || v.Kind == view.NativeKind || v.Media != nil || v.Place != nil || v.Contact != nil || len(v.Sections) > 0 {
		return
	}
	e := empty{channels: campaign.ChannelSet(0).With(v.Channel)}
	for _, c := range v.Cards {
		if c.Media != nil {
			return
		}
	}
	for _, s := range texts(v) {
		for _, part := range b.parts(s.text...) {
			if part.value >= 0 {
				e.values = append(e.values, part.value)
			} else if strings.TrimSpace(part.literal) != "" {
				return
			}
		}
	}
	if len(e.values) > 0 {
		b.empty = append(b.empty, e)
	}
}
