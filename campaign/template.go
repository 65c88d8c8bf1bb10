package campaign

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// TemplateReference is a place of a campaign that refers to a template made at Sinch.
type TemplateReference struct {
	Translation  int     // whose message it stands in; -1: the default one
	Channel      Channel // whose own message it is; empty: it is a template_message
	File         string
	Line, Column int
}

// Path returns the keys under which the reference stands in its message.
func (r TemplateReference) Path() []string {
	if r.Channel == "" {
		return []string{"template_message", "omni_template"}
	}
	return []string{"explicit_channel_omni_message", string(r.Channel), "template_reference"}
}

// String returns what messages call the reference.
func (r TemplateReference) String() string {
	if r.Channel == "" {
		return "omni_template"
	}
	return string(r.Channel) + ".template_reference"
}

// templateReferences returns the references in one message, given its node.
func templateReferences(message *node, translation int) []TemplateReference {
	var found []TemplateReference
	add := func(channel Channel) {
		r := TemplateReference{Translation: translation, Channel: channel}
		n := message
		for _, key := range r.Path() {
			n = n.get(key)
		}
		if n != nil {
			r.File, r.Line, r.Column = n.doc.name, n.pos.line, n.pos.column
			found = append(found, r)
		}
	}
	add("")
	for _, m := range message.get("explicit_channel_omni_message").entries() {
		add(Channel(m.key))
	}
	return found
}

// checkChannelTemplates holds what WhatsApp asks of a template's language and its parameters.
func checkChannelTemplates(n *node, _ Value, label string) {
	template := n.get(string(WhatsApp))
	if template == nil || template.kind != mapNode {
		return
	}
	// Sinch's pages disagree on whether en-US is taken.
	switch language := template.get("language_code"); {
	case language == nil:
		template.warn("add language_code: en", "%s: WhatsApp needs the template's language_code", label)
	case strings.Contains(language.text, "-") && !strings.Contains(language.text, "${"):
		language.warn(`write it with "_", such as en_US`, `%s: WhatsApp may not know a language_code with "-"`, label)
	}
	checkWhatsAppParameters(template.get("parameters"))
}

// whatsAppParameter is a key by which a WhatsApp template takes a value: component, its index for buttons, kind, index, field.
var whatsAppParameter = regexp.MustCompile(`^(?:(header|body)\[([0-9]{1,3})\][a-z_]+(?:\.[a-z_]+)*|button\[[0-9]{1,3}\][a-z_]+\[([0-9]{1,3})\][a-z_]+)$`)

// checkWhatsAppParameters refuses keys of which WhatsApp could not say what they mean, and warns of those that leave one out.
func checkWhatsAppParameters(parameters *node) {
	const hint = "such as body[1]text, header[1]text, header[1]image.link, header[1]document.link, header[1]video.link, button[0]url[1]text or button[0]quick_reply[1]payload"
	present := make(map[string][]int) // indices by component
	for _, m := range parameters.entries() {
		parts := whatsAppParameter.FindStringSubmatch(m.key)
		if parts == nil {
			parameters.doc.fail(m.pos, hint, "parameters: %s is no parameter of a WhatsApp template", shown(m.key))
			continue
		}
		index, _ := strconv.Atoi(parts[2] + parts[3]) // one of them is empty
		if index == 0 {
			parameters.doc.fail(m.pos, "buttons are counted from 0, and everything else from 1: "+hint, "parameters: %s: parameters are counted from 1", shown(m.key))
			continue
		}
		if parts[1] != "" {
			present[parts[1]] = append(present[parts[1]], index)
		}
	}
	for _, component := range [...]string{"header", "body"} {
		for i, last := 1, slices.Max(append(present[component], 0)); i < last; i++ {
			if !slices.Contains(present[component], i) {
				parameters.warn("a template takes all its parameters", "parameters: %s is missing before %s",
					fmt.Sprintf("%s[%d]", component, i), fmt.Sprintf("%s[%d]", component, last))
				break
			}
		}
	}
}
