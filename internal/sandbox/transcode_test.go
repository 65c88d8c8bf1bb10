package sandbox

import (
	"net/http"
	"strings"
	"testing"
)

func TestTranscode(t *testing.T) {
	const choices = `"choices":[{"text_message":{"text":"Yes"}},{"url_message":{"title":"Shop","url":"https://example.com"}},
		{"call_message":{"title":"Call","phone_number":"+46701740601"}},
		{"location_message":{"title":"Office","coordinates":{"latitude":47.6279809,"longitude":-122.5}}},
		{"share_location_message":{"title":"Where","fallback_url":"https://example.com/w"}},
		{"calendar_message":{"title":"When","event_start":"2026-03-28T09:00:00Z","event_end":"2026-03-28T10:00:00Z","event_title":"e","fallback_url":"https://example.com/c"}}]`
	const chosen = "> YES\n> Shop: https://example.com\n> Call: +46701740601\n> Office: https://www.google.com/maps/search/?api=1&query=47.62798,-122.5\n" +
		"> Where: https://example.com/w\n> When: https://example.com/c"
	for _, tc := range []struct{ message, channel, want string }{
		{`"text_message":{"text":"Hi <you>"}`, "SMS", "Hi <you>"},
		{`"media_message":{"url":"https://example.com/a.jpg"}`, "MMS", "https://example.com/a.jpg"},
		{`"location_message":{"title":"Office","label":"HQ","coordinates":{"latitude":55.610479,"longitude":13.002873}}`, "SMS",
			"Office: https://www.google.com/maps/search/?api=1&query=55.610477,13.002873"},
		{`"choice_message":{"text_message":{"text":"Coming?"},` + choices + `}`, "SMS", "Coming?\n\n" + chosen},
		{`"choice_message":{"text_message":{"text":"Coming?"},` + choices + `}`, "MMS", "Coming?\n" + chosen},
		{`"card_message":{"title":"Sale","description":"Now","media_message":{"url":"https://example.com/a.jpg"},` + choices + `}`, "SMS",
			"Sale\nNow\nhttps://example.com/a.jpg\n" + chosen},
		{`"carousel_message":{"cards":[{"title":"A","description":"a"},{"title":"B"}],"choices":[{"text_message":{"text":"more"}}]}`, "SMS",
			"1. A\na\n\n2. B\n\n> MORE"},
		{`"list_message":{"title":"Pick","sections":[{"title":"S","items":[{"choice":{"title":"One"}}]}]}`, "SMS", "Pick\nS\n> ONE"},
		{`"contact_info_message":{"name":{"full_name":"Ann Lee"},"phone_numbers":[{"phone_number":"+447700900000"}]}`, "SMS", "Ann Lee\n+447700900000"},
		{`"template_message":{"omni_template":{"template_id":"welcome","version":"1"}}`, "SMS", "[template welcome]"},
		{`"text_message":{"text":"a"},"explicit_channel_omni_message":{"SMS":{"text_message":{"text":"b"}}}`, "SMS", "b"},
		{`"text_message":{"text":"a"},"explicit_channel_message":{"SMS":"{\"own\":1}"}`, "SMS", `{"own":1}`},
		{`"text_message":{"text":"a"}`, "WHATSAPP",
			`{"messaging_product":"whatsapp","recipient_type":"individual","text":{"body":"a"},"to":"447700900001","type":"text"}`},
	} {
		r := call(t, New(Config{}), "POST", "/messages:transcode",
			`{"app_id":"`+DefaultAppID+`","app_message":{`+tc.message+`},"channels":["`+tc.channel+`"],"to":"447700900001"}`)
		if r.status != http.StatusOK {
			t.Errorf("%s: status %d, body %s", tc.message, r.status, r.body)
			continue
		}
		got := decodeAs[struct {
			Messages map[string]string `json:"transcoded_message"`
		}](t, r.body).Messages[tc.channel]
		if got != tc.want {
			t.Errorf("%s on %s is\n%s, want\n%s", tc.message, tc.channel, got, tc.want)
		}
	}
	for _, wrong := range []string{`"text_message":{}`, `"text_message":{"text":"a"},"card_message":{}`} {
		r := call(t, New(Config{}), "POST", "/messages:transcode", `{"app_id":"`+DefaultAppID+`","app_message":{`+wrong+`},"channels":["SMS"]}`)
		if r.status != http.StatusBadRequest || !strings.HasPrefix(violationsOf(t, r)[0].Field, "app_message") {
			t.Errorf("%s: status %d, body %s", wrong, r.status, r.body)
		}
	}
}
