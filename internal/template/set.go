package template

import (
	"encoding/json"
	"slices"

	"sendoff/campaign"
)

// Set are the templates that a campaign refers to, each once.
type Set []*Template

// IDs returns the templates that a campaign refers to, in order. One whose id holds a placeholder cannot be known.
func IDs(c *campaign.Campaign) []string {
	var ids []string
	for _, r := range c.TemplateReferences {
		if id, ok := literal(referenceIn(c, r).Get("template_id")); ok && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// Versions returns the versions of a template that a campaign names and that t does not have.
func Versions(c *campaign.Campaign, t *Template) []string {
	var versions []string
	for _, r := range References(c, t.ID) {
		version, ok := literal(referenceIn(c, r).Get("version"))
		has := func(tr Translation) bool { return tr.Version == version }
		if ok && version != "" && version != Latest && !slices.ContainsFunc(t.Translations, has) && !slices.Contains(versions, version) {
			versions = append(versions, version)
		}
	}
	return versions
}

// References returns the places of a campaign that refer to a template.
func References(c *campaign.Campaign, id string) []campaign.TemplateReference {
	var found []campaign.TemplateReference
	for _, r := range c.TemplateReferences {
		if own, ok := literal(referenceIn(c, r).Get("template_id")); ok && own == id {
			found = append(found, r)
		}
	}
	return found
}

// Suppose makes a template of which nothing is known but its id: it takes the campaign's params.
func Suppose(c *campaign.Campaign, id string) *Template {
	tr := Translation{Message: campaign.Value{Kind: campaign.Object}}
	for _, p := range c.Params {
		tr.Variables = append(tr.Variables, Variable{Key: p.Name})
	}
	tr.raw, _ = json.Marshal(map[string]any{"variables": tr.Variables}) // texts alone cannot fail
	return &Template{ID: id, Supposed: true, Translations: []Translation{tr}}
}

// Find returns the template with an id, or nil.
func (s Set) Find(id string) *Template {
	for _, t := range s {
		if t.ID == id {
			return t
		}
	}
	return nil
}

// WhatsApp reports whether a campaign's messages may go out as templates that WhatsApp has to approve.
func (s Set) WhatsApp(c *campaign.Campaign) bool {
	if !slices.Contains(c.ChannelPriorityOrder, campaign.WhatsApp) {
		return false
	}
	for i := -1; i < len(c.Translations); i++ {
		if c.MessageFor(i).Get("template_message").Get("channel_template").Get(string(campaign.WhatsApp)).Kind != campaign.Null {
			return true
		}
	}
	for _, t := range s {
		for _, tr := range t.Translations {
			if slices.ContainsFunc(tr.Overrides, func(o Override) bool { return o.Channel == campaign.WhatsApp }) {
				return true
			}
		}
	}
	return false
}

// referenceIn returns the value of a reference.
func referenceIn(c *campaign.Campaign, r campaign.TemplateReference) campaign.Value {
	v := c.MessageFor(r.Translation)
	for _, key := range r.Path() {
		v = v.Get(key)
	}
	return v
}

// literal returns a string without placeholders; that of a Null value is empty.
func literal(v campaign.Value) (s string, ok bool) {
	switch t := v.Text; {
	case len(t) == 0:
		return "", true
	case len(t) == 1 && t[0].Name == "":
		return t[0].Literal, true
	}
	return "", false
}
