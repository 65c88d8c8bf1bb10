package render

import (
	"encoding/json"
	"strings"
	"testing"
)

// Whatever a cell holds, the body is JSON, the value comes out of it as it went in, and no placeholder is left.
func FuzzBody(f *testing.F) {
	message := `{"text_message":{"text":"${first_name}"},"explicit_channel_message":{"RCS":"{\"a\":\"${first_name}\"}"}}`
	r := mustNew(f, parse(f, message, `metadata: {name: "${first_name}"}`))
	for _, value := range hostile {
		f.Add(value)
	}
	f.Add("\xff\xc0 not UTF-8")
	f.Add(strings.Repeat("long", 300))
	f.Fuzz(func(t *testing.T, value string) {
		recipient := testRecipient()
		recipient.Fields[4] = value
		b, err := r.Body(nil, recipient, testEpoch)
		if err != nil {
			return // blank, or too long for the metadata
		}
		var got struct {
			Message struct {
				Text     struct{ Text string }  `json:"text_message"`
				Explicit struct{ RCS embedded } `json:"explicit_channel_message"`
			}
			Metadata embedded `json:"message_metadata"`
		}
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatalf("%v in %q", err, b)
		}
		want := string([]rune(value)) // with U+FFFD for every byte that is no UTF-8
		for place, got := range map[string]string{
			"text": got.Message.Text.Text, "document": got.Message.Explicit.RCS.A, "metadata": got.Metadata.Name,
		} {
			if got != want {
				t.Errorf("%s: %q became %q", place, value, got)
			}
		}
		if !strings.Contains(value, "${") && strings.Contains(string(b), "${") {
			t.Errorf("a placeholder is left in %s", b)
		}
	})
}

// embedded is a JSON document inside a string.
type embedded struct{ A, Name string }

func (e *embedded) UnmarshalText(text []byte) error {
	type plain embedded
	return json.Unmarshal(text, (*plain)(e))
}
