package preview

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"sendoff/internal/view"
)

// Theirs is what Sinch itself makes of a message for a channel.
type Theirs struct {
	Text    string   // as the channel would get it; JSON is laid out
	Same    bool     // it is the text that is shown here
	Line    int      // the first one that is another than here; 0 where this is no text on both sides
	Missing []string // texts that are shown here, and are not in it
}

// Compare holds what is shown of a message against Sinch's own answer for the channel: a text, or JSON in the channel's own form.
func Compare(v view.View, answer string) *Theirs {
	t := &Theirs{Text: answer}
	texts := []string{answer}
	var document any
	if isJSON := json.Unmarshal([]byte(answer), &document); isJSON == nil && strings.HasPrefix(strings.TrimSpace(answer), "{") {
		var laidOut bytes.Buffer
		_ = json.Indent(&laidOut, []byte(answer), "", "  ") // it was read before
		t.Text, texts = laidOut.String(), stringsIn(document)
	}
	if v.Kind == view.TextKind {
		ours := v.Text.String()
		if t.Same = slices.Contains(texts, ours); !t.Same && len(texts) == 1 {
			t.Line = firstDifference(ours, texts[0])
		}
	}
	if !t.Same && t.Line == 0 {
		for _, text := range shownTexts(&v) {
			if !slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(strings.ToUpper(s), strings.ToUpper(text)) }) {
				t.Missing = append(t.Missing, text)
			}
		}
	}
	return t
}

// Verdict says how the two differ.
func (t *Theirs) Verdict() string {
	switch {
	case t.Same:
		return "Sinch makes the same text of it"
	case t.Line > 0:
		return fmt.Sprintf("Sinch makes another text of it, from line %d on:", t.Line)
	case len(t.Missing) > 0:
		return "Sinch makes this of it, which lacks " + strings.Join(quoteAll(t.Missing), ", ") + ":"
	}
	return "Sinch makes this of it, which has all texts that are shown here:"
}

func quoteAll(texts []string) []string {
	all := make([]string, len(texts))
	for i, text := range texts {
		all[i] = `"` + text + `"`
	}
	return all
}

// stringsIn returns all strings of a document.
func stringsIn(v any) []string {
	var all []string
	switch v := v.(type) {
	case string:
		all = append(all, v)
	case []any:
		for _, e := range v {
			all = append(all, stringsIn(e)...)
		}
	case map[string]any:
		for _, e := range v {
			all = append(all, stringsIn(e)...)
		}
	}
	return all
}

func firstDifference(a, b string) int {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(as), len(bs)) {
		if as[i] != bs[i] {
			return i + 1
		}
	}
	return min(len(as), len(bs)) + 1
}

// shownTexts returns the texts that a person reads.
func shownTexts(v *view.View) []string {
	var all []string
	add := func(texts ...view.Text) {
		for _, t := range texts {
			if t != nil {
				all = append(all, t.String())
			}
		}
	}
	addChoices := func(choices []view.Choice) {
		for _, c := range choices {
			add(c.Label)
		}
	}
	add(v.Header, v.Text)
	for _, c := range v.Cards {
		add(c.Title, c.Description)
		addChoices(c.Choices)
	}
	addChoices(v.Choices)
	if v.Media != nil {
		add(v.Media.URL)
	}
	if v.Place != nil {
		add(v.Place.Title, v.Place.Label)
	}
	for _, s := range v.Sections {
		add(s.Title)
		for _, item := range s.Items {
			add(item.Title, item.Description)
		}
	}
	if v.Contact != nil {
		add(v.Contact.Name)
		add(v.Contact.Lines...)
	}
	if v.Template != nil {
		for _, p := range v.Template.Parameters {
			add(p.Value)
		}
	}
	add(v.Button, v.Footer)
	return all
}
