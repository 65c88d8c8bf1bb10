package view

import (
	"strings"

	"sendoff/campaign"
)

// Fill returns the words of a template with the parameters of a reference to it, an object of texts, in the place of their keys. A key that the
// reference does not give stays as it stands: no column is meant by it.
func Fill(words, parameters campaign.Value) campaign.Value {
	return each(words, func(t campaign.Text) campaign.Text {
		var filled campaign.Text
		for _, part := range t {
			switch value := parameters.Get(part.Name); {
			case part.Name == "":
				filled = append(filled, part)
			case value.Kind == campaign.Null:
				filled = append(filled, campaign.Part{Literal: "${" + part.Name + "}"})
			default:
				filled = append(filled, value.Text...)
			}
		}
		return filled
	})
}

// For returns a message as one person gets it: fill says what stands for a text.
func For(message campaign.Value, fill func(campaign.Text) string) campaign.Value {
	return each(message, func(t campaign.Text) campaign.Text {
		if filled := fill(t); filled != "" {
			return campaign.Text{{Literal: filled}}
		}
		return nil
	})
}

// each returns v with every text in it replaced. A text that stands for a number becomes that number.
func each(v campaign.Value, replace func(campaign.Text) campaign.Text) campaign.Value {
	switch v.Kind {
	case campaign.String:
		v.Text = replace(v.Text)
	case campaign.NumberString:
		v.Text = replace(v.Text)
		if len(v.Text) == 1 && v.Text[0].Name == "" {
			v = campaign.Value{Kind: campaign.Number, Number: strings.TrimSpace(v.Text[0].Literal)}
		}
	case campaign.List:
		list := make([]campaign.Value, len(v.List))
		for i, e := range v.List {
			list[i] = each(e, replace)
		}
		v.List = list
	case campaign.Object:
		fields := make([]campaign.Field, len(v.Fields))
		for i, f := range v.Fields {
			fields[i] = campaign.Field{Name: f.Name, Value: each(f.Value, replace)}
		}
		v.Fields = fields
	case campaign.JSONString:
		inner := each(*v.Inner, replace)
		v.Inner = &inner
	}
	return v
}
