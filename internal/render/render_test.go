package render

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
)

var testIdentity = Identity{AppID: "01HZX3Q4R5S6T7V8W9X0YZABCD", RunID: "01JQ2Z5M8K4N6P7R9S0T1V2W3X", RunKey: `spring "sale"`, Day: "2026-03-28"}

const testEpoch = "0badcafe"

// testColumns are those of an audience with every role but the time zone, and two columns that are none.
func testColumns() campaign.Columns {
	return campaign.Columns{
		Header: []string{"Mobile", "CustomerNo", "Lang", "Land", "First name", "latitude"},
		Phone:  0, ID: 1, Language: 2, Country: 3, TimeZone: -1,
	}
}

func testRecipient() *campaign.Recipient {
	return &campaign.Recipient{
		Row: 41, Line: 43, Address: campaign.PhoneAddress("+447700900123"),
		Fields: []string{"07700 900123", "C 17", "", "GB", "Anna", "59.33"},
	}
}

// parse makes a campaign of its message and of other lines of the file.
func parse(t testing.TB, message string, lines ...string) *campaign.Campaign {
	t.Helper()
	file := "name: test\nmessage_content_type: CONTENT_MARKETING\naudience: people.csv\nchannel_priority_order: [RCS, SMS]\n" +
		"message: " + message + "\n" + strings.Join(lines, "\n") + "\n"
	c, err := campaign.Parse("campaign.yaml", []campaign.Source{{Name: "campaign.yaml", Data: []byte(file)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustNew(t testing.TB, c *campaign.Campaign) *Renderer {
	t.Helper()
	r, err := New(c, testColumns(), testIdentity)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// body renders a recipient and parses the body.
func body(t testing.TB, r *Renderer, recipient *campaign.Recipient) map[string]any {
	t.Helper()
	b, err := r.Body(nil, recipient, testEpoch)
	if err != nil {
		t.Fatal(err)
	}
	var parsed map[string]any
	if err := json.Unmarshal(b, &parsed); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return parsed
}

// quoted is a value as it stands in a JSON string, without the quotes.
func quoted(t testing.TB, value string) string {
	t.Helper()
	b, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(b[1 : len(b)-1])
}

func parsed(t testing.TB, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

func TestBody(t *testing.T) {
	r := mustNew(t, parse(t, `{text_message: {text: "Hi ${first name}"}}`, `
channel_properties: {SMS_SENDER: Acme}
metadata: {customer: "${id}"}
callback_url: https://example.com/receipts
ttl: 86400s
queue: HIGH_PRIORITY
processing_strategy: DISPATCH_ONLY
conversation_metadata: {tier: {name: gold, level: 2}}
conversation_metadata_update_strategy: MERGE_PATCH`))
	got, err := r.Body([]byte("before "), testRecipient(), testEpoch)
	if err != nil {
		t.Fatal(err)
	}
	want := `before {"app_id":"01HZX3Q4R5S6T7V8W9X0YZABCD",` +
		`"recipient":{"identified_by":{"channel_identities":[{"channel":"RCS","identity":"+447700900123"},{"channel":"SMS","identity":"+447700900123"}]}},` +
		`"message":{"text_message":{"text":"Hi Anna"}},` +
		`"channel_priority_order":["RCS","SMS"],` +
		`"message_content_type":"CONTENT_MARKETING","processing_strategy":"DISPATCH_ONLY","queue":"HIGH_PRIORITY",` +
		`"conversation_metadata_update_strategy":"MERGE_PATCH",` +
		`"ttl":"86400s","callback_url":"https://example.com/receipts",` +
		`"channel_properties":{"SMS_SENDER":"Acme"},` +
		`"conversation_metadata":{"tier":{"name":"gold","level":2}},` +
		`"correlation_id":"01JQ2Z5M8K4N6P7R9S0T1V2W3X/41",` +
		`"message_metadata":"{\"customer\":\"C 17\",\"sendoff\":{\"run\":\"01JQ2Z5M8K4N6P7R9S0T1V2W3X\",\"key\":\"spring \\\"sale\\\"\",\"row\":41,\"epoch\":\"0badcafe\"}}"}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

// What the campaign does not set is not sent.
func TestBodyLeavesOut(t *testing.T) {
	got := body(t, mustNew(t, parse(t, "Hi")), testRecipient())
	for _, key := range []string{"app_id", "recipient", "message", "channel_priority_order", "message_content_type", "correlation_id", "message_metadata"} {
		if got[key] == nil {
			t.Errorf("%s is missing", key)
		}
		delete(got, key)
	}
	if len(got) > 0 {
		t.Errorf("nobody asked for %v", got)
	}
}

// messages has one of each type, as JSON: so the wanted message is the text with its placeholders replaced.
var messages = map[string]string{
	"text":     `{"text_message":{"text":"Hi ${First name}, <b>&</b> you"}}`,
	"media":    `{"media_message":{"url":"https://example.com/${id}.jpg","filename_override":"${First name}.pdf"}}`,
	"card":     `{"card_message":{"title":"Sale, ${First name}","description":"${id}${First name}","height":"TALL","choices":[{"url_message":{"title":"Shop","url":"https://example.com/s?c=${id}"}}]}}`,
	"choice":   `{"choice_message":{"text_message":{"text":"Coming?"},"choices":[{"text_message":{"text":"Yes"},"postback_data":"${First name}"},{"text_message":{"text":"No"}}]}}`,
	"carousel": `{"carousel_message":{"cards":[{"title":"A","description":"${First name}"},{"title":"B"}]}}`,
	"location": `{"location_message":{"title":"Office of ${First name}","coordinates":{"latitude":"${latitude}","longitude":-13.002873}}}`,
	"list":     `{"list_message":{"title":"Pick, ${First name}","sections":[{"title":"S","items":[{"choice":{"title":"A","postback_data":"${First name}"}}]}],"message_properties":{"menu":"Open"}}}`,
	"template": `{"template_message":{"channel_template":{"WHATSAPP":{"template_id":"order_update","language_code":"en","parameters":{"body[1]text":"${First name}"}}}}}`,
	"contact":  `{"contact_info_message":{"name":{"full_name":"Ann Lee"},"phone_numbers":[{"phone_number":"+447700900000"}],"organization":{"company":"${First name}"}}}`,
	"omni":     `{"text_message":{"text":"Hi"},"explicit_channel_omni_message":{"SMS":{"text_message":{"text":"short ${First name}"}}}}`,
	"specific": `{"text_message":{"text":"Hi"},"channel_specific_message":{"WHATSAPP":{"message_type":"FLOWS","message":{"flow_id":"1","flow_cta":"Go","flow_action_payload":{"screen":"S","data":{"name":"${First name}","a":[1,true,"${id}"]}}}}}}`,
	"agent":    `{"text_message":{"text":"Hi"},"agent":{"display_name":"${First name}","type":"BOT"},"reply_to":{"message_id":"${id}"}}`,
}

var hostile = []string{
	"Anna",
	`"quoted" \ and \" \\`,
	"two\nlines\r\n\tand a tab",
	"${x} $${id} ${First name} }",
	"<script>alert('1 & 2')</script>",
	"👩‍👩‍👧 Åsa",
	"a\u2028b\u2029c",
	"nul \x00 bell \x07 delete \x7f",
	`\u0041 \n {"a":"b"}`,
}

func TestBodyOfEveryMessageType(t *testing.T) {
	for name, message := range messages {
		r := mustNew(t, parse(t, message))
		for _, value := range hostile {
			recipient := testRecipient()
			recipient.Fields[4] = value
			want := strings.NewReplacer("${First name}", quoted(t, value), "${id}", "C 17", `"${latitude}"`, "59.33").Replace(message)
			if diff := cmp.Diff(parsed(t, want), body(t, r, recipient)["message"]); diff != "" {
				t.Errorf("%s with %q (-want +got):\n%s", name, value, diff)
			}
		}
	}
}

// A document inside a string comes back after parsing twice.
func TestBodyOfDocumentInString(t *testing.T) {
	inner := `{"text":"Hi ${First name}","nested":[{"quote":"\"","n":1.5,"t":true,"z":null}]}`
	message := fmt.Sprintf(`{"text_message":{"text":"Hi"},"explicit_channel_message":{"RCS":"%s"}}`, quoted(t, inner))
	r := mustNew(t, parse(t, message))
	for _, value := range hostile {
		recipient := testRecipient()
		recipient.Fields[4] = value
		document := body(t, r, recipient)["message"].(map[string]any)["explicit_channel_message"].(map[string]any)["RCS"].(string)
		want := strings.ReplaceAll(inner, "${First name}", quoted(t, value))
		if diff := cmp.Diff(parsed(t, want), parsed(t, document)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", value, diff)
		}
	}
}

func TestBodyMetadataKeepsValues(t *testing.T) {
	r := mustNew(t, parse(t, "Hi", `metadata: {name: "${first_name}"}`))
	for _, value := range hostile {
		recipient := testRecipient()
		recipient.Fields[4] = value
		metadata := parsed(t, body(t, r, recipient)["message_metadata"].(string))
		want := map[string]any{
			"name": value,
			"sendoff": map[string]any{
				"run": testIdentity.RunID, "key": testIdentity.RunKey, "row": 41.0, "epoch": testEpoch,
			},
		}
		if diff := cmp.Diff(want, metadata); diff != "" {
			t.Errorf("metadata with %q (-want +got):\n%s", value, diff)
		}
	}
}

func TestTranslations(t *testing.T) {
	r := mustNew(t, parse(t, "Hi", `translations: {sv: "Hej", pt-BR: "Oi"}`))
	for _, tc := range []struct{ language, want string }{
		{"", "Hi"}, {"en", "Hi"}, {"sv", "Hej"}, {"sv-FI", "Hej"}, {"SV_fi", "Hej"}, {" sv ", "Hej"}, {"pt", "Hi"}, {"pt-br", "Oi"}, {"svenska", "Hej"}, {"SWE", "Hej"}, {"svensk", "Hi"},
	} {
		recipient := testRecipient()
		recipient.Fields[2] = tc.language
		want := map[string]any{"text_message": map[string]any{"text": tc.want}}
		if diff := cmp.Diff(any(want), body(t, r, recipient)["message"]); diff != "" {
			t.Errorf("language %q (-want +got):\n%s", tc.language, diff)
		}
		if got := r.Text(recipient); got != tc.want {
			t.Errorf("Text for language %q = %q, want %q", tc.language, got, tc.want)
		}
	}
}

func TestPlaceholders(t *testing.T) {
	params := `params:
  first_name: {column: First name, default: there}
  country: {column: Lang, default: ""}
  number: phone
  region: {column: country, on_empty: skip}
  tongue: Lang`
	for _, tc := range []struct {
		text, want string // want is the text or the error
		empty      int    // the cell that is emptied, or -1
	}{
		{"${phone}", "+447700900123", -1},
		{"${number}", "+447700900123", -1},
		{"${Mobile}", "07700 900123", -1},
		{"${id}${ID}${ i-d }", "C 17C 17C 17", -1},
		{"${First name}${first-name}", "AnnaAnna", -1},
		{"${first_name}", "there", 4},
		{"${FIRST NAME}", "there", 4}, // the param goes before the column
		{"${country}", "", 2},         // and before the role
		{"${region}", "GB", -1},
		{"${region}", "${region}: no value", 3},
		{"${customer_no}", "${CustomerNo}: no value", 1},
		{"${tongue}", "${tongue}: no value", 2},
		{"$${id}", "${id}", -1},
	} {
		r := mustNew(t, parse(t, fmt.Sprintf("%q", tc.text+"."), params))
		recipient := testRecipient()
		if tc.empty >= 0 {
			recipient.Fields[tc.empty] = " \t\u00a0"
		}
		b, err := r.Body(nil, recipient, testEpoch)
		got := fmt.Sprint(err)
		if err == nil {
			got = parsed(t, string(b)).(map[string]any)["message"].(map[string]any)["text_message"].(map[string]any)["text"].(string)
			tc.want += "."
		}
		if got != tc.want {
			t.Errorf("%s = %s, want %s", tc.text, got, tc.want)
		}
	}
}

func TestRowErrors(t *testing.T) {
	location := `{location_message: {title: Here, coordinates: {latitude: "${latitude}", longitude: "${id}"}}}`
	product := `{list_message: {title: T, sections: [{items: [{product: {id: "1", marketplace: m, item_price: "${id}"}}]}], message_properties: {menu: M, catalog_id: "1"}}}`
	params := "params: {first_name: {column: First name, on_empty: skip}}"
	long := func(n int, s string) string { return strings.Repeat(s, n) }
	set := func(column int, value string) func(*campaign.Recipient) {
		return func(r *campaign.Recipient) { r.Fields[column] = value }
	}
	fits := RowError{}
	for _, tc := range []struct {
		name    string
		message string
		line    string
		change  func(*campaign.Recipient)
		want    RowError
	}{
		{"skip", `"${first_name}"`, params, set(4, ""), RowError{Reason: Skip, Name: "first_name"}},
		{"missing", `"${first_name}"`, "", set(4, ""), RowError{Reason: MissingValue, Name: "First name"}},
		{"missing in the metadata", "Hi", `metadata: {a: "${id}"}`, set(1, ""), RowError{Reason: MissingValue, Name: "id"}},
		{"row with too few cells", `"${first_name}"`, "", func(r *campaign.Recipient) { r.Fields = r.Fields[:2] }, RowError{Reason: MissingValue, Name: "First name"}},
		{"no address", `"${phone}"`, "", func(r *campaign.Recipient) { r.Address = campaign.Address{} }, RowError{Reason: MissingValue, Name: "phone"}},

		{"coordinates", location, "", set(1, " -180 "), fits},
		{"longitude", location, "", set(1, "180.001"), RowError{Reason: OutOfRange, Name: "id", Limit: 180}},
		{"latitude", location, "", func(r *campaign.Recipient) { r.Fields[1], r.Fields[5] = "1", "-90.5" }, RowError{Reason: OutOfRange, Name: "latitude", Limit: 90}},
		{"huge", location, "", set(1, "1e999"), RowError{Reason: OutOfRange, Name: "id", Limit: 180}},
		{"decimal comma", location, "", set(1, "18,06"), RowError{Reason: NotANumber, Name: "id"}},
		{"word", location, "", set(1, "NaN"), RowError{Reason: NotANumber, Name: "id"}},
		{"leading zero", location, "", set(1, "018"), RowError{Reason: NotANumber, Name: "id"}},
		{"injection", location, "", set(1, `1},"x":{"y":2`), RowError{Reason: NotANumber, Name: "id"}},
		{"other number", product, "", set(1, "1e3"), fits},

		{"property", "Hi", `channel_properties: {SMS_SENDER: "${id}"}`, set(1, long(1024, "é")), fits},
		{"long property", "Hi", `channel_properties: {SMS_SENDER: "${id}"}`, set(1, long(1025, "é")), RowError{Reason: TooLong, Name: "channel_properties.SMS_SENDER", Limit: 1024}},
		{"correlation", "Hi", `correlation_id: "a${id}"`, set(1, long(127, "\"")), fits},
		{"long correlation", "Hi", `correlation_id: "a${id}"`, set(1, long(128, "\"")), RowError{Reason: TooLong, Name: "correlation_id", Limit: 128}},
		{"conversation metadata", "Hi", `conversation_metadata: {a: "${id}"}`, set(1, long(2040, "é")), fits},
		{"long conversation metadata", "Hi", `conversation_metadata: {a: "${id}"}`, set(1, long(2041, "é")), RowError{Reason: TooLong, Name: "conversation_metadata", Limit: 2048}},
		{"metadata", "Hi", `metadata: {a: "${id}"}`, set(1, long(1024-testMetadataChars, "☃")), fits},
		{"long metadata", "Hi", `metadata: {a: "${id}"}`, set(1, long(1025-testMetadataChars, "☃")), RowError{Reason: TooLong, Name: "message_metadata", Limit: 1024}},
		{"metadata that needs escapes", "Hi", `metadata: {a: "${id}"}`, set(1, long((1024-testMetadataChars)/6, "\x01")), fits},
		{"long metadata that needs escapes", "Hi", `metadata: {a: "${id}"}`, set(1, long((1024-testMetadataChars)/6+1, "\x01")), RowError{Reason: TooLong, Name: "message_metadata", Limit: 1024}},
	} {
		recipient := testRecipient()
		tc.change(recipient)
		got, err := mustNew(t, parse(t, tc.message, tc.line)).Body([]byte("kept"), recipient, testEpoch)
		if tc.want == fits {
			if err != nil {
				t.Errorf("%s: %v", tc.name, err)
			}
			continue
		}
		var rowError *RowError
		if !errors.As(err, &rowError) || *rowError != tc.want {
			t.Errorf("%s: %#v, want %#v", tc.name, err, tc.want)
			continue
		}
		if string(got) != "kept" {
			t.Errorf("%s: %q comes back", tc.name, got)
		}
		if rowError.Error() == "" || rowError.Hint() == "" || strings.Contains(rowError.Error()+rowError.Hint(), "18,06") {
			t.Errorf("%s: %q, %q", tc.name, rowError.Error(), rowError.Hint())
		}
	}
}

// testMetadataChars is the length of the test's message_metadata with an empty label a.
const testMetadataChars = len(`{"a":"","sendoff":{"run":"01JQ2Z5M8K4N6P7R9S0T1V2W3X","key":"spring \"sale\"","row":41,"epoch":"0badcafe"}}`)

func TestUsesDefault(t *testing.T) {
	r := mustNew(t, parse(t, `"Hi ${first_name}"`, `params: {first_name: {column: First name, default: there}, other: {column: id, default: x}}`))
	recipient := testRecipient()
	recipient.Fields[1] = "" // nobody reads this one
	if r.UsesDefault(recipient) {
		t.Error("a row with all values uses a default")
	}
	recipient.Fields[4] = " "
	if !r.UsesDefault(recipient) || r.DefaultOf(recipient) != "first_name" {
		t.Errorf("the default of an empty name is that of %q", r.DefaultOf(recipient))
	}
}

func TestProblems(t *testing.T) {
	c := parse(t, `"Hi ${frist name} and ${id}"`,
		`params: {total: {column: Amount}, first: First name}`,
		`metadata: {a: "${total}", b: "${custumerno}", c: "${name}"}`,
		`translations: {sv: "${x}"}`)
	_, err := New(c, testColumns(), testIdentity)
	var problems campaign.Problems
	if !errors.As(err, &problems) {
		t.Fatalf("got %v", err)
	}
	columns := "the columns are Mobile, CustomerNo, Lang, Land, First name, latitude"
	want := []string{
		"campaign.yaml:5:14: nothing is called ${frist name}: no param, no role, no column of the audience / did you mean \"First name\"? " + columns,
		"campaign.yaml:6:10: param total: there is no column \"Amount\" / " + columns,
		"campaign.yaml:7:31: nothing is called ${custumerno}: no param, no role, no column of the audience / did you mean \"CustomerNo\"? " + columns,
		"campaign.yaml:7:51: nothing is called ${name}: no param, no role, no column of the audience / did you mean \"First name\"? " + columns,
		"campaign.yaml:8:21: nothing is called ${x}: no param, no role, no column of the audience / " + columns,
	}
	var got []string
	for _, p := range problems {
		got = append(got, p.Error()+" / "+p.Hint)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestProblemsOfMessageFile(t *testing.T) {
	const file = "name: t\nmessage_content_type: CONTENT_MARKETING\naudience: a.csv\nchannel_priority_order: [SMS]\nmessage_file: card.json\n"
	c, err := campaign.Parse(filepath.Join("x", "campaign.yaml"), []campaign.Source{
		{Name: "campaign.yaml", Data: []byte(file)},
		{Name: "card.json", Data: []byte("{\n  \"text_message\": {\"text\": \"${nobody}\"}\n}\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = New(c, testColumns(), testIdentity)
	if want := filepath.Join("x", "card.json") + ":2:29: "; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want it to begin with %s", err, want)
	}
}

func TestText(t *testing.T) {
	want := map[string]string{
		"text":     "Hi Anna, <b>&</b> you",
		"media":    "Anna.pdf / https://example.com/C 17.jpg",
		"card":     "Sale, Anna / C 17Anna > Shop",
		"choice":   "Coming? > Yes > No",
		"carousel": "A / Anna / B",
		"location": "Office of Anna / 59.33, -13.002873",
		"list":     "Pick, Anna > A",
		"template": "template order_update (en): body[1]text=Anna",
		"contact":  "Ann Lee / +447700900000",
		"omni":     "Hi",
		"specific": "Hi",
		"agent":    "Hi",
	}
	for name, message := range messages {
		if got := mustNew(t, parse(t, message)).Text(testRecipient()); got != want[name] {
			t.Errorf("%s: %q, want %q", name, got, want[name])
		}
	}
	recipient := testRecipient()
	recipient.Fields[4] = "A\x1b[2Jn\nna"
	if got := mustNew(t, parse(t, messages["text"])).Text(recipient); got != "Hi A [2Jn na, <b>&</b> you" {
		t.Errorf("with control characters: %q", got)
	}
	recipient.Fields[4] = "A\u202enna\u2066"
	if got := mustNew(t, parse(t, messages["text"])).Text(recipient); got != "Hi A·nna·, <b>&</b> you" {
		t.Errorf("with what turns the line round: %q", got)
	}
}

// A column may have a line break in its name, which a placeholder leaves out.
func TestRowErrorIsOneLine(t *testing.T) {
	e := &RowError{Reason: MissingValue, Name: "First\nname"}
	if got := e.Error(); got != "${First·name}: no value" || strings.Contains(e.Hint(), "\n") {
		t.Errorf("%q, %q", got, e.Hint())
	}
}

// Templates take the language that was understood, WhatsApp's with an underscore; keys of that name elsewhere mean nothing.
func TestTemplateLanguage(t *testing.T) {
	const message = `{"template_message": {
		"omni_template": {"template_id": "a", "version": "1", "language_code": "${language}"},
		"channel_template": {"WHATSAPP": {"template_id": "b", "language_code": "${language}", "parameters": {"body[1]text": "${language}"}}, "KAKAOTALK": {"template_id": "c", "language_code": "${language}"}}},
		"explicit_channel_message": {"RCS": {"template_message": {"channel_template": {"WHATSAPP": {"language_code": "${language}"}}}}}}`
	r := mustNew(t, parse(t, message, `conversation_metadata: {channel_template: "x", template_message: {channel_template: {WHATSAPP: {language_code: "${language}"}}}}`))
	for cell, want := range map[string][3]string{"en-GB": {"en-GB", "en_GB", "en-GB"}, "en_gb": {"en-GB", "en_GB", "en-GB"}, "swe": {"sv", "sv", "sv"}, "x1": {"x1", "x1", "x1"}} {
		recipient := testRecipient()
		recipient.Fields[2] = cell
		b := body(t, r, recipient)
		template := b["message"].(map[string]any)["template_message"].(map[string]any)
		byChannel := template["channel_template"].(map[string]any)
		got := [3]string{template["omni_template"].(map[string]any)["language_code"].(string), byChannel["WHATSAPP"].(map[string]any)["language_code"].(string),
			byChannel["KAKAOTALK"].(map[string]any)["language_code"].(string)}
		if got != want {
			t.Errorf("%q: %v, want %v", cell, got, want)
		}
		if p := byChannel["WHATSAPP"].(map[string]any)["parameters"].(map[string]any)["body[1]text"]; p != want[0] {
			t.Errorf("%q: the parameter is %q", cell, p)
		}
		if diff := cmp.Diff(map[string]any{"channel_template": "x", "template_message": map[string]any{"channel_template": map[string]any{"WHATSAPP": map[string]any{"language_code": want[0]}}}},
			b["conversation_metadata"]); diff != "" {
			t.Errorf("%q (-want +got):\n%s", cell, diff)
		}
		if text, err := r.Fill(campaign.Text{{Literal: "in "}, {Name: "Language"}}, recipient); err != nil || text != "in "+want[0] {
			t.Errorf("Fill = %q, %v", text, err)
		}
	}
	recipient := testRecipient()
	recipient.Fields[2] = ""
	if text, err := r.Fill(campaign.Text{{Name: "Language"}}, recipient); err == nil {
		t.Errorf("Fill = %q without a value", text)
	}
}
