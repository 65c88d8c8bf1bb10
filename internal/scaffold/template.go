package scaffold

import (
	"errors"
	"fmt"
	"strings"

	"sendoff/campaign"
)

// ReadTemplate reads a template that was made at Sinch, as the Template API writes it. Its variables become placeholders of their names, and its
// languages translations.
func ReadTemplate(data []byte) (*Request, error) {
	v, err := readJSON(data)
	if err != nil {
		return nil, fmt.Errorf("this is no JSON document: %w", err)
	}
	o, _ := v.(object)
	id, _ := o.get("id").(text)
	first, _ := o.get("default_translation").(text)
	all, _ := o.get("translations").(list)
	if id == "" || len(all) == 0 {
		return nil, errors.New("this is no template of the Template API")
	}
	r := &Request{about: "What everybody gets who has no translation below: a template made at Sinch. latest is its newest version.", previews: map[string]string{}}
	for _, i := range all {
		translation, _ := i.value.(object)
		language, _ := translation.get("language_code").(text)
		reference := object{{key: "template_message", value: object{{key: "omni_template", value: r.reference(id, language, translation)}}}}
		switch {
		case language == first || r.message == nil && first == "":
			r.message = reference
		case r.translations.get(string(language)) == nil: // there may be several versions
			r.translations = append(r.translations, member{key: string(language), value: reference})
		}
		if overrides, _ := translation.get("channel_template_overrides").(object); overrides.get("WHATSAPP") != nil {
			r.suited = []campaign.Channel{campaign.WhatsApp}
		}
	}
	if r.message == nil {
		return nil, errors.New("the template has no text in its default language")
	}
	if r.suited == nil {
		r.suited = Card.Channels()
	}
	return r, nil
}

// reference is a template in one language, with a placeholder for each variable.
func (r *Request) reference(id, language text, translation object) object {
	o := object{{key: "template_id", value: id}, {key: "version", value: text("latest")}}
	if language != "" {
		o = append(o, member{key: "language_code", value: language})
	}
	var parameters object
	variables, _ := translation.get("variables").(list)
	for _, i := range variables {
		variable, _ := i.value.(object)
		key, _ := variable.get("key").(text)
		preview, _ := variable.get("preview_value").(text)
		if campaign.Fold(string(key)) == "" || parameters.get(string(key)) != nil {
			continue
		}
		parameters = append(parameters, member{key: string(key), value: "${" + key + "}"})
		if folded := campaign.Fold(string(key)); r.previews[folded] == "" {
			r.previews[folded] = strings.TrimSpace(string(preview))
		}
	}
	if parameters != nil {
		o = append(o, member{key: "parameters", about: "Its variables, each filled by the column or param of its name.", value: parameters})
	}
	return o
}
