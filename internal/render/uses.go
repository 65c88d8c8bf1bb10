package render

import (
	"slices"

	"sendoff/campaign"
)

// Use is a name by which a campaign's placeholders take their values from a column, alone or with others.
type Use struct {
	Column int      `json:"-"`
	Name   string   `json:"name"` // the param's, the role's or the column's own
	In     []string `json:"in"`   // where the placeholders stand: message, translations.sv, metadata, …
}

// Uses returns what a campaign takes from an audience with these columns, in the order in which it first does. What names nothing there is
// left out.
func Uses(c *campaign.Campaign, columns campaign.Columns) []Use {
	known, _ := newSources(c, columns, nil, 0) // New returns the problems
	var uses []Use
	walk := func(where string, v campaign.Value) {
		v.Texts(func(t campaign.Text) bool {
			for _, part := range t {
				if s := known[campaign.Fold(part.Name)]; part.Name != "" && s != nil {
					uses = addUse(uses, s, columns, where)
				}
			}
			return true
		})
	}
	walk("message", c.Message)
	for _, t := range c.Translations {
		walk("translations."+t.Language, t.Message)
	}
	for _, f := range []campaign.Field{
		{Name: "channel_properties", Value: c.ChannelProperties}, {Name: "callback_url", Value: c.CallbackURL}, {Name: "ttl", Value: c.TTL},
		{Name: "conversation_metadata", Value: c.ConversationMetadata}, {Name: "correlation_id", Value: c.CorrelationID}, {Name: "metadata", Value: c.Metadata},
	} {
		walk(f.Name, f.Value)
	}
	return uses
}

func addUse(uses []Use, s *source, columns campaign.Columns, where string) []Use {
	for _, column := range s.columns(columns) {
		i := slices.IndexFunc(uses, func(u Use) bool { return u.Column == column && u.Name == s.name })
		switch {
		case i < 0:
			uses = append(uses, Use{Column: column, Name: s.name, In: []string{where}})
		case !slices.Contains(uses[i].In, where):
			uses[i].In = append(uses[i].In, where)
		}
	}
	return uses
}
