package lint_test

import (
	"strings"
	"testing"
)

const everything = `channel_priority_order: [RCS, WHATSAPP, VIBERBM, SMS, MMS, MESSENGER, INSTAGRAM]
message_content_type: CONTENT_MARKETING
channel_properties: {SMS_SENDER: "447700900001", SMS_MAX_NUMBER_OF_MESSAGE_PARTS: "2"}
params: {first_name: {default: ""}, city: {default: ""}, points: {default: ""}, link: {default: ""}, id: {default: ""}}
message:
  card_message:
    title: "Hi ${first_name}, in ${city}"
    description: "Your ${points} points: https://example.com/${city}?c=${id} ${link}"
    media_message: {url: "https://${city}/${id}.jpg"}
    choices: [{url_message: {title: "${first_name}", url: "${link}"}}, {text_message: {text: "${city}"}}]
  explicit_channel_message: {VIBERBM: '{"text": "${first_name} {{x}}", "link": "${link}"}'}
translations:
  sv: "${first_name}"
  de:
    template_message: {channel_template: {WHATSAPP: {template_id: a, language_code: de, parameters: {"body[1]text": "a ${first_name}", "header[1]image.link": "${link}"}}}}
  fr:
    list_message: {title: "${city}", sections: [{title: "${first_name}", items: [{choice: {title: "${city}", description: "${points}"}}]}]}`

// FuzzRow holds the promise that no finding has a cell's value in it.
func FuzzRow(f *testing.F) {
	f.Add("{{q}} ’", "N/A", "a b&c", "Malmö", "http://localhost/x y", "sv")
	f.Add("", " ", "-", "🙂é\xff\x00", "https://q", "de")
	f.Add(strings.Repeat("long ", 300), "*|Q|*", "a\n\tb", "q     q", "ftp:x", "fr")
	f.Add("a", "b", "c", "d", "ftp:x", "")
	j := prepare(f, everything)
	j.CollectAddresses()
	f.Fuzz(func(t *testing.T, first, id, points, city, link, language string) {
		known := make(map[string]bool) // what can be said whatever the cells hold
		add := func() {
			for _, found := range j.Found {
				known[found.Message], known[found.Hint] = true, true
			}
		}
		neutral := [][]string{
			{"", "", "", "", "", language}, {"{{x}}", "{{x}}", "{{x}}", "{{x}}", "{{x}}", language}, {"N/A", "N/A", "N/A", "N/A", "N/A", language},
			{"&", "&", "&", "&", "http://x http://localhost", language}, {"a\n", "a\n", "a\n", "a.b", "http://localhost", language},
			{"a", "b", "c", "d", "ftp:x", language},
		}
		long := strings.Repeat("x", 3000)
		for _, cells := range append(neutral, []string{long, long, long, long, long, language}, []string{"a", "b", "c", "d.local", "http://d.com", language}) {
			j.Row(recipient(cells...))
			add()
		}
		m := j.Row(recipient(first, id, points, city, link, language))
		for _, found := range j.Found {
			if !known[found.Message] || !known[found.Hint] {
				t.Errorf("cells made the finding %q, hint %q", found.Message, found.Hint)
			}
		}
		if from := m.Forcing.From; from != "" && !strings.HasPrefix(from, "from ${") && !strings.HasPrefix(from, "in the ") {
			t.Errorf("what forces UCS-2 comes %q", from)
		}
	})
}
