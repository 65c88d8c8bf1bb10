package preview

import (
	"slices"

	"sendoff/campaign"
	"sendoff/internal/render"
	"sendoff/internal/template"
	"sendoff/internal/view"
)

// Screens returns the message of a person on each of some channels, with the words of those templates that are known. A placeholder that has no
// value stands as it was written.
func Screens(message campaign.Value, known template.Set, r *render.Renderer, person *campaign.Recipient, channels []campaign.Channel) []Screen {
	fill := func(t campaign.Text) string { return filledText(t, r, person) }
	tried := r.Channels(person)
	screens := make([]Screen, len(channels))
	for i, c := range channels {
		screens[i] = Screen{View: view.New(view.For(known.Words(message, c, fill), fill), c), Tried: "not tried for this person"}
		switch at := slices.Index(tried, c); {
		case at == 0:
			screens[i].Tried = "tried first"
		case at > 0:
			screens[i].Tried = "tried next"
		}
	}
	return screens
}

// Unfilled returns a message on each of some channels, with its placeholders as they were written.
func Unfilled(message campaign.Value, known template.Set, channels []campaign.Channel) []Screen {
	screens := make([]Screen, len(channels))
	for i, c := range channels {
		screens[i].View = view.New(view.For(known.Words(message, c, campaign.Text.String), campaign.Text.String), c)
	}
	return screens
}

func filledText(t campaign.Text, r *render.Renderer, person *campaign.Recipient) string {
	var all []byte
	for _, part := range t {
		text := campaign.Text{part}
		filled, err := r.Line([]render.Piece{{Text: text}}).Append(all, person)
		if err != nil {
			filled = append(all, text.String()...)
		}
		all = filled
	}
	return string(all)
}
