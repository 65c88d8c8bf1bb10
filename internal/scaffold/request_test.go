package scaffold

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
)

// takeOver makes a campaign of a request, and reads it back.
func takeOver(t *testing.T, body string) (Answers, *campaign.Campaign) {
	t.Helper()
	r, err := ReadRequest([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	a := chosen(Text)
	a.Request = r
	if a.Channels = r.Channels; a.Channels == nil {
		a.Channels = []campaign.Channel{campaign.WhatsApp, campaign.SMS}
	}
	return a, load(t, a, mustFiles(t, a))
}

// A message of each type comes out as it went in.
func TestMessagesAsTheyWere(t *testing.T) {
	composed, err := os.ReadFile("../../campaign/testdata/ok/composer/card.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{
		string(composed),
		`{"text_message":{"text":"see #sale\n\n- 50%: \"off\""},"reply_to":{"message_id":"M"}}`,
		`{"media_message":{"url":"https://example.com/a.jpg","filename_override":"yes"}}`,
		`{"card_message":{"title":"0123","description":" two \nlines ","message_properties":{"whatsapp_header":"null"},"choices":[{"call_message":{"title":"~","phone_number":"+447700900000"}},{"calendar_message":{"title":"T","event_start":"2027-01-31T10:00:00Z","event_end":"2027-01-31T11:00:00Z","event_title":"E","fallback_url":"https://example.com"}}]}}`,
		`{"choice_message":{"text_message":{"text":"Coming?"},"choices":[{"text_message":{"text":"Yes"},"postback_data":"y"},{"text_message":{"text":"No"}}]}}`,
		`{"carousel_message":{"cards":[{"title":"A","description":"a","media_message":{"url":"https://example.com/a.jpg"}},{"title":"B"}]}}`,
		`{"location_message":{"title":"Office","label":"HQ","coordinates":{"latitude":55.610479,"longitude":-1.3e1}}}`,
		`{"list_message":{"title":"Pick","sections":[{"title":"S","items":[{"choice":{"title":"A","postback_data":"a"}}]}],"message_properties":{"menu":"Open"}}}`,
		`{"template_message":{"channel_template":{"WHATSAPP":{"template_id":"order_update","language_code":"en","parameters":{"body[1]text":"Ann","button[0]url[1]text":"1_000"}}},
		  "omni_template":{"template_id":"01F8MECHZX3TBDSZ7XRADM79XE","version":"1","language_code":"no","parameters":{"no":"Ann"}}}}`,
		`{"contact_info_message":{"name":{"full_name":"Ann Lee"},"phone_numbers":[{"phone_number":"+447700900000"}],"birthday":"1990-05-31"}}`,
	} {
		var want any
		if err := json.Unmarshal([]byte(body), &want); err != nil {
			t.Fatal(err)
		}
		_, c := takeOver(t, body)
		if diff := cmp.Diff(want, plain(c.Message)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
}

func TestReadRequest(t *testing.T) {
	a, c := takeOver(t, "\ufeff"+`{"app_id":"A","project_id":"P","queue":"HIGH_PRIORITY","ttl":"300s","callback_url":"","processing_strategy":"DISPATCH_ONLY",
		"channel_properties":{"SMS_SENDER":"0046700000000","SMS_FLASH_MESSAGE":"true"},"message_content_type":"CONTENT_NOTIFICATION","message_metadata":"mine",
		"recipient":{"identified_by":{"channel_identities":[{"channel":"RCS","identity":"+447700900001"},{"channel":"SMS","identity":"+447700900001"},{"channel":"RCS","identity":"+447700900002"}]}},
		"colour":1,"message":{"text_message":{"text":"Hi \ud83d\ude00"},"agent":null,"explicit_channel_message":{"RCS":"{\"type\":\"text\"}","SMS":null}}}`)
	if diff := cmp.Diff([]campaign.Channel{campaign.RCS, campaign.SMS}, a.Request.Channels); diff != "" || a.Request.ContentType != "CONTENT_NOTIFICATION" {
		t.Errorf("%s %s", diff, a.Request.ContentType)
	}
	dropped := strings.Join(a.Request.Dropped, "\n")
	for _, want := range []string{"app_id is", "project_id is", "recipient is", "message_metadata is", "unknown, and left out: colour"} {
		if !strings.Contains(dropped, want) {
			t.Errorf("of what is left out is not said %q:\n%s", want, dropped)
		}
	}
	if strings.Contains(dropped, "447700900001") {
		t.Error("a number is shown")
	}
	type kept struct{ Queue, TTL, Strategy, Sender, Callback string }
	got := kept{c.Queue, c.TTL.Text.String(), c.ProcessingStrategy, c.ChannelProperties.Get("SMS_SENDER").Text.String(), c.CallbackURL.Text.String()}
	if diff := cmp.Diff(kept{"HIGH_PRIORITY", "300s", "DISPATCH_ONLY", "0046700000000", ""}, got); diff != "" {
		t.Error(diff)
	}
	if a.WantsSender() {
		t.Error("the sender is asked for, and the request has one")
	}
	if got := c.Message.Get("text_message").Get("text").Text.String(); got != "Hi 😀" {
		t.Errorf("the text is %q", got)
	}

	// A sender that is said beside wins.
	a.Sender = "Acme"
	if got := load(t, a, mustFiles(t, a)).ChannelProperties; got.Get("SMS_SENDER").Text.String() != "Acme" || got.Get("SMS_FLASH_MESSAGE").Text.String() != "true" {
		t.Errorf("%v", got)
	}
}

// Where a request does not say the channels, its type of message does.
func TestDefaultChannels(t *testing.T) {
	for body, want := range map[string]campaign.Channel{
		`{"list_message":{}}`: campaign.WhatsApp, `{"message":{"agent":{},"card_message":{}}}`: campaign.RCS, `{"text_message":{"text":"x"}}`: campaign.SMS,
	} {
		r, err := ReadRequest([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		if got := (Answers{Request: r}).DefaultChannels(); got[0] != want {
			t.Errorf("%s: %v, want %s", body, got, want)
		}
	}
}

func TestReadBatchRequest(t *testing.T) {
	a, c := takeOver(t, `{"app_id":"A","message":{"text_message":{"text":"Hi ${name}"}},"message_metadata":{"team":"shop","_batch_id":"x"},"batch_metadata":{"run":"1"},"send_after":"2026-01-01T00:00:00Z",
		"recipient_and_params":[{"recipient":{"contact_id":"C"},"parameters":{"name":"Ann"}}]}`)
	if diff := cmp.Diff(map[string]any{"team": "shop"}, plain(c.Metadata)); diff != "" {
		t.Error(diff)
	}
	if got := len(a.Request.Dropped); got != 4 {
		t.Errorf("%q", a.Request.Dropped)
	}
	a.Audience.Header = campaign.Columns{Header: []string{"phone", "Name"}, Phone: 0, ID: -1, Language: -1, Country: -1, TimeZone: -1}
	a.Audience.File = "people.csv"
	if names, err := a.Unanswered(); err != nil || names != nil {
		t.Errorf("%q, %v", names, err)
	}
	a.Audience.Header.Header = []string{"phone", "First name"}
	if names, err := a.Unanswered(); err != nil || len(names) != 1 || names[0] != "name" {
		t.Errorf("%q, %v", names, err)
	}
	a.Params = []Param{{Name: "name", Column: "First name"}}
	if names, err := a.Unanswered(); err != nil || names != nil {
		t.Errorf("%q, %v", names, err)
	}

	// Whoever has no name is left out, unless the column is that of first names.
	a.Audience.Empty = []string{"First name"}
	if c := load(t, a, mustFiles(t, a)); c.Params[0].OnEmpty != campaign.OnEmptySkip || c.Params[0].Column != "First name" {
		t.Errorf("%+v", c.Params)
	}
	a.Audience.FirstName = "First name"
	if c := load(t, a, mustFiles(t, a)); c.Params[0].Default != "there" {
		t.Errorf("%+v", c.Params)
	}
}

func TestRefusedRequests(t *testing.T) {
	for body, want := range map[string]string{
		"":                       "breaks off before its end",
		`{"message":`:            "breaks off before its end",
		`{"message":}`:           "breaks at its byte 11",
		`{"message":{}} {}`:      "something follows it",
		`[]`:                     "no JSON object",
		`null`:                   "no JSON object",
		`{"a":1}`:                "no message in it",
		`{"message":"Hi"}`:       "no message in it",
		strings.Repeat("[", 200): "more than 100 deep",
		`{"message":{"text_message":{"text":"x"}},"channel_priority_order":["XMS"]}`: "no channel",
	} {
		if _, err := ReadRequest([]byte(body)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v, want %q", body, err, want)
		}
	}
}

func TestReadTemplate(t *testing.T) {
	r, err := ReadTemplate([]byte(`{"id":"order","version":3,"default_translation":"en-US","translations":[
		{"language_code":"sv","version":"1","text_message":{"text":"Hej ${name}"},"variables":[{"key":"name","preview_value":"Ann"}]},
		{"language_code":"en-US","version":"2","text_message":{"text":"Hi ${name}"},"variables":[{"key":"name","preview_value":"Ann"},{"key":"item no.","preview_value":"42, new"},{"key":"item no."}],
		 "channel_template_overrides":{"WHATSAPP":{"template_reference":{"template_id":"x","language_code":"en"}}}},
		{"language_code":"sv","version":"2","text_message":{"text":"Hej"}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	a := chosen(Text)
	a.Request = r
	a.Channels = a.DefaultChannels()
	files := mustFiles(t, a)
	c := load(t, a, files)
	want := map[string]any{"template_id": "order", "version": "latest", "language_code": "en-US", "parameters": map[string]any{"name": "${name}", "item no.": "${item no.}"}}
	if diff := cmp.Diff(want, plain(c.Message.Get("template_message").Get("omni_template"))); diff != "" {
		t.Error(diff)
	}
	if len(c.Translations) != 1 || c.Translations[0].Language != "sv" || c.ChannelPriorityOrder[0] != campaign.WhatsApp {
		t.Errorf("%v on %v", c.Translations, c.ChannelPriorityOrder)
	}
	if got, want := string(files[3].Data), "phone,language,name,item no.\n+46701740605,sv,Ann,\"42, new\"\n"; !strings.HasPrefix(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for body, want := range map[string]string{
		`{`:          "no JSON document",
		`{"id":"x"}`: "no template",
		`{"id":"x","translations":[{"language_code":"en"}],"default_translation":"sv"}`: "no text in its default language",
	} {
		if _, err := ReadTemplate([]byte(body)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", body, err, want)
		}
	}
}
