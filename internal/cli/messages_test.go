package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/internal/sandbox"
)

// messages are one message of each of the nine types, and one for each of the maps that override them on a channel.
var messages = map[string]string{
	"text":     `{"text_message": {"text": "Hi ${name}"}}`,
	"media":    `{"media_message": {"url": "https://example.com/a.jpg", "filename_override": "${name}.jpg"}}`,
	"card":     `{"card_message": {"title": "${name}", "description": "for ${name} and $${name}", "choices": [{"text_message": {"text": "Yes"}, "postback_data": "${name}"}]}}`,
	"choice":   `{"choice_message": {"text_message": {"text": "${name}?"}, "choices": [{"text_message": {"text": "Yes"}}, {"text_message": {"text": "No"}}]}}`,
	"carousel": `{"carousel_message": {"cards": [{"title": "${name}"}, {"title": "B", "media_message": {"url": "https://example.com/b.jpg"}}]}}`,
	"location": `{"location_message": {"title": "${name}", "coordinates": {"latitude": "${lat}", "longitude": 13.002873}}}`,
	"list": `{"list_message": {"title": "${name}", "sections": [{"title": "S", "items": [{"choice": {"title": "A", "postback_data": "${name}"}}]}],
		"message_properties": {"menu": "Open"}}}`,
	"template": `{"template_message": {"channel_template": {"WHATSAPP": {"template_id": "order_update", "language_code": "en", "parameters": {"body[1]text": "${name}"}}}}}`,
	"contact":  `{"contact_info_message": {"name": {"full_name": "${name}"}, "phone_numbers": [{"phone_number": "+447700900000"}]}}`,

	"omni override":    `{"text_message": {"text": "x"}, "explicit_channel_omni_message": {"SMS": {"text_message": {"text": "short ${name}"}}}}`,
	"explicit":         `{"text_message": {"text": "x"}, "explicit_channel_message": {"WHATSAPP": "{\"type\": \"text\", \"text\": {\"body\": \"Hi ${name}\"}}"}}`,
	"channel specific": `{"text_message": {"text": "x"}, "channel_specific_message": {"WHATSAPP": {"message_type": "FLOWS", "message": {"flow_id": "1", "flow_cta": "Open", "header": {"type": "text", "text": "${name}"}}}}}`,
	"agent":            `{"text_message": {"text": "${name}"}, "agent": {"display_name": "${name}", "type": "BOT"}, "reply_to": {"message_id": "01FC66621XXXXX119Z8PMV1QPQ"}}`,
}

// hostile is what a spreadsheet can hold. It is a value, so it must arrive as it is.
const hostile = "Ann \"the\\ one\"\n${name} $${x} <b>&amp;</b> 😀 \u2028 'å' {\"a\":1}"

// Every type of message is accepted, and what was sent is the message of the file with its placeholders filled.
func TestMessagesArriveAsWritten(t *testing.T) {
	for name, text := range messages {
		t.Run(name, func(t *testing.T) {
			var message map[string]any
			if err := json.Unmarshal([]byte(text), &message); err != nil {
				t.Fatal(err)
			}
			b := newMessageBench(t, message)
			out, err := b.command("run", "--yes", "--quiet", "--rate", "1000", b.dir).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			got := b.server.Accepted()
			if len(got) != 1 {
				t.Fatalf("%d messages were accepted, want 1", len(got))
			}
			var request struct {
				Message map[string]any `json:"message"`
			}
			if err := json.Unmarshal(got[0].Request, &request); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(fill(message), parseInner(t, request.Message)); diff != "" {
				t.Errorf("message (-file +sent):\n%s", diff)
			}
		})
	}
}

func newMessageBench(t *testing.T, message map[string]any) *bench {
	t.Helper()
	b := &bench{dir: t.TempDir(), server: sandbox.New(testSandbox())}
	b.serve(t)
	file, err := json.Marshal(map[string]any{ // JSON is YAML
		"name": "crash", "message_content_type": "CONTENT_NOTIFICATION", "audience": "audience.csv", "suppress": "none",
		"channel_priority_order": []string{"WHATSAPP", "SMS"}, "message": message,
	})
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(b.dir, "campaign.json"), string(file))
	var audience bytes.Buffer
	w := csv.NewWriter(&audience)
	_ = w.WriteAll([][]string{{"phone", "name", "lat"}, {"+447700900001", hostile, "55.610479"}}) // into memory
	writeFile(t, filepath.Join(b.dir, "audience.csv"), audience.String())
	return b
}

// fill does to a message what sendoff promises to do, in the plainest way there is.
func fill(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, e := range v {
			out[k] = fill(e)
			if k == "explicit_channel_message" {
				out[k] = fillInner(e.(map[string]any))
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = fill(e)
		}
		return out
	case string:
		if v == "${lat}" {
			return 55.610479
		}
		return strings.NewReplacer("$${", "${", "${name}", hostile).Replace(v)
	}
	return v
}

// fillInner fills the strings of documents that stand inside strings.
func fillInner(channels map[string]any) map[string]any {
	out := map[string]any{}
	for channel, document := range channels {
		var inner any
		if json.Unmarshal([]byte(document.(string)), &inner) == nil {
			out[channel] = fill(inner)
		}
	}
	return out
}

// parseInner replaces documents that stand inside strings by what they say.
func parseInner(t *testing.T, message map[string]any) any {
	t.Helper()
	channels, _ := message["explicit_channel_message"].(map[string]any)
	for channel, document := range channels {
		var inner any
		if err := json.Unmarshal([]byte(document.(string)), &inner); err != nil {
			t.Fatalf("the document for %s is not JSON any more: %v", channel, err)
		}
		channels[channel] = inner
	}
	return message
}
