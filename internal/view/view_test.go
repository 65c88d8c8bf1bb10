package view_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"sendoff/campaign"
	"sendoff/internal/sandbox"
	"sendoff/internal/view"
)

// choicesOfAllKinds are more than any channel but those without a limit takes.
const choicesOfAllKinds = `[{"text_message": {"text": "Yes ${name}"}}, {"url_message": {"title": "Shop", "url": "https://example.com/${id}"}},
	{"call_message": {"title": "Call", "phone_number": "+46701740601"}},
	{"location_message": {"title": "Office", "label": "HQ", "coordinates": {"latitude": 47.6279809, "longitude": -122.5}}},
	{"share_location_message": {"title": "Where", "fallback_url": "https://example.com/w"}},
	{"calendar_message": {"title": "When", "event_start": "2026-03-28T09:00:00Z", "event_end": "2026-03-28T10:00:00Z", "event_title": "e", "fallback_url": "https://example.com/c"}}]`

// messages are one or more of each type, with placeholders.
var messages = map[string]string{
	"text":     `{"text_message": {"text": "Hi ${name}"}}`,
	"media":    `{"media_message": {"url": "https://example.com/${id}.jpg", "filename_override": "a.jpg"}}`,
	"card":     `{"card_message": {"title": "${name}", "description": "Now", "media_message": {"url": "https://example.com/a.jpg"}, "choices": ` + choicesOfAllKinds + `}}`,
	"bare":     `{"card_message": {"title": "${name}", "description": "Now"}}`,
	"linked":   `{"card_message": {"title": "${name}", "media_message": {"url": "https://example.com/a.jpg"}, "choices": [{"url_message": {"title": "Shop", "url": "https://example.com"}}]}}`,
	"choice":   `{"choice_message": {"text_message": {"text": "Coming?"}, "choices": ` + choicesOfAllKinds + `}}`,
	"answers":  `{"choice_message": {"text_message": {"text": "Coming?"}, "choices": [{"text_message": {"text": "Yes"}}, {"text_message": {"text": "No"}}]}}`,
	"carousel": `{"carousel_message": {"cards": [{"title": "${name}", "description": "a"}, {"title": "B", "choices": [{"text_message": {"text": "x"}}]}], "choices": [{"text_message": {"text": "more"}}]}}`,
	"location": `{"location_message": {"title": "${name}", "label": "HQ", "coordinates": {"latitude": "${lat}", "longitude": 13.002873}}}`,
	"list": `{"list_message": {"title": "Pick", "description": "one", "sections": [{"title": "S", "items": [{"choice": {"title": "${name}", "description": "d"}}]},
		{"title": "T", "items": [{"choice": {"title": "Two"}}]}]}}`,
	"products": `{"list_message": {"title": "Pick", "sections": [{"title": "S", "items": [{"product": {"id": "P1", "marketplace": "FACEBOOK"}}]}], "message_properties": {"catalog_id": "1"}}}`,
	"template": `{"template_message": {"omni_template": {"template_id": "welcome", "version": "1", "parameters": {"name": "${name}"}}}}`,
	"contact": `{"contact_info_message": {"name": {"full_name": "${name}"}, "phone_numbers": [{"phone_number": "+447700900000"}], "email_addresses": [{"email_address": "a@example.com"}],
		"organization": {"company": "Acme"}}}`,
	"override": `{"card_message": {"title": "x"}, "explicit_channel_omni_message": {"SMS": {"text_message": {"text": "short ${name}"}}, "RCS": {"media_message": {"url": "https://example.com/r.jpg"}}}}`,
	"native":   `{"text_message": {"text": "x"}, "explicit_channel_message": {"SMS": "{\"own\": 1}"}}`,
	"specific": `{"text_message": {"text": "x"}, "channel_specific_message": {"WHATSAPP": {"message_type": "FLOWS", "message": {"flow_id": "1", "flow_cta": "Open"}}}}`,
}

// Each channel's kind is as the documents say: * stands for one that is made a text of.
func TestEveryTypeOnEveryChannel(t *testing.T) {
	channels := []campaign.Channel{campaign.SMS, campaign.MMS, campaign.RCS, campaign.WhatsApp, campaign.ViberBM, campaign.Messenger, campaign.Instagram,
		campaign.Telegram, campaign.KakaoTalk, campaign.Line, campaign.WeChat, campaign.AppleBC}
	for kind, want := range map[string]string{
		//         SMS      MMS      RCS      WHATSAPP VIBERBM  MESSENGER INSTAGRAM TELEGRAM KAKAOTALK LINE   WECHAT   APPLEBC
		"text":     "text     text     text     text     text     text     text     text     text     text     text     text",
		"media":    "text*    media    media    media    media    media    media    media    media    media    media    text*",
		"card":     "text*    text*    card     text*    text*    card     card     card     card     card     text*    text*",
		"bare":     "text*    card     card     card     card     card     text*    card     card     card     text*    text*",
		"linked":   "text*    text*    card     card     card     card     card     card     card     card     text*    text*",
		"choice":   "text*    text*    choices  text*    text*    choices  choices  choices  choices  choices  text*    text*",
		"answers":  "text*    text*    choices  choices  text*    choices  choices  choices  choices  choices  text*    text*",
		"carousel": "text*    text*    carousel text*    text*    carousel carousel text*    text*    carousel text*    text*",
		"location": "text*    text*    choices* location text*    location text*    location text*    location text*    text*",
		"list":     "text*    text*    text*    list     text*    text*    text*    text*    text*    text*    text*    text*",
		"products": "text*    text*    text*    list     text*    text*    text*    text*    text*    text*    text*    text*",
		"template": "template template template template template template template template template template template template",
		"contact":  "text*    text*    text*    contact  text*    text*    text*    text*    text*    text*    text*    text*",
		"override": "text     card     media    card     card     card     text*    card     card     card     text*    text*",
		"native":   "native   text     text     text     text     text     text     text     text     text     text     text",
		"specific": "text     text     text     native   text     text     text     text     text     text     text     text",
	} {
		message := load(t, messages[kind])
		for i, want := range strings.Fields(want) {
			v := view.New(message, channels[i])
			got := v.Kind.String()
			if v.AsText {
				got += "*"
			}
			if got != want || (v.Why("X") != "") != v.AsText {
				t.Errorf("%s on %s is %s, want %s (%s)", kind, channels[i], got, want, v.Why("X"))
			}
		}
	}
}

