package campaign

import (
	"iter"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestPlaceholders(t *testing.T) {
	literal := func(s string) Part { return Part{Literal: s} }
	name := func(s string) Part { return Part{Name: s} }
	for _, tc := range []struct {
		text string
		want Text
	}{
		{"", nil},
		{"no placeholder", Text{literal("no placeholder")}},
		{"${a}", Text{name("a")}},
		{"Hi ${first name}!", Text{literal("Hi "), name("first name"), literal("!")}},
		{"${Förnamn}${b}", Text{name("Förnamn"), name("b")}},
		{"$5 and {x} and $", Text{literal("$5 and {x} and $")}},
		{"$${a}", Text{literal("${a}")}},
		{"$$${a}", Text{literal("$"), name("a")}},
		{"$$$${a}", Text{literal("$${a}")}},
		{"a$$b $$$ c", Text{literal("a$$b $$$ c")}},
		{"x$${a}y${b}z", Text{literal("x${a}y"), name("b"), literal("z")}},
		{"$${", Text{literal("${")}},
	} {
		n := &node{doc: &document{lines: []int{0}}}
		got := newTexts(n).text("text", tc.text)
		if diff := cmp.Diff(tc.want, got, cmpopts.IgnoreFields(Part{}, "Line", "Column")); diff != "" {
			t.Errorf("text(%q) (-want +got):\n%s", tc.text, diff)
		}
		if err := n.doc.problems.Err(); err != nil {
			t.Errorf("text(%q): %v", tc.text, err)
		}
	}
}

// TestPlaceholderPositions looks at every way of writing a text. The positions are those of "${" in the file.
func TestPlaceholderPositions(t *testing.T) {
	for _, tc := range []struct {
		yaml         string
		line, column int // below base
	}{
		{"message: Hi ${a}", 1, 13},
		{"message: \"Hi \\\"Å\\\" ${a}\"", 1, 20},
		{"message: 'it''s ${a}'", 1, 17},
		{"message: |\n  Hi\n  dear ${a}", 3, 8},
		{"message: >-\n  Hi $${b}\n\n  dear ${a}", 4, 8},
		{"message: Hi\n  dear ${a}", 2, 8},
		{"message: {text_message: {text: \"${a}\"}}", 1, 33},
		{"message:\n  text_message:\n    text: ${a}", 3, 11},
		{"message:\n  text_message: {text: x}\n  explicit_channel_message:\n    SMS: '{\"a\": \"${a}\"}'", 4, 18},
		{"message: \"\\u0024{a}\"", 1, 10}, // hidden by an escape: the text's own position
	} {
		const above = 4
		c := parse(t, tc.yaml+"\n")
		var got []Part
		for text := range allTexts(c) {
			for _, p := range text {
				if p.Name != "" {
					got = append(got, p)
				}
			}
		}
		want := []Part{{Name: "a", Line: above + tc.line, Column: tc.column}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tc.yaml, diff)
		}
	}
}

// TestKindsOfPlaceholder is about the places where a placeholder is more than a part of a text.
func TestKindsOfPlaceholder(t *testing.T) {
	c, err := Load("testdata/ok/location_message.yaml")
	if err != nil {
		t.Fatal(err)
	}
	coordinates := c.Message.Get("location_message").Get("coordinates")
	for key, want := range map[string]string{"latitude": "lat", "longitude": "lon"} {
		if v := coordinates.Get(key); v.Kind != NumberString || v.Text[0].Name != want {
			t.Errorf("%s = %v, want a number from %s", key, v, want)
		}
	}
	c, err = Load("testdata/ok/explicit_channel_message.yaml")
	if err != nil {
		t.Fatal(err)
	}
	native := c.Message.Get("explicit_channel_message").Get("RCS")
	if native.Kind != JSONString {
		t.Fatalf("RCS = %v, want a JSON document", native)
	}
	content := native.Inner.Get("contentMessage")
	if got, want := content.Get("text").Text[1].Name, "first_name"; got != want {
		t.Errorf("placeholder in the document = %q, want %q", got, want)
	}
	if got := content.Get("n").Number; got != "1.50" {
		t.Errorf("number in the document = %s, want 1.50", got)
	}
	if written := c.Message.Get("explicit_channel_message").Get("WHATSAPP"); written.Kind != JSONString || written.Inner.Get("type").Kind != String {
		t.Errorf("WHATSAPP = %v, want the JSON document of its keys", written)
	}
}

func TestPlaceholdersOfEverything(t *testing.T) {
	c, err := Load("testdata/ok/everything.yaml")
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]int)
	for text := range allTexts(c) {
		for _, p := range text {
			if p.Name != "" {
				names[p.Name]++
			}
		}
	}
	want := map[string]int{"first_name": 3, "points": 1, "total": 1, "language": 1, "id": 3, "tier": 1}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("placeholders (-want +got):\n%s", diff)
	}
}

// allTexts yields every text that is rendered for a recipient, the messages of all languages included.
func allTexts(c *Campaign) iter.Seq[Text] {
	values := []Value{c.Message, c.ChannelProperties, c.CallbackURL, c.TTL, c.ConversationMetadata, c.CorrelationID, c.Metadata}
	for _, t := range c.Translations {
		values = append(values, t.Message)
	}
	return func(yield func(Text) bool) {
		for _, v := range values {
			if !v.Texts(yield) {
				return
			}
		}
	}
}
