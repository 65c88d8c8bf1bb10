package lint_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/lint"
	"sendoff/internal/render"
)

// load makes a campaign of what a test cares about.
func load(t testing.TB, lines string) *campaign.Campaign {
	t.Helper()
	text := "name: test\naudience: a.csv\n" + lines + "\n"
	if !strings.Contains(lines, "message_content_type") {
		text += "message_content_type: CONTENT_NOTIFICATION\n"
	}
	c, err := campaign.Parse("", []campaign.Source{{Name: "campaign.yaml", Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func prepare(t testing.TB, lines string) *lint.Judge {
	t.Helper()
	c := load(t, lines)
	r, err := render.New(c, header(), render.Identity{AppID: "a", RunID: "r", RunKey: "k"})
	if err != nil {
		t.Fatal(err)
	}
	return lint.New(c, r, nil).Judge()
}

// recipient has these cells, and an address on every channel.
func recipient(cells ...string) *campaign.Recipient {
	r := &campaign.Recipient{Line: 2, Fields: cells, Address: campaign.PhoneAddress("+447700900001")}
	for _, id := range []string{"MESSENGER:1017", "INSTAGRAM:1018"} {
		other, _ := campaign.ParseIdentity(id)
		r.Others = append(r.Others, other)
	}
	return r
}

// about returns what is found about the text itself and about a row, errors marked by "!".
func about(t testing.TB, lines string, cells ...string) (static, row []string) {
	t.Helper()
	j := prepare(t, lines)
	mark := func(f *lint.Finding) string {
		if f.Refuses {
			return "! " + f.Message
		}
		return f.Message
	}
	for _, f := range j.Static() {
		static = append(static, mark(f))
	}
	r := recipient(cells...)
	j.Row(r)
	for _, f := range j.Found {
		row = append(row, mark(f.Finding))
	}
	return static, row
}

func TestFindings(t *testing.T) {
	anna := []string{"Anna", "C1", "7", "Leeds", "https://example.com/a", ""}
	with := func(i int, cell string) []string {
		cells := append([]string{}, anna...)
		cells[i] = cell
		return cells
	}
	const blank = "params: {first_name: {default: ''}, city: {default: ''}}\n"
	long := strings.Repeat("x", 30)
	for _, tc := range []struct {
		name, lines string
		cells       []string
		static, row []string
	}{
		{"nothing", channel + "message: \"Hi ${first_name}, see https://example.com/s?c=${id}.\"", anna, nil, nil},

		{"left over", channel + "message: \"Hi {{name}}, *|FNAME|* {first_name} %CITY% [[x]] <<y>> 20% or 30% { a } [b] <c>\"", anna, []string{
			`message.text_message.text (line 4): "{{name}}" looks like a placeholder of another system, and is sent as it stands`,
			`message.text_message.text (line 4): "*|FNAME|*" looks like a placeholder of another system, and is sent as it stands`,
			`message.text_message.text (line 4): "{first_name}" looks like a placeholder of another system, and is sent as it stands`,
			`message.text_message.text (line 4): "%CITY%" looks like a placeholder of another system, and is sent as it stands`,
			`message.text_message.text (line 4): "[[x]]" looks like a placeholder of another system, and is sent as it stands`,
			`message.text_message.text (line 4): "<<y>>" looks like a placeholder of another system, and is sent as it stands`,
			`message.text_message.text (line 4): "{ a }" looks like a placeholder of another system, and is sent as it stands`,
		}, nil},
		{"left over in a value", channel + "message: Hi ${first_name}", with(0, "{{first_name}}"), nil,
			[]string{"${first_name}: the value has a placeholder of another system in it, such as {{name}}, which is sent as it stands"}},
		{"what is no page", channel + "message: {media_message: {url: \"javascript:alert(1)\"}}", anna, []string{"! message.media_message.url (line 4): no address that can be opened"}, nil},
		{"another scheme", channel + "message: {media_message: {url: \"htps://example.com/a.jpg\"}}", anna, []string{
			"message.media_message.url (line 4): begins neither with https:// nor http://: what that opens depends on the phone, and media cannot be fetched"}, nil},
		{"escapes of addresses", channel + "message: {media_message: {url: \"https://example.com/%C3%A5%20b%AAA%.jpg\"}}", anna, []string{
			"! message.media_message.url (line 4): no address that can be opened"}, nil},

		{"greeting", channel + blank + "message: \"Hi ${first_name}, in ${city} and\"", with(0, ""), nil, []string{`message.text_message.text (line 5): leaves "Hi ," where ${first_name} is empty`}},
		{"spaces", channel + blank + "message: \"Hi ${first_name}, in ${city} and\"", with(3, ""), nil, []string{`message.text_message.text (line 5): leaves "in  and" where ${city} is empty`}},
		{"beginning", channel + blank + "message: \"${first_name}, hello\"", with(0, " "), nil, []string{`message.text_message.text (line 5): leaves "," where ${first_name} is empty`}},
		{"end", channel + blank + "message: \"Dear ${first_name}\"", with(0, ""), nil, []string{`message.text_message.text (line 5): leaves "Dear " where ${first_name} is empty`}},
		{"no gap", channel + blank + "message: \"Hello${first_name}! In ${city}\"", with(0, ""), nil, nil},
		{"empty", channel + blank + "message: \"${first_name} ${city}\"", []string{"", "C1", "", "", "", ""}, nil, []string{
			"! the message has nothing in it, since all its placeholders are empty"}},

		{"a word for nothing", channel + "message: Hi ${first_name} ${city}", with(0, "N/A"), nil,
			[]string{"${first_name}: the value is a word for nothing, such as NULL, N/A, #REF!, test or -, and is sent as it stands"}},
		{"an author's own word", channel + "params: {first_name: {default: '-'}}\nmessage: Hi ${first_name}", with(0, ""), nil, nil},
		{"not read by people", channel + "message: {choice_message: {choices: [{text_message: {text: Yes}, postback_data: \"${first_name}\"}]}}", with(0, "null"),
			[]string{"message on SMS: the message with choices is sent as text: > YES"}, nil},

		{"length", "channel_priority_order: [RCS, WHATSAPP, MESSENGER]\nmessage: {choice_message: {text_message: {text: Q}, choices: [{text_message: {text: \"In ${city}\"}}]}}", with(3, long), nil, []string{
			"message.choice_message.choices[1].text_message.text (line 4): more than the 25 characters that RCS takes",
			"message.choice_message.choices[1].text_message.text (line 4): more than the 20 characters that WHATSAPP, MESSENGER take"}},
		{"length of the text itself", "channel_priority_order: [VIBERBM]\nmessage: " + strings.Repeat("long ", 250), anna,
			[]string{"message.text_message.text (line 4): 1,249 characters; VIBERBM takes at most 1,000"}, nil},
		{"length of a list", "channel_priority_order: [WHATSAPP]\nmessage: {list_message: {title: T, sections: [{title: S, items: [{choice: {title: \"${city}\", description: d}}]}], message_properties: {menu: \"" + long + "\"}}}",
			with(3, long), []string{"message.list_message.message_properties.menu (line 4): 30 characters; WHATSAPP takes at most 20"},
			[]string{"message.list_message.sections[1].items[1].choice.title (line 4): more than the 24 characters that WHATSAPP takes"}},

		{"too many parts", channel + "channel_properties: {SMS_MAX_NUMBER_OF_MESSAGE_PARTS: '1'}\nmessage: \"" + strings.Repeat("x", 150) + "${city}\"", with(3, long), nil,
			[]string{"message on SMS: more than the 1 part of SMS_MAX_NUMBER_OF_MESSAGE_PARTS: these people would not get it"}},

		{"parameter", "channel_priority_order: [WHATSAPP]\nparams: {city: {default: ''}}\nmessage: {template_message: {channel_template: {WHATSAPP: {template_id: a, language_code: en, parameters: {\"body[1]text\": \"${city}\", \"body[2]text\": \"\", \"button[0]quick_reply[1]payload\": \"\"}}}}}",
			with(3, ""), []string{"! message: parameter body[2]text: the parameter is empty"},
			[]string{"! message.template_message.channel_template.WHATSAPP.parameters.body[1]text (line 5): the parameter is empty"}},
		{"parameter of two lines", "channel_priority_order: [WHATSAPP]\nmessage: {template_message: {channel_template: {WHATSAPP: {template_id: a, language_code: en, parameters: {\"body[1]text\": \"${city}\"}}}}}",
			with(3, "a\nb"), nil, []string{"message.template_message.channel_template.WHATSAPP.parameters.body[1]text (line 4): a line break, a tab or more than 4 spaces in a row in the parameter"}},

		{"addresses", channel + "message: \"https://nohost http://example.com, (https://shop.local/a). http://127.0.0.1:80/\"", anna, []string{
			"message.text_message.text (line 4): no address that can be opened",
			"message.text_message.text (line 4): http, not https: phones warn of such pages, and channels may refuse them",
			"message.text_message.text (line 4): the host is known inside your network alone"}, nil},
		{"a value in an address", channel + "message: \"https://example.com/?n=${first_name} and ${city}\"", with(0, "Anna & Bo"), nil,
			[]string{"message.text_message.text (line 4): the value of ${first_name} has characters that do not belong into an address, such as a space or &"}},
		{"an address in a value", channel + "message: \"See ${link}\"", with(4, "http://example.com/a."), nil,
			[]string{"${link}: http, not https: phones warn of such pages, and channels may refuse them"}},
		{"a value that is no address", "channel_priority_order: [RCS]\nmessage: {media_message: {url: \"${link}\"}}", with(4, "soon"), nil,
			[]string{"! message.media_message.url (line 4): no address that can be opened"}},
		{"a parameter called url", "channel_priority_order: [RCS]\nmessage: {template_message: {omni_template: {template_id: a, version: '1', parameters: {shop_url: \"${city}\"}}}}", anna, nil, nil},
		{"an address in a channel's own words", "channel_priority_order: [VIBERBM]\nmessage: {text_message: {text: a}, explicit_channel_message: {VIBERBM: '{\"image\": {\"link\": \"a.jpg\"}}'}}", anna,
			[]string{"message.explicit_channel_message.VIBERBM.image.link (line 4): no address that can be opened"}, nil},
		{"a host in a value", channel + "message: \"https://${city}/a\"", anna, nil, []string{"message.text_message.text (line 4): no address that can be opened"}},

		{"as text", "channel_priority_order: [RCS, SMS]\nmessage: {card_message: {title: \"Sale, ${first_name}\", description: d}}", anna,
			[]string{"message on SMS: the card is sent as text: Sale, ${first_name} …"}, nil},
		{"as text on several", "channel_priority_order: [RCS, WHATSAPP, SMS]\nmessage: {carousel_message: {cards: [{title: a}, {title: b}]}}\n" +
			"translations: {sv: {carousel_message: {cards: [{title: c}, {title: d}]}}}", anna, []string{"message on WHATSAPP, SMS: the carousel is sent as text: 1. a …"}, nil},
		{"on single channels", "channel_priority_order: [RCS, INSTAGRAM]\nmessage: {carousel_message: {cards: [{title: a, media_message: {url: \"https://example.com/a.TIFF\"}}, {title: b}], choices: [{text_message: {text: b}}]}}",
			anna, []string{
				"message on RCS: a file that ends in .tiff may not be shown",
				"message on INSTAGRAM: the choices below the carousel are lost",
				"message on INSTAGRAM: a file that ends in .tiff may not be shown",
				"message on INSTAGRAM: card 2 has no picture, and Instagram wants one"}, nil},
		{"a carousel of one", "channel_priority_order: [RCS]\nmessage: {carousel_message: {cards: [{title: a, choices: [{text_message: {text: a}}, {text_message: {text: b}}, {text_message: {text: c}}, {text_message: {text: d}}]}]}}",
			anna, []string{"message on RCS: a carousel of one card is sent as a plain card", "message on RCS: card 1 has 4 choices; RCS takes at most 3"}, nil},
		{"display mode", "channel_priority_order: [WHATSAPP]\nmessage: {choice_message: {choices: [{text_message: {text: a}, display_mode: PERSISTENT}]}}",
			anna, []string{"message on WHATSAPP: display_mode has an effect on the choices of RCS choice messages alone"}, nil},
		{"not translated", channel + "message: \"The spring sale is on, ${first_name}\"\ntranslations: {sv: \"The spring sale is on, ${first_name}\"}", anna,
			[]string{"translations.sv.text_message.text (line 5): the same text as in message"}, nil},

		{"no way to stop", "message_content_type: CONTENT_MARKETING\n" + channel + "channel_properties: {SMS_SENDER: '447700900001'}\nbrand: Acme\nmessage: Sale in ${city}", anna, nil, []string{
			"message on SMS: nothing says how to stop such messages",
			"message on SMS: the sender is a number, and the text does not say who writes"}},
		{"a way to stop", "message_content_type: CONTENT_MARKETING\n" + channel + "channel_properties: {SMS_SENDER: Acme}\nmessage: \"Sale. Stop: https://example.com/x\"", anna, nil, nil},
		{"a way to stop in Portuguese", "message_content_type: CONTENT_MARKETING\n" + channel + "channel_properties: {SMS_SENDER: Acme}\nmessage: Promo. Para sair responda SAIR", anna, nil, nil},
		{"a way to stop in German", "message_content_type: CONTENT_MARKETING\n" + channel + "channel_properties: {SMS_SENDER: Acme}\nmessage: \"Sale. Abbestellen: https://example.com/x\"", anna, nil, nil},
		{"a way to stop in a value", "message_content_type: CONTENT_MARKETING\n" + channel + "message: Sale. ${city}", with(3, "STOP to 12345"), nil, nil},
		{"an own way to stop", "message_content_type: CONTENT_MARKETING\n" + channel + "opt_out: {link: https://example.com/bye}\nmessage: \"Sale. https://example.com/bye?c=${id}\"", anna, nil, nil},
		{"told elsewhere", "message_content_type: CONTENT_MARKETING\n" + channel + "opt_out: elsewhere\nchannel_properties: {SMS_SENDER: '12345'}\nmessage: Sale", anna, nil, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			static, row := about(t, tc.lines, tc.cells...)
			if diff := cmp.Diff(tc.static, static); diff != "" {
				t.Errorf("of the text (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.row, row); diff != "" {
				t.Errorf("of the row (-want +got):\n%s", diff)
			}
		})
	}
}