// The sandbox, which shares no code with us, makes the same texts, as far as a channel gets one.
func TestTextsAreThoseOfTheSandbox(t *testing.T) {
	server, compared := sandbox.New(sandbox.Config{}), 0
	for kind, text := range messages {
		message := view.For(load(t, text), fill)
		for _, c := range []campaign.Channel{campaign.SMS, campaign.MMS, campaign.RCS, campaign.WhatsApp, campaign.ViberBM, campaign.Telegram, campaign.WeChat} {
			v := view.New(message, c)
			if v.Kind != view.TextKind && v.Kind != view.TemplateKind {
				continue
			}
			got := v.Text.String()
			if v.Kind == view.TemplateKind {
				got = "[template " + v.Template.ID.String() + "]"
			}
			compared++
			if want := transcode(t, server, encoded(t, text), c); got != want {
				t.Errorf("%s on %s is\n%s\nand the sandbox makes\n%s", kind, c, got, want)
			}
		}
	}
	if compared < 60 {
		t.Errorf("only %d were compared", compared)
	}
}

// transcode asks the sandbox over its API. What WhatsApp gets is JSON around the text.
func transcode(t *testing.T, server *sandbox.Server, message string, c campaign.Channel) string {
	t.Helper()
	cfg := server.Config()
	r, err := http.NewRequest(http.MethodPost, "http://localhost/v1/projects/"+cfg.ProjectID+"/messages:transcode",
		strings.NewReader(`{"app_id":"`+cfg.AppID+`","app_message":`+message+`,"channels":["`+string(c)+`"]}`))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(cfg.KeyID, cfg.KeySecret)
	r.Header.Set("Content-Type", "application/json")
	answer, err := server.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var transcoded struct {
		Messages map[string]string `json:"transcoded_message"`
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || json.Unmarshal(body, &transcoded) != nil {
		t.Fatalf("%s: %v %s", answer.Status, err, body)
	}
	text := transcoded.Messages[string(c)]
	var native struct {
		Text struct{ Body string }
	}
	if c == campaign.WhatsApp && json.Unmarshal([]byte(text), &native) == nil {
		return native.Text.Body
	}
	return text
}

var values = map[string]string{"name": `Zoë "Z" <b> 😀`, "id": "17", "lat": "55.610479"}

func fill(t campaign.Text) string {
	var b strings.Builder
	for _, part := range t {
		b.WriteString(part.Literal + values[part.Name])
	}
	return b.String()
}

// encoded fills in a message in the plainest way there is.
func encoded(t *testing.T, message string) string {
	t.Helper()
	message = strings.ReplaceAll(message, `"${lat}"`, values["lat"])
	for name, value := range values {
		quoted, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		message = strings.ReplaceAll(message, "${"+name+"}", string(bytes.Trim(quoted, `"`)))
	}
	return message
}

func TestFillKnowsParametersAlone(t *testing.T) {
	words := load(t, `{"card_message": {"title": "Hi ${name}, ${city}", "choices": [{"text_message": {"text": "${name}!"}}]}}`)
	reference := load(t, `{"template_message": {"omni_template": {"template_id": "x", "version": "1", "parameters": {"name": "dear ${First name}"}}}}`)
	filled := view.Fill(words, reference.Get("template_message").Get("omni_template").Get("parameters"))
	var parts []campaign.Part
	filled.Texts(func(t campaign.Text) bool {
		for _, p := range t {
			p.Line, p.Column = 0, 0
			parts = append(parts, p)
		}
		return true
	})
	want := []campaign.Part{{Literal: "Hi "}, {Literal: "dear "}, {Name: "First name"}, {Literal: ", "}, {Literal: "${city}"}, {Literal: "dear "}, {Name: "First name"}, {Literal: "!"}}
	if len(parts) != len(want) {
		t.Fatalf("the words have the parts %+v, want %+v", parts, want)
	}
	for i := range want {
		if parts[i] != want[i] {
			t.Errorf("part %d is %+v, want %+v", i, parts[i], want[i])
		}
	}
}

// load reads a message, which is JSON and so YAML.
func load(t *testing.T, message string) campaign.Value {
	t.Helper()
	c, err := campaign.Parse("", []campaign.Source{{Name: "campaign.yaml", Data: []byte("name: n\nmessage_content_type: CONTENT_NOTIFICATION\naudience: a.csv\n" +
		"channel_priority_order: [SMS]\nmessage: " + strings.ReplaceAll(message, "\n", " ") + "\n")}})
	if err != nil {
		t.Fatal(err)
	}
	return c.Message
}
