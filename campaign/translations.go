package campaign

import (
	"fmt"
	"slices"
	"strings"
)

const translationHint = "a translation replaces the whole message"

// warnOfTranslation says what a translation, which replaces the whole message, leaves out of it: parts, placeholders.
func warnOfTranslation(translation member, v, message Value) {
	if v.Kind != Object || message.Kind != Object {
		return // one of them is wrong altogether
	}
	label := "translations." + discreet(translation.key)
	warn := func(format string, args ...any) {
		translation.value.doc.warn(translation.pos, translationHint, "%s %s", label, fmt.Sprintf(format, args...))
	}
	if was, is := messageType(message), messageType(v); was != is && was != "" && is != "" {
		warn("is %s, and message %s", withArticle(is), withArticle(was))
		message = message.Without(was)
	}
	var c comparison
	c.compare(message, v)
	if len(c.missing) > 0 {
		warn("has no %s, which message has", strings.Join(c.missing, ", no "))
	}
	for _, few := range c.fewer {
		warn("%s", few)
	}
	used := placeholders(v)
	c.placeholders = slices.DeleteFunc(c.placeholders, func(name string) bool { return slices.Contains(used, Fold(name)) })
	if len(c.placeholders) > 0 {
		warn("does not have %s, which message has", strings.Join(c.placeholders, ", "))
	}
}

// comparison is of a translation with the message. Each list has everything once.
type comparison struct {
	missing      []string // what the translation has not
	fewer        []string // lists in which it has less
	placeholders []string // those of what both have
}

func addOnce(list *[]string, text string) {
	if !slices.Contains(*list, text) {
		*list = append(*list, text)
	}
}

// compare looks for what is in the message, or a part of it, and not in that of the translation.
func (c *comparison) compare(message, translation Value) {
	switch message.Kind {
	case Object:
		for _, f := range message.Fields {
			switch own := translation.Get(f.Name); {
			case own.Kind == Null && f.Value.Kind != Null:
				addOnce(&c.missing, discreet(f.Name))
			case f.Name == "language_code", f.Name == "parameters": // another language has another template, perhaps, and that other parameters
			default:
				c.compareMember(f, own)
			}
		}
	case JSONString:
		if translation.Kind == JSONString {
			c.compare(*message.Inner, *translation.Inner)
		}
	case String, NumberString:
		for _, p := range message.Text {
			if p.Name != "" {
				addOnce(&c.placeholders, "${"+discreet(p.Name)+"}")
			}
		}
	}
}

// compareMember compares a member that both have, and of lists the elements that both have.
func (c *comparison) compareMember(f Field, own Value) {
	if f.Value.Kind != List {
		c.compare(f.Value, own)
		return
	}
	if is, was := len(own.List), len(f.Value.List); is < was {
		addOnce(&c.fewer, fmt.Sprintf("has fewer %s (%d) than message (%d)", discreet(f.Name), is, was))
	}
	for i := range min(len(own.List), len(f.Value.List)) {
		c.compare(f.Value.List[i], own.List[i])
	}
}

// messageType returns the type of a message: the key of those of the nine that it has.
func messageType(message Value) string {
	for _, f := range message.Fields {
		if strings.HasSuffix(f.Name, "_message") && !slices.Contains(overrides[:], f.Name) {
			return f.Name
		}
	}
	return ""
}

func withArticle(name string) string {
	if strings.ContainsRune("aeiou", rune(name[0])) {
		return "an " + name
	}
	return "a " + name
}

// placeholders returns those in v, folded.
func placeholders(v Value) []string {
	var names []string
	v.Texts(func(t Text) bool {
		for _, p := range t {
			if p.Name != "" {
				names = append(names, Fold("${"+p.Name+"}"))
			}
		}
		return true
	})
	return names
}
